"""A builder of run folders for the tests of the reports: two implementations, every verdict, real shapes.

``write_sample`` makes the run that a reader is likely to have; ``write_large`` the one that the
limits on time and size are meant for; ``write_hostile`` the one that somebody else made for us.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from attrs import evolve, frozen

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Check, Result, RunEnd, RunHeader
from simulator import observation as seen
from simulator.observation import Log, Observation

MS = 1_000_000
HOUR = 3_600_000 * MS
KIB = 1024
SIMULATOR, CHROMIUM = "simulator", "chromium"

CLAUSES = {
    "complete-a-record-algorithm/8a": "A fetch that resumes asks for the rest, from the first byte missing",
    "complete-a-record-algorithm/11.r8.1": "A GET whose connection broke while offline goes on once online",
    "perform-a-background-fetch-algorithm/8.13": "The end event is fired once, at the registration's worker",
    "perform-a-background-fetch-algorithm/5.3": "The first failed record gives the fetch its failure reason",
    "background-fetch-registration-abort/3.3": "A second abort() finds no active fetch and gives false",
    "validate-partial-response-algorithm/4.1": "Parts with different strong validators are never joined",
    "background-fetch-display-algorithm/4": "The user interface may show the title",
    "mdn/Background_Fetch_API/3": "Progress can be watched from the page while the fetch is under way",
}

SOURCE = """\
title   = "{title}"
clauses = {clauses}

[origin."/ep-5.mp3"]
size     = "300 KiB"
attempts = [{{ stall = {{ after = "100 KiB" }} }}]      # stands still until the connection dies

[[steps]]
fetch    = "my-fetch"
requests = ["/ep-5.mp3"]

[[steps]]
network = "offline"
when    = {{ downloaded = "100 KiB" }}

[[steps]]
wait = "8 h"

[[steps]]
until = "settled"

