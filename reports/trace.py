"""Trace events as Chrome's tracing and Perfetto read them: what happened in each scenario, on a time axis.

A process for each result, a thread for each witness and actor. Steps and requests have a length,
everything else is an instant; ``downloaded`` is a counter. Requests that overlap get threads of
their own, because the format has room for one slice at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import Factory, asdict, define

from conformance.results import Check, Result
from reports.cells import GLYPHS, column_of
from reports.machine import amount, bounded, broken, line, listed, missing, plain, turn, versions
from reports.run import Listed, Run
from reports.telling import tell
from reports.wire import Exchange, exchanges
from simulator.observation import Attributes, Observation, Progress, Request, Sent, Step

_VERDICT = "verdict"
_Event = dict[str, Any]


def render(run: Run) -> str:
    """The run as one JSON object, an event on each line."""
    events: list[_Event] = []
    known = listed(run)
    for pid, result in enumerate(run.results, 1):
        events += _Process(run, result, known.get(result.scenario), pid).events()
    facts: dict[str, Any] = {
        "bgfetch": line(run.header.bgfetch),
        "started": line(run.header.started),
        "seed": line(str(run.header.seed)),
        "missing": list(missing(run)),
    }
    lines = ",\n".join(map(_dump, events))
    return f'{{"displayTimeUnit":"ms","otherData":{_dump(facts)},"traceEvents":[\n{lines}\n]}}\n'


def _dump(value: Any) -> str:
    """JSON as Perfetto takes it: it stumbles over a pair of escapes, and over a backslash that ends a string.

    So characters are written as themselves, and a backslash by its number.
    """
    told = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return told.replace("\\\\", "\\u005c")


def _microseconds(nanoseconds: int) -> float:
    return bounded(nanoseconds) / 1e3


@define
class _Process:
    """One result on its way into events: its threads are numbered as they come up."""

    run: Run
    result: Result
    scenario: Listed | None
    pid: int
    threads: dict[str, int] = Factory(dict)
    busy: dict[str, list[int]] = Factory(dict)
    """For each host that was asked: until when each of its threads is taken."""

    def events(self) -> list[_Event]:
        seen = self.run.seen(self.result) or ()
        made = [*self._checks(seen), *self._steps(seen), *self._wire(seen), *self._rest(seen)]
        return [*self._names(), *made]

    # -- threads ----------------------------------------------------------------------------

    def _event(self, kind: str, thread: str, time: int, name: str, category: str, **rest: Any) -> _Event:
        tid = self.threads.setdefault(thread, len(self.threads) + 1)
        shown = line(name, 120) or category
        ts = _microseconds(time)
        return {"ph": kind, "pid": self.pid, "tid": tid, "ts": ts, "name": shown, "cat": category, **rest}

    def _instant(self, thread: str, seen: Observation) -> _Event:
        return self._event("i", thread, seen.time, tell(seen), seen.kind, s="t", args=_arguments(seen))

    def _names(self) -> Iterator[_Event]:
        # Perfetto cuts the middle out of a long name: the verdict and what tells it apart come first.
        name = self.result.scenario.rpartition("/")[2]
        sign = GLYPHS[self.result.verdict]
        words = [sign, name, f"on {column_of(self.result)}", turn(self.run, self.result)]
        labels = [self.result.verdict, self.result.scenario, self.scenario.title if self.scenario else ""]
        labels.append(versions(self.run, self.result))
        lost = self.run.seen(self.result) is None and self.result.observations
        labels.append("its observations are not in the run" if lost else "")
        yield self._metadata("process_name", name=" ".join(line(word, 200) for word in words if word))
        yield self._metadata("process_labels", labels=", ".join(line(one, 200) for one in labels if one))
        yield self._metadata("process_sort_index", sort_index=self.pid)
        for thread, tid in self.threads.items():
            yield self._metadata("thread_name", tid, name=line(thread, 120))
            yield self._metadata("thread_sort_index", tid, sort_index=tid)

    def _metadata(self, what: str, tid: int = 0, **arguments: Any) -> _Event:
        return {"ph": "M", "pid": self.pid, "tid": tid, "name": what, "args": arguments}

    # -- what was seen ----------------------------------------------------------------------

    def _steps(self, seen: Sequence[Observation]) -> Iterator[_Event]:
        """Each step from its beginning to that of the next."""
        steps = [(one, one.data) for one in seen if isinstance(one.data, Step)]
        ends = [*(one.time for one, _ in steps[1:]), max((one.time for one in seen), default=0)]
        for (one, step), end in zip(steps, ends, strict=False):  # without steps there is still an end
            yield self._slice("steps", one, end, _named(one.of, step))

    def _slice(self, thread: str, seen: Observation, end: int, name: str) -> _Event:
        length = max(0, bounded(end) - bounded(seen.time)) / 1e3
        return self._event("X", thread, seen.time, name, seen.kind, dur=length, args=_arguments(seen))

    def _wire(self, seen: Sequence[Observation]) -> Iterator[_Event]:
        for one in exchanges(seen):
            thread = self._thread(one)
            yield self._slice(thread, one.seen, one.end, _asked(one))
            yield from (self._instant(thread, part) for part in one.later if not isinstance(part.data, Sent))

    def _thread(self, one: Exchange) -> str:
        """The first thread of its host that is free when the request comes."""
        host = f"{one.seen.witness} {one.seen.actor}"
        taken = self.busy.setdefault(host, [])
        free = next((place for place, until in enumerate(taken) if until <= one.seen.time), len(taken))
        taken[free : free + 1] = [one.end]
        return f"{host} ({free + 1})" if free else host

    def _rest(self, seen: Sequence[Observation]) -> Iterator[_Event]:
        told = {id(part) for one in exchanges(seen) for part in one.later}
        for one in seen:
            if isinstance(one.data, Step | Request) or id(one) in told:
                continue
            yield self._instant(_who(one), one)
            if isinstance(one.data, Progress | Attributes):
                yield self._counter(one, one.data.downloaded)

    def _counter(self, seen: Observation, downloaded: int) -> _Event:
        name = f"downloaded {line(seen.of, 80)} ({line(seen.actor, 40)})"
        ts = _microseconds(seen.time)
        return {"ph": "C", "pid": self.pid, "ts": ts, "name": name, "args": {"bytes": amount(downloaded)}}

    def _checks(self, seen: Sequence[Observation]) -> Iterator[_Event]:
        """What must hold and was not seen to, at the last observation that it rests on, or at the end."""
        times = {one.sequence: one.time for one in seen}
        end = max(times.values(), default=0)
        for check in broken(self.result):
            time = max((times[number] for number in check.proof if number in times), default=end)
            name = f"{check.verdict}: {check.clause}"
            yield self._event("i", _VERDICT, time, name, "check", s="t", args=_judged(check))


def _named(number: str, step: Step) -> str:
    return f"step {number}: {step.told or step.verb}"


def _asked(one: Exchange) -> str:
    """A request in few words; the rest is in its arguments."""
    again = f"request {one.request.number}" if one.request.number > 1 else ""
    words = [one.request.method, one.seen.of, one.request.range, again]
    return " ".join(word for word in words if word)


def _who(seen: Observation) -> str:
    return seen.witness if seen.actor in ("", seen.witness) else f"{seen.witness} {seen.actor}"


def _judged(check: Check) -> dict[str, Any]:
    told: dict[str, Any] = plain({"expected": check.expected, "actual": check.actual, "line": check.line})
    return told


def _arguments(seen: Observation) -> dict[str, Any]:
    """An observation's own fields, and what ties it to others."""
    told: dict[str, Any] = plain(asdict(seen.data))  # type: ignore[arg-type]
    return {"sequence": plain(seen.sequence), "cause": plain(seen.cause), "of": line(seen.of), **told}
