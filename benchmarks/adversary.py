"""How well the adversary finds what is broken: python -m benchmarks.adversary [--seeds N] [MUTANT…]

For each mutant and each seed: in which example ``bgfetch fuzz --on mutant:NAME --seed SEED`` finds
it, and, for the first seeds, how small its scenario becomes and in what time. What is known is kept,
a line for each result, and a run that was ended goes on from there; after a change of the code it
begins anew with another file.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import click
from attrs import asdict

from benchmarks.hunts import REFERENCE, cut_down, hunted, taken_up, written_down
from benchmarks.quality import Cut, Figures, Found, table
from conformance.mutants import mutants

Line = dict[str, Any]


@click.command()
@click.argument("names", nargs=-1, metavar="[MUTANT]...")
@click.option("--seeds", default=20, show_default=True, type=click.IntRange(min=1), help="How many hunts.")
@click.option("--examples", default=2000, show_default=True, type=click.IntRange(min=1), help="In each hunt.")
@click.option("--shrunk", default=3, show_default=True, help="For how many seeds what is found is cut down.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True, type=click.IntRange(min=1))
@click.option(
    "--out", default=Path("quality.jsonl"), show_default=True, type=click.Path(path_type=Path, dir_okay=False)
)
def main(names: Sequence[str], seeds: int, examples: int, shrunk: int, jobs: int, out: Path) -> None:
    """Hunt for every mutant, or for those that are named, and print the table."""
    if unknown := set(names) - set(mutants()):
        raise click.UsageError(f"there is no mutant {', '.join(sorted(unknown))}; bgfetch mutants lists them")
    chosen, kept = tuple(names) or tuple(mutants()), Kept(out)
    hunts = [(seed, chosen, examples) for seed in range(seeds) if not kept.hunts(seed)]
    for line in _done(_hunt, hunts, jobs):
        kept.add(line)
    for line in _done(_cut, kept.to_be_cut_down(shrunk), jobs):
        kept.add(line)
    click.echo(table(kept.figures(chosen)))


class Kept:
    """The results so far, and the file that has them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        whole = text[
            : text.rfind("\n") + 1
        ]  # of a line that was being written when all ended nothing is known
        if whole != text:
            path.write_text(whole, encoding="utf-8")
        self.lines: list[Line] = [json.loads(line) for line in whole.splitlines()]

    def add(self, line: Line) -> None:
        self.lines.append(line)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def hunts(self, seed: int | None = None) -> list[Line]:
        """The hunts that are over, or that of one seed."""
        return [line for line in self.lines if "found" in line and seed in (None, line["seed"])]

    def to_be_cut_down(self, seeds: int) -> list[tuple[int, str, Line]]:
        """Seed, mutant and failure of all that was found in the first hunts and is not yet cut down."""
        known = {(line["seed"], line["mutant"]) for line in self.lines if "steps" in line}
        return [
            (line["seed"], name, failure)
            for line in self.hunts()
            if line["seed"] < seeds
            for name, failure in line["found"].items()
            if name != REFERENCE and (line["seed"], name) not in known
        ]

    def figures(self, names: Sequence[str]) -> Figures:
        """What is known of these mutants."""
        hunts = self.hunts()
        return Figures(
            hunts=len(hunts),
            examples=max(line["examples"] for line in hunts),
            found=[
                Found(name, line["found"].get(name, {}).get("example")) for line in hunts for name in names
            ],
            cut=[
                Cut(line["mutant"], line["steps"], line["requests"], line["seconds"])
                for line in self.lines
                if "steps" in line and line["mutant"] in names
            ],
        )


def _hunt(seed: int, names: Sequence[str], examples: int) -> Line:
    hunting = hunted(seed, names, examples)
    found = {name: written_down(failure) for name, failure in hunting.found.items()}
    return {"seed": seed, "examples": examples, "features": dict(hunting.features), "found": found}


def _cut(seed: int, name: str, failure: Line) -> Line:
    return {"seed": seed, "mutant": name, **asdict(cut_down(name, taken_up(failure)))}


def _done(work: Callable[..., Line], tasks: Sequence[tuple[Any, ...]], jobs: int) -> Iterator[Line]:
    """The result of each task, as soon as it is known."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as executor:
        for done in as_completed([executor.submit(work, *task) for task in tasks]):
            yield done.result()


if __name__ == "__main__":
    main()
