"""What each implementation did in each scenario: the matrix that the page and the terminal share.

A cell holds every repetition, so that none hides another. Trouble of the harness has a sign and
a colour of its own, and never counts as a failure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from attrs import frozen

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, VERDICTS, Check, Result
from reports.run import Listed, Run
from reports.text import plural

NOTHING = "nothing"
GLYPHS = {PASS: "✓", FAIL: "✗", INCONCLUSIVE: "?", UNSUPPORTED: "–", ERROR: "!", NOTHING: "·"}
WORDS = {
    PASS: "pass",
    FAIL: "fail",
    INCONCLUSIVE: "inconclusive",
    UNSUPPORTED: "unsupported",
    ERROR: "harness trouble",
    NOTHING: "no result",
}
MEANINGS = {
    PASS: "Everything that must hold was seen to hold.",
    FAIL: "Something that must hold was seen not to hold; the proof is given with the scenario.",
    INCONCLUSIVE: "The run could not tell: a witness or a precondition was missing.",
    UNSUPPORTED: "The scenario needs a lever that this implementation does not have, so it was not judged.",
    ERROR: "The harness itself had trouble, and the implementation was not judged.",
    NOTHING: "A result was due, or could have been, and is not in the run.",
}
REMARK = "▲"
REMARK_MEANING = (
    "Beside the verdict: a should, a may or a mere observation came out otherwise. It fails nothing."
)


@frozen
class Cell:
    """What one implementation did in one scenario: every result of it, first repetition first."""

    column: str
    results: tuple[Result, ...]

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """How often each verdict was given, in the order of the legend."""
        return tally(self.results) or ((NOTHING, 0),)

    @property
    def words(self) -> str:
        """The cell for those who do not see it."""
        return say(self.counts)

    @property
    def counted(self) -> bool:
        """Whether there are so many results that their number is worth telling."""
        return len(self.results) > 1

    @property
    def unsteady(self) -> bool:
        """Whether repetitions came out differently."""
        return len(self.counts) > 1

    @property
    def remarks(self) -> tuple[Check, ...]:
        """The lesser checks (should, may, observe) that did not come out as expected."""
        return tuple(
            dict.fromkeys(check for result in self.results for check in result.checks if check.remarks)
        )

    @property
    def telling(self) -> Result | None:
        """The result to compare with other implementations: a failed one, else a passed one."""
        for verdict in (FAIL, PASS):
            for result in self.results:
                if result.verdict == verdict:
                    return result
        return None


@frozen
class Difference:
    """A check that failed on one implementation and not on another that was judged too."""

    column: str
    check: Check


@frozen
class Row:
    """One scenario across all implementations."""

    scenario: Listed
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        return self.scenario.id.rpartition("/")[2]

    @property
    def unsteady(self) -> bool:
        return any(cell.unsteady for cell in self.cells)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The failed checks that not every judged implementation shares."""
        told = [(cell.column, result) for cell in self.cells if (result := cell.telling)]
        named = [{_identity(check) for check in failed(result)} for _, result in told]
        return tuple(
            Difference(column, check)
            for column, result in told
            for check in failed(result)
            if not all(_identity(check) in names for names in named)
        )

    @property
    def judged(self) -> tuple[frozenset[str], ...]:
        """The verdicts of each implementation that was judged."""
        found = (frozenset(r.verdict for r in cell.results) & {PASS, FAIL} for cell in self.cells)
        return tuple(verdicts for verdicts in found if verdicts)

    @property
    def compared(self) -> bool:
        """Whether there are two implementations that were judged."""
        return len(self.judged) > 1

    @property
    def differs(self) -> bool:
        """Whether two implementations that were judged came out differently."""
        return len(set(self.judged)) > 1 or bool(self.differences)


