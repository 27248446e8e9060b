"""The screen of a Chromium with windows: a display of its own, of which nothing is left; and none at all."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from conformance.implementations.chromium import diagnosis, screen
from conformance.implementations.chromium.folder import Folder, end, users
from conformance.implementations.chromium.levers import levers
from conformance.implementations.chromium.screen import Screen
from conformance.implementations.protocol import LEVERS, Trouble
from conformance.network import namespace

with_a_screen = pytest.mark.skipif(bool(screen.why_not()), reason=screen.why_not())
HAND = ("user", "prompt")

SERVER = """
import sys
from conformance.implementations.chromium.folder import Folder
from conformance.implementations.chromium.screen import SOCKETS, Screen, hide_sockets
hide_sockets()
print(Screen(Folder()).display, SOCKETS.stat().st_dev, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = Folder()
    yield made
    end(users(made.path))
    made.remove()


def socket(one: Screen) -> Path:
    return screen.SOCKETS / f"X{one.display.removeprefix(':')}"


@with_a_screen
def test_two_screens_keep_apart_and_nothing_is_left_of_them(folder: Folder) -> None:
    one, other = Screen(folder), Screen(folder)
    assert one.display != other.display
    assert {one.process.pid, other.process.pid} == set(users(folder.path))
    assert socket(one).exists()
    end(users(folder.path))
    for gone in (one, other):
        assert gone.process.wait(10) == 0
        assert not socket(gone).exists()


@with_a_screen
async def test_the_mouse_goes_where_it_is_told(folder: Folder) -> None:
    one = Screen(folder)
    await one.mouse("mousemove", 123, 45)
    command = ["xdotool", "getmouselocation"]
    told = await trio.run_process(command, capture_stdout=True, env={"DISPLAY": one.display})
    assert told.stdout.startswith(b"x:123 y:45 ")
    with pytest.raises(Trouble, match="xdotool clack failed"):
        await one.mouse("clack")
    end(users(folder.path))
    one.process.wait(10)


@with_a_screen
@pytest.mark.skipif(bool(namespace.why_not()), reason=namespace.why_not())
def test_in_namespaces_the_machine_does_not_see_the_socket(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = namespace.inside([sys.executable, "-c", SERVER])
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        assert server.stdout
        display, device = server.stdout.readline().split()
        assert display == ":0"
        assert int(device) != screen.SOCKETS.stat().st_dev


def test_a_server_that_does_not_start_is_trouble(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "Xvfb"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(
        Trouble, match=r"Xvfb has not opened a display within 10 s.*apt-get install xvfb xdotool"
    ):
        Screen(folder)


@pytest.mark.parametrize("missing", screen.PROGRAMS)
def test_a_missing_program_takes_the_hand_away_and_is_named_with_what_installs_it(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None if name == missing else f"/usr/bin/{name}")
    assert f"Without {missing} no user's hand" in screen.why_not()
    assert "apt-get install xvfb xdotool" in screen.why_not()
    found = {name: (good, why) for name, good, why in diagnosis.diagnose()}
    assert found["screen"] == (False, screen.why_not())
    known = levers(own_network=True, no_screen=screen.why_not())
    assert {name for name in HAND if not known[name].available} == set(HAND)
    assert {known[name].why for name in HAND} == {screen.why_not()}
    assert set(known) == set(LEVERS)


def test_with_a_screen_there_is_a_hand() -> None:
    known = levers(own_network=True, no_screen="")
    assert all(known[name].available for name in HAND)
