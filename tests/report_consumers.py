"""Who reads the formats of a report: a real consumer where one can be had here, and a schema.

junitparser reads JUnit, rdflib EARL, markdown-it the Markdown, mitmproxy the HAR where it is
installed; Perfetto has a test of its own, because it wants a browser. wptreport and shields have
no consumer that can be installed: the schemas beside this file are made from the texts of their
formats and from what their writers write, and so are the stricter ones for JUnit, HAR and trace.
"""

from __future__ import annotations

import importlib.util
import json
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import junitparser
import rdflib
import xmlschema
from attrs import evolve
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reports import Run
from reports.formats import FORMATS
from reports.parts import SPECIFICATION
from tests.report_sample import CLAUSES

SCHEMAS = Path(__file__).with_name("schemas")
EARL = rdflib.Namespace("http://www.w3.org/ns/earl#")
DCTERMS = rdflib.Namespace("http://purl.org/dc/terms/")

EARL_TERMS = set(
    "Assertion Assertor Software TestCase TestCriterion TestRequirement TestResult TestSubject "
    "assertedBy automatic cantTell failed inapplicable info mode outcome passed result subject test "
    "untested".split()
)
"""The terms of EARL 1.0 that are used; each is in the vocabulary of the W3C's note."""


@cache
def _schema(name: str) -> Any:
    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{name}.json").read_text("utf-8")))


def _json(text: str, schema: str) -> Any:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    told = json.loads(text, parse_constant=refuse)
    _schema(schema).validate(told)
    return told


@cache
def _junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(SCHEMAS / "junit.xsd"))


def junit(text: str) -> junitparser.JUnitXml:
    """The suites, as junitparser reads them; counts are right and no testcase is there twice."""
    _junit_schema().validate(text)
    suites = junitparser.JUnitXml.fromstring(text.encode())
    for suite in suites:
        counted = Counter(type(outcome).__name__ for case in suite for outcome in case.result)
        told = (suite.failures, suite.errors, suite.skipped)
        assert told == (counted["Failure"], counted["Error"], counted["Skipped"])
        assert suite.tests == len(list(suite))
    return suites


def wptreport(text: str) -> dict[str, Any]:
    """The report; wpt.fyi refuses one in which a test is there twice, and would lose a subtest."""
    told: dict[str, Any] = _json(text, "wptreport")
    for names in (
        [test["test"] for test in told["results"]],
        *([one["name"] for one in test["subtests"]] for test in told["results"]),
    ):
        assert len(names) == len(set(names))
    return told


def earl(text: str) -> rdflib.Graph:
    """The graph; every term of EARL is one, and every assertion leads to what it speaks of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's reader warns of rdflib's own graph
        graph = rdflib.Graph().parse(data=text, format="json-ld", publicID="https://example.test/earl")
    used = {term for triple in graph for term in triple if str(term).startswith(str(EARL))}
    assert {str(term).removeprefix(str(EARL)) for term in used} <= EARL_TERMS
    for assertion in graph.subjects(rdflib.RDF.type, EARL.Assertion):
        for link, kind in (("assertedBy", "Assertor"), ("subject", "TestSubject"), ("test", "TestCase")):
            (there,) = graph.objects(assertion, EARL[link])
            assert (there, rdflib.RDF.type, EARL[kind]) in graph
        (result,) = graph.objects(assertion, EARL.result)
        assert len(list(graph.objects(result, EARL.outcome))) == 1
    return graph


def markdown(text: str) -> list[Token]:
    """The tokens; nothing is HTML or a picture, and every link leads to the specification."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    flat = [one for token in tokens for one in (token, *(token.children or ()))]
    kinds = {token.type for token in flat}
    assert not kinds & {
        "html_block",
        "html_inline",
        "image",
        "fence",
        "code_block",
        "hr",
        "em_open",
        "strong_open",
    }
    links = [str(token.attrs["href"]) for token in flat if token.type == "link_open"]
    assert all(link.startswith(SPECIFICATION) for link in links)
    return flat


def badge(svg: str, endpoint: str) -> tuple[str, dict[str, Any]]:
    """The title of the picture and the answer for shields.io; both say the same."""
    root = ET.fromstring(svg)
    title = root.findtext("{http://www.w3.org/2000/svg}title") or ""
    assert root.get("aria-label") == title
    told = _json(endpoint, "shields-endpoint")
    assert title == f"{told['label']}: {told['message']}"
    return title, told


def har(text: str) -> dict[str, Any]:
    """The log; each entry has its page, and mitmproxy makes a flow of it."""
    log: dict[str, Any] = _json(text, "har")["log"]
    pages = [page["id"] for page in log["pages"]]
    assert len(set(pages)) == len(pages)
    assert {entry["pageref"] for entry in log["entries"]} <= set(pages)
    flow = _mitmproxy()
    for entry in log["entries"]:
        assert abs(sum(entry["timings"].values()) - entry["time"]) < 1e-6 * (1 + entry["time"])
        if flow:
            made = flow(entry)
            names = {header["name"].encode() for header in entry["request"]["headers"]}
            assert names <= {name for name, _ in made.request.headers.fields}
            assert made.response.status_code == entry["response"]["status"]
    return log


def _mitmproxy() -> Any:
    if importlib.util.find_spec("mitmproxy") is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what mitmproxy imports in turn warns of its own past
        from mitmproxy.io.har import request_to_flow
    return request_to_flow


def trace(text: str) -> list[dict[str, Any]]:
    """The events; slices of a thread do not overlap, because the format has room for one at a time."""
    events: list[dict[str, Any]] = _json(text, "trace")["traceEvents"]
    assert "\\ud" not in text  # Perfetto refuses a pair of escapes, though JSON has it
    assert "\\\\" not in text  # and takes the quote after a backslash for one that does not end the string
    until: dict[tuple[int, int], float] = {}
    slices = sorted((e for e in events if e["ph"] == "X"), key=lambda e: (e["ts"], e["ts"] + e["dur"]))
    for one in slices:
        thread = (one["pid"], one["tid"])
        assert one["ts"] >= until.get(thread, 0) - 1e-6 * (1 + one["ts"])
        until[thread] = one["ts"] + one["dur"]
    named = {(e["pid"], e["tid"]) for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
    assert {(e["pid"], e["tid"]) for e in events if e["ph"] in "Xi"} <= named
    return events


def html(text: str) -> None:
    """The page, as a browser would begin to read it; what is in it has tests of its own."""
    parser = HTMLParser()
    parser.feed(text)
    parser.close()


def read(files: Mapping[str, str]) -> None:
    """Have every file of a run read by who reads it."""
    for name, text in files.items():
        text.encode()  # no lone surrogate is left
        if name in _BY_NAME:
            _BY_NAME[name](text)
        elif name.startswith("wptreport."):
            wptreport(text)
    badge(files["badge.svg"], files["badge.json"])


_BY_NAME: Mapping[str, Callable[[str], object]] = {
    "report.html": html,
    "junit.xml": junit,
    "earl.jsonld": earl,
    "summary.md": markdown,
    "wire.har": har,
    "trace.json": trace,
}


def texts(run: Run) -> dict[str, str]:
    """Every file of a run, in every format."""
    return {file: text for render in FORMATS.values() for file, text in render(run, CLAUSES).items()}


def of(sample: Run, scenario: str, implementation: str = "chromium") -> Run:
    """The run with one result only: the scenario's first on that implementation."""
    (result, *_) = (
        one for one in sample.results if one.scenario == scenario and one.implementation == implementation
    )
    return evolve(sample, results=(result,))