@frozen
class Group:
    """The scenarios of one folder."""

    folder: str
    rows: tuple[Row, ...]

    def sums(self, columns: Sequence[str]) -> tuple[Cell, ...]:
        """One cell per implementation that holds the results of the whole folder."""
        return tuple(
            Cell(column, tuple(r for row in self.rows for r in row.cells[place].results))
            for place, column in enumerate(columns)
        )


@frozen
class Matrix:
    """Scenarios by folder, implementations across."""

    columns: tuple[str, ...]
    groups: tuple[Group, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for group in self.groups for row in group.rows)


def matrix(run: Run) -> Matrix:
    """The matrix of a run, in the order of its header; what the header does not list comes last."""
    columns = _columns(run)
    found: dict[tuple[str, str], list[Result]] = {}
    for result in run.results:
        found.setdefault((result.scenario, column_of(result)), []).append(result)
    folders: dict[str, list[Row]] = {}
    for scenario in _scenarios(run):
        cells = tuple(Cell(c, tuple(sorted(found.get((scenario.id, c), ()), key=_order))) for c in columns)
        folders.setdefault(scenario.id.rpartition("/")[0], []).append(Row(scenario, cells))
    return Matrix(columns, tuple(Group(folder, tuple(rows)) for folder, rows in folders.items()))


def _columns(run: Run) -> tuple[str, ...]:
    """The implementations in the header's order, one that was judged under policies once for each."""
    own: dict[str, dict[str, None]] = {name: {} for name in run.header.implementations}
    for result in run.results:
        own.setdefault(result.implementation, {})[column_of(result)] = None
    return tuple(column for name, columns in own.items() for column in columns or [name])


def column_of(result: Result) -> str:
    """The column of a result: its implementation, and its policy where it has one."""
    return f"{result.implementation}, {result.policy}" if result.policy else result.implementation


def _order(result: Result) -> tuple[int, int]:
    return (result.repetition, result.seed)


def _scenarios(run: Run) -> Iterable[Listed]:
    listed = {scenario.id: scenario for scenario in run.scenarios}
    for result in run.results:
        listed.setdefault(result.scenario, Listed(result.scenario))
    return listed.values()


def failed(result: Result) -> tuple[Check, ...]:
    """The checks of a result that came out otherwise than expected."""
    return tuple(check for check in result.checks if check.verdict == FAIL)


def _identity(check: Check) -> tuple[str, str, int, str]:
    return (check.clause, check.source, check.line, check.expected)


def tally(results: Iterable[Result]) -> tuple[tuple[str, int], ...]:
    """How many results have each verdict, in the order of the legend, without zeros."""
    counts = Counter(result.verdict for result in results)
    return tuple((verdict, counts[verdict]) for verdict in VERDICTS if counts[verdict])


def say(counts: Sequence[tuple[str, int]]) -> str:
    """Counts in words: "pass" for one result, "2 pass, 1 fail" for more."""
    if len(counts) == 1 and counts[0][1] <= 1:
        return WORDS[counts[0][0]]
    return ", ".join(f"{count:,} {WORDS[verdict]}" for verdict, count in counts)


def summary(run: Run, table: Matrix) -> str:
    """The run in one sentence: what was judged, how it came out, where implementations disagree."""
    if not run.results:
        return "The run holds no result."
    what = f"{plural(len(table.rows), 'scenario')} on {plural(len(table.columns), 'implementation')}"
    unsteady = sum(row.unsteady for row in table.rows)
    told = [f"{what}, {plural(len(run.results), 'result')}: {say(tally(run.results))}"]
    if len(table.columns) > 1:
        told.append(_disagreement(table))
    if unsteady:
        told.append(f"repetitions differ in {plural(unsteady, 'scenario')}")
    return "; ".join(told) + "."


def _disagreement(table: Matrix) -> str:
    """In how many scenarios the implementations differ, where any of them could be compared."""
    if not any(row.compared for row in table.rows):
        return "no scenario was judged on two implementations, so that nothing could be compared"
    differing = sum(row.differs for row in table.rows)
    return f"the implementations differ in {plural(differing, 'scenario') if differing else 'none'}"
