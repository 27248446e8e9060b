"""Replay: a token or a file gives the same trace again, byte for byte, or the reason why it cannot."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trio
from attrs import evolve
from click.testing import Result
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from conformance import __version__
from conformance.adversary.chance import Seeded
from conformance.adversary.generate import generate
from conformance.errors import BadInput
from conformance.replay import scenario_of
from conformance.tokens import Token, digest, digest_of, looks_like_a_token, parse, text_of, token_of
from simulator.errata import literal
from tests.simulate import catalogue, observe

Bgfetch = Callable[..., Result]
ROOT = Path(__file__).resolve().parent.parent

PLAIN = "permissions/query"
ROW = next(one.id for one in catalogue() if "#" in one.id)
BROKEN = "complete-a-record-algorithm/complete-length#one-too-large"
"""Fails where erratum E2 is read word for word."""

OTHER = "0.0.9"

NOTHING_SAID = """
title = "Every fetch comes to its end"
clauses = ["perform-a-background-fetch-algorithm/8.13a"]
seed = 5
[origin."/a"]
size = 0
[[steps]]
fetch = "f"
requests = [{ path = "/a", headers = { range = "bytes=0-" } }]
[[steps]]
until = "settled"
"""


def token(id: str, on: str = "simulator", seed: int = 0) -> Token:
    """The token of a run of a scenario of the catalogue."""
    scenario = next(one for one in catalogue() if one.id == id)
    return token_of(scenario, on, seed, text_of(observe(scenario, on, scenario.seed + seed)))


def made_up(number: int, seed: int, on: str = "simulator") -> tuple[Token, str]:
    """The token and the trace of a made-up scenario."""
    scenario = generate(Seeded(number))
    trace = text_of(observe(scenario, on, seed))
    return Token(generated=number, seed=seed, on=on).came_to(scenario, trace), trace


# -- tokens ---------------------------------------------------------------------------------

DIGESTS = st.one_of(st.just(""), st.text("0123456789abcdef", min_size=16, max_size=16))
NAMES = st.one_of(st.text(min_size=1), st.binary(min_size=1).map(os.fsdecode))
TOKENS = st.builds(
    Token,
    seed=st.integers(min_value=0),
    policy=st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]*", fullmatch=True), st.text(min_size=1)),
    on=NAMES,
    document=DIGESTS,
    trace=DIGESTS,
    version=st.from_regex(r"[0-9][0-9a-z.+-]*", fullmatch=True),
)
NAMED = st.builds(evolve, TOKENS, scenario=NAMES)
MADE_UP = st.builds(evolve, TOKENS, generated=st.integers(min_value=0))


@given(st.one_of(NAMED, MADE_UP))
def test_a_token_is_read_as_it_was_written(one: Token) -> None:
    assert parse(str(one)) == one
    assert looks_like_a_token(str(one))


@given(st.one_of(NAMED, MADE_UP))
def test_a_token_needs_no_quotes_in_a_shell(one: Token) -> None:
    assert shlex.quote(str(one)) == str(one)


@given(st.text() | st.text("v0.1,=scenariogeneratedseedtracedocumentpolicy%#", max_size=80))
def test_any_other_word_is_refused_or_means_what_it_says(word: str) -> None:
    with suppress(BadInput):
        assert parse(str(parse(word))) == parse(word)


@given(st.one_of(NAMED, MADE_UP), st.data())
def test_a_token_that_was_cut_is_refused_or_means_no_more_than_it_says(
    one: Token, data: st.DataObject
) -> None:
    whole = str(one)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        read = parse(cut)
    except BadInput:
        return
    assert str(read) != whole
    assert read.trace in ("", one.trace)
    assert read.document in ("", one.document)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("0.1.0,scenario=x,seed=1", '"0.1.0" is wrong'),
        ("v,scenario=x,seed=1", '"v" is wrong'),
        (f"v{__version__}", "neither is there"),
        (f"v{__version__},seed=1", "neither is there"),
        (f"v{__version__},scenario=x,generated=1,seed=1", "both are there"),
        (f"v{__version__},scenario=x", "seed= says in which order"),
        (f"v{__version__},scenario=x,sead=1", '"sead=1" is wrong'),
        (f"v{__version__},scenario=x,sead=1", "Did you mean seed?"),
        (f"v{__version__},scenario=,seed=1", '"scenario=" is wrong in this token: scenario has no value'),
        (f"v{__version__},scenario=x,seed=1,", '"" is wrong'),
        (
            f"v{__version__},scenario=x,seed=1,seed=2",
            '"seed=2" is wrong in this token: seed is there already',
        ),
        (f"v{__version__},scenario=x,seed=-1", '"seed=-1" is wrong'),
        (f"v{__version__},scenario=x,seed=1.5", '"seed=1.5" is wrong'),
        (f"v{__version__},scenario=x,seed=١", "seed is a whole number"),
        (f"v{__version__},generated=two,seed=1", '"generated=two" is wrong'),
        (f"v{__version__},scenario=x,seed={'9' * 5000}", "5000 digits are more than can be read"),
        (f"v{__version__},scenario=x,seed=1,trace=abc", '"trace=abc" is wrong in this token: a digest is 16'),
        (f"v{__version__},scenario=x,seed=1,document={'g' * 16}", "a digest is 16"),
        (f"v{__version__},scenario=x,seed=1,policy.=retry", '"policy.=retry" is wrong'),
        (f"v{__version__},scenario=x,seed=1,policy.Kill=none", '"policy.Kill=none" is wrong'),
    ],
)
def test_the_part_that_is_wrong_is_named(bgfetch: Bgfetch, word: str, told: str) -> None:
    done = bgfetch("replay", word)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr
    assert "A token looks like this: v" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([""], "There is nothing to replay"),
        ([" "], "There is nothing to replay"),
        (["nothing/there"], "There is no scenario 'nothing/there'"),
        (["nothing/there.toml"], "There is no file nothing/there.toml"),
        (["a" * 6000], "There is no scenario"),
        (["."], ". is a folder, and one scenario is wanted"),
        ([f"v{__version__},scenario=nothing/there,seed=0"], "There is no scenario 'nothing/there'"),
        ([f"v{__version__},scenario=%00,seed=0"], "There is no scenario '\\x00'"),
        ([f"v{__version__},scenario=.,seed=0"], ". is a folder"),
        ([f"v{__version__},scenario={PLAIN},seed=0,on=nobody"], "no implementation 'nobody'"),
        ([PLAIN, "--on", "nobody"], "no implementation 'nobody'"),
        ([PLAIN, "--on", ""], "no implementation ''"),
        ([f"v{__version__},generated=1,seed=0", "--on", ""], "no implementation ''"),
        ([f"v{__version__},generated=1,seed=0,policy.colour=red"], "no policy 'colour'"),
        ([f"v{__version__},generated=1,seed=0,policy.kill_keeps=some"], "no value 'some'"),
        ([f"v{__version__},generated=1,seed=0,policy.kill_keeps=1{'0' * 99}"], "policy.kill_keeps"),
        ([f"v{__version__},generated=1,seed=0,policy.kill_keeps=%22;%20rm"], "policy.kill_keeps"),
        ([f"v{__version__},generated=1,seed=0", "--seed", "8"], f"v{__version__},generated=1,seed=8"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_error(bgfetch: Bgfetch, words: list[str], told: str) -> None:
    done = bgfetch("replay", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) >= 2


# -- the same again -------------------------------------------------------------------------

READINGS = [f"simulator:literal={name}" for name in literal.by_name][:3]
MUTANTS = ["mutant:range-exposed", "mutant:numbers-are-clamped"]


@pytest.mark.parametrize("on", ["simulator", "simulator:literal", *READINGS, *MUTANTS])
@pytest.mark.parametrize("id", [PLAIN, ROW])
def test_a_run_tells_the_token_that_has_its_trace_again(bgfetch: Bgfetch, id: str, on: str) -> None:
    ran = bgfetch("run", id, "--on", on, "--seed", "3", "--out", "out")
    row = json.loads(Path("out/results.jsonl").read_text().splitlines()[1])
    done = bgfetch("replay", row["token"])
    assert done.exit_code == ran.exit_code
    assert done.stdout == (Path("out") / row["observations"]).read_text()
    assert done.stderr.splitlines()[0] == f"{row['verdict']}  {on}  {id}  seed 3"
    assert done.stderr.splitlines()[-1] == f"token  {row['token']}"


RUNS = st.tuples(
    st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(["simulator", *READINGS, *MUTANTS])
)


def test_wherever_a_result_is_told_its_token_is(bgfetch: Bgfetch) -> None:
    on = "simulator:literal=E2"
    told = f"bgfetch replay {token(BROKEN, on)}"
    assert f"again     {told}\n" in bgfetch("run", BROKEN, "--on", on, "--out", "out").output
    bgfetch("report", "out", "--format", "all")
    for name in (
        "report.html",
        "summary.md",
        "junit.xml",
        "earl.jsonld",
        f"wptreport.{on.replace(':', '%3A')}.json",
    ):
        assert told in (Path("out") / name).read_text(), name


def test_what_the_document_tells_to_type_can_be_typed(bgfetch: Bgfetch) -> None:
    told = re.findall(r"bgfetch replay (v[^\s`]+,seed=[^\s`…]+)", (ROOT / "docs/replay.md").read_text())
    assert len(told) >= 2
    for one in told:
        assert bgfetch("replay", one).exit_code == 0


@settings(max_examples=3, deadline=None, phases=[Phase.generate])
@given(st.lists(RUNS, min_size=10, max_size=20), st.integers(0, 4_000_000_000))
def test_a_token_gives_the_same_bytes_in_another_process(
    runs: list[tuple[int, int, str]], hash_seed: int
) -> None:
    had = {str(one): trace for one, trace in (made_up(*run) for run in runs)}
    code = (
        "import json, sys; from click.testing import CliRunner\n"
        "from conformance.command_line.commands import commands\n"
        "replay = lambda one: CliRunner().invoke(commands, ['replay', one], prog_name='bgfetch').stdout\n"
        "print(json.dumps({one: replay(one) for one in sys.argv[1:]}))"
    )
    assert json.loads(python("-c", code, *had, PYTHONHASHSEED=str(hash_seed)).stdout) == had


def python(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Another process of this Python, with the packages that are tested here."""
    return subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_program_prints_the_trace_and_nothing_else() -> None:
    one, trace = made_up(4711, 2)
    done = python("-m", "conformance", "replay", str(one))
    assert (done.returncode, done.stdout) == (0, trace)
    assert done.stderr == f"pass  simulator  generated-healed  seed 2\ntoken  {one}\n"


