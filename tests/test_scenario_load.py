"""What a scenario file says comes out as a model in plain units; the fourteen cases are the yardstick."""

from __future__ import annotations

import json
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from conformance.scenario.load import load, scenario_from_document, scenario_from_text, scenario_id
from conformance.scenario.model import (
    Condition,
    ExpectRequest,
    NetworkState,
    RequestSpec,
    Scenario,
    Step,
    WorkerStep,
)
from simulator.origin.behaviour import Answer, Cors, Fault, Range
from tests.scenario_documents import CASES, HEAD, PLAIN, TEXTS

SECOND = 10**9


def read(text: str) -> Scenario:
    return scenario_from_text(text, "x.toml", "x")


def case(name: str) -> Scenario:
    return read(TEXTS[name])


def step(scenario: Scenario, number: int) -> Step:
    return scenario.steps[number - 1]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_cases_load(path: Path) -> None:
    scenario = load(path, path.parent)
    assert scenario.id == path.stem
    assert scenario.text == path.read_text("utf-8")
    assert scenario.title in scenario.text
    numbers = [(step.number, scenario.text.split("\n")[step.line - 1].split()[0]) for step in scenario.steps]
    assert numbers == [(place, one.verb) for place, one in enumerate(scenario.steps, 1)]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_document_makes_the_same_scenario_in_another_process(path: Path) -> None:
    scenario = load(path)
    sent = json.loads(json.dumps(scenario.document))
    again = scenario_from_document(sent, scenario.id)
    assert [evolve(one, line=0) for one in scenario.steps] == list(again.steps)
    assert (again.origin, again.workers, again.policy) == (
        scenario.origin,
        _no_lines(scenario),
        scenario.policy,
    )
    assert again.document == scenario.document


def _no_lines(scenario: Scenario) -> dict[str, Any]:
    return {
        scope: evolve(
            script, handlers={e: tuple(evolve(s, line=0) for s in h) for e, h in script.handlers.items()}
        )
        for scope, script in scenario.workers.items()
    }


@pytest.mark.parametrize(
    ("path", "root", "id"),
    [
        ("/w/scenarios/resume/offline.toml", None, "resume/offline"),
        ("/w/scenarios/resume/offline.toml", "/w/scenarios/resume", "offline"),
        ("/w/mine.toml", None, "mine"),
        ("/w/mine.toml", "/elsewhere", "mine"),
        ("/w/a.b.toml", None, "a.b"),
    ],
)
def test_an_id_is_the_path_below_the_scenarios(path: str, root: str | None, id: str) -> None:
    assert scenario_id(Path(path), Path(root) if root else None) == id


# -- the world ------------------------------------------------------------------------------


def test_what_is_not_said_has_its_default() -> None:
    scenario = read(HEAD)
    assert (scenario.permission, scenario.network, scenario.quota) == ("granted", NetworkState(), None)
    assert (scenario.level, scenario.authority, scenario.policy) == ("must", "text", {})
    assert list(scenario.workers) == ["/"]
    assert scenario.workers["/"].handlers == {}
    assert (scenario.steps, scenario.origin) == ((), {})
    assert scenario.expect.requests is None
    assert scenario.expect.events is None


def test_no_request_at_all_is_something_else_than_nothing_said() -> None:
    assert read(HEAD + "[expect]\nrequests = []\nevents = []").expect.requests == ()


def test_a_table_without_workers_is_a_site_without_any() -> None:
    assert read(HEAD + "[workers]").workers == {}


def test_a_change_of_the_network_keeps_what_it_does_not_name() -> None:
    scenario = case("m")
    slow, metered = step(scenario, 2).arguments["network"], step(scenario, 3).arguments["network"]
    assert scenario.network == NetworkState(bandwidth=1_000_000)
    assert slow == NetworkState(bandwidth=64_000)
    assert metered == NetworkState(bandwidth=64_000, metered=True)
    assert step(case("f"), 2).arguments["network"] == NetworkState(online=False)
    ample = read(HEAD + 'network = { bandwidth = "1 kbit/s" }\n[[steps]]\nnetwork = { bandwidth = "ample" }')
    assert step(ample, 1).arguments["network"] == NetworkState()


