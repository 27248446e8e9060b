"""Turns the reports of page and worker into observations: one row, one observation.

A report is one line of JSON and then the bytes of the bodies that its rows speak of. What
script cannot know is filled in here: paths as the scenario names them, which fetch an id
stands for, and what the bytes of a body are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.scenario.model import Scenario
from simulator.content import runs_of, word
from simulator.observation import Json, Kind, Log, Record, data_from_json
from simulator.origin.hosts import Hosts

Row = Mapping[str, Any]


class Reports:
    """The reports of one scenario. ``names`` maps an id to the fetch that bears it now."""

    def __init__(self, scenario: Scenario, hosts: Hosts, log: Log) -> None:
        self._scenario, self._hosts, self._log = scenario, hosts, log
        self.names: dict[str, str] = {}
        self._taken: dict[str, int] = {}

    def take(self, report: bytes) -> None:
        """Log what a report says. One that came before (its sender tried again) is dropped."""
        line, _, bodies = report.partition(b"\n")
        head = json.loads(line)
        if head["number"] <= self._taken.get(head["sender"], 0):
            return
        self._taken[head["sender"]] = head["number"]
        for row, body in _with_bodies(head["rows"], bodies):
            of, data = self._read(row, body)
            self._log.see(head["witness"], head["actor"], of, data)

    def _read(self, row: Row, body: bytes) -> tuple[str, Kind]:
        """What a row is of, and what was seen."""
        match row["kind"]:
            case "record":
                return self._record(row, body)
            case "settled":
                return row["of"], self._settled(row["data"], body)
            case "event" | "event_done" as kind:
                return self._name(row["of"]), data_from_json(kind, row["data"])
            case kind:
                return row["of"], data_from_json(kind, row["data"])

    def _record(self, row: Row, body: bytes) -> tuple[str, Kind]:
        told = dict(row["data"])
        path = self._path(told.pop("request", ""))
        told["url"] = self._path(told.get("url", ""))
        told["headers"] = tuple((name, value) for name, value in told.get("headers", ()))
        seen = Record(
            **{"method": "", **told}, fetch=self._name(row["of"]), size=len(body), runs=runs_of(body, path)
        )
        return path, seen

    def _settled(self, told: Row, body: bytes) -> Kind:
        value = told["value"]
        if isinstance(value, dict):
            value = self._with_paths(value)
            if "closed" in value:
                value = self._read_so_far(value, body)
        return data_from_json("settled", {**told, "value": value})

    def _with_paths(self, value: dict[str, Json]) -> dict[str, Json]:
        if "records" in value:
            return {**value, "records": [self._with_paths(one) for one in value["records"]]}
        return {key: self._path(told) if key in ("path", "url") else told for key, told in value.items()}

    def _read_so_far(self, value: dict[str, Json], body: bytes) -> dict[str, Json]:
        """What ``read`` has read of a body, in the words of the grammar."""
        path = value.pop("path")
        runs = runs_of(body, path)
        resource = self._scenario.resource(path)
        told = word(runs, resource.answer.size if resource else None)
        spans = [{"version": run.version, "start": run.start, "stop": run.stop} for run in runs]
        return {"body": told, "size": len(body), "runs": spans, **value}

    def _path(self, url: str) -> str:
        return self._hosts.path_of_url(url) if url else ""

    def _name(self, id_: str) -> str:
        return self.names.get(id_, id_)


def _with_bodies(rows: list[Row], bodies: bytes) -> Iterator[tuple[Row, bytes]]:
    at = 0
    for row in rows:
        yield row, bodies[at : at + row["bytes"]]
        at += row["bytes"]