def test_a_policy_is_laid_over_the_scenarios_own() -> None:
    over = scenario_of(Token(generated=1, policy={"kill_keeps": "none", "event_lifetime_max": "30 s"}))
    assert over.policy["kill_keeps"] == "none"
    assert over.policy["event_lifetime_max"] == 30_000_000_000
    assert {**generate(Seeded(1)).policy, **over.policy} == over.policy
    true = scenario_of(Token(generated=1, policy={"pause_on_metered": "true", "event_lifetime_max": "7"}))
    assert true.policy["pause_on_metered"] is True
    assert true.policy["event_lifetime_max"] == 7


def test_a_policy_makes_another_trace_which_has_its_own_token(bgfetch: Bgfetch) -> None:
    plain = next(one for one in catalogue() if one.policy.get("kill_keeps") == "none").id
    asked = f"v{__version__},scenario={plain.replace('#', '%23')},seed=0,policy.kill_keeps=all"
    other, own = bgfetch("replay", asked), bgfetch("replay", plain)
    assert other.stdout != own.stdout
    again = other.stderr.splitlines()[-1].removeprefix("token  ")
    assert "policy.kill_keeps=all" in again
    assert bgfetch("replay", again).stdout == other.stdout


def test_the_seed_of_a_file_is_added_to_the_one_asked_for(bgfetch: Bgfetch) -> None:
    Path("one.toml").write_text(NOTHING_SAID)
    Path("other.toml").write_text(NOTHING_SAID.replace("seed = 5", "seed = 0"))
    assert (
        bgfetch("replay", "one.toml", "--seed", "2").stdout
        == bgfetch("replay", "other.toml", "--seed", "7").stdout
    )
    told = bgfetch("replay", "one.toml", "--seed", "2").stderr.splitlines()[-1].removeprefix("token  ")
    assert bgfetch("replay", told).stdout == bgfetch("replay", "one.toml", "--seed", "2").stdout


