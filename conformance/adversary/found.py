"""What is done with what a hunt comes upon: looked at again, cut down, written as a file, told."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Sequence

from attrs import Factory, define

from conformance.adversary.apart import shape
from conformance.adversary.browsers import Seen
from conformance.adversary.hunt import Failure, Tally
from conformance.adversary.kept import INCONCLUSIVE, TROUBLE, UNSTABLE, Kept
from conformance.adversary.oracles import Examination, Finding
from conformance.adversary.subjects import TIMES, Subject
from conformance.adversary.written import as_file, sentences
from conformance.results import ERROR, FAIL, UNSUPPORTED
from conformance.scenario.model import Scenario

ROUNDS = 3
"""What was unstable so often is not looked into again."""


AGAIN = {FAIL: "still fails", ERROR: "trouble now", UNSUPPORTED: "cannot be run"}
"""What is said of a scenario that is tried again, by its verdict."""


@define
class Found:
    """Takes what is found in one hunt. ``say`` tells it, ``typed`` is the command that hunts."""

    subject: Subject
    kept: Kept
    say: Callable[[str], None]
    typed: str
    again: str
    """What to type after a file's name to see it again."""
    unstable: Counter[Finding] = Factory(Counter)
    unheard: Counter[str] = Factory(Counter)
    troubles: Counter[str] = Factory(Counter)
    lacking: Counter[str] = Factory(Counter)
    """For want of which levers examples could not be run."""

    def try_again(self, scenarios: Sequence[Scenario], tally: Tally) -> int:
        """Run scenarios that failed before; gives how many still do. Their troubles are known then."""
        failing = 0
        for one in scenarios:
            run = self.subject.examine(one, one.seed, False)
            failing += bool(run.findings)
            for finding in run.findings:
                tally.learn(finding)
            self.say(f"{AGAIN.get(run.verdict, 'passes now'):<14} {one.file}")
        return failing

    def examine(self, scenario: Scenario, seed: int, both: bool) -> Examination:
        """Look at an example, and keep what a person has to judge."""
        run = self.subject.examine(scenario, seed, both)
        if run.verdict == UNSUPPORTED:
            self.lacking.update(self.subject.lacking(run))
        if isinstance(run, Seen):
            if run.verdict == ERROR:
                note = run.note.partition("\n")[0]
                self._keep(self.troubles, shape(note), Finding(TROUBLE, ("an end",), (note,)), scenario)
            if run.nearest:
                what = Finding(INCONCLUSIVE, ("its outcome",), run.nearest.told)
                self._keep(self.unheard, "; ".join(run.nearest.kinds), what, scenario)
        return run

    def new(self, tally: Tally, failures: Sequence[Failure]) -> Sequence[Finding]:
        """Look into new troubles of one example; gives those that are not believed yet.

        What the small scenario of one shows as well is of the same root, and has no file of its own.
        """
        unsure, shown = list[Finding](), list[Finding]()
        for failure in failures:
            if any(failure.finding.is_like(one) for one in shown):
                continue
            if (again := self.subject.again(failure)) < TIMES:
                unsure += self._unstable(failure, again)
            else:
                tally.failures.append(failure)
                shown += self._cut_down(failure).findings
        for finding in shown:
            tally.learn(finding)
        return unsure

    def _cut_down(self, failure: Failure) -> Examination:
        """Make a failure small and write it; if that is interrupted, as it is."""
        try:
            scenario, run = self.subject.cut_down(failure)
        except BaseException:
            self._write(failure, failure.scenario)
            raise
        finding = next((one for one in run.findings if one.is_like(failure.finding)), failure.finding)
        self._write(Failure(scenario, failure.seed, finding, failure.example), scenario)
        return run

    def _write(self, failure: Failure, scenario: Scenario) -> None:
        finding = failure.finding
        text = as_file(dict(scenario.document), finding, failure.seed, self._command(failure.example))
        path = self.kept.write(text, finding.about[0])
        self.say(f"\nFound in example {failure.example}, {finding.kind}:")
        self.say("\n".join(sentences(scenario, finding)))
        typed = f"bgfetch replay {shlex.quote(str(path))} {self.again}"
        self.say(f"  Written to {path}. To see it again: {typed}")

    def _unstable(self, failure: Failure, again: int) -> Sequence[Finding]:
        """Keep a failure that does not come each time, once; gives it as long as it is worth another look."""
        finding = failure.finding
        like = next((one for one in self.unstable if one.is_like(finding)), finding)
        self.unstable[like] += 1
        told = f"Unstable: seen in {again} of {TIMES} more runs."
        if self.unstable[like] == 1:
            command = f"{self._command(failure.example)}. {told}"
            text = as_file(dict(failure.scenario.document), finding, failure.seed, command)
            self.kept.write(text, finding.about[0], UNSTABLE)
        self.say(f"\nExample {failure.example}: {finding.about[0]}. {told}")
        return () if self.unstable[like] >= ROUNDS else (finding,)

    def _keep(self, met: Counter[str], how: str, what: Finding, scenario: Scenario) -> None:
        """Count what is no failure of the browser, and keep the first of its kind for a person."""
        met[how] += 1
        if met[how] == 1:
            text = as_file(dict(scenario.document), what, 0, self.typed)
            self.kept.write(text, what.kind, what.kind)

    def _command(self, example: int) -> str:
        return f"{self.typed} --examples {example}"