[expect]
events   = [{{ type = "backgroundfetchsuccess" }}]
requests = [{{ path = "/ep-5.mp3" }}, {{ path = "/ep-5.mp3", range = "bytes=102400-" }}]
"""


@frozen
class Case:
    """A scenario of the sample, and how each implementation comes out, repetition by repetition."""

    id: str
    title: str
    clauses: tuple[str, ...]
    verdicts: Mapping[str, Sequence[str]]
    note: str = ""
    remark: bool = False


_RESUME = (
    "complete-a-record-algorithm/8a",
    "complete-a-record-algorithm/11.r8.1",
    "mdn/Background_Fetch_API/3",
)
_END = ("perform-a-background-fetch-algorithm/8.13",)
_REASON = ("perform-a-background-fetch-algorithm/5.3",)
_P3 = (PASS, PASS, PASS)


def _both(simulator: Sequence[str], chromium: Sequence[str]) -> dict[str, Sequence[str]]:
    return {SIMULATOR: simulator, CHROMIUM: chromium}


CASES = (
    Case("fetch/two-files", "Two files succeed: the podcast episode and its artwork", _END, _both(_P3, _P3)),
    Case("fetch/not-found", "A 404 fails the fetch with bad-status", _REASON, _both(_P3, (FAIL,) * 3)),
    Case(
        "resume/offline-mid-way",
        "Going offline mid-way keeps the bytes; coming online resumes by Range; no byte is lost or repeated",
        _RESUME,
        _both(_P3, (PASS, FAIL, PASS)),
    ),
    Case(
        "resume/changed-etag",
        "A resumed answer with another ETag is never joined",
        ("validate-partial-response-algorithm/4.1",),
        _both(_P3, (PASS, ERROR, ERROR)),
        "the browser's process ended while step 3 was under way (exit code 139)",
    ),
    Case(
        "resume/wrong-first-byte",
        "A resumed answer that begins at the wrong byte fails the fetch",
        ("validate-partial-response-algorithm/4.1",),
        _both(_P3, (INCONCLUSIVE,) * 3),
        "the proxy saw no second request, so nothing was answered wrongly",
    ),
    Case(
        "lifecycle/abort-twice",
        "abort() twice: true, then false",
        ("background-fetch-registration-abort/3.3",),
        _both((FAIL,) * 3, (FAIL,) * 3),
    ),
    Case(
        "lifecycle/metered",
        "On a metered link the fetch waits",
        ("background-fetch-display-algorithm/4",),
        _both(_P3, (UNSUPPORTED,) * 3),
        "lever metered: a browser cannot be told that its link is metered",
    ),
    Case(
        "display/title",
        "The title is shown while the fetch runs",
        ("background-fetch-display-algorithm/4", "clause-without-paraphrase/1"),
        _both(_P3, _P3),
        remark=True,
    ),
)


def write_sample(folder: Path, cases: Iterable[Case] = CASES, *, chunks: int = 6) -> Path:
    """Write a whole, sound run of the cases into ``folder``; gives the folder."""
    cases = tuple(cases)
    scenarios = [_listed(case) for case in cases]
    results = []
    for case in cases:
        for implementation, verdicts in case.verdicts.items():
            for repetition, verdict in enumerate(verdicts, 1):
                results.append(_write_result(folder, case, implementation, repetition, verdict, chunks))
    return _write_results(folder, scenarios, results)


def write_large(folder: Path, scenarios: int = 50) -> Path:
    """A run of so many scenarios on two implementations, a third of them at odds, one repetition."""
    cases = [
        evolve(
            CASES[2],
            id=f"section-{number % 7}/scenario-{number}",
            verdicts=_both((PASS,), (FAIL if number % 3 == 0 else PASS,)),
        )
        for number in range(scenarios)
    ]
    return write_sample(folder, cases, chunks=18)


HOSTILE = (
    "</script><script>window.broken=1</script><img src=x onerror=window.broken=1>"
    "\x1b[31m\u202etxt\x00\x9b2J\ud800'\"{{ 7 * 7 }}"
)
"""A value that tries to run, to colour, to clear the screen and to turn a line around, and is no Unicode."""


def write_hostile(folder: Path, text: str = HOSTILE) -> Path:
    """A run in which every text that somebody else may choose is ``text``."""
    log = Log(lambda: 0)
    log.see("page", text, text, seen.Settled(text, {text: [text]}))
    log.see("origin", text, text, seen.Request(1, text, text, ((text, text),)))
    log.see("worker", text, text, seen.Event(text, text, {"result": text}))
    log.see("harness", text, text, seen.Step(text, text))
    log.see("devtools", text, text, seen.Devtools(text, {text: text}))
    _write_log(folder / "observations" / "hostile.jsonl", log.observations)
    check = Check(text, text, text, FAIL, text, text, (1, 2, 99), text)
    names = (text, "other")
    results = [
        Result(
            text,
            name,
            FAIL if name == text else PASS,
            (check,),
            note=text,
            observations="observations/hostile.jsonl",
        )
        for name in names
    ]
    scenario = {"id": text, "title": text, "clauses": [text], "file": text, "text": text}
    return _write_results(folder, [scenario], results, dict.fromkeys(names, text), {text: text})


# -- results --------------------------------------------------------------------------------


def _listed(case: Case) -> dict[str, object]:
    text = SOURCE.format(title=case.title, clauses=json.dumps(list(case.clauses)))
    return {
        "id": case.id,
        "title": case.title,
        "clauses": list(case.clauses),
        "faults": ["stall"],
        "file": f"scenarios/{case.id}.toml",
        "text": text,
    }


def _write_results(
    folder: Path,
    scenarios: Sequence[Mapping[str, object]],
    results: Sequence[Result],
    implementations: Mapping[str, str] | None = None,
    options: Mapping[str, object] | None = None,
) -> Path:
    header = RunHeader(
        bgfetch="0.1.0",
        python="3.11.7",
        started="2026-11-20T22:10:04Z",
        seed=42,
        expected=len(results),
        implementations=implementations or {SIMULATOR: "bgfetch 0.1.0", CHROMIUM: "Chromium 156.0.8078.79"},
        options=options or {"on": [SIMULATOR, CHROMIUM], "repeat": 3},
        scenarios=scenarios,
    )
    end = RunEnd(len(results), len(results), sum(r.wall for r in results), sum(r.virtual for r in results))
    folder.mkdir(parents=True, exist_ok=True)
    rows = [header.to_json(), *(result.to_json() for result in results), end.to_json()]
    (folder / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return folder


def _write_result(
    folder: Path, case: Case, implementation: str, repetition: int, verdict: str, chunks: int
) -> Result:
    path = f"observations/{case.id}.{implementation}.{repetition}.jsonl"
    judged = verdict not in (UNSUPPORTED, ERROR)
    log = _observe(implementation, chunks, resumes=verdict == PASS) if verdict != UNSUPPORTED else []
    if log:
        _write_log(folder / path, log)
    return Result(
        case.id,
        implementation,
        verdict,
        tuple(_checks(case, implementation, verdict, log)) if judged else (),
        seed=42,
        repetition=repetition,
        note=case.note if verdict not in (PASS, FAIL) else "",
        wall=(11 if implementation == SIMULATOR else 830) * MS,
        virtual=8 * HOUR if implementation == SIMULATOR else 3_000 * MS,
        observations=path if log else "",
    )


def _checks(case: Case, implementation: str, verdict: str, log: Sequence[Observation]) -> Iterable[Check]:
    requests = tuple(one.sequence for one in log if one.kind == "request")
    events = tuple(one.sequence for one in log if one.kind == "event")
    progress = tuple(one.sequence for one in log if one.kind == "progress")
    first = case.clauses[0]
    actual = {PASS: "requested with Range bytes=102400-", INCONCLUSIVE: "nothing: no request was seen"}
    told = actual.get(verdict, f"requested whole, from the first byte ({implementation})")
    expected = "/ep-5.mp3 requested again with Range bytes=102400-"
    if case.id.endswith("abort-twice"):
        expected += f" in {implementation}"
    yield Check(first, "must", "text", verdict, expected, told, requests, line=24)
    for clause in case.clauses[1:]:
        yield Check(clause, "must", "text", PASS, "one backgroundfetchsuccess", "one", events, line=23)
    yield Check(_END[0], "must", "text", PASS, "each fetch ends once", "it ended once", events, "invariant")
    yield Check(first, "must", "text", PASS, "downloaded never falls", "it never fell", progress, "invariant")
    if case.remark and implementation == CHROMIUM:
        yield Check(
            first, "should", "practice", FAIL, "an icon is fetched", "none was", requests[:1], "clause"
        )


def _write_log(path: Path, log: Iterable[Observation]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(one.line() + "\n" for one in log), "utf-8")


# -- observations ---------------------------------------------------------------------------


def _observe(implementation: str, chunks: int, *, resumes: bool) -> list[Observation]:
    """What is seen of a download of 300 KiB that loses its network at 100 KiB."""
    clock = [0]
    log = Log(lambda: clock[0])
    pace = (2 if implementation == SIMULATOR else 37) * MS

    def tick(length: int = pace) -> None:
        clock[0] += length

    log.see("harness", "harness", "", seen.Browser("started", "156.0" if implementation == CHROMIUM else ""))
    log.see("page", "page", "", seen.Page("open"))
    log.see("worker", "/", "", seen.Worker("activated"))
    step = _steps(log)
    _begin(log, step, tick)
    _download(log, chunks // 3, 0, 1, tick)
    log.see("origin", "podcast.test", "/ep-5.mp3", seen.Fault(1, "stall", 100 * KIB))
    step("network", "network offline")
    log.see("harness", "harness", "", seen.Network(online=False))
    log.see("origin", "podcast.test", "/ep-5.mp3", seen.Closed(1, "client", "reset"))
    step("wait", "wait 8 h")
    if implementation == CHROMIUM:
        log.see("harness", "harness", "", seen.Shortened(8 * HOUR, 3_000 * MS))
    tick(8 * HOUR if implementation == SIMULATOR else 3_000 * MS)
    step("network", "network online")
    log.see("harness", "harness", "", seen.Network(online=True))
    tick()
    _again(log, resumes)
    _download(log, chunks - chunks // 3, 100 if resumes else 0, 2, tick)
    step("until", "until settled")
    _end(log, tick)
    return log.observations


def _steps(log: Log) -> Callable[[str, str], None]:
    count = [0]

    def step(verb: str, told: str) -> None:
        count[0] += 1
        log.see("harness", "harness", str(count[0]), seen.Step(verb, told))

    return step


def _begin(log: Log, step: Callable[[str, str], None], tick: Callable[[], None]) -> None:
    step("fetch", 'fetch "my-fetch" of /ep-5.mp3')
    log.see("page", "page", "1", seen.Called("fetch"))
    tick()
    given = {"id": "my-fetch", "downloadTotal": 307200, "result": ""}
    log.see("page", "page", "1", seen.Settled("fulfilled", given))
    headers = (("User-Agent", "Mozilla/5.0"), ("Accept", "*/*"), ("Origin", "https://podcast.test"))
    request = log.see("origin", "podcast.test", "/ep-5.mp3", seen.Request(1, "GET", "", headers))
    answer = (("Content-Length", "307200"), ("ETag", '"v1"'), ("Date", "now"))
    log.see("origin", "podcast.test", "/ep-5.mp3", seen.Response(1, 200, answer), cause=request.sequence)


def _again(log: Log, resumes: bool) -> None:
    range = "bytes=102400-" if resumes else ""
    headers = (("Range", range), ("If-Range", '"v1"')) if resumes else ()
    request = log.see("origin", "podcast.test", "/ep-5.mp3", seen.Request(2, "GET", range, headers))
    answer = (("Content-Range", "bytes 102400-307199/307200"),) if resumes else ()
    status = 206 if resumes else 200
    log.see("origin", "podcast.test", "/ep-5.mp3", seen.Response(2, status, answer), cause=request.sequence)


def _download(log: Log, chunks: int, start: int, number: int, tick: Callable[[], None]) -> None:
    goal = 100 if number == 1 else 300
    for chunk in range(1, chunks + 1):
        tick()
        stored = (start + (goal - start) * chunk // chunks) * KIB
        whole = chunk == chunks and number == 2
        sent = log.see("origin", "podcast.test", "/ep-5.mp3", seen.Sent(number, stored - start * KIB, whole))
        progress = seen.Progress(stored, 0, "", "", True)
        log.see("page", "page", "my-fetch", progress, cause=sent.sequence)


def _end(log: Log, tick: Callable[[], None]) -> None:
    tick()
    given = {"id": "my-fetch", "result": "success", "failureReason": "", "recordsAvailable": True}
    event = seen.Event("backgroundfetchsuccess", "BackgroundFetchUpdateUIEvent", given)
    cause = log.see("worker", "/", "my-fetch", event).sequence
    runs = (seen.Run("v1", 0, 102400), seen.Run("v1", 102400, 307200))
    record = seen.Record(
        0, "my-fetch", "GET", 200, "basic", "https://podcast.test/ep-5.mp3", (), 307200, runs
    )
    log.see("worker", "/", "/ep-5.mp3", record, cause=cause)
    log.see("worker", "/", "my-fetch", seen.EventDone("backgroundfetchsuccess"))
    attributes = seen.Attributes("my-fetch", 0, 0, 307200, 307200, "success", "", False)
    log.see("page", "page", "my-fetch", attributes)
    log.see("ui", "shelf", "my-fetch", seen.Display("Episode 5", (), 307200, 307200, result="success"))
