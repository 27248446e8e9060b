"""The formats of a report by name, and how their files get into a run's folder.

A renderer is a pure function from a run to the texts of its files. Each is imported when it is
asked for, which keeps the start of the command line quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from reports.machine import Clauses
from reports.run import Run

Files = Mapping[str, str]
"""File names with the text of each."""


def _html(run: Run, clauses: Clauses) -> Files:
    from reports import html

    return {"report.html": html.render(run, clauses)}


def _junit(run: Run, clauses: Clauses) -> Files:
    from reports import junit

    return {"junit.xml": junit.render(run, clauses)}


def _wptreport(run: Run, clauses: Clauses) -> Files:
    from reports import wptreport

    return wptreport.render(run, clauses)


def _earl(run: Run, clauses: Clauses) -> Files:
    from reports import earl

    return {"earl.jsonld": earl.render(run, clauses)}


def _markdown(run: Run, clauses: Clauses) -> Files:
    from reports import markdown

    return {"summary.md": markdown.render(run, clauses)}


def _badge(run: Run, clauses: Clauses) -> Files:
    from reports import badge

    return {"badge.svg": badge.svg(run), "badge.json": badge.endpoint(run)}


def _har(run: Run, clauses: Clauses) -> Files:
    from reports import har

    return {"wire.har": har.render(run)}


def _trace(run: Run, clauses: Clauses) -> Files:
    from reports import trace

    return {"trace.json": trace.render(run)}


FORMATS: Mapping[str, Callable[[Run, Clauses], Files]] = {
    "html": _html,
    "junit": _junit,
    "wptreport": _wptreport,
    "earl": _earl,
    "markdown": _markdown,
    "badge": _badge,
    "har": _har,
    "trace": _trace,
}


def write(folder: Path, run: Run, clauses: Clauses, name: str) -> Iterator[Path]:
    """Write the files of one format into the folder, each of them whole or not at all; give their paths.

    Raises OSError where one cannot be written.
    """
    yield from put(folder, FORMATS[name](run, clauses).items())


def put(folder: Path, files: Iterable[tuple[str, str]]) -> Iterator[Path]:
    """Write files into the folder, as ``write`` does."""
    for file, text in files:
        path = folder / file
        path.parent.mkdir(exist_ok=True)
        put_whole(path, text)
        yield path


def put_whole(path: Path, text: str) -> None:
    """Write a file, whole or not at all. Raises OSError where that cannot be done."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        unfinished.write_bytes(text.encode())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
