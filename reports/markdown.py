"""Markdown for the summary of a CI step: what came out, what failed and why, where implementations differ.

A summary has one MiB and a reader in a hurry: what does not fit is counted, and the whole is in
the HTML report. Values stand in code spans, in which nothing of Markdown, of HTML or of GitHub
(mentions, links) has a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from conformance.baseline.model import Baseline, Entry, Standing, in_short
from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, VERDICTS, Key, Result
from reports.cells import GLYPHS, WORDS, Group, Matrix, Row, matrix, summary
from reports.machine import Clauses, broken, but_for_numbers, line, missing, reason, replay
from reports.parts import clause
from reports.run import Listed, Run
from reports.text import plural

LIMIT = 1 << 20
"""Bytes that GitHub takes for the summary of a step."""
ITEMS = 100
"""Items of one section; the rest is counted."""
_SPARE = 4_096  # for headings, and for the lines that say what was left out
_CHECKS, _NAMES, _WIDE = 5, 20, 300


@frozen
class Section:
    """A heading, and under it items of which as many are kept as there is room for."""

    heading: str
    items: Sequence[str]
    noun: str


def render(run: Run, clauses: Clauses, baseline: Baseline | None = None) -> str:
    """The run as Markdown of at most ``LIMIT`` bytes, held against a baseline where there is one."""
    table = matrix(run)
    standings = [found for one in run.results if baseline and (found := baseline.standing(one))]
    written = "\n".join(_beginning(run, table, _against(baseline, standings) if baseline else ""))
    room = LIMIT - _SPARE - len(written.encode())
    for section in _sections(table, clauses, standings):
        if section.items:
            text, room = _fitted(section, room)
            written += text
    return written


def _fitted(section: Section, room: int) -> tuple[str, int]:
    """A section with as many items as fit, and the room that is left."""
    kept: list[str] = []
    for item in section.items[:ITEMS]:
        if len(item.encode()) > room:
            break
        kept.append(item)
        room -= len(item.encode())
    left_out = len(section.items) - len(kept)
    more = (
        f"\n… and {plural(left_out, f'further {section.noun}')}; report.html has all.\n" if left_out else ""
    )
    return f"\n## {section.heading}\n\n{''.join(kept)}{more}", room


# -- words ----------------------------------------------------------------------------------


def code(text: str, limit: int = _WIDE) -> str:
    """A value as a code span, fenced with more backquotes than it holds in a row."""
    shown = line(text, limit)
    if not shown.strip():
        return "(blank)" if shown else "(nothing)"
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def prose(text: str, limit: int = _WIDE) -> str:
    """A sentence as text: punctuation that may mean something where it stands is written as a number."""
    return _MEANT.sub(lambda found: f"&#{ord(found[0])};", line(text, limit).strip())


_MEANT = re.compile(
    r"[!#$&*<>@\[\]\\^_`{|}~]"  # anywhere
    r"|^[^\w\s]|(?:(?<=^\d)|(?<=^\d\d)|(?<=^\d\d\d))[.)](?=\s|$)"  # where a line begins: lists and rules
    r"|:(?=//)|(?<=www)\."  # what GitHub makes links of
)


def _clause(id: str, clauses: Clauses) -> str:
    one = clause(id, clauses)
    name = f"[{code(id, 120)}]({one.href})" if one.href and len(one.href) < 200 else code(id, 120)
    return f"{name} {prose(one.text)}".rstrip()


# -- the beginning --------------------------------------------------------------------------


def _beginning(run: Run, table: Matrix, against: str) -> Iterator[str]:
    yield "# bgfetch"
    yield ""
    yield prose(summary(run, table), 1_000)
    yield ""
    if against:
        yield against
        yield ""
    if run.missing:
        yield "> [!WARNING]"
        yield "> This run is not whole:"
        yield from (f"> - {code(one)}" for one in missing(run, 20))
        yield ""
    yield "| implementation | version | " + " | ".join(f"{GLYPHS[v]} {WORDS[v]}" for v in VERDICTS) + " |"
    yield "|---|---|" + "--:|" * len(VERDICTS)
    yield from (_counts(run, table, place) for place in range(min(len(table.columns), ITEMS)))
    yield ""
    begun = prose(run.header.started, 40)
    yield f"bgfetch {prose(run.header.bgfetch, 40)}, seed {run.header.seed}, begun {begun}"
    yield ""


def _against(baseline: Baseline, standings: Sequence[Standing]) -> str:
    return f"Against {code(baseline.file)}: {in_short(standings)}."


def _counts(run: Run, table: Matrix, place: int) -> str:
    cell = Group("", table.rows).sums(table.columns)[place]
    counts = dict(cell.counts)
    name = cell.results[0].implementation if cell.results else cell.column
    version = run.header.implementations.get(name, "version not told")
    numbers = " | ".join(f"{counts.get(verdict, 0):,}" for verdict in VERDICTS)
    return f"| {prose(cell.column, 80)} | {prose(version, 80)} | {numbers} |"


# -- the sections ---------------------------------------------------------------------------

_UNKNOWN = {
    ERROR: "Harness trouble (no word on the implementation)",
    INCONCLUSIVE: "Inconclusive (the run could not tell)",
    UNSUPPORTED: "Unsupported (a lever is missing)",
}


def _sections(table: Matrix, clauses: Clauses, standings: Sequence[Standing]) -> Iterator[Section]:
    left = {one.result.key: one for one in standings}
    failures = [told for row in table.rows for told in _failures(row, clauses, left)]
    yield Section("Failed, and not expected to" if standings else "Failed", failures, "failure")
    passed = _entries(clauses, ((one.result.scenario, entry) for one in standings for entry in one.passed))
    yield Section("Expected to fail, and did not", passed, "known fault")
    met = _entries(clauses, ((one.result.scenario, entry) for one in standings for entry in one.met))
    yield Section("As the baseline expects", met, "known fault")
    differing = [_difference(row) for row in table.rows if row.differs]
    yield Section("Where implementations differ", differing, "scenario")
    for verdict, heading in _UNKNOWN.items():
        yield Section(heading, list(_reasons(table, verdict)), "reason")


def _failures(row: Row, clauses: Clauses, standings: Mapping[Key, Standing]) -> Iterator[str]:
    """The failures of a scenario, one for each implementation, with how many repetitions failed."""
    for cell in row.cells:
        left = (_left(result, standings.get(result.key)) for result in cell.results)
        same = [result for result in left if result.verdict == FAIL]
        if same:
            of = f" ({len(same)} of {plural(len(cell.results), 'repetition')})" if cell.results[1:] else ""
            lines = "".join(f"  {told}\n" for told in _failure(row.scenario, same[0], clauses))
            yield f"- {code(row.scenario.id, 200)} on {code(cell.column, 80)}{of}\n{lines}"


def _left(result: Result, standing: Standing | None) -> Result:
    """What is left of a failure once all that a baseline expects is taken out of it."""
    if standing is None or result.verdict != FAIL:
        return result
    return evolve(result, verdict=FAIL if standing.unexpected else PASS, checks=standing.unexpected)


def _entries(clauses: Clauses, told: Iterable[tuple[str, Entry]]) -> Sequence[str]:
    """Entries of a baseline, each with why it is there and the scenarios that came out so."""
    found: dict[int, tuple[Entry, dict[str, None]]] = {}
    for scenario, entry in told:
        found.setdefault(entry.number, (entry, {}))[1][scenario] = None
    return [
        f"- {_clause(entry.clause, clauses)}: {prose(entry.reason)}\n  - {_names(list(ids))}\n"
        for entry, ids in found.values()
    ]


def _names(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _NAMES:,} more" if len(ids) > _NAMES else ""
    return ", ".join(code(id, 200) for id in ids[:_NAMES]) + more


def _failure(scenario: Listed, result: Result, clauses: Clauses) -> Iterator[str]:
    if scenario.title.strip():
        yield f"- {prose(scenario.title)}"
    checks = broken(result)
    for id in dict.fromkeys(check.clause for check in checks[:_CHECKS]):
        yield f"- {_clause(id, clauses)}"
        for check in (one for one in checks[:_CHECKS] if one.clause == id):
            yield f"  - expected {code(check.expected)}\\"
            yield f"    actual {code(check.actual)}"
    if len(checks) > _CHECKS:
        yield f"- … and {plural(len(checks) - _CHECKS, 'further check')}"
    yield f"- again: {code(replay(result, scenario), 1_000)}"


def _difference(row: Row) -> str:
    told = ", ".join(f"{code(cell.column, 80)} {cell.words}" for cell in row.cells[:_NAMES])
    more = f" and {len(row.cells) - _NAMES:,} more" if len(row.cells) > _NAMES else ""
    return f"- {code(row.scenario.id, 200)}: {told}{more}\n"


def _reasons(table: Matrix, verdict: str) -> Iterator[str]:
    """Why scenarios came out so, the commonest reason first, each with its scenarios."""
    found: dict[tuple[str, str], tuple[str, dict[str, None]]] = {}
    for row in table.rows:
        for cell in row.cells:
            for result in cell.results:
                if result.verdict == verdict:
                    why = reason(result)
                    same = found.setdefault((cell.column, but_for_numbers(why)), (why, {}))
                    same[1][row.scenario.id] = None
    for (column, _), (why, ids) in sorted(found.items(), key=lambda item: -len(item[1][1])):
        yield f"- {code(column, 80)}, {plural(len(ids), 'scenario')}: {code(why)}\n  - {_names(list(ids))}\n"
