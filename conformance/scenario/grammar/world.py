"""The grammar of the world that a scenario starts in and changes, and of what can be waited for in it."""

from __future__ import annotations

from conformance.scenario.forms import ListOf, MapOf, OneOf, Text, Whole, Yes, one_of, word
from conformance.scenario.grammar.vocabulary import (
    EVENT,
    FLAG,
    HEADERS,
    NAME,
    OF,
    ORIGIN_PATH,
    RATE_FORM,
    SETTING,
    SIZE_FORM,
    TEXT,
    TIME_FORM,
)
from conformance.scenario.tables import Grammar, Key, define

PERMISSION = word("granted", "denied", "prompt")
NETWORK_TABLE = define(
    Grammar(
        "network",
        "the network",
        (
            Key("online", FLAG, "whether there is a link", "as before"),
            Key("captive", FLAG, "whether a captive portal is before it", "as before; none with online"),
            Key("metered", FLAG, "whether the link is metered", "as before"),
            Key("bandwidth", one_of(word("ample"), RATE_FORM), "the link's rate", "as before"),
            Key("latency", TIME_FORM, "the link's delay", "as before"),
        ),
    )
)
NETWORK = one_of(word("online", "offline", "captive"), NETWORK_TABLE)
STORAGE_TABLE = define(
    Grammar(
        "storage",
        "the storage",
        (Key("quota", one_of(word("ample"), SIZE_FORM), "the origin's quota", required=True),),
    )
)
STORAGE = one_of(word("ample"), STORAGE_TABLE)
STORAGE_CHANGE = one_of(word("ample", "evict"), STORAGE_TABLE)
POLICY = MapOf("a table of policy fields", SETTING, Text("a policy field", r"[a-z][a-z0-9_]*"))

STREAM = define(
    Grammar(
        "stream",
        "a body that is a stream",
        (
            Key("until", NAME, "the gate at which it stands still, opened by a release step", "it does not"),
            Key("fails", FLAG, "whether it errors then, instead of ending", "false"),
        ),
    )
)
REQUEST = define(
    Grammar(
        "request",
        "a request",
        (
            Key("path", TEXT, "what is asked for", required=True),
            Key("method", Text("a method", r"[A-Za-z]+"), "the method", "GET"),
            Key("headers", HEADERS, "headers that the page sets", "none"),
            Key("body", SIZE_FORM, "the size of the body", "no body"),
            Key("stream", STREAM, "the body is a stream, which ends or errors", "it is at hand"),
            Key("spoiled", word("used", "locked"), "what the page did with the body before", "nothing"),
            Key("redirect", word("follow", "error", "manual"), "the redirect mode", "follow"),
            Key("mode", word("cors", "no-cors", "same-origin", "navigate"), "the mode", "cors"),
            Key("credentials", word("omit", "same-origin", "include"), "the credentials mode", "same-origin"),
        ),
    )
)
A_REQUEST = OneOf("a path or a table with a path", (TEXT, REQUEST))
REQUESTS = OneOf("a list of requests", (ListOf("a list of requests", A_REQUEST), A_REQUEST))
CONDITION_TABLE = define(
    Grammar(
        "condition",
        "a condition",
        (
            Key("on", NAME, "which page or worker looks", "page"),
            OF,
            Key("downloaded", SIZE_FORM, "the instance's downloaded is at least this"),
            Key("sent", SIZE_FORM, "the origin has sent at least this much of the path's body"),
            Key("path", ORIGIN_PATH, "which path is meant", "the only one that is fetched"),
            Key(
                "attempt",
                Whole("the number of a request, from 1", 1),
                "this request for the path has arrived",
            ),
            Key("event", EVENT, "the event has reached the worker"),
            Key("ended", EVENT, "the event's lifetime is over"),
            Key("settled", Yes(), "every fetch has its end event, and its lifetime is over"),
            Key(
                "state",
                word("active", "paused", "gone"),
                "the fetch is so; gone: its records are not available",
            ),
            Key(
                "permission", PERMISSION, "the page that asked has been told of this state by a change event"
            ),
            Key("time", TIME_FORM, "so much time has passed since the last step"),
        ),
    )
)
CONDITION = one_of(word("settled"), CONDITION_TABLE)
