"""A run on disk: ``results.jsonl``, which is the only truth, and ``observations/`` beside it.

Whatever is written is whole: a line that the disk would not take is taken back, a result is
written only after its observations, and a folder without one result is removed again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from attrs import evolve

from conformance.errors import BadInput
from conformance.json_lines import append
from conformance.results import Result, RunEnd, RunHeader

RESULTS = "results.jsonl"
OBSERVATIONS = "observations"


class RunFolder:
    """The folder of one run, made by ``create`` and filled line by line."""

    def __init__(self, path: Path, made: list[Path]) -> None:
        self.path = path
        self.kept = 0
        self._made = made
        self._file: int | None = None

    @classmethod
    def create(cls, path: Path | None) -> RunFolder:
        """Make the folder at ``path``, or a fresh one below bgfetch-results/ where None is given.

        Raises BadInput if something is there already or the place cannot be written.
        """
        path = path or _fresh()
        _refuse_what_is_there(path)
        made: list[Path] = []
        try:
            for folder in [*reversed(path.parents), path, path / OBSERVATIONS]:
                if not folder.is_dir():
                    folder.mkdir()
                    made.append(folder)
        except OSError as error:
            cls(path, made).leave()
            raise _cannot_write(path, error) from None
        return cls(path, made)

    def begin(self, header: RunHeader) -> None:
        """Write the first line. Raises BadInput if that cannot be done."""
        with self._told():
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            self._file = os.open(self.path / RESULTS, flags, 0o666)
            self._append(header.to_json())

    def add(self, result: Result, trace: str) -> Result:
        """Write the trace (observations as lines), then the result that names its file; give that result.

        Raises BadInput if the disk is full or gone; what was written before stays and is whole.
        """
        with self._told():
            name = self._write_observations(result, trace)
            result = evolve(result, observations=name)
            self._append(result.to_json())
        self.kept += 1
        return result

    def take(self, result: Result, home: Path) -> None:
        """Take over a result of another run, with what lies beside it; raises BadInput like ``add``.

        A file that is not there any more is left out: the report of the whole says so.
        """
        with self._told():
            for suffix in (".jsonl", ".trouble.txt"):
                own = self._beside(result, suffix)
                theirs = home / own.relative_to(self.path)
                if theirs.is_file():
                    own.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(theirs, own)
            self._append(result.to_json())
        self.kept += 1

    def trouble(self, result: Result, told: str) -> None:
        """Keep the whole story of a trouble beside the observations of its result."""
        with self._told():
            _write_whole(self._beside(result, ".trouble.txt"), told)

    def end(self, end: RunEnd) -> None:
        """Write the last line, without which the run counts as broken off."""
        with self._told():
            self._append(end.to_json())
        self.close()

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def leave(self) -> None:
        """Close what was written; where that is not one result, remove every trace of the run."""
        self.close()
        if not self.kept:
            shutil.rmtree(self.path / OBSERVATIONS, ignore_errors=True)
            with suppress(OSError):
                (self.path / RESULTS).unlink(missing_ok=True)
            for folder in reversed(self._made):
                with suppress(OSError):
                    folder.rmdir()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self.kept:
                raise _cannot_write(self.path, error) from None
            raise BadInput(
                f"The run stopped: {self.path} could not be written ({error.strerror}).",
                f"The {self.kept} results until then are whole; see them with: bgfetch report {self.path}\n"
                "To have all: make room, or choose another place with --out, and run again.",
            ) from None

    def _append(self, row: Mapping[str, Any]) -> None:
        assert self._file is not None, "begin() comes first"
        append(self._file, row)

    def _write_observations(self, result: Result, text: str) -> str:
        if not text:
            return ""
        path = self._beside(result, ".jsonl")
        _write_whole(path, text)
        return str(path.relative_to(self.path))

    def _beside(self, result: Result, suffix: str) -> Path:
        # Percent signs keep two names apart and out of the way of systems that dislike colons.
        name = f"{quote(result.implementation, safe='=')}-{result.seed}-{result.repetition}{suffix}"
        return self.path / OBSERVATIONS / result.scenario / name


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _fresh() -> Path:
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    base = Path("bgfetch-results")
    taken = sum(1 for _ in base.glob(f"{name}*"))
    return base / (f"{name}-{taken + 1}" if taken else name)


def _refuse_what_is_there(path: Path) -> None:
    elsewhere = f"Choose another folder with --out, for example: --out {path}-2"
    if (path / RESULTS).exists():
        raise BadInput(
            f"{path} holds an older run, and a run is never written over.",
            f"{elsewhere}\nTo see the older run: bgfetch report {path}",
        )
    if path.is_dir():
        with _reading(path):
            if any(path.iterdir()):
                raise BadInput(f"{path} is not empty, and a run is a folder of its own.", elsewhere)
    elif os.path.lexists(path):
        raise BadInput(f"{path} is a file, and a run is a folder.", elsewhere)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _cannot_write(path, error) from None


def _cannot_write(path: Path, error: OSError) -> BadInput:
    return BadInput(
        f"The run cannot be written to {path}: {error.strerror}.",
        "Choose a place where you may write and where there is room: --out DIR",
    )
