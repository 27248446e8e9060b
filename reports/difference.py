"""The difference of two runs, told: lines for a terminal, Markdown for a review, JSON for a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reports.changes import KINDS, NEW_FAILURE, Change, Changes, Fold
from reports.machine import broken, dump, line, missing, plain, replay
from reports.markdown import code, prose
from reports.run import Run
from reports.text import plural
from reports.timeline.terminal import pictures

MOST = 200
"""Changes of one kind that are told to people; a program gets them all."""
GAPS = 20
"""What could not be read of one run, told to people; of the rest it is said how much there is."""


def terminal(found: Changes, *, timelines: bool = False) -> Iterator[str]:
    """The difference as lines, ending with the counts; with timelines, before above after."""
    drawn = found.drawn if timelines else ()
    yield f"of  {', '.join(line(one) for one in found.versions)}"
    for name, run in found.runs:
        yield from (f"{name}: {gap}" for gap in missing(run, GAPS))
    for kind in KINDS:
        told = found.of(kind)
        if told:
            yield from ("", kind.capitalize())
        for change in told[:MOST]:
            yield from _lines(change)
            if change in drawn:
                yield from _timelines(change, found)
        if len(told) > MOST:
            yield f"  and {len(told) - MOST} more"
    yield from ("", counts(found))


def _lines(change: Change) -> Iterator[str]:
    yield f"  {line(change.implementation, 60)}  {line(change.scenario, 200)}: {_became(change)}"
    if change.kind != NEW_FAILURE or not change.after:
        return
    failed = change.after.telling
    for check in broken(failed)[:1]:
        yield f"      expected  {line(check.expected)}"
        yield f"      actual    {line(check.actual)}"
    yield f"      again     {replay(failed, None)}"


def _timelines(change: Change, found: Changes) -> Iterator[str]:
    """What was seen before and after in letters, as far as it was kept."""
    sides = zip(found.runs, (change.before, change.after), strict=True)
    told = [(name, fold.telling, run.seen(fold.telling)) for (name, run), fold in sides if fold]
    yield from pictures([(name, result, seen) for name, result, seen in told if seen])
    yield ""


def _became(change: Change) -> str:
    sides = [line(fold.words) for fold in (change.before, change.after) if fold]
    return " → ".join(sides)


def counts(found: Changes) -> str:
    """How much changed, in one line."""
    told = ", ".join(_count(kind, len(found.of(kind))) for kind in KINDS if found.of(kind))
    return f"{plural(found.compared, 'judgement')} compared: {told or 'nothing changed'}"


def _count(kind: str, number: int) -> str:
    return plural(number, kind) if kind == NEW_FAILURE else f"{number:,} {kind}"


def markdown(found: Changes) -> str:
    """The difference as Markdown: the counts, then a table of each kind."""
    parts = ["## What changed\n", f"{counts(found)}.\n"]
    parts.append(f"{'; '.join(prose(one) for one in found.versions)}.\n")
    parts += [f"- {name}: {prose(gap)}" for name, run in found.runs for gap in missing(run, GAPS)]
    for kind in KINDS:
        parts += _table(kind, found.of(kind))
    return "\n".join(parts) + "\n"


def _table(kind: str, told: Sequence[Change]) -> Iterator[str]:
    if not told:
        return
    yield f"\n### {kind.capitalize()}: {len(told)}\n"
    yield "| implementation | scenario | before | after |"
    yield "|---|---|---|---|"
    for change in told[:MOST]:
        cells = (change.implementation, change.scenario, _words(change.before), _words(change.after))
        yield f"| {' | '.join(_cell(one) for one in cells)} |"
    if len(told) > MOST:
        yield f"\nand {len(told) - MOST} more"


def _cell(text: str) -> str:
    """A value in a table: a code span, in which only the bar still parts cells."""
    return code(text).replace("|", "\\|")


def _words(fold: Fold | None) -> str:
    return fold.words if fold else "not there"


def to_json(found: Changes) -> str:
    """The difference as one JSON object, with every change."""
    return dump(
        {
            "compared": found.compared,
            "counts": {kind: len(found.of(kind)) for kind in KINDS},
            **{name: _run(run) for name, run in found.runs},
            "changes": [_row(change) for change in found.changes],
        }
    )


def _run(run: Run) -> dict[str, Any]:
    header = run.header
    return {
        "started": line(header.started),
        "bgfetch": line(header.bgfetch),
        "implementations": plain(header.implementations),
        "missing": [line(gap) for gap in run.missing],
    }


def _row(change: Change) -> dict[str, Any]:
    sides = {"before": change.before, "after": change.after}
    return {
        "kind": change.kind,
        "scenario": line(change.scenario),
        "implementation": line(change.implementation),
        **{name: _side(fold) for name, fold in sides.items()},
    }


def _side(fold: Fold | None) -> dict[str, Any] | None:
    if fold is None:
        return None
    return {
        "verdicts": [result.verdict for result in fold.results],
        "clauses": [line(one) for one in fold.reason],
    }
