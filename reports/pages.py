"""How every page for people is written: templates, one style, and what keeps a page harmless.

Every value of a run is hostile. Three things keep it harmless, each by itself: the templates
escape all they print, ``_shown`` names unseen characters and caps what is long, and the page's
own policy lets no other script or style than its own run.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from reports import cells, clause_table
from reports.outcomes import KILLERS
from reports.sentences import STEPS
from reports.text import clip, duration, plural, short, size, visible

_TEMPLATES = Path(__file__).with_name("templates")
_LONG, _SOURCE = 1_000, 20_000


def written(template: str, **given: Any) -> str:
    """A page from its template, with the style and the script that all pages share."""
    style, script = _piece("report.css") + "\n" + _piece("timeline.css"), _piece("report.js")
    return (
        _environment()
        .get_template(template)
        .render(
            style=Markup(style),
            script=Markup(script),
            style_hash=_hash(style),
            script_hash=_hash(script),
            **{"places": {}, **given},
        )
    )


@cache
def _piece(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8").strip()


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
    glyphs = {**cells.GLYPHS, clause_table.REMARKED: cells.REMARK}
    words = {**cells.WORDS, clause_table.REMARKED: "with a remark"}
    environment.globals.update(
        GLYPHS=glyphs,
        WORDS=words,
        REMARK=cells.REMARK,
        MEANINGS=cells.MEANINGS,
        REMARK_MEANING=cells.REMARK_MEANING,
        TESTED=clause_table.TESTED,
        STEPS=STEPS,
        KILLERS=KILLERS,
    )
    environment.filters.update(
        clip=clip, duration=duration, plural=plural, short=short, size=size, source=_source
    )
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
