"""What would never end, fill the machine or contradict itself is refused when it is read, with the reason."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.network.loopback import _parts
from conformance.scenario.errors import MOST_PROBLEMS, Problem, ScenarioError
from conformance.scenario.load import load, load_all, scenarios_from_text
from conformance.scenario.source import MOST_BYTES, MOST_DOTS
from simulator.content import Span
from tests.scenario_documents import HEAD, PLAIN


def problems(text: str) -> list[Problem]:
    with pytest.raises(ScenarioError) as raised:
        scenarios_from_text(text, "x.toml", "x")
    return list(raised.value.problems)


def sound(text: str) -> None:
    scenarios_from_text(text, "x.toml", "x")


def origin(keys: str) -> str:
    return PLAIN.replace('size = "1 KiB"', keys)


def steps(*keys: str, before: str = "") -> str:
    """The plain file with steps between its fetch and its last step."""
    first, last = PLAIN.split('[[steps]]\nuntil = "settled"')
    return (
        before
        + first
        + "".join(f"[[steps]]\n{key}\n" for key in keys)
        + '[[steps]]\nuntil = "settled"'
        + last
    )


STANDING = 'attempts = [{ stall = { after = 9, until = "go" } }]\n'


def stalled(*keys: str) -> str:
    return steps(*keys).replace("[[steps]]", STANDING + "[[steps]]", 1)


# -- amounts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "what", "fix"),
    [
        (origin("size = 1000000000000000000"), 4, "more than 2^53 bytes", ""),
        (origin('size = "1000000000 GB"'), 4, "more than 2^53 bytes", ""),
        (origin('size = "2 TiB"'), 4, "a body of 2199023255552 bytes", '"1 TiB" or less'),
        (
            PLAIN.replace('["/a"]', '[{ path = "/a", method = "POST", body = "2 GiB" }]'),
            7,
            "a body of 2147483648",
            "",
        ),
        (steps('wait = "-1 s"'), 9, "negative", ""),
        (steps("wait = -1"), 9, "a number without a unit", '"2 s"'),
        (steps('wait = "11000 d"'), 9, "more than 10 years", ""),
        (origin('size = "-1 KiB"'), 4, "negative", ""),
        (origin('attempts = [{ latency = "-5 ms" }]'), 4, "negative", ""),
        (origin('[origin."/n/{1..1000000}"]'), 4, "names 1000001 paths", ""),
        (origin('[origin."/n/{1..999999999}"]'), 4, "names 1000000000 paths", ""),
        (origin('[origin."/n/{1..9999999999}"]'), 4, "is no family of paths", ""),
        (PLAIN.replace('["/a"]', '["/a?{1..1000000}"]'), 7, "names 1000001 paths", ""),
        (
            origin('size = "1 GiB"\nattempts = [{ trickle = { bytes = 1, every = "1 ns" } }]'),
            5,
            "a trickle of 1073741824 pieces",
            "bytes = 107375",
        ),
        (origin('size = "1 GiB"\nrange = { length = 1 }'), 5, "in 1073741824 parts", "length = 1073742"),
        (
            "policy = { slice = 1 }\n" + origin('size = "3 MiB"'),
            1,
            "3145728 bytes in slices of 1",
            "slice = 315",
        ),
    ],
)
def test_what_is_too_much_is_refused_with_its_line(text: str, line: int, what: str, fix: str) -> None:
    found = problems(text)[0]
    assert (found.line, what in found.what, fix in found.fix) == (line, True, True), found


@pytest.mark.parametrize(
    "keys",
    [
        'size = "1 TiB"',
        'size = "1 GiB"\nattempts = [{ trickle = { bytes = 107375, every = "1 ns" } }]',
        'size = "1 GiB"\nrange = { length = 1073742 }',
        "size = 0\nrange = { length = 0 }",
        'attempts = [{ trickle = { bytes = 1, every = "1 ns" } }]',
    ],
)
def test_what_is_just_enough_is_taken(keys: str) -> None:
    sound(origin(keys))


# -- contradictions -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (steps('release = "go"'), 9, 'nobody waits at the gate "go"'),
        (steps('until = { attempt = 1, path = "/b" }'), 9, 'there is no path "/b"'),
        (
            steps('until = { attempt = 1, path = "/b" }').replace("[origin", '[origin."/b"]\n[origin', 1),
            10,
            'nothing asks for "/b" before this',
        ),
        (
            steps('get = "f"\nwhen = { sent = 1, path = "/b" }').replace(
                "[origin", '[origin."/b"]\n[origin', 1
            ),
            11,
            'nothing asks for "/b" before this',
        ),
        (steps('until = { state = "paused" }'), 9, "nothing pauses a fetch before this"),
        (steps('fetch = "f"\nrequests = ["/a"]'), 9, '"f" is the name of a fetch already'),
        (stalled(), 10, 'this cannot come: the answer of "/a" stands still'),
        (stalled('until = { event = "backgroundfetchsuccess" }'), 10, "this cannot come"),
        (stalled('until = { ended = "backgroundfetchfail" }'), 10, "this cannot come"),
        (stalled('get = "f"\nwhen = "settled"', 'release = "go"'), 11, "this cannot come"),
        (stalled().replace(', until = "go"', ""), 10, "this cannot come"),
    ],
)
def test_a_contradiction_is_told_where_it_shows(text: str, line: int, what: str) -> None:
    found = problems(text)[0]
    assert (found.line, what in found.what) == (line, True), found
    assert found.why or found.fix or found.allowed


@pytest.mark.parametrize(
    "text",
    [
        stalled('release = "go"'),
        stalled('abort = "f"'),
        stalled('network = "offline"', 'network = "online"'),
        stalled('user = "cancel"'),
        stalled('browser = "kill"', 'browser = "start"'),
        stalled('permission = "denied"'),
        stalled('release = "go"')
        .replace('[[steps]]\nrelease = "go"\n', "")
        .replace("after = 9", 'after = 9, of = "upload"'),
        stalled().replace('until = "go"', 'for = "2 s"'),
        stalled()
        .replace("[[steps]]", 'permission = "denied"\n[[steps]]', 0)
        .replace(HEAD, HEAD + 'permission = "denied"\n'),
        steps('permission = "prompt"', 'until = { state = "paused" }'),
        steps("network = { metered = true }", 'until = { state = "paused" }'),
        steps('until = { state = "paused" }', before="policy = { prompt_starts_paused = true }\n"),
        steps('user = "pause"', 'until = { state = "paused" }', 'user = "resume"'),
        steps('until = { attempt = 1, path = "/b" }').replace(
            "[origin", '[origin."/b"]\n[origin."/c"]\nredirect = "/b"\n[origin', 1
        ),
    ],
)
def test_what_may_come_to_an_end_is_taken(text: str) -> None:
    sound(text)


# -- files ----------------------------------------------------------------------------------


def outcome(text: str) -> str:
    """What is said of a text, "" if nothing is wrong with it."""
    try:
        sound(text)
    except ScenarioError as error:
        return str(error)
    return ""


HOSTILE: dict[str, Callable[[], str]] = {
    "a dotted key of 200,000 parts": lambda: ".".join("a" * 200_000) + " = 1",
    "a header of 200,000 parts": lambda: "[" + ".".join("a" * 200_000) + "]",
    "many long dotted keys": lambda: "\n".join(f"{'.'.join('a' * MOST_DOTS)}{n} = 1" for n in range(1_000)),
    "lists in lists": lambda: "a = " + "[" * 100_000,
    "closed lists in lists": lambda: "a = " + "[" * 50_000 + "]" * 50_000,
    "tables in tables": lambda: "a = " + "{a=" * 100_000,
    "a number of 400,000 digits": lambda: "a = " + "9" * 400_000,
    "a long hexadecimal number": lambda: "a = 0x" + "f" * 400_000,
    "a string without an end": lambda: 'a = "' + "x" * 400_000,
    "many steps": lambda: HEAD + "[[steps]]\nwait='1 s'\n" * 5_000,
    "many wrong steps": lambda: HEAD + "[[steps]]\nfetsch='x'\n" * 20_000,
    "many wrong names": lambda: PLAIN + "[[steps]]\nabort='ff'\n" * 20_000,
    "many wrong gates": lambda: PLAIN + "[[steps]]\nrelease='ff'\n" * 20_000,
    "many unknown keys": lambda: HEAD + "".join(f"key{n} = 1\n" for n in range(30_000)),
    "many paths": lambda: HEAD + "".join(f'[origin."/{n}"]\n' for n in range(12_000)),
    "many families": lambda: HEAD + "".join(f'[origin."/{n}/{{1..9000}}"]\n' for n in range(10_000)),
    "one request many times": lambda: PLAIN.replace('["/a"]', "[" + '"/a",' * 30_000 + "]"),
    "many rows": lambda: PLAIN + "".join(f"[[rows]]\nname='r{n}'\n" for n in range(20_000)),
    "rows over a long file": lambda: (
        PLAIN + "[[steps]]\nwait='1 s'\n" * 3_000 + "".join(f"[[rows]]\nname='r{n}'\n" for n in range(400))
    ),
    "rows with the same mistake": lambda: (
        PLAIN.replace("/a", "/b", 1) + "".join(f"[[rows]]\nname='r{n}'\n" for n in range(499))
    ),
    "wrong rows": lambda: PLAIN + "[[rows]]\nname='r'\n" * 499,
    "a million and more bytes": lambda: "#" * 2_000_000,
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_costs_little(make: Callable[[], str]) -> None:
    text = make()
    began = time.process_time()
    told = outcome(text)
    assert time.process_time() - began < 10, "what has no bound takes hours"
    assert len(told) < 500_000


def test_after_so_many_faults_the_rest_is_not_looked_at() -> None:
    assert len(problems(HEAD + "".join(f"key{n} = 1\n" for n in range(1000)))) == MOST_PROBLEMS


def test_a_file_that_is_too_long_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "long.toml"
    with path.open("wb") as file:
        file.truncate(2**40)  # a sparse file: it takes no room
    with pytest.raises(ScenarioError, match="longer than 512 KiB"):
        load(path)
    path.write_text(PLAIN + "#" * (MOST_BYTES - len(PLAIN)))
    assert load_all(path)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/stdin"])
def test_a_device_is_no_scenario(path: str) -> None:
    with pytest.raises(ScenarioError, match=r"no (regular )?file"):
        load(Path(path))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "list", str(tmp_path / "pipe.toml")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, "no regular file" in done.stderr) == (2, True), done.stderr


def test_a_name_with_a_zero_in_it_is_no_file() -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        load(Path("a\0b.toml"))


# -- on a real connection ---------------------------------------------------------------------


def test_a_large_span_goes_out_in_small_parts() -> None:
    span = Span("/a", "v1", 5, 5 + 3 * 2**20)
    parts = list(_parts(span))
    assert b"".join(map(bytes, parts)) == bytes(span)
    assert max(len(part) for part in parts) <= 2**20
