"""Baselines: what is expected, what of a run is new, and a file that a tool rewrites and a person writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import Result as Called
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.baseline.file import parse
from conformance.baseline.model import TO_BE_ARGUED
from conformance.baseline.update import Judged, update
from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Result
from conformance.scenario.errors import ScenarioError
from tests.small_runs import A, B, C, Told, judged, passing, write_run

Bgfetch = Callable[..., Called]

HEAD = '# what chromium gets wrong\nimplementation = "chromium"\n'


def entry(
    clause: str = A,
    scenarios: Sequence[str] = ("x/one",),
    verdict: str = '"fail"',
    reason: str = "the text says so",
) -> str:
    told = ", ".join(f'"{one}"' for one in scenarios)
    return (
        f'\n[[entry]]\nclause = "{clause}"\nscenarios = [{told}]\nverdict = {verdict}\nseen = "a thing"\n'
        f'reason = "{reason}"\nversion = "150.0"\ndate = 2026-11-20\n'
    )


# -- standing --------------------------------------------------------------------------------

MAYBE = '["fail", "pass"]'
DOUBT = '"inconclusive"'


@pytest.mark.parametrize(
    ("text", "told", "verdict", "met", "unexpected", "passed"),
    [
        (entry(), {A: FAIL}, PASS, 1, 0, 0),
        (entry(), {A: PASS}, FAIL, 0, 0, 1),
        (entry(), {A: FAIL, B: FAIL}, FAIL, 1, 1, 0),
        (entry(), {A: FAIL, B: PASS}, PASS, 1, 0, 0),
        (entry(), {A: PASS, B: FAIL}, FAIL, 0, 1, 1),
        (entry(), {B: PASS}, FAIL, 0, 0, 1),  # nothing was wrong with the clause
        (entry(), {A: INCONCLUSIVE}, INCONCLUSIVE, 0, 0, 0),
        (entry(), {B: INCONCLUSIVE}, INCONCLUSIVE, 0, 0, 0),  # and nothing is known of the clause
        (entry(), {A: FAIL, B: INCONCLUSIVE}, INCONCLUSIVE, 1, 0, 0),
        (entry(), ERROR, ERROR, 0, 0, 0),
        (entry(), UNSUPPORTED, UNSUPPORTED, 0, 0, 0),
        (entry(), INCONCLUSIVE, INCONCLUSIVE, 0, 0, 0),
        (entry(verdict=DOUBT), {A: INCONCLUSIVE}, PASS, 1, 0, 0),
        (entry(verdict=DOUBT), {A: FAIL}, FAIL, 0, 1, 0),
        (entry(verdict=DOUBT), {A: PASS}, FAIL, 0, 0, 1),
        (entry(verdict=MAYBE), {A: FAIL}, PASS, 1, 0, 0),
        (entry(verdict=MAYBE), {A: PASS}, PASS, 1, 0, 0),
        (entry(scenarios=["x/other"]), {A: FAIL}, FAIL, 0, 1, 0),
        (entry(scenarios=["x/other"]), {A: PASS}, PASS, 0, 0, 0),
        ("", {A: PASS}, PASS, 0, 0, 0),
    ],
)
def test_a_result_stands_against_the_baseline(
    text: str, told: Told | str, verdict: str, met: int, unexpected: int, passed: int
) -> None:
    standing = parse(HEAD + text, "b.toml").standing(judged("x/one", told))
    assert standing
    assert standing.verdict == verdict
    assert (len(standing.met), len(standing.unexpected), len(standing.passed)) == (met, unexpected, passed)


def test_a_clause_is_as_bad_as_its_worst_check() -> None:
    known = judged("x/one", {A: FAIL})
    doubtful = judged("x/one", {A: INCONCLUSIVE})
    standing = parse(HEAD + entry(), "b.toml").standing(evolve(known, checks=known.checks + doubtful.checks))
    assert standing
    assert (standing.verdict, standing.untold) == (PASS, ())


def test_of_another_implementation_nothing_is_said() -> None:
    assert parse(HEAD + entry(), "b.toml").standing(judged("x/one", {A: FAIL}, on="simulator")) is None


# -- bad files -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 0, "implementation is missing"),
        ("implementation = ", 1, "is no TOML"),
        (HEAD + "entry = 3", 3, "should be a list of tables"),
        (HEAD + "entry = [3]", 3, "an entry is a table"),
        (HEAD + entry().replace("seen", "sean"), 8, 'did you mean "seen"?'),
        (HEAD + entry().replace('seen = "a thing"', 'seen = ""'), 8, "seen should be a text"),
        (HEAD + entry().replace("2026-11-20", '"yesterday"'), 11, "a day without quotes"),
        (HEAD + entry(verdict='"pass"'), 7, "fail or inconclusive"),
        (HEAD + entry(verdict='["fail", "sometimes"]'), 7, "fail or inconclusive"),
        (HEAD + entry(verdict="[]"), 7, "fail or inconclusive"),
        (HEAD + entry(scenarios=[]), 6, "one at least"),
        (HEAD + entry(clause="complete-a-record-algorithm/8z"), 5, "there is no clause"),
        (HEAD + entry() + entry(), 13, "the entry of line 4 speaks of it already"),
        (HEAD + entry(scenarios=["x/one", "x/one"]), 4, '"x/one" has'),
        (HEAD + "a = " + "[" * 5000, 0, "nested too deeply"),
    ],
)
def test_a_bad_file_is_refused_with_the_line(text: str, line: int, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "b.toml")
    assert said in str(caught.value)
    assert line in {problem.line for problem in caught.value.problems}


# -- update ----------------------------------------------------------------------------------


def updated(text: str, *results: Result, known: Sequence[str] = ()) -> tuple[str, str]:
    """The file after these results, and what became of each pair, in letters."""
    new, changes = update(text, "b.toml", Judged(results, "151.0", "2026-11-21"), lambda id: id in known)
    lists = (changes.added, changes.removed, changes.gone, changes.loosened, changes.untold)
    return new, "".join(sign * len(pairs) for sign, pairs in zip("+-x~?", lists, strict=True))


@pytest.mark.parametrize(
    ("text", "results", "signs", "left"),
    [
        (entry(), [{A: FAIL}], "", {("x/one", A): {FAIL}}),
        (entry(), [{A: PASS}], "-", {}),
        (entry(), [{A: FAIL}, {A: PASS}], "~", {("x/one", A): {FAIL, PASS}}),
        (entry(), [{A: INCONCLUSIVE}], "?", {("x/one", A): {FAIL}}),
        (entry(), [{A: FAIL, B: FAIL}], "+", {("x/one", A): {FAIL}, ("x/one", B): {FAIL}}),
        (entry(verdict=MAYBE), [{A: PASS}], "", {("x/one", A): {FAIL, PASS}}),
        ("", [{A: FAIL}, {A: PASS}], "+", {("x/one", A): {FAIL, PASS}}),
        ("", [{A: FAIL}, {A: INCONCLUSIVE}], "+", {("x/one", A): {FAIL}}),
        ("", [{A: PASS}, {A: INCONCLUSIVE}], "", {}),
        ("", [{A: INCONCLUSIVE}], "+", {("x/one", A): {INCONCLUSIVE}}),
        (entry(), [{A: FAIL}, {A: INCONCLUSIVE}], "", {("x/one", A): {FAIL}}),
        (entry(), [{A: PASS}, {A: INCONCLUSIVE}], "-", {}),
        (entry(verdict=DOUBT), [{A: PASS}, {A: INCONCLUSIVE}], "~", {("x/one", A): {PASS, INCONCLUSIVE}}),
        (entry(verdict=DOUBT), [{A: FAIL}], "~", {("x/one", A): {FAIL, INCONCLUSIVE}}),
        ("", [{A: PASS}], "", {}),
        (entry(scenarios=["x/gone"]), [{A: PASS}], "x", {}),
    ],
)
def test_an_update_changes_what_no_longer_holds(
    text: str, results: Sequence[Told | str], signs: str, left: dict[tuple[str, str], set[str]]
) -> None:
    new, done = updated(HEAD + text, *(judged("x/one", told, n) for n, told in enumerate(results, 1)))
    assert done == signs
    assert {pair: set(one.verdicts) for pair, one in parse(new, "b.toml").pairs.items()} == left


WRITTEN = (
    HEAD
    + '''
# about resuming
[[entry]]
clause = "complete-a-record-algorithm/8a"   # the main one
scenarios = [
    "x/one",   # the first seen
    "x/two",
    "x/three", # on a slow link
]
verdict = "fail"
seen = "a thing"
reason = """
Because the text \\
says so."""
version = "150.0"
date = 2026-11-20
'''
)


def test_comments_order_and_the_reasons_of_people_stay() -> None:
    results = [judged(f"x/{name}", {A: FAIL}) for name in ("one", "three")]
    new, _ = updated(WRITTEN, *results, judged("x/two", {A: PASS}))
    assert new == WRITTEN.replace('    "x/two",\n', "")


def test_a_scenario_that_was_not_judged_stays_as_it_is() -> None:
    results = [judged("x/one", {A: FAIL}), judged("x/two", ERROR)]
    assert updated(WRITTEN, *results, known=["x/two", "x/three"]) == (WRITTEN, "")


def test_what_is_new_waits_for_a_reason_in_one_entry_for_each_clause() -> None:
    new, _ = updated(HEAD, judged("x/b", {A: FAIL, C: FAIL}), judged("x/a", {A: FAIL}))
    found = parse(new, "b.toml").entries
    assert [(one.clause, one.scenarios, one.reason) for one in found] == [
        (C, ("x/b",), TO_BE_ARGUED),  # in the order of the specification
        (A, ("x/a", "x/b"), TO_BE_ARGUED),
    ]
    assert "came out fail" in found[0].seen
    assert (found[0].version, found[0].date) == ("151.0", "2026-11-21")
    assert "]\n" in new
    assert "\n\n[[entry]]" in new
    later, _ = updated(new, judged("x/c", {A: FAIL}), known=["x/a", "x/b"])
    assert parse(later, "b.toml").entries[1].scenarios == ("x/a", "x/b", "x/c")


def test_an_entry_of_one_scenario_becomes_uncertain_where_it_stands() -> None:
    text = HEAD + "\n# mind the order" + entry(B) + entry(scenarios=["x/two"])
    results = [judged("x/one", {B: FAIL}), judged("x/one", {B: PASS}, 2), judged("x/two", {A: FAIL})]
    assert updated(text, *results) == (text.replace('verdict = "fail"', f"verdict = {MAYBE}", 1), "~")


def test_a_reason_goes_with_the_scenario_that_becomes_uncertain() -> None:
    results = [judged("x/two", {A: FAIL}), judged("x/two", {A: PASS}, 2)]
    new, _ = updated(WRITTEN, *results, known=["x/one", "x/three"])
    first, second = parse(new, "b.toml").entries
    assert first.scenarios == ("x/one", "x/three")
    assert (second.scenarios, second.reason) == (("x/two",), first.reason)
    assert second.verdicts == {FAIL, PASS}
    assert new.count("Because the text \\\nsays so.") == 2  # as it was written


TOLD = st.dictionaries(st.sampled_from([A, B, C]), st.sampled_from([PASS, FAIL]), min_size=1)
RESULTS = st.lists(st.tuples(st.sampled_from(["x/one", "x/two", "x/three"]), TOLD), min_size=1, max_size=8)


@settings(deadline=None)
@given(RESULTS, RESULTS)
def test_after_an_update_its_own_runs_are_as_expected_and_a_second_one_changes_nothing(
    earlier: Sequence[tuple[str, Told]], later: Sequence[tuple[str, Told]]
) -> None:
    known = ["x/one", "x/two", "x/three"]
    text, _ = updated(HEAD, *(judged(*one) for one in earlier), known=known)
    results = [judged(*one) for one in later]
    text, _ = updated(text, *results, known=known)
    baseline = parse(text, "b.toml")
    for result in results:
        standing = baseline.standing(result)
        assert standing
        assert standing.verdict == PASS
    assert updated(text, *results, known=known) == (text, "")


INLINE = (
    f'entry = [{{ clause = "{A}", scenarios = ["x/one"], verdict = "fail", seen = "s", reason = "r", '
    'version = "1", date = 2026-11-20 }]\n'
)


def test_entries_that_are_no_tables_of_their_own_are_refused_with_the_line(
    bgfetch: Bgfetch, tmp_path: Path
) -> None:
    run = write_run(tmp_path / "run", [judged("x/one", {A: FAIL, B: FAIL})])
    (tmp_path / "b.toml").write_text(HEAD + INLINE)
    called = bgfetch("baseline", "update", str(run), "--baseline", "b.toml")
    assert called.exit_code == 2
    assert "b.toml:3:" in called.output
    assert "[[entry]]" in called.output
    assert (tmp_path / "b.toml").read_text() == HEAD + INLINE


def test_a_file_without_entries_takes_new_ones_and_loses_its_last_one() -> None:
    for empty in (HEAD, f"{HEAD}entry = []\n"):
        new, _ = updated(empty, judged("x/one", {A: FAIL}))
        assert parse(new, "b.toml").pairs.keys() == {("x/one", A)}
        left, _ = updated(new, judged("x/one", {A: PASS}))
        assert left.rstrip() == HEAD.rstrip()


@pytest.mark.parametrize("told", [{A: PASS}, {A: FAIL, B: FAIL}])
def test_a_file_keeps_its_line_ends(told: Told) -> None:
    text = (WRITTEN + entry(C)).replace("\n", "\r\n")
    new, done = updated(text, judged("x/one", told))
    assert done
    assert new.count("\n") == new.count("\r\n")
    assert "\r\r" not in new
    new, _ = updated(WRITTEN, judged("x/one", told))
    assert "\r" not in new


# -- the command line ------------------------------------------------------------------------


def test_update_begins_a_file_and_says_what_is_new(bgfetch: Bgfetch, tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [judged("x/one", {A: FAIL}), *passing("x/two")])
    called = bgfetch("baseline", "update", str(run), "--baseline", "b.toml")
    assert called.exit_code == 0
    assert "1 new, to be argued" in called.output
    assert f"x/one  {A}" in called.output
    again = bgfetch("baseline", "update", str(run), "--baseline", "b.toml")
    assert "still holds" in again.output


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda home: [], "Missing argument"),
        (lambda home: [home / "nowhere"], "no readable results.jsonl"),
        (lambda home: [write_run(home / "a", passing("x/a", on="simulator"))], "hold no result"),
        (lambda home: [write_run(home / "a", [], implementations={"chromium": "1"})], "hold no result"),
        (
            lambda home: [
                write_run(home / "a", passing("x/a")),
                write_run(home / "b", passing("x/a"), implementations={"chromium": "151.0"}),
            ],
            "different versions of chromium: 150.0, 151.0",
        ),
        (lambda home: [write_run(home / "a", [judged("x/a", {"no/1": FAIL})])], "no clause of this version"),
    ],
)
def test_update_refuses_what_it_cannot_use_and_writes_nothing(
    bgfetch: Bgfetch, tmp_path: Path, prepare: Callable[[Path], list[Path]], said: str
) -> None:
    file = tmp_path / "b.toml"
    file.write_text(HEAD)
    called = bgfetch("baseline", "update", *map(str, prepare(tmp_path)), "--baseline", str(file))
    assert called.exit_code == 2
    assert said in called.output
    assert file.read_text() == HEAD
    assert not list(tmp_path.glob("*.part"))


def test_a_run_cut_off_in_the_middle_of_a_line_gives_what_it_has(bgfetch: Bgfetch, tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [judged("x/one", {A: FAIL}), judged("x/two", {A: FAIL})], ended=False)
    path = run / "results.jsonl"
    path.write_bytes(path.read_bytes()[:-100])
    called = bgfetch("baseline", "update", str(run), "--baseline", "b.toml")
    assert called.exit_code == 0
    assert parse((tmp_path / "b.toml").read_text(), "b.toml").entries[0].scenarios == ("x/one",)


# -- a run against a baseline ----------------------------------------------------------------

ID = "background-fetch-manager/ids-as-a-list"
CLAUSE = "background-fetch-manager/idl.4"
"""A scenario and its clause."""


def baseline(tmp_path: Path, text: str, on: str = "simulator") -> str:
    path = tmp_path / "b.toml"
    path.write_text(f'implementation = "{on}"\n' + text)
    return str(path)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", 0, "Baseline {file}: 0 as expected, 0 new failures, 0 expected to fail that pass"),
        (entry(CLAUSE, [ID]), 1, "expected to fail, and does not: background-fetch-manager/idl.4 (line 3"),
        (entry(CLAUSE, [ID], verdict=MAYBE), 0, "1 as expected, 0 new failures"),
        (entry(CLAUSE, ["no/such"]), 0, "Stale, there is no such scenario:\n    line 3: no/such"),
        (entry(CLAUSE, [f"{ID}#row"]), 0, f"Stale, there is no such scenario:\n    line 3: {ID}#row"),
        (entry(CLAUSE, ["realms/through-a-frame"]), 0, "0 as expected, 0 new failures"),
        (
            entry(CLAUSE, [ID], verdict=MAYBE, reason=TO_BE_ARGUED),
            0,
            "Still to be argued from the text:\n    line 3: background-fetch-manager/idl.4",
        ),
        (entry(CLAUSE, [ID], verdict=MAYBE), 0, "It has entries of 150.0; this run is of"),
        (entry() + entry(), 2, "speaks of it already"),
    ],
)
def test_a_run_is_held_against_its_baseline(
    bgfetch: Bgfetch, tmp_path: Path, text: str, code: int, said: str
) -> None:
    file = baseline(tmp_path, text)
    called = bgfetch("run", ID, "--baseline", file, "--out", "run")
    assert called.exit_code == code, called.output
    assert said.format(file=file) in called.output
    assert (tmp_path / "run").exists() == (code != 2)


FAILS = ("background-fetch-manager-get-ids/in-the-order-of-insertion", "background-fetch-manager-get-ids/2")


@pytest.mark.parametrize(
    ("text", "code", "said"), [("", 1, "1 new failure"), (entry(FAILS[1], [FAILS[0]]), 0, "1 as expected")]
)
def test_a_known_failure_fails_nothing_and_is_not_told_again(
    bgfetch: Bgfetch, tmp_path: Path, text: str, code: int, said: str
) -> None:
    mutant = "mutant:ids-in-order-of-the-alphabet"
    called = bgfetch("run", FAILS[0], "--on", mutant, "--baseline", baseline(tmp_path, text, mutant))
    assert called.exit_code == code, called.output
    assert said in called.output
    assert ("Failed\n" in called.output) == bool(code)


def test_a_baseline_of_nothing_that_is_run_gates_nothing_and_is_refused(
    bgfetch: Bgfetch, tmp_path: Path
) -> None:
    called = bgfetch("run", ID, "--baseline", baseline(tmp_path, "", "chromium"))
    assert called.exit_code == 2
    assert "Judge it too: --on chromium" in called.output


def test_a_report_against_a_baseline_of_nothing_that_was_run_is_refused(
    bgfetch: Bgfetch, tmp_path: Path
) -> None:
    write_run(tmp_path / "run", passing("x/one", on="simulator"))
    called = bgfetch("report", "run", "--baseline", baseline(tmp_path, "", "chromium"))
    assert called.exit_code == 2
    assert "is the baseline of chromium, and the run is of simulator" in called.output
    assert not (tmp_path / "run/report.html").exists()


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("", "## Failed, and not expected to"),
        (entry(FAILS[1], [FAILS[0]]), "## As the baseline expects"),
        (entry(CLAUSE, [FAILS[0]]), "## Expected to fail, and did not"),
    ],
)
def test_reports_made_later_know_the_baseline_of_the_run(
    bgfetch: Bgfetch, tmp_path: Path, text: str, heading: str
) -> None:
    mutant = "mutant:ids-in-order-of-the-alphabet"
    file = Path(baseline(tmp_path, text, mutant))
    bgfetch("run", FAILS[0], "--on", mutant, "--baseline", str(file), "--out", "run")
    file.unlink()
    assert bgfetch("report", "run", "--format", "markdown", "--format", "html").exit_code == 0
    told = Path("run/summary.md").read_text("utf-8")
    assert heading in told
    assert f"Against `{file}`: " in told
    assert f"Against {file}: " in Path("run/report.html").read_text("utf-8")


def test_a_baseline_that_no_clause_fits_any_more_is_told_as_missing(bgfetch: Bgfetch, tmp_path: Path) -> None:
    bgfetch("run", ID, "--baseline", baseline(tmp_path, entry(CLAUSE, [ID], verdict=MAYBE)), "--out", "run")
    results = Path("run/results.jsonl")
    first, rest = results.read_text("utf-8").split("\n", 1)
    header = json.loads(first)
    header["baseline"] = header["baseline"].replace(CLAUSE, "gone/1")
    results.write_text(json.dumps(header) + "\n" + rest, "utf-8")
    assert bgfetch("report", "run", "--format", "markdown").exit_code == 0
    assert "the baseline of the run cannot be read with this version" in Path("run/summary.md").read_text(
        "utf-8"
    )
