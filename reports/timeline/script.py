"""The strands of what script saw: worker, pages and their promises, the fetch's state, its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve

from reports.text import clip
from reports.timeline.story import Item, Story, Strand, brief, left_out
from simulator.observation import (
    Attributes,
    Called,
    Display,
    Event,
    EventDone,
    Observation,
    Page,
    Progress,
    Settled,
    Worker,
)

PAGES, FETCHES = 3, 3
"""Pages and fetches with a lane of their own; of the rest it is said how many there are."""
_LOOKS = {"under way": "active", "paused": "paused", "success": "success", "failure": "failure"}
_END = {
    "backgroundfetchsuccess": "success",
    "backgroundfetchfail": "fail",
    "backgroundfetchabort": "abort",
    "backgroundfetchclick": "click",
}


def worker(story: Story) -> Strand:
    """The service worker: its own life, its calls, and each event for as long as it lives."""
    lasting = [*_handlers(story), *_calls(story, "worker")]
    points = [story.point(seen, "life", data.state) for seen, data in story.select(Worker)]
    return Strand("worker", tuple(sorted([*lasting, *points], key=lambda item: item.start)))


def _handlers(story: Story) -> Iterator[Item]:
    done: dict[object, list[Observation]] = {}
    for seen, over in story.select(EventDone):
        done.setdefault((seen.actor, seen.of, over.type), []).append(seen)
    for seen, data in story.select(Event):
        after = done.get((seen.actor, seen.of, data.type), [])
        end = after.pop(0) if after else None
        stop = story.at(end) if end else story.end
        title = f"handles {clip(data.type, 60)}" + ("" if end else "; its lifetime was not seen to end")
        numbers = (seen.sequence, *([end.sequence] if end else ()))
        yield Item("handler", story.at(seen), stop, title, _END.get(data.type, data.type), numbers)


def pages(story: Story) -> Iterator[Strand]:
    """A strand for each page: its promises from the call to the end, and its coming and going."""
    names = list(dict.fromkeys(s.actor for s in story.seen if s.witness == "page"))
    for place, name in enumerate(names[:PAGES]):
        came = [(seen, data) for seen, data in story.select(Page) if seen.actor == name][1:]
        points = [story.point(seen, "life", data.state) for seen, data in came]
        items = sorted([*_calls(story, "page", name), *points], key=lambda item: item.start)
        more = left_out(PAGES, len(names), "pages") if place == PAGES - 1 else ""
        yield Strand(name if name.startswith("page") else f"page {name}", tuple(items), more=more)


def _calls(story: Story, witness: str, actor: str | None = None) -> Iterator[Item]:
    """Calls of one witness, each until its promise settles."""
    pending: dict[tuple[str, str], tuple[Observation, Called]] = {}
    for seen in story.seen:
        if seen.witness != witness or actor not in (None, seen.actor):
            continue
        key = (seen.actor, seen.of)
        if isinstance(seen.data, Called):
            pending[key] = (seen, seen.data)
        elif isinstance(seen.data, Settled) and key in pending:
            yield _call(story, *pending.pop(key), seen, seen.data)
    for seen, call in pending.values():
        title = f"{brief(seen)}; its promise was not seen to settle"
        yield Item("pending", story.at(seen), story.end, title, f"{call.verb} …", (seen.sequence,))


def _call(story: Story, seen: Observation, call: Called, end: Observation, data: Settled) -> Item:
    fine = data.outcome == "fulfilled"
    label = f"{call.verb} ✓" if fine else f"{call.verb} ✗ {data.exception}"
    numbers = (seen.sequence, end.sequence)
    told = f"{end.of}: {call.verb} {data.outcome}{f' with {data.exception}' if data.exception else ''}"
    title = f"step {told}" if end.witness == "page" else told
    return Item("settled" if fine else "refused", story.at(seen), story.at(end), title, label, numbers)


def driver(story: Story) -> Strand:
    """What was asked of the browser's own interface, and how that came out."""
    points = [
        story.point(seen, "lever", f"{'✓' if data.outcome == 'fulfilled' else '✗'} {data.exception}".strip())
        for seen, data in story.select(Settled)
        if seen.witness not in ("page", "worker")
    ]
    return Strand("driver, ui", tuple(points))


def states(story: Story) -> Iterator[Strand]:
    """A strand for each fetch: what it was seen to be, until it was seen to be something else."""
    told = [(seen, word) for seen in story.seen for word in _state(seen)]
    names = list(dict.fromkeys(seen.of for seen, _ in told))
    for place, name in enumerate(names[:FETCHES]):
        changes: list[tuple[Observation, str, str]] = []
        for seen, word in told:
            if seen.of == name and (not changes or changes[-1][2] != word):
                look = _LOOKS.get(word.partition(":")[0].partition(";")[0], "other")
                changes.append((seen, look, word))
        more = left_out(FETCHES, len(names), "fetches") if place == FETCHES - 1 else ""
        segments = zip(story.segments(changes), changes, strict=True)
        items = tuple(
            evolve(item, title=f"{word}, says {seen.witness}") for item, (seen, _, word) in segments
        )
        yield Strand(_named("state", name, names), items, more=more)


def _state(seen: Observation) -> Iterator[str]:
    """The state of a fetch in a word, where an observation tells it."""
    match seen.data:
        case Attributes(result=result, failureReason=why) | Progress(result=result, failureReason=why):
            yield _word(result, why, seen.data.recordsAvailable)
        case Event(registration=given) if "result" in given:
            yield _event_word(given)
        case Display(paused=True):
            yield "paused"
        case Display(result="", shown=True):
            yield "under way"


def _event_word(given: Mapping[str, object]) -> str:
    return _word(
        str(given["result"]), str(given.get("failureReason", "")), given.get("recordsAvailable") is not False
    )


def _word(result: str, why: str, available: bool) -> str:
    word = f"{result}: {why}" if why else result or "under way"
    return word if available else f"{word}; records gone"


def _named(what: str, name: str, names: list[str]) -> str:
    return f"{what} {name}" if len(names) > 1 else what


def events(story: Story) -> Strand:
    """Progress events, and the events that reached a worker."""
    points = (_event(story, one) for one in story.seen)
    return Strand("events", tuple(point for point in points if point))


def _event(story: Story, seen: Observation) -> Item | None:
    match seen.data:
        case Progress():
            return story.point(seen, "progress")
        case Event(type=type):
            return story.point(seen, _END.get(type, "life"), _END.get(type, type))
    return None
