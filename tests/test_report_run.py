"""Reading a run folder: a sound one whole, a damaged one as far as it goes, with what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.checks import judge
from reports import Run, UnreadableRun, read_run
from reports.html import render
from reports.run import Listed
from simulator.observation import Log, Observation, Released
from tests.report_sample import CASES, CLAUSES, write_sample
from tests.simulate import catalogue, observe

Mend = Callable[[list[str]], list[str]]


def _run(folder: Path) -> Path:
    return write_sample(folder / "run", CASES[2:4])


def _change(folder: Path, change: Mend, name: str = "results.jsonl") -> Run:
    file = folder / name
    file.write_text("\n".join(change(file.read_text("utf-8").split("\n"))), "utf-8")
    return read_run(folder)


def _with(**fields: object) -> Callable[[str], str]:
    return lambda line: json.dumps({**json.loads(line), **fields})


def _without(name: str) -> Callable[[str], str]:
    return lambda line: json.dumps({key: value for key, value in json.loads(line).items() if key != name})


def test_a_sound_run_is_read_whole(tmp_path: Path) -> None:
    run = read_run(_run(tmp_path))
    assert run.missing == ()
    assert len(run.results) == run.header.expected == 12
    assert run.end is not None
    assert [scenario.title for scenario in run.scenarios] == [case.title for case in CASES[2:4]]
    times = [seen.time for seen in run.seen(run.results[0]) or ()]
    assert len(times) > 30
    assert times == sorted(times)


def test_the_line_of_a_check_is_found_in_what_a_run_keeps_of_its_scenario() -> None:
    seen = 0
    for one in catalogue():
        file = Path(one.file).read_text("utf-8").splitlines()
        listed = Listed(one.id, text=one.text, line=one.line)
        for check in judge(one, observe(one)):
            if check.line:
                assert listed.at(check.line) == file[check.line - 1].strip(), (one.id, check)
                seen += bool(one.line and check.line > one.line)
    assert seen > 100
    assert [Listed("s", text="a\n").at(line) for line in (-1, 0, 1, 2, 10**9)] == ["", "", "a", "", ""]


@pytest.mark.parametrize(
    ("change", "said", "results"),
    [
        (lambda lines: [*lines[:6], lines[6][:40]], "results.jsonl line 7 is cut off", 5),
        (lambda lines: lines[:-2], "there is no end line", 12),
        (lambda lines: [*lines[:3], *lines[6:]], "expected 12 results, got 9", 9),
        (lambda lines: [*lines[:3], *lines[6:]], "the end line counts 12 results, 9 could be read", 9),
        (lambda lines: [lines[0], "{]", *lines[1:]], "results.jsonl line 2 is damaged", 12),
        (lambda lines: [lines[0], "[1]", *lines[1:]], "results.jsonl line 2 is damaged", 12),
        (lambda lines: [lines[0], '{"type":"tea"}', *lines[1:]], "unknown type of line 'tea'", 12),
        (lambda lines: [lines[0], lines[1], *lines[1:]], "1 result came more than once", 12),
        (lambda lines: [lines[0], _with(verdict="splendid")(lines[1]), *lines[2:]], "verdict 'splendid'", 11),
        (
            lambda lines: [lines[0], _with(wall="long")(lines[1]), *lines[2:]],
            "wall should be int, not str",
            11,
        ),
        (lambda lines: [lines[0], _without("scenario")(lines[1]), *lines[2:]], "it has no 'scenario'", 11),
        (lambda lines: [lines[0], _with(checks=[{}])(lines[1]), *lines[2:]], "it has no 'clause'", 11),
        (lambda lines: [_with(scenarios=[{"id": 7}])(lines[0]), *lines[1:]], "scenario number 1", 12),
        (
            lambda lines: [lines[0], _with(observations="../x")(lines[1]), *lines[2:]],
            "leads out of the run",
            12,
        ),
        (
            lambda lines: [lines[0], _with(observations="gone")(lines[1]), *lines[2:]],
            "observations in gone",
            12,
        ),
    ],
)
def test_what_is_missing_is_said_and_the_rest_is_shown(
    tmp_path: Path, change: Mend, said: str, results: int
) -> None:
    run = _change(_run(tmp_path), change)
    assert any(said in line for line in run.missing), run.missing
    assert len(run.results) == results
    page = render(run, CLAUSES)
    assert "What is missing" in page
    assert CASES[2].id in page


def test_fields_of_a_newer_version_are_passed_over(tmp_path: Path) -> None:
    newer = _with(colour="blue", protocol=9)
    run = _change(_run(tmp_path), lambda lines: [*(newer(line) for line in lines if line)])
    assert run.missing == ()
    assert len(run.results) == 12


def test_the_faults_of_a_scenario_are_read_where_a_run_says_them(tmp_path: Path) -> None:
    said = _with(scenarios=[{"id": "a", "faults": ["cut", "stall"]}, {"id": "b", "faults": []}, {"id": "c"}])
    run = _change(_run(tmp_path), lambda lines: [said(lines[0]), *lines[1:]])
    assert [one.faults for one in run.scenarios] == [("cut", "stall"), (), ()]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"time": 0', "cut off"),
        (_with(kind="tea")('{"witness":"page","data":{}}'), "unknown kind 'tea'"),
        ('{"witness":"ghost"}', "unknown witness 'ghost'"),
        ("{}", "it has no 'witness'"),
    ],
)
def test_an_observation_that_cannot_be_read_does_not_take_others_along(
    tmp_path: Path, line: str, said: str
) -> None:
    folder = _run(tmp_path)
    path = read_run(folder).results[0].observations
    run = _change(
        folder, lambda lines: [*lines[:10], line, line] if said != "cut off" else [*lines[:10], line], path
    )
    (told,) = run.missing
    assert path in told
    assert said in told
    assert ("(and 1 further line)" in told) == (said != "cut off")
    assert len(run.observations[path]) == 10


def test_time_orders_witnesses_and_each_witness_keeps_its_own_order(tmp_path: Path) -> None:
    told = [("harness", 10), ("page", 5), ("harness", 30), ("harness", 29), ("origin", 29), ("page", 31)]
    log = Log(lambda: 0)
    for witness, time in told:
        log.take(Observation(time, 0, witness, "", "", Released()))
    folder = _run(tmp_path)
    path = read_run(folder).results[0].observations
    run = _change(folder, lambda _: [seen.line() for seen in log.observations], path)
    assert [seen.sequence for seen in run.observations[path]] == [2, 1, 5, 3, 4, 6]


def test_a_time_that_is_no_number_is_refused(tmp_path: Path) -> None:
    folder = _run(tmp_path)
    path = read_run(folder).results[0].observations
    run = _change(folder, lambda lines: [_with(time="noon")(lines[0]), *lines[1:]], path)
    assert "time should be int, not str" in run.missing[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "holds no readable results.jsonl"),
        ("", "results.jsonl is empty"),
        ("\n\n", "results.jsonl is empty"),
        ("{}", "its type is None"),
        ('{"type":"result"}', "its type is 'result'"),
        ('{"type":"run"}', "it has no 'bgfetch'"),
        ("\x00\ufffd", "no run line"),
    ],
)
def test_a_folder_without_a_run_is_refused_with_the_way_out(
    tmp_path: Path, content: str | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "results.jsonl").write_text(content, "utf-8")
    with pytest.raises(UnreadableRun) as refused:
        read_run(tmp_path)
    assert said in str(refused.value)
    assert "bgfetch run" in str(refused.value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_breaks_the_report(tmp_path: Path, data: st.DataObject) -> None:
    folder = tmp_path / "damaged"
    write_sample(folder, CASES[4:5])
    name = data.draw(st.sampled_from(["results.jsonl", read_run(folder).results[0].observations]))
    whole = (folder / name).read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    (folder / name).write_bytes(whole[:start] + data.draw(st.binary(max_size=8)) + whole[stop:])
    try:
        run = read_run(folder)
    except UnreadableRun:
        return
    render(run, CLAUSES).encode()
