"""The grammar of steps: every verb, and the keys that go with it."""

from __future__ import annotations

from conformance.scenario.forms import ListOf, MapOf, Yes, one_of, word
from conformance.scenario.grammar.vocabulary import (
    AS,
    EVENTS,
    FLAG,
    GIVEN,
    NAME,
    NUMBER_OR_SIZE,
    OF,
    ON,
    ORIGIN_PATH,
    SIZE_FORM,
    SOME_TIME,
    TEXT,
    THROWS,
    TIME_FORM,
    WEIGHT,
)
from conformance.scenario.grammar.world import (
    A_REQUEST,
    CONDITION,
    CONDITION_TABLE,
    NETWORK,
    PERMISSION,
    REQUESTS,
    STORAGE,
)
from conformance.scenario.tables import Grammar, Key, define

GIVES = Key("gives", GIVEN, 'what the promise gives (of a table, a part); "undefined" for nothing')
PROMISE = (GIVES, Key("throws", THROWS, "what the promise rejects with"), *WEIGHT)
WHEN = Key("when", CONDITION, "what is waited for before the verb")
CACHE_OPTIONS = define(
    Grammar(
        "matching",
        "the options of match",
        tuple(
            Key(name, FLAG, "as in the Cache interface", "false")
            for name in ("ignoreSearch", "ignoreMethod", "ignoreVary")
        ),
    )
)
ICON = MapOf("an icon", TEXT, word("src", "sizes", "type", "label"))
UI_OPTIONS = (
    Key("title", TEXT, "the title that is shown", "none"),
    Key("icons", ListOf("a list of icons", one_of(TEXT, ICON)), "the icons: paths, or tables with src"),
)
UPDATE_OPTIONS = define(Grammar("updateUI", "the options of updateUI", UI_OPTIONS))
FETCH_OPTIONS = define(
    Grammar(
        "options",
        "the options of fetch",
        (
            *UI_OPTIONS,
            Key(
                "downloadTotal",
                NUMBER_OR_SIZE,
                "the most that may be stored; any number goes to the browser",
                "0",
            ),
        ),
    )
)
WAITING = Key("waitUntil", one_of(word("never"), TIME_FORM), "how long the event lives", required=True)
UPDATE_UI = Key("updateUI", UPDATE_OPTIONS, "updateUI() of the end event")
WORKER_STEP = define(Grammar("worker step", "a worker step", (), ((UPDATE_UI, PROMISE), (WAITING, ()))))
WORKER = define(
    Grammar(
        "worker",
        "a service worker",
        tuple(
            Key(event, ListOf("a list of worker steps", WORKER_STEP), f"what its handler of {event} does")
            for event in EVENTS
        ),
    )
)
MATCH_OPTIONS = Key("options", CACHE_OPTIONS, "how the request is compared")
CALL = (ON, AS, WHEN, *PROMISE)
VERBS = (
    (
        Key("fetch", TEXT, "fetch() with this id"),
        (
            Key("requests", REQUESTS, "what is fetched", required=True),
            Key("options", FETCH_OPTIONS, "title, icons, downloadTotal"),
            *CALL,
        ),
    ),
    (Key("get", TEXT, "get() of this id"), CALL),
    (Key("getIds", Yes(), "getIds()"), CALL),
    (Key("match", A_REQUEST, "match() of this request"), (MATCH_OPTIONS, OF, *CALL)),
    (
        Key("matchAll", NAME, "matchAll() of this fetch"),
        (
            Key("requests", REQUESTS, "the one request to compare with", "all records"),
            MATCH_OPTIONS,
            *CALL,
        ),
    ),
    (Key("abort", NAME, "abort() of this fetch"), CALL),
    (UPDATE_UI, (OF, *CALL)),
    (
        Key("read", NAME, "the body of this record is read"),
        (
            Key("bytes", SIZE_FORM, "so many bytes of it", "to its end"),
            *CALL,
        ),
    ),
    (Key("attributes", NAME, "the attributes of this fetch's registration"), CALL),
    (
        Key("open", NAME, "a page of this name is opened"),
        (
            Key("at", ORIGIN_PATH, "where", "/"),
            WHEN,
        ),
    ),
    (Key("close", NAME, "the page is closed"), (WHEN,)),
    (
        Key("browser", word("kill", "quit", "terminate", "start"), "the user agent itself"),
        (
            Key(
                "pages",
                ListOf("a list of names", NAME),
                "with start: the pages that open with it",
                '["page"]',
            ),
            WHEN,
        ),
    ),
    (Key("worker", word("stop", "update", "unregister"), "the service worker"), (ON, WHEN)),
    (
        Key("user", word("accept", "refuse", "pause", "resume", "cancel", "click"), "the user's hand"),
        (OF, WHEN),
    ),
    (Key("network", NETWORK, "the link changes"), (WHEN,)),
    (Key("permission", PERMISSION, "the permission changes"), (WHEN,)),
    (Key("storage", STORAGE, "the quota changes"), (WHEN,)),
    (Key("release", NAME, "the gate opens"), (WHEN,)),
    (Key("wait", SOME_TIME, "time passes"), (WHEN,)),
    (Key("until", CONDITION, "it is waited for this"), WEIGHT),
    (
        Key("never", CONDITION_TABLE, "this must not come about"),
        (
            Key("for", SOME_TIME, "for so long", required=True),
            WHEN,
            *WEIGHT,
        ),
    ),
)
STEP = define(Grammar("step", "a step", (), VERBS))
