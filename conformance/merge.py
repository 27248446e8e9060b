"""Runs put together into one: what must agree, and a folder that reads as if one machine had run it all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from conformance.errors import BadInput
from conformance.results import Result, RunEnd, RunHeader
from conformance.run_folder import RunFolder


@frozen
class Part:
    """One run that goes into the whole; ``end`` is None where it was cut short."""

    folder: Path
    header: RunHeader
    results: Sequence[Result]
    end: RunEnd | None


MOST_NAMED = 20
"""So many missing shares are named: a header that somebody else wrote may speak of any number of them."""

AGREE: Sequence[tuple[str, Callable[[RunHeader], Any]]] = (
    ("versions of bgfetch", lambda header: header.bgfetch),
    ("seeds", lambda header: header.seed),
    ("numbers of repetitions", lambda header: header.options.get("repeat", 1)),
    ("catalogues or selections", lambda header: _shard(header).get("selection", "no shares")),
    ("numbers of shares", lambda header: _shard(header).get("of", 1)),
)
"""What runs must have in common: how it is called, and where it stands."""


def merge(parts: Sequence[Part], folder: RunFolder) -> None:
    """Write the parts into a new folder. Raises BadInput, before anything is written, where they disagree."""
    _refuse(parts)
    header = _header([part.header for part in parts])
    folder.begin(evolve(header, options={**header.options, "lacks": list(_gaps(parts))}))
    for part in parts:
        for result in part.results:
            folder.take(result, part.folder)
    ends = [part.end for part in parts]
    whole = _expected([part.header for part in parts])
    told = [end for end in ends if end]
    if len(told) == len(ends) and folder.kept == whole:
        folder.end(
            RunEnd(whole, folder.kept, sum(one.wall for one in told), sum(one.virtual for one in told))
        )


def _refuse(parts: Sequence[Part]) -> None:
    first, *others = parts
    if not any(part.results for part in parts):
        raise BadInput("None of these runs holds a result.", "Run again what they were to be: bgfetch run")
    for other in others:
        for what, of in AGREE:
            _same(what, first, of(first.header), other, of(other.header))
        for name in first.header.implementations.keys() & other.header.implementations.keys():
            one, two = first.header.implementations[name], other.header.implementations[name]
            _same(f"versions of {name}", first, one, other, two)
    _refuse_other_texts(parts)
    _refuse_other_baselines([part for part in parts if part.header.baseline])
    _refuse_paths_that_lead_out(parts)
    _refuse_doubles(parts)


def _same(what: str, first: Part, one: Any, other: Part, two: Any) -> None:
    if one != two:
        raise BadInput(
            f"{first.folder} and {other.folder} have different {what}: {one} and {two}.",
            "One run is of one kind: merge what was made alike, or compare with: bgfetch diff",
        )


def _refuse_other_texts(parts: Sequence[Part]) -> None:
    """A scenario means one text: another text under its id is another catalogue."""
    texts: dict[str, tuple[str, Part]] = {}
    for part in parts:
        for row in part.header.scenarios:
            text, home = texts.setdefault(str(row.get("id")), (str(row.get("text")), part))
            if text != row.get("text"):
                raise BadInput(
                    f"{home.folder} and {part.folder} have different texts of {row.get('id')}.",
                    "They are of different catalogues: run one of them again.",
                )


def _refuse_other_baselines(held: Sequence[Part]) -> None:
    """Runs of other implementations may have none; two that differ would gate by different files."""
    for part in held[1:]:
        if part.header.baseline != held[0].header.baseline:
            raise BadInput(
                f"{held[0].folder} and {part.folder} were held against different baselines.",
                "Run one of them again with the baseline of the other.",
            )


def _refuse_paths_that_lead_out(parts: Sequence[Part]) -> None:
    """Where a result lies follows from its scenario's name, which somebody else may have written."""
    for part in parts:
        for result in part.results:
            path = Path(result.scenario)
            if path.is_absolute() or ".." in path.parts:
                raise BadInput(
                    f"{part.folder} names a scenario {result.scenario!r}, which leads out of its folder.",
                    "bgfetch wrote no such run: leave it out.",
                )


def _refuse_doubles(parts: Sequence[Part]) -> None:
    first: dict[object, Part] = {}
    for part in parts:
        for result in part.results:
            home = first.setdefault(result.key, part)
            if home is not part:
                both = f"{home.folder} and {part.folder} both hold"
                raise BadInput(
                    f"{both} {result.scenario} on {result.implementation}.", "Give each share once."
                )


def _header(headers: Sequence[RunHeader]) -> RunHeader:
    """The header of the whole: the first one's, with the scenarios and implementations of all."""
    first = min(headers, key=lambda header: header.started)
    scenarios = {str(row.get("id")): row for header in headers for row in header.scenarios}
    names: dict[str, str] = {}
    levers: dict[str, Any] = {}
    for header in headers:
        names |= header.implementations
        levers |= header.levers
    options = {key: value for key, value in first.options.items() if key != "shard"}
    held = next((header for header in headers if header.baseline), first)
    options |= {key: value for key, value in held.options.items() if key == "baseline"}
    return evolve(
        first,
        expected=_expected(headers),
        implementations=names,
        levers=levers,
        options={**options, "on": list(names), "merged": len(headers)},
        scenarios=[scenarios[id] for id in sorted(scenarios)],
        baseline=held.baseline,
    )


def _gaps(parts: Sequence[Part]) -> Iterator[str]:
    """Which shares nobody gave, and which were cut short."""
    shard = _shard(parts[0].header)
    if not shard:
        return
    absent = list(islice(_absent(parts, shard), MOST_NAMED + 1))
    yield from (f"share {one} is missing" for one in absent[:MOST_NAMED])
    if len(absent) > MOST_NAMED:
        yield f"more shares than these {MOST_NAMED} are missing"
    yield from (f"share {_number(one)}/{shard['of']} was cut short" for one in parts if one.end is None)


def _absent(parts: Sequence[Part], shard: Mapping[str, Any]) -> Iterator[str]:
    """The shares that nobody gave, as 2/3. An empty share makes no run, and is not missed."""
    names = dict.fromkeys(name for part in parts for name in part.header.implementations)
    given = {(_number(part), name) for part in parts for name in part.header.implementations}
    for number in range(1, min(shard["of"], shard["scenarios"]) + 1):
        lacking = [name for name in names if (number, name) not in given]
        of = f" of {', '.join(lacking)}" if len(lacking) < len(names) else ""
        if lacking:
            yield f"{number}/{shard['of']}{of}"


def _number(part: Part) -> int:
    """Which share a part is, from 1; 0 where it is none."""
    return int(_shard(part.header).get("number", 0))


def _expected(headers: Sequence[RunHeader]) -> int:
    """The number of results due: of shares, also what the missing ones would have brought."""
    shard = _shard(headers[0])
    if not shard:
        return sum(header.expected for header in headers)
    names = {name for header in headers for name in header.implementations}
    return int(shard["scenarios"]) * len(names) * _repeat(headers[0])


def _repeat(header: RunHeader) -> int:
    told = header.options.get("repeat")
    return told if isinstance(told, int) else 1


def _shard(header: RunHeader) -> dict[str, Any]:
    """What the header tells of its share; nothing where it is none, or cannot be understood."""
    told = header.options.get("shard")
    if not isinstance(told, dict) or not all(isinstance(told.get(key), int) for key in _NUMBERS):
        return {}
    return told


_NUMBERS = ("number", "of", "scenarios")
"""What tells a share apart from the others of its run."""