def test_storage_and_policy_come_in_plain_units() -> None:
    scenario = case("g")
    assert (scenario.quota, step(scenario, 2).arguments["storage"]) == (2**20, 120 * 1024)
    assert case("i").policy == {"event_lifetime_max": 300 * SECOND}
    assert case("a").policy == {"prompt_starts_paused": True}


def test_what_a_worker_does() -> None:
    handlers = case("k").workers["/"].handlers["backgroundfetchsuccess"]
    clause = case("k").clauses[0]
    assert handlers == (
        WorkerStep("updateUI", {"updateUI": {"title": "Done"}}, None, True, clause=clause, line=5),
        WorkerStep(
            "updateUI", {"updateUI": {"title": "Again"}}, throws="InvalidStateError", clause=clause, line=8
        ),
    )
    waits = case("i").workers["/"].handlers["backgroundfetchsuccess"]
    assert [(one.verb, one.arguments) for one in waits] == [("waitUntil", {"waitUntil": "never"})]


# -- the origin -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ('cut = { after = "1 KiB" }', Fault("cut", 1024)),
        ("cut = { after = 0, how = 'reset' }", Fault("cut", 0, "reset")),
        ("cut = { after = 'headers' }", Fault("cut", -1)),
        ("cut = { after = '9 MiB', of = 'upload' }", Fault("cut", 9 * 2**20, of="upload")),
        ("stall = { after = 10 }", Fault("stall", 10)),
        ("stall = { after = 10, until = 'go' }", Fault("stall", 10, until="go")),
        ("stall = { after = 10, for = '2 s' }", Fault("stall", 10, duration=2 * SECOND)),
        ("trickle = { bytes = 10, every = '1 s' }", Fault("trickle", 0, duration=SECOND, amount=10)),
        ("refuse = true", Fault("refuse", -1)),
    ],
)
def test_faults(keys: str, fault: Fault) -> None:
    scenario = read(f'{HEAD}[origin."/a"]\nsize = "10 KiB"\nattempts = [{{ {keys} }}]')
    resource = scenario.origin["/a"]
    assert resource.attempts == (Answer(size=10_240, faults=(fault,)),)
    assert resource.attempt(2) == Answer(size=10_240)


@pytest.mark.parametrize(
    "keys", ["refuse = false", "stall = { after = 1, for = '0 s' }", "trickle = { bytes = 1, every = '0 s' }"]
)
def test_a_fault_of_no_strength_is_no_fault(keys: str) -> None:
    assert read(f'{HEAD}[origin."/a"]\nsize = 9\nattempts = [{{ {keys} }}]').origin["/a"].attempts == (
        Answer(size=9),
    )


def test_faults_come_in_the_order_in_which_they_strike() -> None:
    keys = "cut = { after = 9 }, stall = { after = 3, until = 'go' }, trickle = { bytes = 1, every = '1 s' }"
    attempt = read(f'{HEAD}[origin."/a"]\nsize = 9\nattempts = [{{ {keys} }}]').origin["/a"].attempts[0]
    assert [fault.kind for fault in attempt.faults] == ["trickle", "stall", "cut"]


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        ("status = 404", Answer(status=404)),
        ("headers = { X-A = '1' }", Answer(headers={"X-A": "1"})),
        ("version = 'v2'", Answer(version="v2")),
        ("etag = ''", Answer(etag="")),
        ("lastModified = 'yesterday'", Answer(last_modified="yesterday")),
        ("length = '1 KiB'", Answer(headers={"Content-Length": "1024"})),
        ("encoding = 'gzip'", Answer(headers={"Content-Encoding": "gzip"})),
        ("redirect = '/a?b'", Answer(redirect="/a?b")),
        ("range = true", Answer()),
        ("range = false", Answer(range=Range(supported=False))),
        (
            "range = { first = 5, length = '1 KiB', total = '*', header = '' }",
            Answer(range=Range(first=5, length=1024, total="*", header="")),
        ),
        ("range = { total = '1 KiB' }", Answer(range=Range(total=1024))),
        (
            "cors = { origin = '*', headers = ['x-a'], credentials = true }",
            Answer(cors=Cors("*", ("x-a",), credentials=True)),
        ),
    ],
)
def test_answers(keys: str, answer: Answer) -> None:
    assert read(f'{HEAD}[origin."/a"]\n{keys}').origin["/a"].answer == answer


