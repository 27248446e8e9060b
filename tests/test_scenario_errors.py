"""What is wrong with a scenario file is said with its place, the reason, and what to type instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.scenario.errors import Problem, ScenarioError
from conformance.scenario.load import load, scenario_from_document, scenario_from_text
from tests.scenario_documents import HEAD, PLAIN, TEXTS


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as raised:
        scenario_from_text(text, "x.toml", "x")
    return raised.value.problems


def problem(text: str) -> Problem:
    found = problems(text)
    assert len(found) == 1, raised_together(found)
    return found[0]


def raised_together(found: tuple[Problem, ...]) -> str:
    return "\n".join(str(one) for one in found)


def origin(keys: str) -> str:
    return f'{HEAD}[origin."/a"]\n{keys}\n'


def steps(*keys: str) -> str:
    """The plain file, with steps before its last."""
    before, until = PLAIN[: PLAIN.rindex("[[steps]]")], PLAIN[PLAIN.rindex("[[steps]]") :]
    return before + "".join(f"[[steps]]\n{key}\n" for key in keys) + until


def expect(keys: str) -> str:
    return f"{PLAIN}[expect]\n{keys}\n"


GATED = steps("release = 'go'").replace(
    "[[steps]]", "attempts = [{ stall = { after = 9, until = 'go' } }]\n[[steps]]", 1
)
SECOND_FETCH = 'fetch = "g"\nrequests = ["/a"]'


@pytest.mark.parametrize(
    ("text", "line", "what", "fix"),
    [
        # -- keys and types
        (HEAD.replace("title", "titel"), 1, 'unknown key "titel" in a scenario', "title"),
        (HEAD.split("\n", 1)[1], 1, "needs title", "title = a sentence"),
        (HEAD.split("\n", 1)[0], 1, "needs clauses", "clauses = a list of clauses"),
        (HEAD.replace('"A test"', '"  "'), 1, "title should be a sentence", ""),
        (HEAD.replace('"A test"', "3"), 1, "title should be a sentence, not 3", ""),
        (HEAD.replace('["readme/1"]', "[]"), 2, "clauses is empty", "at least 1"),
        (HEAD.replace("readme/1", "readmee/1"), 2, 'no clause "readmee/1"', '"readme/1"'),
        (HEAD + 'level = "most"', 3, 'level cannot be "most"', "must"),
        (HEAD + 'authority = "erratum 63"', 3, 'authority should be "text", "practice" or "erratum N"', ""),
        (HEAD + 'authority = "erratum 0"', 3, "authority should be", ""),
        (HEAD + 'permission = "grantd"', 3, 'permission cannot be "grantd"', "granted"),
        (HEAD + 'network = "ofline"', 3, 'network should be "online" or "offline"', "offline"),
        (HEAD + 'network = { bandwith = "1 kbit/s" }', 3, 'unknown key "bandwith"', "bandwidth"),
        (HEAD + 'network = { bandwidth = "1 kB" }', 3, "unknown unit kB", '"64 kbit/s"'),
        (HEAD + 'network = { bandwidth = "0 bit/s" }', 3, "at least 1", ""),
        (HEAD + "storage = { quota = -1 }", 3, "quota: -1 is negative", ""),
        (HEAD + "policy = { a = 1.5 }", 3, "a should be", ""),
        (HEAD + '[workers."a/"]', 3, 'the name should be a scope such as "/"', ""),
        (HEAD + '[[workers."/".backgroundfetchsucces]]', 3, "unknown key", "backgroundfetchsuccess"),
        (
            HEAD + '[[workers."/".backgroundfetchsuccess]]\nwaitUntil = "5"',
            4,
            "not a number and a unit",
            '"2 s"',
        ),
        (
            HEAD + '[[workers."/".backgroundfetchsuccess]]\nfetch = "f"',
            3,
            "a worker step without a verb",
            "one of",
        ),
        (HEAD + "steps = 3", 3, "steps should be a list of steps, not 3", ""),
        (HEAD + "[steps]", 3, "steps should be a list of steps, not a table", ""),
        (HEAD + "date = 2020-01-01", 3, 'unknown key "date"', ""),
        # -- origins
        (HEAD + '[origin."a"]', 3, 'the name should be a path such as "/a"', ""),
        (origin('size = "300 kib"'), 4, "unknown unit kib", '"300 KiB"'),
        (origin('size = "0.3 B"'), 4, "no whole number of bytes", ""),
        (origin("size = 1.0"), 4, "size: 1.0 is no amount", "1"),
        (origin("size = nan"), 4, "size: nan is no amount", '"100 KiB"'),
        (origin("size = 9007199254740993"), 4, "more than 2^53 bytes", ""),
        (origin("size = true"), 4, "size should be a size", ""),
        (origin("status = 99"), 4, "status is 99, outside 200 to 599", ""),
        (origin("version = 'much-too-long'"), 4, "at most eight characters", ""),
        (origin("headers = { 'a b' = 'c' }"), 4, "the name should be a header's name", ""),
        (origin("cut = { after = 3 }"), 4, "cut belongs into an attempt", ""),
        (
            origin("size = 9\nattempts = [{ cut = { how = 'fin' } }]"),
            5,
            "a cut needs after",
            "after = a size",
        ),
        (origin("size = 9\nattempts = [{ cut = { after = 10 } }]"), 5, "the body has 9", "after = 9 or less"),
        (
            origin("size = 9\nattempts = [{ stall = { after = 10 } }]"),
            5,
            "the body has 9",
            "after = 9 or less",
        ),
        (
            origin("attempts = [{ stall = { after = 0, until = 'g', for = '2 s' } }]"),
            4,
            "by time as well",
            "either",
        ),
        (origin("attempts = [{ stall = { after = 0, for = '2 sec' } }]"), 4, "unknown unit sec", '"2 s"'),
        (
            origin("size = 9\nattempts = [{ stall = { after = 3 }, cut = { after = 5 } }]"),
            5,
            "it would never",
            "for =",
        ),
        (
            origin("size = 9\nattempts = [{ stall = { after = 6 }, cut = { after = 5 } }]"),
            5,
            "does not stall",
            "",
        ),
        (origin("attempts = [{ refuse = true, cut = { after = 0 } }]"), 4, "refused connection", "leave out"),
        (origin("attempts = [{ trickle = { bytes = 0, every = '1 s' } }]"), 4, "at least 1 bytes", ""),
        (origin("status = 204\nsize = 5"), 4, "status 204 has no body", "leave out size"),
        (origin("redirect = '/b'"), 4, 'no origin answers "/b"', ""),
        (origin("redirect = '/a'\nstatus = 404"), 4, "a redirect with status 404", "status = 302"),
        (origin("range = { total = '?' }"), 4, "not a number and a unit", '"100 KiB"'),
        (HEAD + '[origin."/n/{3..1}"]', 3, "counts down", '"/n/{1..3}"'),
        (HEAD + '[origin."/n/{a}"]', 3, "no family of paths", '"/n/{1..300}"'),
        (HEAD + '[origin."/n/{1..20000}"]', 3, "names 20000 paths", ""),
        (HEAD + '[origin."/a/{1..6000}"]\n[origin."/b/{1..6000}"]', 4, "names 12000 paths", ""),
        # -- steps
        (steps("opne = 'p'"), 9, "a step without a verb", "open"),
        (
            steps("open = 'p'\nclose = 'p'"),
            10,
            "exactly one verb, and here are open and close",
            "a step for each",
        ),
        (steps("wait = '1 s'\nof = 'f'"), 10, 'unknown key "of" in a step', ""),
        (steps("wait = '0 s'"), 9, "at least 1 nanoseconds", ""),
        (steps("wait = 5"), 9, "a number without a unit", '"2 s"'),
        (steps("wait = '11000 d'"), 9, "more than 10 years", ""),
        (steps("never = { attempt = 2 }"), 8, "a step needs for", "for = a time"),
        (steps("on = 'secnd'\ngetIds = true"), 9, 'no page "secnd"', ""),
        (steps("on = 'worker /b/'\ngetIds = true"), 9, "no worker /b/", ""),
        (steps("getIds = false"), 9, "getIds should be true, not false", ""),
        (steps("abort = 'g'"), 9, 'no fetch "g"', ""),
        (
            steps("abort = 'f'\ngives = true\nthrows = 'TypeError'"),
            11,
            "does not reject",
            "either gives or throws",
        ),
        (steps("abort = 'f'\nthrows = 'InvalidStateErr'"), 10, "throws cannot be", "InvalidStateError"),
        (steps("abort = 'f'\nclause = 'readme/9'"), 10, "no clause", '"readme/'),
        (steps("read = 'rec'"), 9, 'no record "rec"', "match ="),
        (
            steps("match = '/a'\nas = 'rec'", "on = 'worker'\nread = 'rec'"),
            13,
            '"page" holds the record',
            "on =",
        ),
        (steps("match = '/n/{1..2}'"), 9, "takes one request here, and these are 2", ""),
        (steps("match = '/a'\noptions = { ignoreSerach = true }"), 10, "unknown key", "ignoreSearch"),
        (steps("release = 'go'"), 9, 'nobody waits at the gate "go"', "attempts ="),
        (GATED.replace("release = 'go'", "release = 'og'"), 10, 'nobody waits at the gate "og"', ""),
        (steps("close = 'page'", "getIds = true"), 11, 'the page "page" is closed here', "open ="),
        (steps("open = 'page'"), 9, "is open already", ""),
        (steps("open = 'worker'"), 9, "a page cannot be called", ""),
        (steps("open = 'p'", "on = 'p'\nabort = 'f'"), 12, 'holds no registration of "f"', "get ="),
        (steps("browser = 'start'"), 9, "is running already", '"kill", "quit" or "terminate"'),
        (
            steps("browser = 'kill'", "getIds = true", "browser = 'start'"),
            11,
            "not running here",
            "browser =",
        ),
        (steps("browser = 'kill'\npages = []"), 10, "when the browser starts", "leave it out"),
        (steps("browser = 'quit'\ntorn = 9"), 10, "nothing is torn by quit", 'browser = "kill"'),
        (steps("browser = 'kill'\ntorn = 0"), 10, "nothing is torn by 0 bytes", "a size"),
        (steps("network = { online = false, captive = true }"), 9, "no portal can be reached", "or offline"),
        (steps("storage = 'evict'", "storage = 'evict'"), 11, "nothing stored here", ""),
        (steps("storage = 'evict'", "worker = 'stop'"), 11, "no worker is registered here", ""),
        (steps("storage = 'evicted'"), 9, "storage should be", ""),
        (
            steps("browser = 'kill'", "browser = 'start'\npages = ['pgae']"),
            12,
            'no page was called "pgae"',
            "page",
        ),
        (steps("worker = 'stop'\non = 'page'"), 10, '"page" is no worker', ""),
        (steps("updateUI = {}"), 9, "only a worker has an event with updateUI", 'on = "worker"'),
        (steps("fetch = 'f'\nrequests = ['/a']"), 9, "is the name of a fetch already", "as ="),
        (steps("fetch = 'g'"), 8, "a step needs requests", ""),
        (steps("fetch = 'g'\nrequests = ['/b']"), 10, 'no origin answers "/b"', '[origin."/b"]'),
        (steps("fetch = 'g'\nrequests = ['https://cdn/b']"), 10, 'no origin answers "https://cdn/b"', ""),
        (
            steps("fetch = 'g'\nrequests = [{ path = '/a', body = 5 }]"),
            10,
            "a GET has no body",
            'method = "POST"',
        ),
        (steps(SECOND_FETCH, "match = '/a'"), 11, "which fetch is meant?", "of ="),
        (steps(SECOND_FETCH, "match = '/a'\nof = 'h'"), 13, 'no fetch "h"', ""),
        (steps("abort = 'f'\nas = 'x'", "getIds = true\nas = 'x'"), 13, 'two steps are called "x"', "as ="),
        # -- conditions
        (steps("until = 'setled'"), 9, 'until should be "settled" or a condition', "settled"),
        (steps("until = {}"), 9, "a condition that waits for nothing", "one of"),
        (steps("until = { path = '/a' }"), 9, "path alone waits for nothing", "attempt = 1"),
        (steps("until = { path = '/b', attempt = 1 }"), 9, 'no path "/b"', ""),
        (steps("until = { path = '/n/{1..2}', attempt = 1 }"), 9, "one path, not at a family", ""),
        (steps("until = { attempt = 0 }"), 9, "attempt is 0, outside 1", ""),
        (
            steps("until = { event = 'backgroundfetchsucess' }"),
            9,
            "event cannot be",
            "backgroundfetchsuccess",
        ),
        (steps("until = { downloaded = 5, on = 'worker' }"), 9, "downloaded needs an open page", "sent ="),
        (
            steps("open = 'p'", "close = 'page'", "until = { downloaded = 5 }"),
            13,
            "needs an open page",
            "sent =",
        ),
        (steps("open = 'p'", "until = { downloaded = 5, on = 'p' }"), 11, "holds no registration", "get ="),
        (steps("wait = '1 s'\nwhen = { downloadd = 5 }"), 10, "unknown key", "downloaded"),
        # -- expectations
        (expect("evnts = []"), 11, 'unknown key "evnts" in the expectations', "events"),
        (expect("any = []"), 11, "any is empty", "at least 1"),
        (expect("requests = [{ path = '/a' }, { pth = '/a' }]"), 11, 'unknown key "pth"', "path"),
        (expect("requests = [{ path = '/b' }]"), 11, 'no path "/b"', '[origin."/b"]'),
        (
            expect("requests = [{ path = '/a', range = { from = [9, 1] } }]"),
            11,
            "begins at 9 and ends at 1",
            "[1, 9]",
        ),
        (expect("requests = [{ path = '/a', count = [1, 2, 3] }]"), 11, "count should be a number or", ""),
        (expect("events = [{ type = 'backgroundfetchfial' }]"), 11, "type cannot be", "backgroundfetchfail"),
        (expect("events = [{ failureReason = 'bad_status' }]"), 11, "failureReason cannot be", "bad-status"),
        (expect("events = [{ of = 'g' }]"), 11, 'no fetch "g"', ""),
        (expect("events = [{ worker = '/b/' }]"), 11, 'no worker has the scope "/b/"', ""),
        (expect("events = [{ attributes = { dowloaded = 5 } }]"), 11, "unknown key", "downloaded"),
        (expect("records = [{ path = '/a', body = 'whole' }]"), 11, "body should be intact, prefix", ""),
        (expect("records = [{ path = '/a', except = ['/b'] }]"), 11, "is not of the family", ""),
        (expect("progress = [{ count = 5 }]"), 11, "count should be an interval", ""),
        (expect("progress = [{ on = 'secnd' }]"), 11, 'no page was called "secnd"', ""),
        (expect("results = [{ step = 'stop', gives = true }]"), 11, 'no step is called "stop"', "as ="),
        (expect("any = [{ needs = { path = '/a' } }]"), 11, "path alone waits for nothing", "attempt = 1"),
        (expect("any = [{ policy = { a = '5 mins' } }]"), 11, "unknown unit mins", '"5 min"'),
        # -- files that are no TOML
        (HEAD + "a = b", 3, "is no TOML", "text stands in quotes"),
        (HEAD + "[expect]\n[expect]", 4, "is no TOML", "double brackets"),
        (HEAD + "policy = { a = 1,\n b = 2 }", 3, "is no TOML", "on one line"),
        (HEAD + "title = 5", 3, "is no TOML", "a key stands once"),
        (HEAD + "[workers", 3, "is no TOML", ""),
    ],
)
def test_what_is_wrong_and_what_to_type(text: str, line: int, what: str, fix: str) -> None:
    one = problem(text)
    assert what in one.what or what in one.why, str(one)
    assert one.line == line, str(one)
    assert fix in f"{one.nearest}|{one.fix}|{one.why}", str(one)


@pytest.mark.parametrize("scopes", ["[workers]\n", '[workers."/b/"]\n'])
def test_a_page_that_no_worker_serves_cannot_fetch(scopes: str) -> None:
    one = problem(PLAIN.replace("[origin", f"{scopes}[origin"))
    assert "no service worker has / in its scope" in one.what
    assert 'throws = "TypeError"' in one.fix
    refused = PLAIN.replace("[origin", f"{scopes}[origin").replace(
        "[[steps]]\nuntil", 'throws = "TypeError"\n[[steps]]\nuntil'
    )
    assert scenario_from_text(refused, "x.toml", "x").steps[0].throws == "TypeError"


def test_the_same_id_in_two_scopes_needs_a_name() -> None:
    one = problem(TEXTS["c"].replace('as = "fb"\n', "").replace('as = "fa"\n', "").split("[expect]")[0])
    assert (one.line, one.what) == (20, '"same" is the name of a fetch in another scope')
    assert one.fix == 'as = "same-2"'


def test_several_workers_must_be_told_apart() -> None:
    one = problem(TEXTS["c"].replace('on = "pb"\ngetIds', 'on = "worker"\ngetIds'))
    assert one.what == "there are several workers"
    assert one.allowed == ("worker /a/", "worker /b/")


def test_every_fault_of_a_file_is_told_in_the_order_of_its_lines() -> None:
    spoiled = (
        TEXTS["b"]
        .replace("title =", "titel =")
        .replace('"300 KiB"', '"300 kib"', 1)
        .replace('release = "go"', 'release = "goo"')
        .replace("monotone", "monoton")
        .replace("background-fetch-manager-fetch/6.3", "background-fetch-manager-fetch/6.9")
    )
    found = problems(spoiled)
    assert [one.line for one in found] == [1, 2, 4, 23, 27]
    assert found[0].nearest == "title"


def test_a_wrong_name_is_not_reported_where_its_step_could_not_be_read() -> None:
    found = problems(steps("fetch = 7\nrequests = ['/a']\nas = 'g'", "abort = 'g'"))
    assert [one.what for one in found] == ["fetch should be text, not 7"]


def test_an_error_reads_well() -> None:
    error = str(ScenarioError(problems(steps("release = 'go'").replace('"1 KiB"', "'1 kib'"))))
    assert error == (
        'x.toml:4:1: size: "1 kib" has the unknown unit kib\n'
        "    why: units are B, kB, MB, GB, TB, KiB, MiB, GiB, TiB\n"
        '    write: "1 KiB"\n'
        'x.toml:9:1: nobody waits at the gate "go"\n'
        '    write: attempts = [{ stall = { after = "1 KiB", until = "go" } }] at an origin'
    )


@pytest.mark.parametrize(
    ("content", "what", "line"),
    [
        (None, "cannot be read", 0),
        (b'title = "\xff"', "byte 0xff is not UTF-8", 1),
        (b"a=1\n\x80", "0x80", 2),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, what: str, line: int) -> None:
    path = tmp_path / "x.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScenarioError, match=what) as raised:
        load(path)
    assert raised.value.problems[0].line == line
    assert str(path) in str(raised.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is no file"):
        load(tmp_path)


def test_a_document_without_a_file_has_no_lines() -> None:
    with pytest.raises(ScenarioError) as raised:
        scenario_from_document({"title": "x", "clauses": ["readme/1"], "stepps": []}, "some/where")
    assert str(raised.value).startswith('some/where: unknown key "stepps" in a scenario')


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "{ a = " * 5000, "[" + "a." * 5000 + "a]\n"])
def test_what_is_nested_beyond_reason(text: str) -> None:
    assert problems(HEAD + text)
