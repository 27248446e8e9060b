"""``bgfetch report``: reports of a run, made again from its folder."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve

from conformance import __version__
from conformance.errors import BadInput
from reports.formats import FORMATS
from reports.text import clip, visible

if TYPE_CHECKING:
    from conformance.baseline.model import Baseline, Entry
    from reports.clause_table import Known, Text
    from reports.history import Named
    from reports.run import Run

ALL, FULL = "all", "full"


@click.command("report", short_help="Write reports of a run.")
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format", "wanted", type=click.Choice([*FORMATS, ALL]), multiple=True, default=["html"],
    show_default=True, help="Which report. May be given again.",
)  # fmt: skip
@click.option(
    "--full", is_flag=True, help="A folder too, with a page for each scenario that leaves nothing out."
)
@click.option(
    "--baseline", "file", type=click.Path(path_type=Path), metavar="FILE",
    help="Tell how the run stands against this baseline, and not against the one that it was made with.",
)  # fmt: skip
@click.option(
    "--history", is_flag=True,
    help="Instead: how scenarios came out over all RUNs, which may be folders of runs too.",
)  # fmt: skip
def command(
    runs: tuple[Path, ...], wanted: tuple[str, ...], full: bool, file: Path | None, history: bool
) -> None:
    """Write reports of RUN, the folder of a run, into that folder, and say where they are.

    A run that was broken off has reports too, which say what is missing.
    """
    from conformance.command_line.folders import home, told
    from reports.run import read_run

    if history:
        _refuse_beside_history(runs, wanted, full, file)
        _tell_history(runs)
        return
    if len(runs) > 1:
        raise BadInput(
            f"A report is of one run, and {len(runs)} were given.",
            "Of several there are: bgfetch report --history RUN... and bgfetch diff BEFORE AFTER",
        )
    folder = home(runs[0])
    read = told(read_run, folder)
    baseline = _baseline(file, read) if file else None
    for name in FORMATS if ALL in wanted else dict.fromkeys(wanted):
        for path in _written(folder, read, name, baseline):
            click.echo(path)
    if full:
        first, *_ = _written(folder, read, FULL, baseline)
        click.echo(first)


def _refuse_beside_history(
    runs: Sequence[Path], wanted: Sequence[str], full: bool, file: Path | None
) -> None:
    """Raise BadInput where something was asked for that the history, one page of its own, does not have."""
    words = [word for name in wanted if name != "html" for word in ("--format", name)]
    words += ["--full"] * full + (["--baseline", str(file)] if file else [])
    if words:
        raise BadInput(
            f"{shlex.join(words)} says nothing beside --history.",
            f"{shlex.join(['bgfetch', 'report', '--history', *map(str, runs)])}\n"
            f"or of one: bgfetch report RUN {shlex.join(words)}",
        )


def _baseline(file: Path, run: Run) -> Baseline:
    """The baseline of a file. Raises ScenarioError for a bad one, BadInput for one of what was not run."""
    from conformance.baseline.file import read

    baseline = read(file)
    if baseline.implementation not in run.header.implementations:
        names = ", ".join(visible(clip(name, 60)) for name in run.header.implementations)
        raise BadInput(
            f"{file} is the baseline of {baseline.implementation}, and the run is of {names}.",
            f"To make one: bgfetch run --on {baseline.implementation} --baseline {shlex.quote(str(file))}",
        )
    return baseline


def _tell_history(given: Sequence[Path]) -> None:
    """Tell the history on the terminal, and write its page into the newest run."""
    from conformance.command_line.folders import runs_in, write_whole
    from reports.history import history, page, terminal

    folders = dict.fromkeys(folder for one in given for folder in runs_in(one))
    found = history(list(_readable(folders)))
    if not found.runs:
        raise BadInput("None of these runs can be read.", "To make one: bgfetch run")
    click.echo("\n".join(terminal(found)))
    path = Path(found.runs[-1].name) / "history.html"
    write_whole(path, page(found))
    click.echo(f"\n{path}")


def _readable(folders: Iterable[Path]) -> Iterator[Named]:
    """The runs that can be read; a killed run may have left nothing, and is named."""
    from conformance.command_line.folders import read_results
    from reports.history import Named

    for folder in folders:
        try:
            yield Named(str(folder), read_results(folder))
        except BadInput as error:
            click.echo(f"left out: {error.what}", err=True)


def write_html(folder: Path, run: Run, baseline: Baseline | None = None) -> Path:
    """Write report.html into the run's folder and give its path. Raises BadInput if that cannot be done."""
    (path,) = _written(folder, run, "html", baseline)
    return path