def test_a_file_with_a_name_that_needs_quotes_has_a_token_that_needs_none(bgfetch: Bgfetch) -> None:
    name = "mine, #1 ~ it's 100% ü.toml"
    Path(name).write_text(NOTHING_SAID)
    done = bgfetch("replay", name)
    told = done.stderr.splitlines()[-1].removeprefix("token  ")
    assert shlex.split(told) == [told]
    assert bgfetch("replay", told).stdout == done.stdout


def test_of_a_file_with_rows_one_is_named(bgfetch: Bgfetch) -> None:
    stem, _, row = ROW.partition("#")
    path = ROOT / "scenarios" / f"{stem}.toml"
    for several in (stem, str(path)):
        done = bgfetch("replay", several)
        assert done.exit_code == 2
        assert f"Say which, for example: '{stem}#" in done.stderr
    assert bgfetch("replay", f"{path}#{row}").stdout == bgfetch("replay", ROW).stdout != ""
    raw = bgfetch("replay", f"v{__version__},scenario={ROW},seed=0")
    assert raw.stdout == bgfetch("replay", ROW).stdout


def test_a_run_that_fails_says_so(bgfetch: Bgfetch) -> None:
    done = bgfetch("replay", BROKEN, "--on", "simulator:literal=E2")
    assert done.exit_code == 1
    verdict, *checks, told = done.stderr.splitlines()
    assert verdict.startswith("fail  simulator:literal=E2")
    assert any(line.startswith("      expected  ") for line in checks)
    assert any(line.startswith("      actual    ") for line in checks)
    assert bgfetch("replay", told.removeprefix("token  ")).exit_code == 1


