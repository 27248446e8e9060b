"""Every order of pause, abort, fail and complete, as scenario files: python -m tests.orders --write

Sixty-four orders (one to four of the four, none twice), each at three places of the body: 192 rows, in a
file for each place and first event. What must come of an order is worked out here, from the text alone:

- pausing stops every unfinished transfer, and nothing is sent until resuming (complete-a-record 3, 14);
- abort() ends the fetch as aborted, paused or not, whatever its records came to (perform 8.4, erratum 11);
- a record that failed lets the others finish (perform 6), and a fetch is over when all its records are;
- what is over stays as it is: abort() gives false, and there is no second end event (perform 8.13a).

A fetch that its order leaves paused is resumed, and one that it leaves waiting is let go, so that every
scenario ends. A test holds the files to what this module writes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

from attrs import Factory, define, frozen

from conformance.data import folder

SECTION = "perform-a-background-fetch-algorithm"
EVENTS = ("pause", "abort", "fail", "complete")
ORDERS = [order for length in (1, 2, 3, 4) for order in permutations(EVENTS, length)]
SIZE, SMALL = 64 * 1024, 1024
"""The bytes of the record that the order is about, and of the one that fails."""


@frozen
class Place:
    """Where the record stands still: its name, how it is told, the stall's ``after``, what is stored then."""

    name: str
    told: str
    after: str
    stored: int


PLACES = (
    Place("at-the-head", "Before the head", '"headers"', 0),
    Place("mid-way", "Mid-way", "32768", 32768),
    Place("at-the-end", "Before the last byte", "65535", 65535),
)


@define
class Fetch:
    """A fetch on its way through an order, and the steps that bring it there."""

    place: Place
    open: list[str]
    """The paths of the records that are not finished."""
    failed: bool = False
    unsure: bool = False
    """Paused or aborted after the other record's failure was sent, which need not have arrived by then."""
    paused: bool = False
    resumed: Sequence[str] = ()
    """The paths that were unfinished when it was resumed."""
    end: str = ""
    steps: list[str] = Factory(list)
    clauses: list[str] = Factory(list)

    def pause(self) -> None:
        if self.end:
            self.do('user = "pause"')
            return
        self.paused, self.unsure = True, self.failed
        self.do('user = "pause"', 'until = { state = "paused" }')

    def abort(self) -> None:
        clause = f"background-fetch-registration-abort/{'3.3' if self.end else '3.4'}"
        self.clauses.append(clause)
        self.do(f'abort = "f", gives = {"false" if self.end else "true"}, clause = "{clause}"')
        if not self.end:
            self.end, self.unsure = "abort", self.failed

    def fail(self) -> None:
        self.do('release = "fail"')
        if self.runs("/b"):
            self.failed = True
            self.finish("/b", f'sent = {SMALL}, path = "/b"')

    def complete(self) -> None:
        self.do('release = "complete"')
        if self.runs("/a"):
            self.finish("/a", f"downloaded = {SIZE}")
            if self.open:  # the last byte has arrived; that it was the last shows in a body that is closed
                self.do(
                    'match = "/a", as = "a", gives = { path = "/a" }',
                    f'read = "a", gives = {{ size = {SIZE}, closed = true }}',
                )

    def do(self, *steps: str) -> None:
        self.steps += steps

    def runs(self, path: str) -> bool:
        return path in self.open and not self.paused and not self.end

    def finish(self, path: str, seen: str) -> None:
        """The record is done; what comes next waits until that was ``seen``."""
        self.open.remove(path)
        if self.open:
            self.do(f"until = {{ {seen} }}")
        else:
            self.conclude()

    def conclude(self) -> None:
        self.end = "fail" if self.failed else "success"
        self.do('until = "settled"')

    def let_go(self) -> None:
        """Bring the fetch to its end, wherever the order has left it."""
        if self.paused and not self.end:
            self.resumed, self.open = tuple(self.open), []
            self.failed |= "/b" in self.resumed
            self.do('user = "resume"')
            self.conclude()
        elif not self.end:
            self.do('never = { event = "backgroundfetchfail" }, for = "1 s"')
            self.complete()
        elif self.steps[-1] != 'until = "settled"':
            self.do('until = "settled"')


