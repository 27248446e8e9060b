"""How well the adversary finds what is broken: python -m benchmarks.adversary [--seeds N]

For each mutant and each seed: in which example ``bgfetch fuzz --on mutant:NAME --seed SEED`` finds
it, and, for the first seeds, how small its scenario becomes and in what time. What is known is kept,
a line for each result, and a run that was ended goes on from there, in the middle of a hunt as well;
after a change of the code it begins anew with another file.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import click
from attrs import asdict

from benchmarks.hunts import REFERENCE, Hunt, cut_down, go_on
from benchmarks.quality import Cut, Figures, Found, table
from conformance.adversary.hunt import Failure
from conformance.adversary.oracles import Finding
from conformance.mutants import mutants
from conformance.scenario.load import scenario_from_document

Line = dict[str, Any]

STRETCH = 50
"""After so many examples it is noted how far a hunt has come."""


@click.command()
@click.option("--seeds", default=20, show_default=True, type=click.IntRange(min=1), help="How many hunts.")
@click.option("--examples", default=2000, show_default=True, type=click.IntRange(min=1), help="In each hunt.")
@click.option("--shrunk", default=3, show_default=True, help="For how many seeds what is found is cut down.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True, type=click.IntRange(min=1))
@click.option(
    "--out", default=Path("quality.jsonl"), show_default=True, type=click.Path(path_type=Path, dir_okay=False)
)
def main(seeds: int, examples: int, shrunk: int, jobs: int, out: Path) -> None:
    """Hunt for every mutant, and print the table."""
    _all_done(_hunt, [(out, seed, examples) for seed in range(seeds)], jobs)
    _all_done(_cut, [(out, *one) for one in Kept(out).to_be_cut_down(shrunk)], jobs)
    click.echo(table(Kept(out).figures(examples)))


class Kept:
    """The results so far, of every process that writes to the file."""

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        whole = text[: text.rfind("\n") + 1]  # a line that was being written when all ended says nothing
        if whole != text:
            path.write_text(whole, encoding="utf-8")
        self._lines: list[Line] = [json.loads(line) for line in whole.splitlines()]

    def reached(self, seed: int) -> int:
        """How many examples of a hunt are known."""
        return max(
            (one["reached"] for one in self._lines if one["seed"] == seed and "reached" in one), default=0
        )

    def found(self, seed: int) -> dict[str, Line]:
        """What the known examples of a hunt have found, by mutant."""
        reached = self.reached(seed)
        return {
            one["mutant"]: one
            for one in self._lines
            if one["seed"] == seed and "example" in one and one["example"] <= reached
        }

    def to_be_cut_down(self, seeds: int) -> list[tuple[str, Line]]:
        """Mutant and failure of all that was found in the first hunts and is not yet cut down."""
        known = {(one["seed"], one["mutant"]) for one in self._lines if "steps" in one}
        return [
            (name, failure)
            for seed in range(seeds)
            for name, failure in sorted(self.found(seed).items())
            if name != REFERENCE and (seed, name) not in known
        ]

    def figures(self, examples: int) -> Figures:
        """What is known of the mutants, from the hunts that have come so far."""
        over = sorted({one["seed"] for one in self._lines if one.get("reached", 0) >= examples})
        founds = [self.found(seed) for seed in over]
        return Figures(
            hunts=len(over),
            examples=examples,
            found=[Found(name, _within(found.get(name), examples)) for found in founds for name in mutants()],
            cut=[
                Cut(one["mutant"], one["steps"], one["requests"], one["seconds"])
                for one in self._lines
                if "steps" in one
            ],
        )


def _within(found: Line | None, examples: int) -> int | None:
    return int(found["example"]) if found and found["example"] <= examples else None


def _add(path: Path, line: Line) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _hunt(path: Path, seed: int, examples: int) -> None:
    """One hunt, from where it was left."""
    kept = Kept(path)
    reached, known = kept.reached(seed), kept.found(seed)
    if reached >= examples:
        return

    def found(name: str, failure: Failure) -> None:
        made = {
            "document": failure.scenario.document,
            "order": failure.seed,
            "finding": asdict(failure.finding),
        }
        _add(path, {"seed": seed, "mutant": name, "example": failure.example, **made})

    def told(done: int) -> None:
        if done > reached and (done % STRETCH == 0 or done == examples):
            _add(path, {"seed": seed, "reached": done})

    go_on(Hunt(set(mutants()) - set(known), found, reached), seed, examples, told)
    _add(path, {"seed": seed, "reached": examples})


def _cut(path: Path, name: str, line: Line) -> None:
    finding = Finding(*(line["finding"][key] for key in ("kind", "about", "told")))
    scenario = scenario_from_document(line["document"], "found")
    cut = cut_down(name, Failure(scenario, line["order"], finding, line["example"]))
    _add(path, {"seed": line["seed"], "mutant": name, **asdict(cut)})


def _all_done(work: Callable[..., None], tasks: Sequence[tuple[Any, ...]], jobs: int) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as executor:
        for done in as_completed([executor.submit(work, *task) for task in tasks]):
            done.result()


if __name__ == "__main__":
    main()
