"""The grammar of steps: every verb, and the keys that go with it."""

from __future__ import annotations

from conformance.scenario.forms import ListOf, MapOf, Whole, Yes, one_of, word
from conformance.scenario.grammar import objects
from conformance.scenario.grammar.vocabulary import (
    AS,
    EVENTS,
    FLAG,
    GIVEN,
    HAND,
    NAME,
    NUMBER_OR_SIZE,
    OF,
    ON,
    ORIGIN_PATH,
    OWN_PATH,
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
    STORAGE_CHANGE,
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
CACHE = Key("cache", NAME, "the responses of all records go into the cache of this name")
OPEN_WINDOW = Key("openWindow", OWN_PATH, "clients.openWindow() of this path")
DOWNLOAD = Key("download", OWN_PATH, "the worker's own fetch() of this path, to its end")
WORKER_STEP = define(
    Grammar(
        "worker step",
        "a worker step",
        (),
        (*((verb, PROMISE) for verb in (UPDATE_UI, CACHE, OPEN_WINDOW, DOWNLOAD)), (WAITING, ())),
    )
)
WORKER = define(
    Grammar(
        "worker",
        "a service worker",
        (
            *(
                Key(event, ListOf("a list of worker steps", WORKER_STEP), f"what its handler of {event} does")
                for event in EVENTS
            ),
            Key("install", word("never"), "it never becomes active", "it is active at once"),
            Key(
                "listens",
                word("by listener", "by attribute"),
                "how its script takes events: addEventListener, or the handler attributes",
                "by listener",
            ),
            Key("fetch", FLAG, "whether it has a handler of fetch events, which lets them pass", "false"),
        ),
    )
)
WEBDRIVER = define(
    Grammar(
        "webdriver",
        "a WebDriver command",
        (Key("click", TEXT, "a click on what is shown of the newest fetch with this id", required=True),),
    )
)
MATCH_OPTIONS = Key("options", CACHE_OPTIONS, "how the request is compared")
CALL = (ON, AS, WHEN, *PROMISE)
ARGUMENTS = Key("arguments", Whole("how many", 0, 3), "only so many arguments are given", "all of them")
OPERATION = (
    *CALL,
    ARGUMENTS,
    Key("times", Whole("how often, from 2", 2, 100), "the call is made so often at once", "once"),
)
THROUGH = Key("through", NAME, "the frame whose manager, or registration got from it, is called", "its own")
VERBS = (
    (
        Key("fetch", TEXT, "fetch() with this id"),
        (
            Key("requests", REQUESTS, "what is fetched", required=True),
            Key("options", FETCH_OPTIONS, "title, icons, downloadTotal"),
            THROUGH,
            *OPERATION,
        ),
    ),
    (Key("get", TEXT, "get() of this id"), (THROUGH, *OPERATION)),
    (Key("getIds", Yes(), "getIds()"), (THROUGH, *OPERATION)),
    (Key("match", A_REQUEST, "match() of this request"), (MATCH_OPTIONS, OF, THROUGH, *OPERATION)),
    (
        Key("matchAll", NAME, "matchAll() of this fetch"),
        (
            Key("requests", REQUESTS, "the one request to compare with", "all records"),
            MATCH_OPTIONS,
            *OPERATION,
        ),
    ),
    (Key("abort", NAME, "abort() of this fetch"), OPERATION),
    (
        UPDATE_UI,
        (
            OF,
            Key("dispatched", FLAG, "whether the constructed event is being dispatched meanwhile", "false"),
            ARGUMENTS,
            *CALL,
        ),
    ),
    (Key("waitUntil", SOME_TIME, "waitUntil() of the last event, for so long"), (OF, *CALL)),
    (
        Key("read", NAME, "the body of this record is read"),
        (
            Key("bytes", SIZE_FORM, "so many bytes of it", "to its end"),
            *CALL,
        ),
    ),
    (Key("load", ORIGIN_PATH, "an ordinary fetch() of this path, to its end"), CALL),
    (Key("fetchEvents", Yes(), "what fetch events its worker has had"), CALL),
    (Key("body", TEXT, "what became of the body that the page gave for this path"), CALL),
    (
        Key("attributes", NAME, "the attributes of this fetch's registration"),
        (
            Key("for", SOME_TIME, "they are read for so long, with nothing else let in", "once"),
            *CALL,
        ),
    ),
    (Key("usage", SIZE_FORM, "whether the origin's storage holds at least so much"), CALL),
    (Key("cached", OWN_PATH, "what the caches hold for this path"), CALL),
    (Key("look", NAME, "what the user interface shows of this fetch"), (AS, WHEN, *PROMISE)),
    *objects.verbs(CALL, ARGUMENTS),
    (
        Key("open", NAME, "a page of this name is opened"),
        (
            Key("at", ORIGIN_PATH, "where", "/"),
            Key("in", NAME, "the page in which it is a frame", "none: it has a window of its own"),
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
            Key(
                "torn",
                SIZE_FORM,
                "with kill: so many bytes at the end of each unfinished body are lost",
                "none",
            ),
            WHEN,
        ),
    ),
    (Key("worker", word("stop", "update", "unregister"), "the service worker"), (ON, WHEN)),
    (
        Key("user", word(*HAND), "the user's hand"),
        (OF, WHEN),
    ),
    (
        Key("webdriver", WEBDRIVER, "a WebDriver command of the specification, in the page's window"),
        (
            ON,
            Key("gives", GIVEN, 'its answer: status, and error, which is "" for success', required=True),
            AS,
            WHEN,
            *WEIGHT,
        ),
    ),
    (Key("network", NETWORK, "the link changes"), (WHEN,)),
    (Key("permission", PERMISSION, "the permission changes"), (WHEN,)),
    (Key("storage", STORAGE_CHANGE, "the quota changes, or all that is stored is evicted"), (WHEN,)),
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