def test_an_attempt_overrides_its_resource() -> None:
    first, second = case("f").origin["/a"].attempts
    assert (first.tag, second.tag) == ('"v1"', '"v2"')
    assert (first.size, second.size, second.version) == (307_200, 307_200, "v2")
    late = "attempts = [{ latency = '300 ms', size = 3 }]"
    attempt = read(f'{HEAD}[origin."/a"]\nsize = 9\n{late}').origin["/a"].attempts[0]
    assert (attempt.latency, attempt.size) == (300_000_000, 3)


def test_families_of_paths_give_way_to_exact_names() -> None:
    scenario = case("l")
    assert len(scenario.origin) == 300
    assert [path for path, one in scenario.origin.items() if one.answer.status == 404] == ["/n/17"]
    assert {one.path for one in scenario.origin.values()} == set(scenario.origin)
    fetched = [spec.path for spec in step(scenario, 1).arguments["requests"]]
    assert fetched == [f"/n/{number}" for number in range(1, 301)]
    expected = [(one.path, one.status) for one in scenario.expect.records]
    assert len(expected) == 300
    assert expected[0] == ("/n/17", 404)
    assert ("/n/17", 200) not in expected
    assert scenario.expect.records[1].excepted == ("/n/17",)


# -- steps ----------------------------------------------------------------------------------


def test_a_fetch() -> None:
    asked = step(case("e"), 1)
    assert asked.arguments["requests"] == (RequestSpec("/up", "POST", body=204_800), RequestSpec("/get"))
    assert (asked.name, asked.has_gives, asked.gives, asked.settles) == (
        "f",
        True,
        {"uploadTotal": 204_800},
        True,
    )
    headed = step(case("j"), 1).arguments["requests"][0]
    assert headed == RequestSpec("//cdn/with", headers={"X-A": "1"})


def test_a_request_without_a_list_is_told_apart() -> None:
    lone = step(read(PLAIN.replace('["/a"]', '"/a"')), 1).arguments
    assert (lone["requests"], lone["lone"]) == ((RequestSpec("/a"),), True)
    assert "lone" not in step(read(PLAIN), 1).arguments


@pytest.mark.parametrize(
    ("total", "given"), [("'1 KiB'", 1024), ("5", 5), ("-1", -1), ("1.5", 1.5)], ids=["size", "n", "-n", "f"]
)
def test_downloadTotal_is_a_size_or_whatever_number_the_browser_is_to_get(total: str, given: float) -> None:
    scenario = read(
        PLAIN.replace("[[steps]]\nuntil", f"options = {{ downloadTotal = {total} }}\n[[steps]]\nuntil")
    )
    assert step(scenario, 1).arguments["options"] == {"downloadTotal": given}


def test_names_and_what_they_mean() -> None:
    scenario = case("c")
    assert [(one.name, one.on, one.of) for one in scenario.steps[2:5]] == [
        ("fa", "pa", ""),
        ("fb", "pb", ""),
        ("", "pb", ""),
    ]
    got = step(case("b"), 3)
    assert (got.verb, got.on, got.name, got.of) == ("get", "second", "f", "f")
    stop = step(case("h"), 2)
    assert (stop.arguments, stop.name, stop.of) == ({"abort": "f"}, "stop", "f")
    match, first, whole = step(case("n"), 2), step(case("n"), 3), step(case("n"), 5)
    assert (match.arguments, match.name, match.of) == ({"match": RequestSpec("/a")}, "rec", "f")
    assert (first.arguments, first.of) == ({"read": "rec", "bytes": 102_400}, "rec")
    assert whole.gives == {"body": "intact", "closed": True}


