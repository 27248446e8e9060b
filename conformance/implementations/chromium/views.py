"""The browser's own windows as a tree of views, as its UI DevTools tell it: what there is, and where.

UI DevTools (``--enable-ui-devtools``) speak DevTools' protocol of the browser's interface instead of a
page. Looked at only: what is done with a view is done on the screen, as a user does it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from conformance.implementations.chromium.devtools import DevTools
from conformance.implementations.protocol import Trouble

_WINDOW = "Widget"
_BOUNDS = "WindowBoundsInScreen"


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@frozen(eq=False)
class View:
    """One view or window. ``above`` is what it lies in, None at the root."""

    number: int
    kind: str
    name: str
    below: tuple[Mapping[str, Any], ...]
    above: View | None = None

    def inside(self, name: str) -> Iterator[View]:
        """The views of this name within this one, in the order in which they are drawn."""
        for node in self.below:
            view = tree(node, self)
            if view.name == name:
                yield view
            yield from view.inside(name)


def tree(node: Mapping[str, Any], above: View | None = None) -> View:
    """A view, with all that is in it, as UI DevTools tell it."""
    told = node.get("attributes") or []
    named = dict(zip(told[::2], told[1::2], strict=False))
    below = tuple(node.get("children") or ())
    return View(node["nodeId"], node["nodeName"], named.get("name", ""), below, above)


class Views:
    """The interface of one running browser. What is asked of a view that is gone meanwhile is Trouble."""

    def __init__(self, session: DevTools) -> None:
        """``session`` is one with the browser's UI DevTools."""
        self._session = session

    async def close(self) -> None:
        """Look no longer."""
        await self._session.close()

    async def look(self) -> View:
        """The whole tree as it is now; the views of an earlier look are then no longer known."""
        return tree((await self._session.command("DOM.getDocument"))["root"])

    async def told(self, view: View) -> dict[str, str]:
        """The properties of a view, by name."""
        style = await self._session.command("CSS.getMatchedStylesForNode", nodeId=view.number)
        rules = [match["rule"]["style"]["cssProperties"] for match in style["matchedCSSRules"]]
        return {one["name"]: one["value"] for rule in rules for one in rule}

    async def middle(self, view: View) -> tuple[int, int]:
        """Where the middle of a view is on the screen."""
        told = await self.told(view)
        x, y = int(told["Width"]) // 2, int(told["Height"]) // 2
        above: View | None = view
        while above is not None and above.kind != _WINDOW:
            x, y = x + int(told["X"]), y + int(told["Y"])
            above = above.above
            told = await self.told(above) if above else {}
        if _BOUNDS not in told:
            raise Trouble(f"The browser does not say where the window is that shows {view.name}.")
        left, _, top = told[_BOUNDS].partition(" ")[0].partition(",")
        return x + int(left), y + int(top)
