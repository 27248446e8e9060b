"""The screen that a Chromium with windows has: an Xvfb that nobody sees, on a display number of its own.

A display is taken when somebody listens on its abstract socket, which those in another network
namespace do not see: there the sockets that are files are hidden as well, or two runs beside each
other would take them from each other.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import trio

from conformance.implementations.chromium.folder import Folder
from conformance.implementations.protocol import Trouble

PROGRAMS = ("Xvfb", "xdotool")
MEND = "Install them: apt-get install xvfb xdotool"
SOCKETS = Path("/tmp/.X11-unix")
"""Where every X server of a machine has its socket, whatever the temporary folder is."""

_SIZE = "1100x800x24"
_STARTED_WITHIN_S = 10
_MOVED_WITHIN_S = 5


def why_not() -> str:
    """Why there is no screen here and no hand to use it, with what would mend it; "" when there is."""
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if not missing:
        return ""
    return f"Without {' and '.join(missing)} no user's hand can reach the browser's windows. {MEND}"


def hide_sockets() -> None:
    """Have sockets of X that only this mount namespace sees; it must be our own. Raises Trouble."""
    with suppress(FileExistsError):
        SOCKETS.mkdir()
        SOCKETS.chmod(0o1777)
    mount = ["mount", "-t", "tmpfs", "-o", "mode=1777", "bgfetch", str(SOCKETS)]
    done = subprocess.run(mount, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Trouble(f"The sockets of X could not be hidden from the machine: {done.stderr.strip()}")


class Screen:
    """A running Xvfb, which ends with the worker. ``display`` is what its clients are told.

    Raises Trouble when it does not start.
    """

    def __init__(self, folder: Folder) -> None:
        read, write = os.pipe()
        # The picture lies in the folder, which also names the folder in the command line.
        options = ["-screen", "0", _SIZE, "-noreset", "-nolisten", "tcp", "-fbdir", str(folder.path)]
        command = ["Xvfb", "-displayfd", str(write), *options]
        try:
            with folder.starting:
                self.process = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
        except OSError as error:
            os.close(read)
            raise Trouble(f"Xvfb could not be started: {error}. {MEND}") from None
        finally:
            os.close(write)
        try:
            self.display = f":{_number(read)}"
        except Trouble:
            self.process.kill()
            self.process.wait()
            raise

    async def mouse(self, *words: str | int) -> None:
        """Have xdotool move the mouse and press its buttons. Raises Trouble."""
        command = ["xdotool", *map(str, words)]
        environment = {**os.environ, "DISPLAY": self.display}
        with trio.move_on_after(_MOVED_WITHIN_S):
            done = await trio.run_process(command, check=False, capture_stderr=True, env=environment)
            if done.returncode:
                raise Trouble(f"{' '.join(command)} failed: {(done.stderr or b'').decode().strip()}")
            return
        raise Trouble(f"{' '.join(command)} has not ended within {_MOVED_WITHIN_S} s.")


def _number(read: int) -> int:
    """The number of the display, a line that the server writes once it can be used."""
    said = b""
    try:
        # The whole line: a server that cannot write the end of it gives up.
        while not said.endswith(b"\n") and select.select([read], [], [], _STARTED_WITHIN_S)[0]:
            if not (piece := os.read(read, 16)):
                break
            said += piece
    finally:
        os.close(read)
    if not said.strip().isdigit():
        raise Trouble(f"Xvfb has not opened a display within {_STARTED_WITHIN_S} s. {MEND}")
    return int(said)