def test_get_of_an_id_in_another_scope_means_no_fetch() -> None:
    both = TEXTS["c"].replace('getIds = true\ngives = ["same"]', 'get = "same"\nas = "got"')
    assert step(read(both), 5).of == "fb"
    elsewhere = TEXTS["c"].replace(
        'on = "pb"\ngetIds = true\ngives = ["same"]', 'get = "same"\ngives = "undefined"'
    )
    got = step(read(elsewhere), 5)
    assert (got.of, got.gives, got.has_gives) == ("", None, True)


def test_conditions() -> None:
    assert step(case("b"), 5).when == Condition(
        'downloaded = "100 KiB", on = "second"', on="second", of="f", downloaded=102_400
    )
    assert step(case("h"), 2).when == Condition('sent = "300 KiB", path = "/a"', sent=307_200, path="/a")
    assert step(case("i"), 2).arguments["until"] == Condition(
        'event = "backgroundfetchsuccess"', of="f", event="backgroundfetchsuccess"
    )
    assert step(case("a"), 4).arguments["until"] == Condition("settled", settled=True)
    never = step(case("a"), 2)
    assert never.arguments == {
        "never": Condition('path = "/a", attempt = 1', path="/a", attempt=1),
        "for": 2 * SECOND,
    }
    assert step(case("m"), 2).when == Condition('time = "10 s"', time=10 * SECOND)


def test_sent_means_the_only_path_that_is_fetched() -> None:
    scenario = read(PLAIN.replace('until = "settled"', "until = { sent = 5 }"))
    assert step(scenario, 2).arguments["until"].path == "/a"


def test_gone_is_a_state() -> None:
    scenario = read(PLAIN + '[[steps]]\nuntil = { state = "gone" }')
    assert step(scenario, 3).arguments["until"] == Condition('state = "gone"', of="f", state="gone")


def test_pages_and_the_life_of_the_browser() -> None:
    scenario = case("d")
    assert step(scenario, 2).arguments == {"browser": "kill"}
    assert step(scenario, 3).arguments == {"browser": "start", "pages": ()}
    assert step(case("b"), 1).arguments == {"open": "second", "at": "/"}
    assert step(case("c"), 1).arguments == {"open": "pa", "at": "/a/"}
    again = read(HEAD + '[[steps]]\nbrowser = "quit"\n[[steps]]\nbrowser = "start"')
    assert step(again, 2).arguments["pages"] == ("page",)


def test_matchAll_attributes_and_worker_steps() -> None:
    more = PLAIN + (
        '[[steps]]\nmatchAll = "f"\nrequests = ["/a"]\noptions = { ignoreSearch = true }\n'
        '[[steps]]\nattributes = "f"\ngives = { downloaded = 5 }\nclause = "readme/2"\n'
        '[[steps]]\non = "worker"\nattributes = "f"\n'
        '[[steps]]\nworker = "stop"\n[[steps]]\nuser = "pause"\n'
    )
    matched, read_out, seen, stop, pause = read(more).steps[2:]
    assert matched.arguments == {
        "matchAll": "f",
        "requests": (RequestSpec("/a"),),
        "options": {"ignoreSearch": True},
    }
    assert (read_out.of, read_out.gives, read_out.clause) == ("f", {"downloaded": 5}, "readme/2")
    assert (seen.on, stop.on, stop.arguments, pause.of) == ("worker", "worker", {"worker": "stop"}, "f")


# -- expectations ---------------------------------------------------------------------------


def test_expected_requests() -> None:
    first = "mdn/Background_Fetch_API/5"
    [resumed, _] = case("d").expect.any
    assert resumed.expect.requests == (
        ExpectRequest(clause=first, line=21, path="/a"),
        ExpectRequest(clause=first, line=21, path="/a", range_from=(1, 102_400)),
    )
    assert case("d").expect.events is not None
    text = (
        PLAIN
        + "[expect]\nrequests = [{ path = '/a', range = 'bytes=5-', received = '1 KiB', count = [0, 2] }]"
    )
    [request] = read(text).expect.requests or ()
    assert (request.range, request.range_from, request.received, request.count) == (
        "bytes=5-",
        None,
        1024,
        (0, 2),
    )


