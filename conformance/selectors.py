"""Which scenarios are meant: by path, by id, by glob, by ``clause:…`` or by ``fault:…``."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from conformance.data import folder
from conformance.errors import BadInput, did_you_mean
from conformance.scenario.model import MARK, Scenario

FAULTS = ("cut", "stall", "trickle", "refuse")

SEE_ALL = "To see every scenario: bgfetch list"


class Catalogue:
    """The scenario files below one folder; each is read when it is first asked for, and once."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = (root or folder("scenarios")).resolve()
        self.ids = sorted(_files(self.root))
        self.load = cache(self._load)

    def _load(self, identifier: str) -> tuple[Scenario, ...]:
        return _load(self.root / f"{identifier}.toml", self.root)

    def all(self) -> list[Scenario]:
        """Every scenario, in the order of the ids. Raises ScenarioError at the first broken file."""
        return [one for identifier in self.ids for one in self.load(identifier)]

    def has(self, id: str) -> bool:
        """Whether there is a scenario of this id, a file's or a row's."""
        stem = id.partition(MARK)[0]
        return stem in self.ids and any(one.id == id for one in self.load(stem))

    def select(self, selectors: Iterable[str]) -> list[Scenario]:
        """The scenarios that the selectors name, in their order and each once; all for no selector.

        Raises BadInput for a selector that cannot be meant, ScenarioError for a broken file.
        A glob, a clause or a fault that is known but has no scenario adds nothing.
        """
        selectors = list(selectors)
        if not selectors:
            return self.all()
        chosen: dict[str, Scenario] = {}
        for selector in selectors:
            for scenario in self._named(selector):
                if chosen.setdefault(scenario.id, scenario).file != scenario.file:
                    raise BadInput(
                        f"{chosen[scenario.id].file} and {scenario.file} are both called {scenario.id}.",
                        "Results are known by that name: rename one, or run them one after the other.",
                    )
        return list(chosen.values())

    def one(self, selector: str) -> Scenario:
        """The one scenario that a selector names. Raises BadInput where it names none or several."""
        if selector not in self.ids and os.path.isdir(selector):
            raise BadInput(f"{selector} is a folder, and one scenario is wanted.", "Name a file in it.")
        found = self.select([selector])
        if len(found) == 1:
            return found[0]
        one = f"Say which, for example: {shlex.quote(selector_of(found[0]))}. " if found else ""
        raise BadInput(
            f"{selector!r} means {len(found)} scenarios, and one is wanted.",
            f"{one}To see which there are: bgfetch list {shlex.quote(selector)}",
        )

    def _named(self, selector: str) -> list[Scenario]:
        if selector.startswith("clause:"):
            return self._by_clause(selector.removeprefix("clause:"))
        if selector.startswith("fault:"):
            return self._by_fault(selector.removeprefix("fault:"))
        stem, mark, row = selector.rpartition(MARK)
        if selector in self.ids:
            return list(self.load(selector))
        if os.path.exists(selector):  # also of what is too long for a path, where Path raises
            return self._by_path(Path(selector).resolve())
        if any(sign in selector for sign in "*?["):
            return self._by_glob(selector)
        if mark and (stem in self.ids or os.path.isfile(stem)):
            return [self._row(stem, row)]
        raise self._unknown(selector)

    def _by_glob(self, pattern: str) -> list[Scenario]:
        """What the pattern matches by its id or by the id of its file."""
        literal = re.split(r"[*?[]", pattern, maxsplit=1)[0]
        found: list[Scenario] = []
        for one in self.ids:
            if fnmatchcase(one, pattern):
                found += self.load(one)
            elif one.startswith(literal) or literal.startswith(one + MARK):
                found += [row for row in self.load(one) if fnmatchcase(row.id, pattern)]
        return found

    def _row(self, file: str, name: str) -> Scenario:
        rows = {scenario.id.rpartition(MARK)[2]: scenario for scenario in self._named(file)}
        if name not in rows:
            raise BadInput(
                f"{file} has no row {name!r}.{did_you_mean(name, rows)}",
                f"To see its rows: bgfetch list {file}",
            )
        return rows[name]

    def _by_clause(self, prefix: str) -> list[Scenario]:
        found = self._where(lambda scenario: any(one.startswith(prefix) for one in scenario.clauses))
        known = _clause_ids()
        if not found and not any(one.startswith(prefix) for one in known):
            raise BadInput(
                f"No clause begins with {prefix!r}.{did_you_mean(prefix, known)}",
                "A clause is named section/step. To see which ones are tested: bgfetch list --json",
            )
        return found

    def _by_fault(self, kind: str) -> list[Scenario]:
        if kind not in FAULTS:
            raise BadInput(
                f"There is no fault {kind!r}.{did_you_mean(kind, FAULTS)}",
                f"A fault is one of: {', '.join(FAULTS)}",
            )
        return self._where(lambda scenario: kind in faults(scenario))

    def _by_path(self, path: Path) -> list[Scenario]:
        root = self.root if path.is_relative_to(self.root) else None
        if path.is_dir():
            return [one for file in sorted(_files(path)) for one in _load(path / f"{file}.toml", root)]
        if path.suffix != ".toml":
            raise BadInput(f"{path} is not a scenario: a scenario file is called NAME.toml.", SEE_ALL)
        return list(_load(path, root))

    def _where(self, wanted: Callable[[Scenario], bool]) -> list[Scenario]:
        return [scenario for scenario in self.all() if wanted(scenario)]

    def _unknown(self, selector: str) -> BadInput:
        if selector.endswith(".toml"):
            return BadInput(f"There is no file {selector}.", SEE_ALL)
        below = [one for one in self.ids if one.startswith(selector.rstrip("/") + "/")]
        if below:
            then = f"To take all {len(below)} in that folder: '{selector.rstrip('/')}/*'"
            return BadInput(f"{selector!r} is a folder of scenarios, not one of them.", then)
        return BadInput(f"There is no scenario {selector!r}.{did_you_mean(selector, self._names())}", SEE_ALL)

    def _names(self) -> Sequence[str]:
        return [*self.ids, *{one.rpartition("/")[2]: one for one in self.ids}]


def selector_of(scenario: Scenario) -> str:
    """What selects just this scenario: its id in the catalogue, elsewhere its file, and its row."""
    stem, mark, row = scenario.id.partition(MARK)
    inside = scenario.file == str(folder("scenarios").resolve() / f"{stem}.toml")
    return scenario.id if inside else f"{Path(scenario.file).resolve()}{mark}{row}"


def faults(scenario: Scenario) -> set[str]:
    """The kinds of fault that the scenario's origin has in store."""
    answers = [one for resource in scenario.origin.values() for one in (resource.answer, *resource.attempts)]
    return {fault.kind for answer in answers for fault in answer.faults}


def _files(root: Path) -> list[str]:
    return [path.relative_to(root).with_suffix("").as_posix() for path in root.rglob("*.toml")]


def _load(path: Path, root: Path | None) -> tuple[Scenario, ...]:
    from conformance.scenario.load import load_all

    return load_all(path, root)


def _clause_ids() -> list[str]:
    from conformance.clauses import clauses

    return list(clauses())
