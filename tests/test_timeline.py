"""The timeline: nothing overlaps, a resume starts where the last one stopped, and is the same each time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pytest
from click.testing import Result as Outcome
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.checks import judge
from conformance.results import FAIL, PASS, Check, Result, verdict_of
from conformance.scenario.model import Scenario
from reports.timeline import Canvas, Picture, drawn, levers, svg, terminal, transfers
from reports.timeline.axis import axis
from reports.timeline.layout import Lane, Mark, lane
from reports.timeline.script import FETCHES
from reports.timeline.story import Item, Story, Strand
from reports.timeline.transfers import LANES
from reports.timeline.verdict import ARROWS, leading, ties, wrong
from simulator.observation import (
    Called,
    Fault,
    Log,
    Network,
    Observation,
    Progress,
    Request,
    Response,
    Sent,
    Step,
)
from tests.simulate import catalogue, observe, scenario

CANVASES = {"svg": svg.CANVAS, "terminal": terminal.CANVAS}
MS = 1_000_000
HOUR = 3_600_000 * MS
RESUME = "complete-a-record-algorithm/offline-resumes-by-range"


def _of(id: str) -> Scenario:
    return next(one for one in catalogue() if one.id == id)


def _told(scenario: Scenario, on: str = "simulator") -> tuple[Result, Sequence[Observation]]:
    seen = observe(scenario, on)
    checks = tuple(judge(scenario, seen))
    return Result(scenario.id, on, verdict_of(checks), checks), seen


def _picture(log: Log | Sequence[Observation], canvas: Canvas = svg.CANVAS, *checks: Check) -> Picture:
    seen = log.observations if isinstance(log, Log) else log
    (picture,) = drawn([(Result("s", "i", FAIL if checks else PASS, checks), seen)], canvas)
    return picture


def _lane(picture: Picture, name: str) -> Lane:
    return next(lane for lane in picture.lanes if lane.name == name)


# -- nothing overlaps -----------------------------------------------------------------------


def _overlaps(picture: Picture) -> list[str]:
    """What touches what it must not: marks each other, texts anything that is not their own mark."""
    return [trouble for lane in picture.lanes for trouble in _in_lane(lane, picture.canvas)] + [
        f"lanes {a.name} and {b.name}" for a, b in pairwise(picture.lanes) if a.top + a.height > b.top
    ]


def _in_lane(lane: Lane, canvas: Canvas) -> list[str]:
    troubles = [
        f"{lane.name}: marks {a.titles} and {b.titles}"
        for place, a in enumerate(lane.marks)
        for b in lane.marks[place + 1 :]
        if a.y0 == b.y0 and a.x0 < b.x1 and b.x0 < a.x1
    ]
    boxes = [(label, label.x, label.x + canvas.text(label.text)) for label in lane.labels]
    for place, (label, x0, x1) in enumerate(boxes):
        row = [mark for mark in lane.marks if mark.y0 <= label.y < mark.y1]
        troubles += [
            f"{lane.name}: {label.text!r} on {mark.titles}"
            for mark in row
            if x0 < mark.x1 and mark.x0 < x1 and not _inside(mark, x0, x1)
        ]
        troubles += [
            f"{lane.name}: {label.text!r} on {other.text!r}"
            for other, y0, y1 in boxes[place + 1 :]
            if other.y == label.y and x0 < y1 and y0 < x1
        ]
        if not canvas.left <= x0 <= x1 <= canvas.width:
            troubles.append(f"{lane.name}: {label.text!r} leaves the picture")
    return troubles


def _inside(mark: Mark, x0: int, x1: int) -> bool:
    return mark.x0 <= x0 and x1 <= mark.x1


def _struck(picture: Picture) -> list[str]:
    """The labels through whose letters the line of the bytes goes; on a terminal they cover it."""
    return [
        f"{lane.name}: {label.text!r}"
        for lane in picture.lanes
        for label in lane.labels
        for mark in lane.marks
        if picture.canvas is svg.CANVAS and mark.y0 <= label.y < mark.y1
        if any(
            0 <= x - label.x < svg.CANVAS.text(label.text) and low > label.y - 6 and high < label.y + 6
            for x, high, low in _line(mark)
        )
    ]


def _ruled(picture: Picture) -> list[str]:
    """The labels through whose letters the rule at the first wrong moment goes."""
    found = re.search('class="w" d="([^"]*)"', svg.svg(picture))
    pieces = re.findall(r"M(\d+) (\d+)V(\d+)", found[1]) if found else []
    return [
        label.text
        for x, top, bottom in (map(int, piece) for piece in pieces)
        for lane in picture.lanes
        for label in lane.labels
        if picture.canvas is svg.CANVAS and top < label.y + 6 and label.y - 6 < bottom
        if label.x <= x < label.x + svg.CANVAS.text(label.text)
    ]


def _line(mark: Mark) -> Iterator[tuple[int, int, int]]:
    """Where the bytes of a mark are drawn: a slope to the first corner, steps from there on."""
    for place, ((x, a), (after, b)) in enumerate(pairwise(mark.stairs)):
        slope = place == 0 and mark.look not in ("line", "over")
        for at in range(x, after):
            y = a + (b - a) * (at - x) // (after - x) if slope else a
            yield at, y, y
        if not slope:
            yield after, min(a, b), max(a, b)


@settings(deadline=None, max_examples=60)
@given(
    one=st.sampled_from(catalogue()),
    on=st.sampled_from(["simulator", "simulator:literal", "mutant:no-range-header", "mutant:totals-shrink"]),
    canvas=st.sampled_from(sorted(CANVASES)),
)
def test_nothing_overlaps_in_any_scenario_of_the_catalogue(one: Scenario, on: str, canvas: str) -> None:
    (picture,) = drawn([_told(one, on)], CANVASES[canvas])
    assert _overlaps(picture) == [] == _struck(picture)
    assert not _ruled(picture)
    axis = sorted([(tick.x, tick.text) for tick in picture.ticks] + [(f.x0, f.text) for f in picture.folds])
    for (x, text), (after, _) in pairwise(axis):
        assert x + picture.canvas.text(text) <= after


TIMES = st.one_of(st.integers(0, 3), st.integers(0, 10 * HOUR), st.just(10**400))
WORDS = st.text(max_size=30)
AMOUNTS = st.integers(-1, 2**70)


@st.composite
def _made_up(draw: st.DrawFn) -> list[Observation]:
    """Observations such as no implementation gives: any time, any text, any amount."""
    kinds = st.one_of(
        st.builds(Step, WORDS, WORDS),
        st.builds(Network, st.booleans(), st.booleans(), st.none() | AMOUNTS),
        st.builds(Request, st.integers(0, 3), st.sampled_from(["GET", "POST"])),
        st.builds(Response, st.integers(0, 3), st.integers(0, 999)),
        st.builds(Sent, st.integers(0, 3), AMOUNTS, st.booleans()),
        st.builds(Fault, st.integers(0, 3), WORDS, AMOUNTS),
        st.builds(Called, WORDS),
        st.builds(Progress, AMOUNTS, AMOUNTS, WORDS, WORDS, st.booleans()),
    )
    log = Log(lambda: draw(TIMES))
    for data in draw(st.lists(kinds, max_size=60)):
        witness = draw(st.sampled_from(["page", "worker", "origin", "harness"]))
        log.see(witness, draw(st.sampled_from(["a", "b"])), draw(st.sampled_from(["/x", "/y", "1"])), data)
    return sorted(log.observations, key=lambda one: one.time)


@settings(deadline=None)
@given(seen=_made_up(), canvas=st.sampled_from(sorted(CANVASES)))
def test_nothing_overlaps_whatever_was_seen(seen: list[Observation], canvas: str) -> None:
    picture = _picture(seen, CANVASES[canvas], Check("c/1", "must", "text", FAIL, "e" * 500, "界" * 500))
    assert _overlaps(picture) == []
    assert all(mark.title for lane in picture.lanes for mark in lane.marks)
    list(terminal.terminal(picture))
    assert not re.search("[\x00-\x1f\u202e]", svg.svg(picture))


# -- what is drawn --------------------------------------------------------------------------


def test_a_resume_starts_where_the_last_attempt_stopped() -> None:
    (picture,) = drawn([_told(_of(RESUME))], svg.CANVAS)
    first, second = _lane(picture, "/ep-5.mp3").marks
    assert first.x1 < second.x0
    assert first.stairs[-1][1] == second.stairs[0][1]
    assert (first.stairs[0][1], second.stairs[-1][1]) == (first.y1, second.y0)
    assert "ghost" not in first.look + second.look


@pytest.mark.parametrize(
    ("base", "reached", "above"),
    [(0, 5, 0), (45, 50, 1), (50, 60, 1), (60, 100, -1), (95, 100, 0)],
)
def test_a_label_keeps_out_of_the_way_of_the_bytes(base: int, reached: int, above: int) -> None:
    item = Item(
        "answer", (0, 0), (100, 0), "title", "200 all", (), base, (((40, 0), reached), ((90, 0), reached))
    )
    canvas = svg.CANVAS
    (label,) = lane(
        Strand("/a", (item,), 100), axis([(0, 0), (40, 0), (90, 0), (100, 0)], canvas), canvas, 0
    ).labels
    middle = canvas.bytes // 2
    assert (label.y < middle) - (label.y > middle) == above
    twin = terminal.CANVAS
    (label,) = lane(
        Strand("/a", (item,), 100), axis([(0, 0), (40, 0), (90, 0), (100, 0)], twin), twin, 0
    ).labels
    assert label.y == twin.bytes // 2  # a line of letters has no above


def test_bytes_that_came_again_are_a_ghost() -> None:
    (picture,) = drawn([_told(_of(RESUME), "mutant:no-range-header")], svg.CANVAS)
    first, second = _lane(picture, "/ep-5.mp3").marks
    assert first.look == "ghost"
    assert second.look == "answer"
    assert second.stairs[0][1] == second.y1


def test_eight_idle_hours_are_folded_and_told() -> None:
    (picture,) = drawn([_told(_of(RESUME))], svg.CANVAS)
    assert [fold.text for fold in picture.folds] == ["8 h"]
    assert "8 h in which nothing was seen, folded" in svg.svg(picture)


def test_milliseconds_are_never_folded() -> None:
    times = iter([0, 20 * MS, 20 * MS + 1, 20 * MS + 2])
    log = Log(lambda: next(times))
    for number in range(4):
        log.see("origin", "own.test", f"/{number}", Request(1, "GET"))
    assert _picture(log).folds == ()


def test_the_rule_stands_at_the_first_wrong_moment_with_expected_and_actual() -> None:
    result, seen = _told(_of(RESUME), "mutant:no-range-header")
    (picture,) = drawn([(result, seen)], svg.CANVAS)
    again = _lane(picture, "/ep-5.mp3").marks[1]
    assert picture.rule
    assert picture.rule.x == again.x0
    assert picture.rule.expected.startswith("expected /ep-5.mp3: GET; GET with bytes=102400-")
    assert picture.rule.actual.startswith("actual   /ep-5.mp3: GET, accept-encoding: gzip")
    assert picture.arrows
    (passed,) = drawn([_told(_of(RESUME))], svg.CANVAS)
    assert passed.rule is None


def test_what_never_came_is_wrong_at_the_end() -> None:
    log = Log(lambda: 5 * MS)
    log.see("harness", "harness", "1", Step("until", "until settled"))
    picture = _picture(log, svg.CANVAS, Check("c/1", "must", "text", FAIL, "an event", "nothing"))
    assert picture.rule
    assert picture.rule.x == svg.CANVAS.width - 1
    assert picture.rule.actual == "actual   by the end: nothing"


def test_two_results_of_one_kind_of_time_share_an_axis() -> None:
    one, other = drawn([_told(_of(RESUME)), _told(_of(RESUME), "mutant:no-range-header")], svg.CANVAS)
    assert (one.ticks, one.folds) == (other.ticks, other.folds)
    assert _lane(one, "/ep-5.mp3").marks[0].x0 == _lane(other, "/ep-5.mp3").marks[0].x0


def test_what_is_not_drawn_is_counted() -> None:
    log = Log(lambda: MS)
    for number in range(LANES + 41):
        log.see("origin", "own.test", f"/{number}", Request(1, "GET"))
    for number in range(FETCHES + 2):
        log.see("page", "page", f"f{number}", Progress(1, 0, "", "", recordsAvailable=True))
    picture = _picture(log)
    assert picture.notes == (
        "… 41 of 49 URLs are not drawn",
        "… 2 of 5 fetches are not drawn",
        "… 2 of 5 fetches are not drawn",
    )
    assert all(note in svg.svg(picture) for note in picture.notes)
    assert list(terminal.terminal(picture))[-3:] == list(picture.notes)


def test_the_request_that_a_verdict_rests_on_is_among_those_that_are_drawn() -> None:
    log = Log(lambda: MS)
    for number in range(300):
        log.see("origin", "own.test", f"/{number}", Request(1, "GET"))
    picture = _picture(log, svg.CANVAS, Check("c/1", "must", "text", FAIL, "none", "one", (300,)))
    assert [lane.name for lane in picture.lanes] == [*(f"/{number}" for number in range(LANES - 1)), "/299"]


def test_crowded_events_are_one_mark_that_counts_them() -> None:
    log = Log(lambda: MS)
    for amount in range(1, 401):
        log.see("page", "page", "f", Progress(amount, 0, "", "", recordsAvailable=True))
    (*_, last) = _lane(_picture(log), "events").marks
    marks = _lane(_picture(log), "events").marks
    assert sum(mark.count for mark in marks) == 400
    assert last.label == f"{last.count}×"
    assert f"… {last.count} things in all" in last.title


def test_a_downloaded_beyond_its_total_is_marked() -> None:
    told = scenario(
        'title = "t"\nclauses = ["mdn/Background_Fetch_API/3"]\n[origin."/a"]\nsize = "10 KiB"\n'
        '[[steps]]\nfetch = "f"\nrequests = ["/a"]\noptions = { downloadTotal = 20480 }\n'
        '[[steps]]\nuntil = "settled"\n[expect]\nevents = [{ type = "backgroundfetchsuccess" }]\n'
    )
    lane = _lane(_picture(observe(told)), "downloaded")
    assert [mark.look for mark in lane.marks] == ["line"]
    assert lane.ceiling == lane.top
    seen = [*observe(told)]
    log = Log(lambda: seen[-1].time)
    log.observations += seen
    log.see("page", "page", "f", Progress(30_000, 0, "", "", recordsAvailable=True))
    assert [mark.look for mark in _lane(_picture(log), "downloaded").marks] == ["over"]


def test_a_cause_that_an_observation_names_comes_before_what_is_known_otherwise() -> None:
    log = Log(lambda: 0)
    log.see("harness", "harness", "1", Step("fetch", "fetch f"))
    log.see("page", "page", "1", Called("fetch"))
    log.see("origin", "own.test", "/a", Request(1, "GET"), cause=2)
    log.see("origin", "own.test", "/a", Response(1, 200))
    assert ties(log.observations) == {2: 1, 3: 2, 4: 3}


def test_a_cause_that_is_not_before_its_effect_is_none() -> None:
    log = Log(lambda: 0)
    log.see("page", "page", "f", Progress(1, 0, "", "", recordsAvailable=True), cause=2)
    log.see("page", "page", "f", Progress(2, 0, "", "", recordsAvailable=True), cause=1)
    log.observations += log.observations  # a number that comes twice
    assert ties(log.observations) == {2: 1}


def test_arrows_go_from_item_to_item_along_what_is_not_drawn() -> None:
    result, seen = _told(_of(RESUME), "mutant:no-range-header")
    story = Story.of(seen)
    first = wrong(story, result)
    assert first
    lanes = (levers.steps(story), levers.network(story), *transfers.records(story))
    led = leading(story, first.check, lanes)
    named = {one.sequence: one.data for one in seen}
    kinds = [(named[cause].name, named[effect].name) for cause, effect in led.ties]
    assert kinds == [("network", "request"), ("step", "request"), ("step", "network")]
    assert led.more == ""


def test_arrows_that_are_too_many_are_counted() -> None:
    log = Log(lambda: MS)
    log.see("harness", "harness", "1", Step("fetch", "fetch f"))
    for number in range(ARROWS + 3):
        log.see("page", "page", str(number), Called("fetch"), cause=1)
    proof = tuple(one.sequence for one in log.observations[1:])
    picture = _picture(log, svg.CANVAS, Check("c/1", "must", "text", FAIL, "none", "many", proof))
    assert picture.notes == (f"… 3 of {ARROWS + 3} arrows are not drawn",)


def test_what_happens_at_one_instant_keeps_its_order() -> None:
    log = Log(lambda: MS)
    for number in range(3):
        log.see("origin", "own.test", f"/{number}", Request(1, "GET"))
    story = Story.of(log.observations)
    assert list(story.moments.values()) == [(MS, 0), (MS, 1), (MS, 2)]
    xs = [lane.marks[0].x0 for lane in _picture(log).lanes]
    assert xs == sorted(set(xs))


# -- how it is shown ------------------------------------------------------------------------


def test_the_same_run_gives_the_same_picture() -> None:
    results = [_told(_of(RESUME)) for _ in range(2)]
    assert len({svg.svg(drawn([one], svg.CANVAS)[0]) for one in results}) == 1


def test_hostile_texts_stay_text() -> None:
    log = Log(lambda: 0)
    log.see("harness", "harness", '"><script>', Step("x", "</svg><script>alert(1)</script>\u202e\x1b[2J"))
    log.see("page", "page", "f", Progress(1, 0, '" onload="x', "<b>", recordsAvailable=True))
    text = svg.svg(_picture(log))
    assert "<script" not in text
    assert 'onload="' not in text
    assert not set("\x1b\u202e") & set(text + "".join(terminal.terminal(_picture(log, terminal.CANVAS))))


def test_nothing_seen_is_a_picture_too() -> None:
    assert _picture([]).lanes == ()
    assert svg.svg(_picture([])).startswith("<svg")
    assert list(terminal.terminal(_picture([], terminal.CANVAS))) == ["                  0 s"]


@pytest.mark.parametrize("line", ["✓ simulator: pass", "✗ mutant:no-range-header: fail", "⋯8 h⋯"])
def test_the_terminal_draws_a_scenario(bgfetch: Callable[..., Outcome], line: str) -> None:
    done = bgfetch("show", RESUME, "--timeline", "--on", "simulator", "--on", "mutant:no-range-header")
    assert done.exit_code == 0
    assert line in done.output
    assert max(map(len, done.output.splitlines())) <= 120


@pytest.mark.parametrize(("columns", "wide"), [(20, 60), (80, 80), (110, 110), (1000, 200)])
def test_a_picture_fits_into_the_terminal(columns: int, wide: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    result, seen = _told(_of(RESUME), "mutant:no-range-header")
    lines = list(terminal.pictures([("m", result, seen)]))
    assert wide - 20 < max(map(len, lines)) <= wide
    assert "5 until settled" in "\n".join(lines)  # the rule goes around it
