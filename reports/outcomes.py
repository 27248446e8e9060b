"""What the run as a whole shows: faults and what came of them, who notices mutants, what cannot be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Result
from reports.cells import WORDS, Matrix, column_of
from reports.machine import but_for_numbers, reason
from reports.run import Run
from reports.text import plural
from simulator.observation import Browser, Fault, Network, Observation, Shortened, Storage, endings

KILLERS = 20
"""Scenarios named that notice a mutant; of the rest it is said how many there are."""
_MUTANT = "mutant:"


# -- faults × outcomes ----------------------------------------------------------------------


@frozen
class Struck:
    """A fault: in how many results each outcome came with it, and where implementations differ, on each."""

    fault: str
    counts: tuple[int, ...]
    by: tuple[tuple[str, tuple[int, ...]], ...]


@frozen
class Outcomes:
    """How often a fault and an outcome met: in how many results both were seen."""

    columns: tuple[str, ...]
    rows: tuple[Struck, ...]


Ended = tuple[Result, frozenset[str]]
"""A result, and how its fetches ended."""


def outcomes(run: Run) -> Outcomes:
    """Faults, and how the fetches of the same result ended, the most frequent first."""
    by: dict[str, list[Ended]] = {}
    for result in run.results:
        seen = run.seen(result) or ()
        ends = frozenset(endings(seen)) or frozenset({"no end event"})
        for fault in dict.fromkeys(faults(seen)):
            by.setdefault(fault, []).append((result, ends))
    columns = _frequent(end for found in by.values() for _, ends in found for end in ends)
    order = _frequent(fault for fault, found in by.items() for _, ends in found for _ in ends)
    return Outcomes(
        columns, tuple(Struck(one, _counts(by[one], columns), _apart(by[one], columns)) for one in order)
    )


def _frequent(words: Iterable[str]) -> tuple[str, ...]:
    counts = Counter(words)
    return tuple(sorted(counts, key=lambda word: (-counts[word], word)))


def _counts(found: Iterable[Ended], columns: Sequence[str]) -> tuple[int, ...]:
    counts = Counter(end for _, ends in found for end in ends)
    return tuple(counts[end] for end in columns)


def _apart(found: Sequence[Ended], columns: Sequence[str]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The counts of each implementation, where two of them ended the same scenario differently.

    That numbers differ says nothing by itself: one of them may have run less.
    """
    same: dict[object, set[frozenset[str]]] = {}
    on: dict[str, list[Ended]] = {}
    for result, ends in found:
        same.setdefault((result.scenario, result.repetition, result.seed), set()).add(ends)
        on.setdefault(column_of(result), []).append((result, ends))
    differ = any(len(ends) > 1 for ends in same.values())
    return tuple((column, _counts(told, columns)) for column, told in on.items()) if differ else ()


def faults(seen: Sequence[Observation]) -> Iterator[str]:
    """What struck, by its kind."""
    for one in seen:
        match one.data:
            case Fault(fault=fault):
                yield fault
            case Network(online=False):
                yield "offline"
            case Network(captive=True):
                yield "captive portal"
            case Network(metered=True):
                yield "metered"
            case Storage(evicted=True):
                yield "eviction"
            case Storage(quota=int()):
                yield "quota"
            case Browser(state=("killed" | "quit" | "terminated" | "died") as state):
                yield f"user agent {state}"


# -- mutants --------------------------------------------------------------------------------


@frozen
class Kill:
    """A mutant of the run, with the scenarios that fail on it and pass on what is no mutant."""

    name: str
    scenarios: tuple[str, ...]


def kills(table: Matrix) -> tuple[Kill, ...]:
    """The mutants that were judged, those that nothing notices first."""
    sound = [place for place, column in enumerate(table.columns) if not column.startswith(_MUTANT)]
    found = []
    for place, column in enumerate(table.columns):
        if column.startswith(_MUTANT):
            noticed = tuple(
                row.scenario.id
                for row in table.rows
                if _all(row.cells[place].results, FAIL)
                and not any(_all(row.cells[other].results, FAIL) for other in sound)
            )
            found.append(Kill(column.removeprefix(_MUTANT), noticed))
    return tuple(sorted(found, key=lambda kill: len(kill.scenarios)))


def _all(results: Sequence[Result], verdict: str) -> bool:
    return bool(results) and all(result.verdict == verdict for result in results)


# -- what cannot be told --------------------------------------------------------------------


@frozen
class Untold:
    """One reason for which scenarios could not be judged, in the words of the first, and which they are."""

    state: str
    reason: str
    scenarios: tuple[str, ...]


def untold(run: Run) -> tuple[Untold, ...]:
    """The results that are no verdict on an implementation, by their reasons, the most frequent first."""
    groups: dict[tuple[str, str], tuple[str, dict[str, None]]] = {}
    for result in run.results:
        if result.verdict in (INCONCLUSIVE, UNSUPPORTED, ERROR):
            why = reason(result)
            groups.setdefault((result.verdict, but_for_numbers(why)), (why, {}))[1][result.scenario] = None
    order = sorted(groups.items(), key=lambda item: (-len(item[1][1]), item[0]))
    return tuple(Untold(state, why, tuple(found)) for (state, _), (why, found) in order)


def limits(run: Run) -> Iterator[str]:
    """What the run as a whole cannot tell, in sentences."""
    judged = sum(result.verdict in (PASS, FAIL) for result in run.results)
    if rest := len(run.results) - judged:
        kinds = Counter(result.verdict for result in run.results)
        told = ", ".join(f"{kinds[v]:,} {WORDS[v]}" for v in (INCONCLUSIVE, UNSUPPORTED, ERROR) if kinds[v])
        yield f"{plural(rest, 'result')} say nothing of the implementation: {told}."
    shortened = sum(any(isinstance(one.data, Shortened) for one in run.seen(r) or ()) for r in run.results)
    if shortened:
        yield f"In {plural(shortened, 'result')} long waits were shortened, because time is real there."
    blind = sum(run.seen(result) is None for result in run.results)
    if blind:
        yield f"Of {plural(blind, 'result')} there are no observations: no timeline can be drawn."
    yield "A pass says that nothing wrong was seen where a scenario looked, and not that nothing is wrong."
    yield "Two witnesses have two clocks: across them, only a cause orders what was seen."
