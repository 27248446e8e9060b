"""A page as the tests read it: what it is made of, where it leads, what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser

VOID = {"meta", "input", "link", "br", "img", "hr", "wbr"}


class Page(HTMLParser):
    """The tags of a page, its ids and links, and its text; fails on a tag that closes out of order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.classes: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named: Mapping[str, str | None] = dict(attrs)
        self.tags[tag] += 1
        self.attributes |= set(named)
        self.classes += (named.get("class") or "").split() if "main" in self.open else []
        self.ids.update([named["id"] or ""] if "id" in named else [])
        self.links += [named["href"] or ""] if "href" in named else []
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.text += data

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    @property
    def inside(self) -> set[str]:
        """The places in the page itself that it links to."""
        return {link[1:] for link in self.links if link.startswith("#")}