def test_a_range_may_be_told_in_sizes() -> None:
    text = PLAIN + "[expect]\nrequests = [{ path = '/a', range = { from = [1, '1 KiB'] } }]"
    assert (read(text).expect.requests or ())[0].range_from == (1, 1024)


def test_expected_events() -> None:
    fa, fb = case("c").expect.events or ()
    assert [(one.of, one.worker, one.count, one.type) for one in (fa, fb)] == [
        ("fa", "/a/", (1, 1), None),
        ("fb", "/b/", (1, 1), None),
    ]
    text = PLAIN + (
        "[[expect.events]]\ntype = 'backgroundfetchsuccess'\ninterface = 'BackgroundFetchUpdateUIEvent'\n"
        "attributes = { downloaded = '1 KiB', recordsAvailable = true }\nclause = 'readme/3'\n"
    )
    [event] = read(text).expect.events or ()
    assert (event.of, event.interface, event.clause) == ("f", "BackgroundFetchUpdateUIEvent", "readme/3")
    assert event.attributes == {"downloaded": 1024, "recordsAvailable": True}


def test_expected_records_belong_to_the_fetch_that_asks_for_their_path() -> None:
    text = PLAIN.replace("[[steps]]\nuntil", '[[steps]]\nfetch = "g"\nrequests = ["/a?2"]\n[[steps]]\nuntil')
    records = read(
        text + "[expect]\nrecords = [{ path = '/a' }, { path = '/a?2', absent = ['Content-Range'] }]"
    )
    assert [(one.of, one.absent) for one in records.expect.records] == [("f", ()), ("g", ("Content-Range",))]


def test_weight_comes_from_what_is_around() -> None:
    text = (
        PLAIN.replace("[origin", 'level = "should"\n[origin', 1)
        + "[expect]\nrecords = [{ path = '/a' }]\n"
        + "[[expect.any]]\nauthority = 'erratum 16'\nclause = 'readme/2'\n"
        + "events = [{ type = 'backgroundfetchfail' }, { level = 'observe', authority = 'practice' }]\n"
    )
    scenario = read(text)
    record, [alternative] = scenario.expect.records[0], scenario.expect.any
    assert (record.clause, record.level, record.authority) == ("readme/1", "should", "text")
    assert (alternative.level, alternative.authority) == ("should", "erratum 16")
    plain, own = alternative.expect.events or ()
    assert (plain.clause, plain.level, plain.authority) == ("readme/2", "should", "erratum 16")
    assert (own.clause, own.level, own.authority) == ("readme/2", "observe", "practice")


def test_alternatives() -> None:
    fail, joined = case("f").expect.any
    assert fail.needs == Condition('path = "/a", attempt = 2', path="/a", attempt=2)
    assert (joined.needs, joined.authority) == (None, "erratum 16")
    assert (joined.expect.requests, joined.expect.events) == (None, None)
    stopped, finished = case("h").expect.any
    assert [(one.step, one.gives, one.has_gives) for one in stopped.expect.results] == [("stop", True, True)]
    assert case("e").expect.any[0].policy == {"cut_while_online": "fail"}
    assert [one.expect.events[0].type for one in (stopped, finished) if one.expect.events] == [
        "backgroundfetchabort",
        "backgroundfetchsuccess",
    ]


def test_expected_progress() -> None:
    page, second = case("b").expect.progress
    assert (page.on, page.of, page.last, page.monotone, page.count) == ("page", "f", 102_400, None, None)
    assert (second.on, second.last, second.monotone) == ("second", 307_200, True)


def test_fifty_files_load_quickly() -> None:
    load(CASES[0])
    begun = time.process_time()
    for place in range(50):
        load(CASES[place % len(CASES)])
    assert time.process_time() - begun < 1.0, "fifty files should take a tenth of a second"


def test_documents_are_plain_data() -> None:
    for text in TEXTS.values():
        assert read(text).document == tomllib.loads(text)
