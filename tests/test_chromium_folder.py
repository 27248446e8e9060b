"""Temporary folders: in use while locked, left behind otherwise, and cleared by the next start."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from conformance.implementations.chromium import diagnosis
from conformance.implementations.chromium.folder import MARK, Folder, clear_left_behind, kill, users
from conformance.implementations.protocol import Trouble


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_in_use_is_nobodys_to_clear() -> None:
    folder = Folder()
    assert clear_left_behind() == []
    assert folder.path.is_dir()
    folder.remove()
    assert not folder.path.exists()


def test_a_folder_left_behind_goes_with_the_processes_that_name_it(temporary: Path) -> None:
    left, empty = temporary / "bgfetch-ua-left", temporary / "bgfetch-ua-empty"
    (left / "profile").mkdir(parents=True)
    (left / MARK).touch()
    empty.mkdir()
    # Names alike do not make a folder ours: it may hold somebody's results.
    others = [temporary / name for name in ("somebody-elses", "bgfetch-results", "bgfetch-ua-but-not-ours")]
    for other in others:
        other.mkdir()
        (other / "results.jsonl").touch()
    program = "import sys; print(flush=True); sys.stdin.read()"
    user = subprocess.Popen(
        [sys.executable, "-c", program, str(left)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with user:
        assert user.stdout
        user.stdout.readline()  # its command line can be read from here on
        assert list(users(left)) == [user.pid]
        assert sorted(clear_left_behind()) == [empty, left]
        assert user.wait(10) == -9
    assert not left.exists()
    assert all(any(other.iterdir()) for other in others)


def test_killing_waits_for_the_end_and_minds_nobody_who_is_gone() -> None:
    one = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    with one:
        kill([one.pid, 2**22 + 1])
        assert one.poll() == -9


@pytest.mark.parametrize(
    ("find", "told"),
    [
        (diagnosis.browser, "chromium is not on the PATH.*apt-get install chromium chromium-driver"),
        (diagnosis.driver, "chromedriver is not on the PATH.*apt-get install chromium chromium-driver"),
    ],
)
def test_a_missing_program_is_named_with_what_installs_it(
    find: object, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert callable(find)
    with pytest.raises(Trouble, match=told):
        find()
    assert {name for name, good, why in diagnosis.diagnose() if not good and "apt-get" in why} >= {
        "chromium",
        "chromedriver",
    }


def test_a_driver_of_another_version_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}" if name != "ip" else None)
    monkeypatch.setattr(diagnosis, "version", lambda path: "99.1" if path.endswith("driver") else "101.2")
    found = {name: (good, why) for name, good, why in diagnosis.diagnose()}
    assert found["chromium"] == (True, "101.2 at /usr/bin/chromium")
    assert found["chromedriver"][0] is False
    assert "version 99 cannot drive chromium 101" in found["chromedriver"][1]


def test_a_temporary_folder_too_deep_for_sockets_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/tmp")
    assert diagnosis.temporary_folder() == "/tmp"
    monkeypatch.setattr(tempfile, "tempdir", "/tmp/" + "deep/" * 10)
    with pytest.raises(Trouble, match="too long for the browser's sockets"):
        diagnosis.temporary_folder()
