"""The grammar of expectations."""

from __future__ import annotations

from conformance.scenario.forms import ListOf, OneOf, Pair, Text, one_of, word
from conformance.scenario.grammar.steps import PROMISE
from conformance.scenario.grammar.vocabulary import (
    COUNTED,
    EVENT,
    FLAG,
    HEADERS,
    NAME,
    OF,
    ORIGIN_PATH,
    REASONS,
    SIZE_FORM,
    STATUS,
    TEXT,
    THROWS,
    VERSION,
    WEIGHT,
    _amounts,
)
from conformance.scenario.grammar.world import CONDITION_TABLE, POLICY
from conformance.scenario.tables import Grammar, Key, TableOf, define

FROM = define(
    Grammar(
        "range from",
        "an interval of a range's start",
        (Key("from", Pair("an interval [lo, hi]", SIZE_FORM), "where the range may start", required=True),),
    )
)
RUNS = rf"intact|prefix|empty|{VERSION.pattern}\[[0-9]+:[0-9]+\]( {VERSION.pattern}\[[0-9]+:[0-9]+\])*"
EXPECT_REQUEST = define(
    Grammar(
        "expected request",
        "an expected request",
        (
            Key("path", ORIGIN_PATH, "the path", required=True),
            Key("method", Text("a method", r"[A-Za-z]+"), "the method", "GET"),
            Key("range", one_of(TEXT, FROM), "the Range header, or where it may start", "no Range header"),
            Key("received", SIZE_FORM, "how much of the request's body arrived"),
            Key("headers", HEADERS, "headers it must have, among others"),
            COUNTED,
            *WEIGHT,
        ),
    )
)
ATTRIBUTES = define(
    Grammar(
        "attributes",
        "an event's attributes",
        (
            Key("id", TEXT, "the id"),
            *_amounts("uploadTotal", "uploaded", "downloadTotal", "downloaded"),
            Key("result", word("", "success", "failure"), "the result"),
            Key("failureReason", word(*REASONS), "the reason"),
            Key("recordsAvailable", FLAG, "whether records can be read"),
            *(Key(name, FLAG, "of the event itself") for name in ("isTrusted", "bubbles", "cancelable")),
        ),
    )
)
EXPECT_EVENT = define(
    Grammar(
        "expected event",
        "an expected event",
        (
            Key("type", EVENT, "its type"),
            Key("result", word("", "success", "failure"), "the registration's result"),
            Key("failureReason", word(*REASONS), "the registration's failureReason"),
            Key("interface", word("BackgroundFetchEvent", "BackgroundFetchUpdateUIEvent"), "its class"),
            OF,
            Key("worker", NAME, "the scope of the worker that it reaches"),
            Key("attributes", ATTRIBUTES, "attributes of the registration, as the event carries it"),
            COUNTED,
            *WEIGHT,
        ),
    )
)
RESPONSE_TYPES = ("basic", "cors", "default", "error", "opaque", "opaqueredirect")
EXPECT_RECORD = define(
    Grammar(
        "expected record",
        "an expected record",
        (
            Key("path", TEXT, "the path of its request", required=True),
            Key("except", ListOf("a list of paths", TEXT), "paths of a family that are not meant"),
            OF,
            Key("status", STATUS, "the response's status"),
            Key("body", Text("intact, prefix, empty or runs such as v1[0:100]", RUNS), "what the body holds"),
            Key("version", VERSION, "of which version the body is"),
            Key("url", TEXT, "the path of the response's URL, after redirects"),
            Key("responseType", word(*RESPONSE_TYPES), "the response's type"),
            Key("headers", HEADERS, "headers it must have, among others"),
            Key("absent", ListOf("a list of names", TEXT), "headers that it must not have"),
            Key("throws", THROWS, "what responseReady or the body rejects with"),
            COUNTED,
            *WEIGHT,
        ),
    )
)
EXPECT_PROGRESS = define(
    Grammar(
        "expected progress",
        "expected progress",
        (
            Key("on", NAME, "the page that listens", "page"),
            OF,
            Key("monotone", FLAG, "whether downloaded never falls"),
            Key(
                "first",
                OneOf("a size or an interval [lo, hi]", (SIZE_FORM, Pair("an interval", SIZE_FORM))),
                "downloaded at the first event",
            ),
            Key("last", SIZE_FORM, "downloaded at the last event"),
            Key("result", word("", "success", "failure"), "result at the last event"),
            Key("failureReason", word(*REASONS), "failureReason at the last event"),
            Key("interface", word("Event", "ProgressEvent", "ExtendableEvent"), "the class of all of them"),
            Key("bubbles", FLAG, "whether they bubble"),
            Key("cancelable", FLAG, "whether they can be cancelled"),
            Key("count", Pair(), "how many events, as [lo, hi]"),
            *WEIGHT,
        ),
    )
)
EXPECT_RESULT = define(
    Grammar(
        "expected result",
        "an expected result",
        (
            Key("step", NAME, "the step, by its name", required=True),
            *PROMISE,
        ),
    )
)
EXPECTATIONS = (
    Key(
        "requests", ListOf("a list of expected requests", EXPECT_REQUEST), "the requests: these and no others"
    ),
    Key("events", ListOf("a list of expected events", EXPECT_EVENT), "the events: these and no others"),
    Key("records", ListOf("a list of expected records", EXPECT_RECORD), "what the end event's handler saw"),
    Key("progress", ListOf("a list of expected progress", EXPECT_PROGRESS), "the progress events"),
    Key("results", ListOf("a list of expected results", EXPECT_RESULT), "how promises settle"),
    Key(
        "any",
        ListOf("a list of alternatives", TableOf("an alternative", "alternative"), 1),
        "at least one of these holds, whole",
    ),
)
define(
    Grammar(
        "alternative",
        "an alternative",
        (
            *EXPECTATIONS,
            Key("policy", POLICY, "the choices that this alternative belongs to"),
            Key("needs", CONDITION_TABLE, "what must have happened, else the alternative does not count"),
            *WEIGHT,
        ),
    )
)
EXPECT = define(Grammar("expect", "the expectations", EXPECTATIONS))
