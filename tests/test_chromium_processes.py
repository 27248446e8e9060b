"""Which process is a browser's main one, which belong to it, and when it has ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.implementations.chromium.folder import kill
from conformance.implementations.chromium.processes import ended, family, main_process
from conformance.network.namespace import inside, why_not

CHILD = "import sys; sys.stdin.read()"
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}, "--type=renderer", sys.argv[1]])
print(child.pid, flush=True)
child.wait()
"""


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process with a child, both with the profile in their command lines."""
    command = [sys.executable, "-c", PARENT, f"--user-data-dir={tmp_path}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_the_main_process_has_the_profile_and_no_type(browser: subprocess.Popen[str], tmp_path: Path) -> None:
    assert browser.stdout
    child = int(browser.stdout.readline())
    assert main_process(tmp_path) == browser.pid
    assert main_process(tmp_path / "another") is None
    assert list(family(browser.pid)) == [browser.pid, child]
    assert not ended(browser.pid, 0)
    kill(family(browser.pid))
    assert ended(browser.pid, 0)
    assert ended(child, 0)
    assert main_process(tmp_path) is None


FIRST = """
import subprocess, sys
from pathlib import Path
from conformance.implementations.chromium.processes import ended, reap
command = ["sh", "-c", f"exec 3<&0; {sys.argv[1]} <&3 >&2 & echo $!"]
parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
pid = int(parent.stdout.readline())
parent.wait()
parent.stdin.close()  # and so the child, which reads from there, ends after its parent
assert ended(pid, 5)
assert Path(f"/proc/{pid}").exists(), "it is handed to the first process, which has not looked yet"
reap()
assert not Path(f"/proc/{pid}").exists()
"""


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_what_a_dead_browser_leaves_is_let_go_of(tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.symlink_to("/bin/cat")
    command = inside([sys.executable, "-c", FIRST, str(program)])
    first = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    assert first.returncode == 0, first.stderr
