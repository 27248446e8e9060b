"""The timeline: what one result was seen to do, as a picture on a time axis.

``drawn`` makes pictures of results; ``svg`` and ``terminal`` show a picture. Results whose times
are of one kind share an axis, so that what lies above each other happened at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from conformance.results import PASS, Result
from reports.text import clip, visible
from reports.timeline import levers, script, transfers
from reports.timeline.axis import Axis, Canvas, axis
from reports.timeline.layout import Lane, Picture, Rule, arrows, lane
from reports.timeline.story import Moment, Story, Strand
from reports.timeline.verdict import Leading, Wrong, leading, wrong
from simulator.observation import Observation

_COMPARABLE = 5
"""Results share an axis unless one takes so many times as long as the other, idle gaps aside."""


@frozen
class Told:
    """A result with all that its picture is made from."""

    story: Story
    wrong: Wrong | None
    leading: Leading
    strands: tuple[Strand, ...]

    def moments(self) -> Iterator[Moment]:
        """Every moment that has to have its place."""
        yield self.story.end
        if self.wrong:
            yield self.wrong.moment
        for strand in self.strands:
            for item in strand.items:
                yield from (item.start, item.stop, *(moment for moment, _ in item.stairs))
        yield from (self.story.moments[number] for tie in self.leading.ties for number in tie)


def drawn(results: Sequence[tuple[Result, Sequence[Observation]]], canvas: Canvas) -> tuple[Picture, ...]:
    """A picture of each result with what was seen in it, in their order."""
    told = [_told(result, seen) for result, seen in results]
    if _comparable(told):
        common = axis((moment for one in told for moment in one.moments()), canvas)
        return tuple(_picture(one, common, canvas) for one in told)
    return tuple(_picture(one, axis(one.moments(), canvas), canvas) for one in told)


def _told(result: Result, seen: Sequence[Observation]) -> Told:
    story = Story.of(seen)
    first = wrong(story, result)
    wanted = {number for check in result.checks if check.verdict != PASS for number in check.proof}
    strands = (
        levers.steps(story),
        levers.network(story),
        levers.faults(story),
        levers.agent(story),
        script.worker(story),
        *script.pages(story),
        script.driver(story),
        *transfers.records(story, wanted),
        *transfers.downloads(story),
        *script.states(story),
        script.events(story),
    )
    kept = tuple(one for one in strands if one.items)
    return Told(story, first, leading(story, first.check, kept) if first else Leading(), kept)


def _comparable(told: Sequence[Told]) -> bool:
    """Whether the times can stand on one axis: virtual hours and a browser's seconds cannot."""
    spans = [1 + one.story.end[0] for one in told]
    return max(spans, default=1) <= _COMPARABLE * min(spans, default=1)


def _picture(told: Told, axis: Axis, canvas: Canvas) -> Picture:
    head = 2 * canvas.row if told.wrong else 0
    top = head + canvas.row + canvas.gap
    lanes: list[Lane] = []
    for strand in told.strands:
        lanes.append(lane(strand, axis, canvas, top))
        top += lanes[-1].height + canvas.gap
    notes = tuple(f"… {more}" for more in (*(one.more for one in lanes), told.leading.more) if more)
    return Picture(
        canvas,
        top + len(notes) * canvas.row,
        tuple(lanes),
        axis.folds,
        axis.ticks,
        _rule(told.wrong, axis, canvas) if told.wrong else None,
        tuple(arrows(lanes, told.leading.ties, lambda number: axis.x(told.story.moments[number]))),
        notes,
    )


def _rule(wrong: Wrong, axis: Axis, canvas: Canvas) -> Rule:
    others = f" (and {wrong.others} more)" if wrong.others else ""
    never = "" if wrong.seen else "by the end: "
    letters = int(canvas.width / canvas.letter) - 12
    expected = visible(clip(wrong.check.expected, 400))
    actual = visible(clip(f"{never}{wrong.check.actual}", 400))
    return Rule(
        axis.x(wrong.moment),
        f"expected {_within(expected, letters, canvas)}",
        f"actual   {_within(actual, letters - len(others), canvas)}{others}",
    )


def _within(text: str, letters: int, canvas: Canvas) -> str:
    """A text that is no wider than so many letters, with an ellipsis where it is cut."""
    if canvas.text(text) <= letters * canvas.letter:
        return text
    while text and canvas.text(text + "…") > letters * canvas.letter:
        text = text[:-1]
    return text + "…"


__all__ = ["Canvas", "Picture", "drawn"]