def played(place: Place, order: Sequence[str]) -> Fetch:
    """What an order does to a fetch of one record, or of two where one is to fail."""
    paths = ["/a", "/b"] if "fail" in order else ["/a"]
    fetch = Fetch(place, paths)
    asked = ", ".join(f'"{path}"' for path in paths)
    fetch.do(f'fetch = "f", requests = [{asked}], gives = {{ id = "f" }}')
    waits = [f'attempt = 1, path = "{path}"' for path in paths]
    if place.stored:
        waits[0] = f"downloaded = {place.stored}"
    fetch.do(*(f"until = {{ {one} }}" for one in waits))
    for event in order:
        if event == "pause" and fetch.end and fetch.steps[-1] != 'until = "settled"':
            fetch.do('until = "settled"')
        getattr(fetch, event)()
    fetch.let_go()
    return fetch


# -- as a file ----------------------------------------------------------------------------------

ENDS = {
    "success": ('type = "backgroundfetchsuccess", result = "success", failureReason = ""', "8.12"),
    "fail": ('type = "backgroundfetchfail", result = "failure", failureReason = "bad-status"', "8.11"),
    "abort": ('type = "backgroundfetchabort", result = "failure", failureReason = "aborted"', "8.10"),
}
TOLD = {"success": "it succeeds", "fail": "it fails", "abort": "it is aborted"}


def row(place: Place, order: Sequence[str]) -> str:
    fetch = played(place, order)
    event, clause = ENDS[fetch.end]
    clauses = [f"{SECTION}/{clause}", f"{SECTION}/8.13a", *dict.fromkeys(fetch.clauses)]
    if fetch.resumed:
        clauses.append("complete-a-record-algorithm/14")
    lines = [
        "[[rows]]",
        f'name = "{"-".join(order)}"',
        f'title = "{place.told}, {", then ".join(order)}: {TOLD[fetch.end]}, and there is one end event"',
        "clauses = [" + ", ".join(f'"{one}"' for one in clauses) + "]",
        *(['authority = "erratum 11"'] if fetch.end == "abort" and fetch.paused else []),
        *_listed("steps", fetch.steps),
        *_listed("expect.requests", _requests(fetch)),
        f"expect.events = [{{ {event} }}]",
        *_listed("expect.records", _records(fetch, "fail" in order)),
    ]
    return "\n".join(lines) + "\n"


def _listed(key: str, tables: Sequence[str]) -> list[str]:
    line = f"{key} = [" + ", ".join(f"{{ {table} }}" for table in tables) + "]"
    if len(line) <= 110 and key != "steps":
        return [line]
    return [f"{key} = [", *(f"    {{ {table} }}," for table in tables), "]"]


def _requests(fetch: Fetch) -> list[str]:
    clause = ', clause = "complete-a-record-algorithm/14"' if fetch.resumed else ""
    again = [f'path = "{path}"' for path in fetch.resumed]
    if "/a" in fetch.resumed and fetch.place.stored:
        again[0] += f", range = {{ from = [1, {fetch.place.stored}] }}"
    paths = ["/a", "/b"] if 'release = "fail"' in fetch.steps else ["/a"]
    maybe = ['path = "/b", count = [0, 1]'] if fetch.unsure and fetch.resumed else []
    return [*(f'path = "{path}"{clause}' for path in paths), *again, *maybe]


def _records(fetch: Fetch, two: bool) -> list[str]:
    whole = 'path = "/a", status = 200, body = "intact"'
    told = ['path = "/a", throws = "AbortError"' if "/a" in fetch.open else whole]
    if two and not (fetch.unsure and fetch.end == "abort"):
        told.append(f'path = "/b", {"status = 404" if fetch.failed else _ABORTED}')
    return told


_ABORTED = 'throws = "AbortError"'
HEAD = """\
# Written by: python -m tests.orders --write (what must come of an order is worked out there)

title = "{told}, in whatever order things happen to a fetch, it has one end event, of the right kind"
clauses = ["{section}/8.13a"]

[origin."/a"]
size = "64 KiB"
attempts = [{{ stall = {{ after = {after}, until = "complete" }} }}]

[origin."/b"]
size = "1 KiB"
status = 404
attempts = [{{ stall = {{ after = "headers", until = "fail" }} }}]
"""


def files() -> dict[Path, str]:
    """Every file by its path."""
    made = {}
    for place in PLACES:
        head = HEAD.format(told=place.told, section=SECTION, after=place.after)
        for first in EVENTS:
            rows = [row(place, order) for order in ORDERS if order[0] == first]
            path = folder("scenarios") / SECTION / f"orders-{place.name}-{first}-first.toml"
            made[path] = "\n".join([head, *rows])
    return made


if __name__ == "__main__":
    for path, text in files().items():
        if "--write" in sys.argv:
            path.write_text(text, encoding="utf-8")
        else:
            print(f"# {path}\n\n{text}")