def test_a_scenario_that_expects_nothing_is_judged_as_it_was_found(bgfetch: Bgfetch) -> None:
    Path("found.toml").write_text(NOTHING_SAID)
    assert bgfetch("replay", "found.toml").exit_code == 0
    done = bgfetch("replay", "found.toml", "--on", "mutant:range-exposed")
    assert done.exit_code == 1
    assert done.stderr.startswith("fail  mutant:range-exposed")
    assert "and not" in done.stderr


def test_what_a_hunt_found_is_replayed_by_the_command_that_it_tells(bgfetch: Bgfetch) -> None:
    hunt = bgfetch("fuzz", "--on", "mutant:link-switched-on", "--examples", "40")
    (told, *_) = (
        line.partition("To see it again: bgfetch ")[2]
        for line in hunt.output.splitlines()
        if "again:" in line
    )
    done = bgfetch(*shlex.split(told))
    assert (done.exit_code, done.stderr.split()[0]) == (1, "fail")


# -- elsewhere, and at another time -----------------------------------------------------------


def test_elsewhere_the_trace_is_not_compared(bgfetch: Bgfetch) -> None:
    one = token(BROKEN, "simulator:literal=E2")
    done = bgfetch("replay", str(one), "--on", "simulator")
    assert done.exit_code == 0
    assert done.stderr.splitlines()[-1] == f"token  {token(BROKEN)}"


def test_what_cannot_run_there_prints_nothing_and_has_no_token(bgfetch: Bgfetch) -> None:
    done = bgfetch("replay", PLAIN, "--on", "simulator:without-api")
    assert (done.exit_code, done.stdout) == (5, "")
    assert "token" not in done.stderr


def test_another_version_with_the_same_trace_is_told_and_passes(bgfetch: Bgfetch) -> None:
    done = bgfetch("replay", str(evolve(token(PLAIN), version=OTHER)))
    assert done.exit_code == 0
    assert f"of v{OTHER}, and this is v{__version__}: the trace is the same." in done.stderr
    assert done.stderr.splitlines()[-1] == f"token  {token(PLAIN)}"


def test_another_version_without_digests_is_not_said_to_be_the_same(bgfetch: Bgfetch) -> None:
    done = bgfetch("replay", str(evolve(token(PLAIN).unbound(), version=OTHER)))
    assert done.exit_code == 0
    assert "no trace was compared" in done.stderr


