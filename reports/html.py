"""The HTML report: one self-contained file that is read without JavaScript.

Every value of a run is hostile. Three things keep it harmless, each by itself: the templates
escape all they print, ``_shown`` names unseen characters and caps what is long, and the page's
own policy lets no other script or style than its own run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from reports import cells
from reports.machine import replay
from reports.parts import Part, part
from reports.run import Run
from reports.text import clip, duration, plural, visible

_TEMPLATES = Path(__file__).with_name("templates")
_LONG, _SOURCE = 1_000, 20_000


@frozen
class Judge:
    """One implementation in the verdict strip; ``wall`` and ``virtual`` are nanoseconds."""

    column: str
    version: str
    cell: cells.Cell
    wall: int
    virtual: int


@frozen
class Page:
    """All that the page shows, in the order of the page."""

    summary: str
    facts: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    judges: tuple[Judge, ...]
    matrix: cells.Matrix
    anchors: Mapping[str, str]
    parts: tuple[Part, ...]


def render(run: Run, clauses: Mapping[str, str]) -> str:
    """The report of a run as one HTML document. ``clauses`` maps clause ids to our paraphrase."""
    environment = _environment()
    style, script = (
        Markup((_TEMPLATES / name).read_text("utf-8").strip()) for name in ("report.css", "filter.js")
    )
    return environment.get_template("report.html").render(
        page=_page(run, clauses),
        cells=cells,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(GLYPHS=cells.GLYPHS, WORDS=cells.WORDS, REMARK=cells.REMARK, replay=replay)
    environment.filters.update(clip=clip, duration=duration, plural=plural, source=_source)
    return environment


def _shown(value: Any) -> Any:
    """What every printed value passes through: unseen characters named, length capped."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(clip(value, _LONG))
    return value


def _source(text: str) -> Markup:
    """A scenario's source: longer than other values may be, and laid out as it was."""
    return escape(visible(clip(text, _SOURCE), lines=True))


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


# -- what the page shows --------------------------------------------------------------------


def _page(run: Run, clauses: Mapping[str, str]) -> Page:
    table = cells.matrix(run)
    anchors = _anchors(row.scenario.id for row in table.rows)
    parts = tuple(
        part(run, row, number, anchors[row.scenario.id], clauses) for number, row in enumerate(table.rows, 1)
    )
    judges = tuple(_judges(run, table))
    return Page(cells.summary(run, table), tuple(_facts(run)), run.missing, judges, table, anchors, parts)


def _anchors(ids: Iterable[str]) -> dict[str, str]:
    """A readable place in the page for each scenario; two that read alike are numbered apart."""
    anchors: dict[str, str] = {}
    taken: set[str] = set()
    for id in ids:
        stem = anchor = "scenario-" + re.sub(r"[^A-Za-z0-9]+", "-", id)[:80].strip("-")
        number = 1
        while anchor in taken:
            number += 1
            anchor = f"{stem}-{number}"
        taken.add(anchor)
        anchors[id] = anchor
    return anchors


def _facts(run: Run) -> Iterable[tuple[str, str]]:
    header, end = run.header, run.end
    yield "Results", f"expected {header.expected:,}, got {len(run.results):,}"
    yield "bgfetch", f"{header.bgfetch} on Python {header.python}"
    yield "Started", header.started
    yield "Seed", str(header.seed)
    wall = end.wall if end else sum(result.wall for result in run.results)
    virtual = end.virtual if end else sum(result.virtual for result in run.results)
    yield "Wall time", duration(wall)
    yield "Virtual time", duration(virtual)
    for name, value in header.options.items():
        if value not in (None, "", False, [], {}):
            yield f"Option {name}", clip(_option(value), 200)


def _option(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _judges(run: Run, table: cells.Matrix) -> Iterable[Judge]:
    sums = cells.Group("", table.rows).sums(table.columns)
    for cell in sums:
        name = cell.results[0].implementation if cell.results else cell.column
        wall, virtual = (sum(getattr(r, time) for r in cell.results) for time in ("wall", "virtual"))
        yield Judge(
            cell.column, run.header.implementations.get(name, "version not told"), cell, wall, virtual
        )
