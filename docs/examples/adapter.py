"""An implementation of one's own behind ``--on command:``, in the standard library alone.

It is a user agent whose author has only begun: fetch() looks at its arguments, get() and getIds() know of
no fetch. What it cannot do yet it says, so that those scenarios are unsupported and none fails for it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

Message = dict[str, Any]

LEVERS = {"fetch": {"available": True, "why": ""}, "cross origin": {"available": True, "why": ""}}


def fetch(step: Message) -> Any:
    """The value that the promise gives. Raises what it rejects with."""
    if not step["requests"]:
        raise TypeError
    raise NotImplementedError("no download has been written yet")


def get(step: Message) -> Any:
    if not step["get"]:
        raise TypeError
    return None


CALLS: dict[str, Callable[[Message], Any]] = {"fetch": fetch, "get": get, "getIds": lambda step: []}


class Adapter:
    """Answers one message after another; ``began`` is when the scenario did, on this machine's clock."""

    document: Message
    began = 0
    sequence = 0

    def answer(self, message: Message) -> Message:
        match message["type"]:
            case "hello":
                return {"type": "welcome", "name": "beginner", "version": "0.1", "levers": LEVERS}
            case "start":
                self.document, self.began = message["document"], message["began"]
                return {"type": "started"}
            case "step":
                return self.step(message["number"], self.document["steps"][message["number"] - 1])
            case _:
                return {"type": "stopped"}

    def step(self, number: int, step: Message) -> Message:
        verb = next((name for name in CALLS if name in step), "")
        if not verb or "on" in step:
            return {"type": "unsupported", "lever": "fetch", "why": f"step {number} is not written yet"}
        self.see("called", number, {"verb": verb})
        try:
            settled = {"outcome": "fulfilled", "value": CALLS[verb](step), "exception": ""}
        except NotImplementedError as why:
            return {"type": "unsupported", "lever": "fetch", "why": str(why)}
        except TypeError:
            settled = {"outcome": "rejected", "value": None, "exception": "TypeError"}
        self.see("settled", number, settled)
        return {"type": "done", "number": number}

    def see(self, kind: str, step: int, data: Message) -> None:
        """Tell what the page sees: an observation, with its time in nanoseconds since the scenario began."""
        self.sequence += 1
        say(
            {
                "type": "observation",
                "observation": {
                    "sequence": self.sequence,
                    "time": time.monotonic_ns() - self.began,
                    "witness": "page",
                    "actor": "page",
                    "kind": kind,
                    "of": str(step),
                    "cause": None,
                    "data": data,
                },
            }
        )


def say(message: Message) -> None:
    print(json.dumps(message), flush=True)


def main() -> None:
    adapter = Adapter()
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "goodbye":
            return
        say(adapter.answer(message))


if __name__ == "__main__":
    main()
