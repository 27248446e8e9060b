"""The grammar of a scenario file: every key, where it stands, what it holds, and what it means.

Reading, validation and the JSON Schema all come from the tables in here, so none of them can
know a key that the others do not.
"""

from __future__ import annotations

from conformance.scenario.forms import (
    Amount,
    Flag,
    Free,
    Grammar,
    Key,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Pair,
    TableOf,
    Text,
    Whole,
    Yes,
    define,
    one_of,
    word,
)
from conformance.scenario.units import RATE, SIZE, TIME

EVENTS = ("backgroundfetchsuccess", "backgroundfetchfail", "backgroundfetchabort", "backgroundfetchclick")
REASONS = ("", "aborted", "bad-status", "fetch-error", "quota-exceeded", "download-total-exceeded")
EXCEPTIONS = (
    *("AbortError", "TypeError", "InvalidStateError", "NotAllowedError", "QuotaExceededError"),
    *("DataCloneError", "EncodingError", "InvalidAccessError", "NetworkError", "NotFoundError"),
    *("NotReadableError", "NotSupportedError", "OperationError", "RangeError", "SecurityError"),
    *("SyntaxError", "TimeoutError", "UnknownError", "VersionError"),
)

SIZE_FORM = Amount('a size, such as 1024 or "100 KiB"', units=SIZE, bare=True)
SOME_SIZE = Amount('a size of at least one byte, such as "100 KiB"', units=SIZE, bare=True, least=1)
TIME_FORM = Amount('a time, such as "2 s" or "8 h"', units=TIME)
SOME_TIME = Amount('a time, such as "2 s" or "8 h"', units=TIME, least=1)
RATE_FORM = Amount('a rate, such as "64 kbit/s"', units=RATE, least=1)
NAME = Text("a name", empty=False)
TEXT = Text()
FLAG = Flag()
FREE = Free()
HEADERS = MapOf("a table of headers", Text(), Text("a header's name", r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"))
STATUS = Whole("a status from 200 to 599", 200, 599)
VERSION = Text("a version of at most eight characters, such as v1", r"[!-Z^-~]{1,8}")
ORIGIN_PATH = Text('a path such as "/a", or "//host/a" on another origin', r"/[^\s#]*")
COUNT = OneOf("a number or an interval [lo, hi]", (Whole(), Pair()))
EVENT = word(*EVENTS)
THROWS = word(*EXCEPTIONS)

LEVEL = Key("level", word("must", "should", "may", "observe"), "how much the text demands it", "must")
AUTHORITY = Key(
    "authority",
    Text('"text", "practice" or "erratum N"', r"text|practice|erratum ([1-9]|[1-5][0-9]|60)"),
    "what it rests on: the text, an erratum by its number, or what browsers do",
    "text",
)
CLAUSE = Key("clause", NAME, "the clause that this judges", "the first of the file's clauses")
WEIGHT = (LEVEL, AUTHORITY, CLAUSE)
AS = Key("as", NAME, "what the result is called from here on", "the id")
ON = Key("on", NAME, 'who: a page\'s name, "worker", or "worker /scope/"', "page")
OF = Key("of", NAME, "which fetch, by its name", "the only one")
COUNTED = Key("count", COUNT, "how often: a number, or [lo, hi]", "1")


def _amounts(*names: str) -> tuple[Key, ...]:
    return tuple(Key(name, SIZE_FORM, "bytes") for name in names)


# -- what an origin answers -----------------------------------------------------------------

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
            Key("header", TEXT, 'the Content-Range word for word; "" leaves it out'),
        ),
    )
)
CORS = define(
    Grammar(
        "cors",
        "what an answer allows across origins",
        (
            Key(
                "origin", TEXT, 'Access-Control-Allow-Origin: "*", an origin, or "own" for the one that asks'
            ),
            Key("headers", ListOf("a list of names", TEXT), "Access-Control-Allow-Headers"),
            Key("methods", ListOf("a list of names", TEXT), "Access-Control-Allow-Methods"),
            Key("expose", ListOf("a list of names", TEXT), "Access-Control-Expose-Headers"),
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
            Key("after", POSITION, "where the answer stands still", required=True),
            Key("until", NAME, "the gate that ends it, opened by a release step"),
            Key("for", TIME_FORM, "how long it lasts", "until the connection dies"),
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
    Key("etag", TEXT, 'the ETag, with its quotes; "" sends none', "the version in quotes"),
    Key("lastModified", TEXT, "the Last-Modified header", "none"),
    Key("range", one_of(FLAG, RANGE), "whether Range is honoured, or how it is bent", "true"),
    Key("length", SIZE_FORM, "the Content-Length that is claimed", "the true one"),
    Key("encoding", TEXT, "the Content-Encoding that is claimed", "none"),
    Key("redirect", ORIGIN_PATH, "the path that the answer leads on to", "none"),
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

# -- the world ------------------------------------------------------------------------------

PERMISSION = word("granted", "denied", "prompt")
NETWORK_TABLE = define(
    Grammar(
        "network",
        "the network",
        (
            Key("online", FLAG, "whether there is a link", "as before"),
            Key("metered", FLAG, "whether the link is metered", "as before"),
            Key("bandwidth", one_of(word("ample"), RATE_FORM), "the link's rate", "as before"),
            Key("latency", TIME_FORM, "the link's delay", "as before"),
        ),
    )
)
NETWORK = one_of(word("online", "offline"), NETWORK_TABLE)
STORAGE_TABLE = define(
    Grammar(
        "storage",
        "the storage",
        (Key("quota", one_of(word("ample"), SIZE_FORM), "the origin's quota", required=True),),
    )
)
STORAGE = one_of(word("ample"), STORAGE_TABLE)
POLICY = MapOf("a table of policy fields", FREE, Text("a policy field", r"[a-z][a-z0-9_]*"))

# -- requests and conditions ----------------------------------------------------------------

REQUEST = define(
    Grammar(
        "request",
        "a request",
        (
            Key("path", TEXT, "what is asked for", required=True),
            Key("method", Text("a method", r"[A-Za-z]+"), "the method", "GET"),
            Key("headers", HEADERS, "headers that the page sets", "none"),
            Key("body", SIZE_FORM, "the size of the body", "no body"),
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
            Key("time", TIME_FORM, "so much time has passed since the last step"),
        ),
    )
)
CONDITION = one_of(word("settled"), CONDITION_TABLE)

# -- steps ----------------------------------------------------------------------------------

GIVES = Key("gives", FREE, 'what the promise gives (of a table, a part); "undefined" for nothing')
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
TOTAL = one_of(Number(), Amount("a size", units=SIZE))
FETCH_OPTIONS = define(
    Grammar(
        "options",
        "the options of fetch",
        (
            *UI_OPTIONS,
            Key("downloadTotal", TOTAL, "the most that may be stored; any number goes to the browser", "0"),
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
        Key("browser", word("kill", "quit", "start"), "the user agent itself"),
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

# -- expectations ---------------------------------------------------------------------------

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
        "a registration's attributes",
        (
            Key("id", TEXT, "the id"),
            *_amounts("uploadTotal", "uploaded", "downloadTotal", "downloaded"),
            Key("result", word("", "success", "failure"), "the result"),
            Key("failureReason", word(*REASONS), "the reason"),
            Key("recordsAvailable", FLAG, "whether records can be read"),
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
            Key("first", SIZE_FORM, "downloaded at the first event"),
            Key("last", SIZE_FORM, "downloaded at the last event"),
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

# -- the file -------------------------------------------------------------------------------

SCENARIO = define(
    Grammar(
        "scenario",
        "a scenario",
        (
            Key(
                "title",
                Text("a sentence", r"[\s\S]*\S[\s\S]*", empty=False),
                "what is true of a sound browser",
                "",
                True,
            ),
            Key(
                "clauses",
                ListOf("a list of clauses", NAME, 1),
                "what is tested, the main one first",
                "",
                True,
            ),
            LEVEL,
            AUTHORITY,
            Key("permission", PERMISSION, "the permission at the start", "granted"),
            Key("network", NETWORK, "the link at the start", "online"),
            Key("storage", STORAGE, "the quota at the start", "ample"),
            Key("policy", POLICY, "choices of the user agent that are presupposed"),
            Key(
                "workers",
                MapOf("a table of workers", WORKER, Text('a scope such as "/"', r"/[^\s?#]*")),
                "the registrations, by scope",
                'one, "/"',
            ),
            Key(
                "origin",
                MapOf("a table of resources", ORIGIN, ORIGIN_PATH),
                "what the origins answer, by path",
            ),
            Key("steps", ListOf("a list of steps", STEP), "what is done, in order"),
            Key("expect", EXPECT, "what must be seen"),
        ),
    )
)
