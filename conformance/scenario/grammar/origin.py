"""The grammar of what an origin answers, and of where that goes wrong."""

from __future__ import annotations

from conformance.scenario.forms import ListOf, OneOf, one_of, word
from conformance.scenario.grammar.vocabulary import (
    FLAG,
    HEADER,
    HEADERS,
    NAME,
    REDIRECT_TARGET,
    SIZE_FORM,
    SOME_SIZE,
    STATUS,
    TIME_FORM,
    VERSION,
)
from conformance.scenario.tables import Grammar, Key, define

RANGE = define(
    Grammar(
        "range",
        "a bent range",
        (
            Key("first", SIZE_FORM, "the first byte that is claimed and sent", "what was asked for"),
            Key("length", SIZE_FORM, "the most bytes that one part carries", "the rest"),
            Key(
                "total", one_of(word("*"), SIZE_FORM), 'the complete length that is claimed, "*" for unknown'
            ),
            Key("header", HEADER, 'the Content-Range word for word; "" leaves it out'),
            Key("ifRange", FLAG, "whether If-Range is heeded", "true"),
        ),
    )
)
CORS = define(
    Grammar(
        "cors",
        "what an answer allows across origins",
        (
            Key(
                "origin",
                HEADER,
                'Access-Control-Allow-Origin: "*", an origin, or "own" for the one that asks',
            ),
            Key("headers", ListOf("a list of names", HEADER), "Access-Control-Allow-Headers"),
            Key("methods", ListOf("a list of names", HEADER), "Access-Control-Allow-Methods"),
            Key("expose", ListOf("a list of names", HEADER), "Access-Control-Expose-Headers"),
            Key("credentials", FLAG, "Access-Control-Allow-Credentials", "false"),
        ),
    )
)
POSITION = OneOf('a size, or "headers" for before the head', (word("headers"), SIZE_FORM))
CUT = define(
    Grammar(
        "cut",
        "a cut",
        (
            Key("after", POSITION, "where it strikes: 0 is before the body", required=True),
            Key("how", word("fin", "reset"), "how the connection ends", "fin"),
            Key("of", word("answer", "upload"), "whose bytes are counted", "answer"),
        ),
    )
)
STALL = define(
    Grammar(
        "stall",
        "a stall",
        (
            Key("after", POSITION, "where it stands still", required=True),
            Key("until", NAME, "the gate that ends it, opened by a release step"),
            Key("for", TIME_FORM, "how long it lasts", "until the connection dies"),
            Key("of", word("answer", "upload"), "whose bytes are counted", "answer"),
        ),
    )
)
TRICKLE = define(
    Grammar(
        "trickle",
        "a trickle",
        (
            Key("bytes", SOME_SIZE, "so many bytes at a time", required=True),
            Key("every", TIME_FORM, "with so much time between", required=True),
        ),
    )
)
ANSWER = (
    Key("size", SIZE_FORM, "how many bytes the body has", "0"),
    Key("status", STATUS, "the status", "200"),
    Key("headers", HEADERS, "headers; they win over ours of the same name"),
    Key("version", VERSION, "which content the body is made of", "v1"),
    Key("etag", HEADER, 'the ETag, with its quotes; "" sends none', "the version in quotes"),
    Key("lastModified", HEADER, "the Last-Modified header", "none"),
    Key("range", one_of(FLAG, RANGE), "whether Range is honoured, or how it is bent", "true"),
    Key("length", SIZE_FORM, "the Content-Length that is claimed", "the true one"),
    Key("encoding", HEADER, "the Content-Encoding that is claimed", "none"),
    Key("coding", word("gzip"), "the coding in which the body is sent to a client that takes it", "none"),
    Key("redirect", REDIRECT_TARGET, "the path that the answer leads on to", "none"),
    Key("cors", CORS, "what is allowed across origins", "nothing"),
)
FAULTS = (
    Key("cut", CUT, "the connection ends too early"),
    Key("stall", STALL, "the answer stands still"),
    Key("trickle", TRICKLE, "the answer comes in small pieces"),
    Key("refuse", FLAG, "the connection is refused", "false"),
    Key("latency", TIME_FORM, "how long the answer's head takes", "0 s"),
)
ATTEMPT = define(Grammar("attempt", "an attempt", (*ANSWER, *FAULTS)))
ATTEMPTS = Key(
    "attempts",
    ListOf("a list of attempts", ATTEMPT),
    "what differs for the first, second, … request; after the list there is no fault",
)
ORIGIN = define(Grammar("origin", "an origin's resource", (*ANSWER, ATTEMPTS)))