def _written(folder: Path, run: Run, name: str, baseline: Baseline | None) -> Iterator[Path]:
    from conformance.command_line.expected import kept
    from reports.formats import put

    if baseline is None:
        run, baseline = kept(run)
    try:
        yield from put(folder, _files(run, name, baseline))
    except OSError as error:
        raise BadInput(
            f"The report cannot be written to {error.filename or folder}: {error.strerror}.",
            "The results are whole. Make room or allow writing, then: "
            f"bgfetch report {folder} {'--full' if name == FULL else f'--format {name}'}",
        ) from None


def _files(run: Run, name: str, baseline: Baseline | None) -> Iterable[tuple[str, str]]:
    """The files of a report; the pages for people are told more of the clauses than other tools need."""
    from conformance.clauses import clauses
    from reports import html, markdown

    told = {id: clause.text for id, clause in clauses().items()}
    if name in (FULL, "html"):
        run = evolve(run, missing=(*_other_version(run), *run.missing))
    if name == FULL:
        return html.folder(run, told, against(text(), run, baseline))
    if name == "markdown":
        return [("summary.md", markdown.render(run, told, baseline))]
    if name == "html":
        return [("report.html", html.render(run, told, against(text(), run, baseline)))]
    return FORMATS[name](run, told).items()


def _other_version(run: Run) -> Iterator[str]:
    """That the run was not written by what reads it, which is no gap, but may be the reason of one."""
    by = clip(run.header.bgfetch, 40)
    if by != __version__:
        yield f"the run was written by bgfetch {by} and is read by {__version__}: not all may be understood"


def text() -> Text:
    """What is known of the clauses beside our paraphrase of each."""
    from conformance.clauses import REVISION, clauses
    from conformance.mutants import mutants
    from reports.clause_table import Rule, Text

    broken: dict[str, list[str]] = {}
    for mutant, overrides in mutants().items():
        for override in overrides:
            broken.setdefault(override.clause, []).append(mutant)
    rules = {
        id: Rule(clause.level, clause.witnesses, tuple(broken.get(id, ())))
        for id, clause in clauses().items()
    }
    return Text(REVISION, rules)


def against(text: Text, run: Run, baseline: Baseline | None) -> Text:
    """The same, with how the run stands against a baseline, and what that says of each scenario."""
    from conformance.baseline.model import in_short

    if baseline is None:
        return text
    standings = [standing for one in run.results if (standing := baseline.standing(one))]
    known: dict[str, list[Known]] = {}
    for (scenario, _), entry in baseline.pairs.items():
        known.setdefault(scenario, []).append(_known(baseline.implementation, entry))
    news = frozenset(one.result.scenario for one in standings if one.unexpected or one.passed)
    return evolve(text, against=f"Against {baseline.file}: {in_short(standings)}.", known=known, news=news)


def _known(implementation: str, entry: Entry) -> Known:
    """All that an entry of a baseline says, in sentences."""
    from conformance.results import FAIL, VERDICTS
    from reports.clause_table import Known

    verdicts = [verdict for verdict in VERDICTS if verdict in entry.verdicts]
    how = "fails" if verdicts == [FAIL] else f"comes out as {' or '.join(verdicts)} in"
    link = entry.link if re.fullmatch(r"https?://\S{1,500}", entry.link) else ""
    told = [
        f"{implementation} {how} {entry.clause}",
        f"Seen: {entry.seen}" if entry.seen else "",
        entry.reason,
        f"First seen in version {entry.version}" + (f" on {entry.date}" if entry.date else ""),
        f"See {entry.link}" if entry.link and not link else "",
    ]
    return Known(" ".join(_sentence(one) for one in told if one), link)


def _sentence(text: str) -> str:
    """A text on one line that ends as a sentence does."""
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
