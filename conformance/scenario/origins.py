"""From the origin tables of a scenario to resources: what each path answers, and where that goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.scenario.errors import BAD, Spot, quoted
from conformance.scenario.families import Families
from simulator.origin.behaviour import Answer, Cors, Fault, Range, Resource
from simulator.origin.hosts import served_as

BEFORE_HEAD = -1
MOST_BODY = 2**40
MOST_PIECES = 10_000
"""Of a trickle: each costs a turn of the simulator, and real time on a browser."""

MOST_PARTS = 1_000
"""Of a body that comes in ranges: each is a request."""

MOST_SLICES = 10_000
"""In which a body is read: each costs a turn of the simulator."""

_NO_BODY = (204, 205, 304)


def resources(table: Mapping[str, Any], spot: Spot, families: Families) -> dict[str, Resource]:
    """The resources by path. A family gives way where a path of its own name stands in the file."""
    found: dict[str, Resource] = {}
    for path in sorted(table, key=lambda path: "{" in path):
        answer, attempts = _answers(table[path], spot / path)
        for one in families.expand(path, spot / path):
            found.setdefault(one, Resource(one, answer, attempts))
    _check_redirects(table, found, spot)
    return found


def check_slices(policy: Mapping[str, Any], origin: Mapping[str, Resource], spot: Spot) -> None:
    """Report slices so small that to read a body would take the day."""
    answers = (one for resource in origin.values() for one in (resource.answer, *resource.attempts))
    largest, slice = max((one.size for one in answers), default=0), policy.get("slice")
    if isinstance(slice, int) and 0 < slice * MOST_SLICES < largest:
        spot.wrong(
            f"{largest} bytes in slices of {slice} are too many",
            why=f"each costs the simulator a turn, and {MOST_SLICES:,} show what slices are",
            fix=f"slice = {-(-largest // MOST_SLICES)}",
        )


def _answers(raw: Mapping[str, Any], spot: Spot) -> tuple[Answer, tuple[Answer, ...]]:
    own = {key: value for key, value in raw.items() if key != "attempts"}
    sound = not spot.reading.broken(*spot.path)
    attempts = [
        _answer({**own, **attempt}, spot / "attempts" / place, sound)
        for place, attempt in enumerate(raw.get("attempts", ()))
        if attempt is not BAD
    ]
    return _answer(own, spot, sound), tuple(attempts)


def _answer(raw: Mapping[str, Any], spot: Spot, sound: bool) -> Answer:
    """One answer from its keys, those of the resource and of the attempt laid together.

    ``sound``: all of them could be read, so that what they say together can be judged.
    """
    faults = _faults(raw)
    if sound:
        _check_answer(raw, spot)
        _check_faults(faults, raw.get("size", 0), spot)
    return Answer(
        size=raw.get("size", 0),
        status=raw.get("status", 200),
        headers=_headers(raw),
        version=raw.get("version", "v1"),
        etag=raw.get("etag"),
        last_modified=raw.get("lastModified", ""),
        range=_range(raw.get("range", True)),
        redirect=raw.get("redirect", ""),
        coding=raw.get("coding", ""),
        cors=_cors(raw["cors"]) if "cors" in raw else None,
        latency=raw.get("latency", 0),
        faults=tuple(sorted(faults, key=lambda fault: (fault.of != "upload", fault.after))),
    )


def _check_answer(raw: Mapping[str, Any], spot: Spot) -> None:
    size, status = raw.get("size", 0), raw.get("status", 200)
    if size > MOST_BODY:
        (spot / "size").wrong(
            f"a body of {size} bytes", why="more than 1 TiB would fill any disk", fix='"1 TiB" or less'
        )
    _check_pieces(raw, size, spot)
    if size and status in _NO_BODY:
        (spot / "status").wrong(f"status {status} has no body, and size is {size}", fix="leave out size")
    if "redirect" in raw and "status" in raw and not 300 <= status < 400:
        (spot / "redirect").wrong(f"a redirect with status {status}", fix="status = 302, or leave it out")


def _check_pieces(raw: Mapping[str, Any], size: int, spot: Spot) -> None:
    """A body may come in many pieces, but not in so many that it would never end."""
    trickle, part = raw.get("trickle") or {}, raw.get("range", True)
    pieces = size // trickle.get("bytes", size or 1)
    if pieces > MOST_PIECES:
        fix = f"bytes = {-(-size // MOST_PIECES)}"
        (spot / "trickle" / "bytes").wrong(
            f"a trickle of {pieces} pieces", why=f"no more than {MOST_PIECES}, so that it ends", fix=fix
        )
    length = part.get("length") if isinstance(part, Mapping) else None
    if length and size // length > MOST_PARTS:
        (spot / "range" / "length").wrong(
            f"the body would come in {size // length} parts, each for a request of its own",
            why=f"no more than {MOST_PARTS}, so that it ends",
            fix=f"length = {-(-size // MOST_PARTS)}",
        )


def _headers(raw: Mapping[str, Any]) -> dict[str, str]:
    claimed = {"Content-Length": raw.get("length"), "Content-Encoding": raw.get("encoding")}
    return {**{k: str(v) for k, v in claimed.items() if v is not None}, **raw.get("headers", {})}


def _range(raw: bool | Mapping[str, Any]) -> Range:
    if isinstance(raw, bool):
        return Range(supported=raw)
    return Range(**{"if_range" if key == "ifRange" else key: value for key, value in raw.items()})


def _cors(raw: Mapping[str, Any]) -> Cors:
    lists = {key: tuple(raw[key]) for key in ("headers", "methods", "expose") if key in raw}
    return Cors(**{**raw, **lists})


def _faults(raw: Mapping[str, Any]) -> list[Fault]:
    """The faults of an attempt. One that changes nothing is left out."""
    faults = []
    if raw.get("refuse"):
        faults.append(Fault("refuse", BEFORE_HEAD))
    if (trickle := raw.get("trickle")) and {"bytes", "every"} <= set(trickle) and trickle["every"]:
        faults.append(Fault("trickle", 0, amount=trickle["bytes"], duration=trickle["every"]))
    if (stall := raw.get("stall")) and "after" in stall and stall.get("for") != 0:
        at, end = _position(stall), stall.get("for")
        whose = stall.get("of", "answer")
        faults.append(Fault("stall", at, of=whose, until=stall.get("until", ""), duration=end))
    if (cut := raw.get("cut")) and "after" in cut:
        faults.append(Fault("cut", _position(cut), cut.get("how", "fin"), cut.get("of", "answer")))
    return faults


def _position(fault: Mapping[str, Any]) -> int:
    after = fault["after"]
    return BEFORE_HEAD if after == "headers" else int(after)


def _check_faults(faults: list[Fault], size: int, spot: Spot) -> None:
    kinds = {fault.kind: fault for fault in faults}
    if "refuse" in kinds and len(faults) > 1:
        other = faults[1].kind
        (spot / other).wrong(f"a refused connection has no {other}", fix=f"leave out refuse or {other}")
    for fault in faults:
        if fault.of == "answer" and fault.after > size:
            (spot / fault.kind / "after").wrong(
                f"the {fault.kind} strikes after {fault.after} bytes, and the body has {size}",
                why="it would never strike",
                fix=f"after = {size} or less",
            )
    if stall := kinds.get("stall"):
        _check_stall(stall, kinds.get("cut"), spot)


def _check_stall(stall: Fault, cut: Fault | None, spot: Spot) -> None:
    if stall.until and stall.duration is not None:
        (spot / "stall" / "for").wrong(
            f"the stall ends at the gate {quoted(stall.until)} and by time as well", fix="either until or for"
        )
    if cut is None or cut.of != stall.of:
        return
    if cut.after < stall.after:
        (spot / "stall" / "after").wrong(
            f"the stall comes after {stall.after} bytes, and the cut already after {cut.after}",
            why="a cut connection does not stall",
        )
    elif not stall.until and stall.duration is None:
        (spot / "cut" / "after").wrong(
            "the cut comes after a stall that lasts until the connection dies",
            why="it would never strike",
            fix='give the stall an end: until = "gate" or for = "2 s"',
        )


def _check_redirects(table: Mapping[str, Any], found: Mapping[str, Resource], spot: Spot) -> None:
    """A redirect must lead to a path of this scenario; a query of its own may be added."""
    for path, raw in table.items():
        here = spot / path
        attempts = [(a, here / "attempts" / i) for i, a in enumerate(raw.get("attempts", ())) if a is not BAD]
        for answer, at in [(raw, here), *attempts]:
            target = answer.get("redirect")
            wire = served_as(target or "")
            local = not wire or not wire.startswith("/")
            if not local and wire not in found and wire.partition("?")[0] not in found:
                (at / "redirect").wrong(
                    f"no origin answers {quoted(target)}", allowed=sorted(found), given=target
                )