WRONG = "0" * 16


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ({"trace": WRONG}, 3, "defect of bgfetch"),
        ({"trace": WRONG, "version": OTHER}, 2, f"of v{OTHER}, and this is v{__version__}"),
        ({"document": WRONG}, 2, "says something else"),
        ({"document": WRONG, "version": OTHER}, 2, f"of v{OTHER}, and this is v{__version__}"),
        ({"seed": 1}, 3, "defect of bgfetch"),
        ({"policy": {"kill_keeps": "none"}}, 2, "says something else"),
        ({"scenario": "gone/away", "version": OTHER}, 2, f"of v{OTHER}, and this is v{__version__}"),
    ],
)
def test_where_it_cannot_be_the_same_nothing_is_printed_but_why(
    bgfetch: Bgfetch, change: dict[str, Any], code: int, told: str
) -> None:
    one = evolve(token(ROW), **change)
    done = bgfetch("replay", str(one))
    assert (done.exit_code, done.stdout) == (code, "")
    assert told in done.stderr


def test_what_is_told_to_type_then_runs_what_there_is_now(bgfetch: Bgfetch) -> None:
    changes: list[dict[str, Any]] = [
        {"trace": WRONG}, {"document": WRONG}, {"trace": WRONG, "version": OTHER},
    ]  # fmt: skip
    for change in changes:
        last = bgfetch("replay", str(evolve(token(ROW), **change))).stderr.splitlines()[-1]
        words = shlex.split(last.partition(": bgfetch ")[2])
        assert bgfetch(*words).stderr.splitlines()[-1] == f"token  {token(ROW)}"


def test_a_generator_that_has_changed_is_told(bgfetch: Bgfetch) -> None:
    done = bgfetch("replay", str(evolve(made_up(3, 0)[0], document=WRONG)))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Of 3 the generator makes another scenario" in done.stderr


def test_a_file_that_was_changed_is_told_and_a_comment_is_no_change(bgfetch: Bgfetch) -> None:
    path = Path("mine.toml")
    path.write_text(NOTHING_SAID)
    first = bgfetch("replay", "mine.toml")
    told = first.stderr.splitlines()[-1].removeprefix("token  ")
    path.write_text("# a comment\n" + NOTHING_SAID)
    assert bgfetch("replay", told).stdout == first.stdout
    path.write_text(NOTHING_SAID.replace("size = 0", "size = 10"))
    assert "says something else" in bgfetch("replay", told).stderr
    path.unlink()
    assert "There is no file" in bgfetch("replay", told).stderr


def test_a_digest_is_of_what_is_said_and_not_of_how() -> None:
    made = generate(Seeded(2))
    backwards = evolve(made, document=dict(reversed(list(made.document.items()))), text="# other")
    assert digest_of(made) == digest_of(backwards)
    assert digest_of(made) != digest_of(evolve(made, document={**made.document, "seed": 1}))
    assert digest("a") != digest("b")


# -- as a program ------------------------------------------------------------------------------


def test_ctrl_c_ends_it_without_a_trace(bgfetch: Bgfetch, monkeypatch: pytest.MonkeyPatch) -> None:
    async def drive(*_: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        await trio.sleep_forever()

    monkeypatch.setattr("conformance.runner.drive", drive)
    done = bgfetch("replay", PLAIN)
    assert (done.exit_code, done.stdout, done.stderr) == (130, "", "bgfetch: interrupted.\n")


def test_a_trouble_of_the_harness_is_told_with_its_story(
    bgfetch: Bgfetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = token(PLAIN)

    async def drive(*_: Any) -> None:
        raise ZeroDivisionError("by design")

    monkeypatch.setattr("conformance.runner.drive", drive)
    for what in (PLAIN, str(one)):
        done = bgfetch("replay", what)
        assert done.exit_code == 3
        assert "Traceback" in done.stderr
        assert "ZeroDivisionError: by design" in done.stderr


@pytest.mark.browser
def test_on_a_browser_it_runs_with_the_note_that_only_the_simulator_repeats() -> None:
    done = python("-m", "conformance", "replay", str(token(PLAIN)), "--on", "chromium")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0])["witness"] == "harness"
    assert "Only the simulator gives the same trace" in done.stderr
