"""Turns the reports of page and worker into observations: one row, one observation.

A report is one line of JSON and then the bytes of the bodies that its rows speak of. What
script cannot know is filled in here: paths as the scenario names them, which fetch an id
stands for, and what the bytes of a body are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.implementations.chromium.names import Names
from conformance.scenario.model import Scenario
from simulator.content import runs_of, told, word
from simulator.observation import Json, Kind, Log, Record, Run, data_from_json
from simulator.origin.hosts import Hosts, served_as

Row = Mapping[str, Any]

_END_EVENTS = ("backgroundfetchsuccess", "backgroundfetchfail", "backgroundfetchabort")


class Reports:
    """The reports of one scenario. One that the fixtures cannot have made raises KeyError or ValueError."""

    def __init__(self, scenario: Scenario, hosts: Hosts, names: Names, log: Log) -> None:
        self._scenario, self._hosts, self._names, self._log = scenario, hosts, names, log
        self._taken: dict[str, int] = {}
        self._handled: dict[str, str] = {}

    def take(self, report: bytes) -> None:
        """Log what a report says. One that came before (its sender tried again) is dropped."""
        line, _, bodies = report.partition(b"\n")
        head = json.loads(line)
        if head["number"] <= self._taken.get(head["sender"], 0):
            return
        self._taken[head["sender"]] = head["number"]
        for row, body in _with_bodies(head["rows"], bodies):
            of, data = self._read(row, head["actor"], body)
            self._log.see(head["witness"], head["actor"], of, data)

    def _read(self, row: Row, actor: str, body: bytes) -> tuple[str, Kind]:
        """What a row is of, and what was seen."""
        kind, of, seen = row["kind"], row["of"], row["data"]
        match kind:
            case "event":
                return self._event(of, actor, seen), data_from_json(kind, seen)
            case "event_done" | "attributes":
                return self._handled.get(of) or of, data_from_json(kind, seen)
            case "record":
                return self._record(of, seen, body)
            case "settled":
                return of, self._settled(of, seen, body)
        return of, data_from_json(kind, seen)

    def _event(self, of: str, scope: str, seen: Row) -> str:
        """The fetch that an event is of. Its id may be another fetch's while the event is still handled."""
        id = seen["registration"]["id"]
        self._handled[of] = self._names.of(scope, id)
        if seen["type"] in _END_EVENTS:
            self._names.end(scope, id)
        return self._handled[of]

    def _record(self, of: str, seen: Row, body: bytes) -> tuple[str, Kind]:
        rest = dict(seen)
        path = self._path(rest.pop("request"))
        rest["url"] = self._path(rest.get("url", ""))
        rest["headers"] = tuple((name, value) for name, value in rest.get("headers", ()))
        return path, Record(fetch=self._handled[of], size=len(body), runs=self._runs(path, body), **rest)

    def _settled(self, of: str, seen: Row, body: bytes) -> Kind:
        if of.isdigit() and _refused(seen):  # else the step is one of a handler
            self._names.refuse(int(of))
        value = seen["value"]
        if isinstance(value, dict):
            value = self._read_so_far(value, body) if "closed" in value else self._with_paths(value)
        return data_from_json("settled", {**seen, "value": value})

    def _with_paths(self, value: dict[str, Json]) -> dict[str, Json]:
        if "records" in value:
            return {**value, "records": [self._with_paths(one) for one in value["records"]]}
        return {key: self._path(one) if key in ("path", "url") else one for key, one in value.items()}

    def _read_so_far(self, value: dict[str, Json], body: bytes) -> dict[str, Json]:
        """What ``read`` has read of a body, in the words of the grammar."""
        path = self._path(value.pop("path"))
        runs = self._runs(path, body)
        return {
            "body": word(runs, self._scenario.size(path)),
            "size": len(body),
            "runs": told(runs),
            **value,
        }

    def _runs(self, path: str, body: bytes) -> tuple[Run, ...]:
        """The runs of a body, which is the path's own or that of where the scenario redirects it."""
        sources = [served_as(path)]
        for source in sources:
            resource = self._scenario.resource(source)
            answers = (resource.answer, *resource.attempts) if resource else ()
            sources += {served_as(answer.redirect) for answer in answers if answer.redirect} - {*sources}
        readings = [runs_of(body, source) for source in sources]
        return next((runs for runs in readings if any(run.version != "?" for run in runs)), readings[0])

    def _path(self, url: str) -> str:
        return self._hosts.path_of_url(url) if url else ""


def _refused(seen: Row) -> bool:
    """Whether a call was rejected, or each of several that a step made at once."""
    each = seen["value"] if isinstance(seen["value"], list) else []
    threw = [isinstance(one, dict) and "throws" in one for one in each]
    return seen["outcome"] != "fulfilled" or (bool(threw) and all(threw))


def _with_bodies(rows: list[Row], bodies: bytes) -> Iterator[tuple[Row, bytes]]:
    at = 0
    for row in rows:
        yield row, bodies[at : at + row["bytes"]]
        at += row["bytes"]
