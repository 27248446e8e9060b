"""What many keys have in common: the forms of their values, and the keys that go with every expectation."""

from __future__ import annotations

from conformance.scenario.forms import (
    Amount,
    Flag,
    Free,
    MapOf,
    Number,
    OneOf,
    Pair,
    Setting,
    Text,
    Whole,
    one_of,
    word,
)
from conformance.scenario.tables import Key
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
NO_NUMBER = word("NaN", "Infinity", "-Infinity")  # which a page may pass as text as well
NUMBER_OR_SIZE = OneOf("a number or a size", (Number(), NO_NUMBER, Amount("a size", units=SIZE)))
TIME_FORM = Amount('a time, such as "2 s" or "8 h"', units=TIME)
SOME_TIME = Amount('a time, such as "2 s" or "8 h"', units=TIME, least=1)
RATE_FORM = Amount('a rate, such as "64 kbit/s"', units=RATE, least=1)
NAME = Text("a name", empty=False)
TEXT = Text()
FLAG = Flag()
GIVEN = Free(sizes=("uploadTotal", "uploaded", "downloadTotal", "downloaded", "size", "requestBody"))
SETTING = one_of(Flag(), Setting())
HEADER = Text("a header's value", r"([!-~]([ -~]*[!-~])?)?")
HEADERS = MapOf("a table of headers", HEADER, Text("a header's name", r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"))
STATUS = Whole("a status from 200 to 599", 200, 599)
VERSION = Text("a version of at most eight characters, such as v1", r"[!-Z^-~]{1,8}")
_PLAIN = r"[A-Za-z0-9._~!$&'()*+,;=:@%/?{}-]*"  # what a browser leaves as it is, and the braces of families
ORIGIN_PATH = Text(
    'a path such as "/a", or "//host/a" on another origin', rf"/(?!/){_PLAIN}|//[a-z0-9][a-z0-9.-]*/{_PLAIN}"
)
OWN_PATH = Text('a path such as "/a" on the own origin', rf"/(?!/){_PLAIN}")
HAND = (
    *("accept", "refuse", "always-allow", "always-deny"),
    *("pause", "resume", "cancel", "click", "dismiss"),
)
REDIRECT_TARGET = Text(
    'a path such as "/a" or "//host/a", or a URL such as "http://host/a"',
    rf"/(?!/){_PLAIN}|(https?:)?//[a-z0-9][a-z0-9.-]*(:[0-9]+)?/{_PLAIN}|(data|blob|about):{_PLAIN}",
)
HOST = Text('another origin such as "//host"', r"//[a-z0-9][a-z0-9.-]*")
COUNT = OneOf("a number or an interval [lo, hi]", (Whole(), Pair()))
EVENT = word(*EVENTS)
THROWS = word(*EXCEPTIONS)

LEVEL = Key("level", word("must", "should", "may", "observe"), "how much the text demands it", "must")
AUTHORITY = Key(
    "authority",
    Text(
        '"text", "practice" or "erratum N" with N from 1 to 61',
        r"text|practice|erratum ([1-9]|[1-5][0-9]|6[0-2])",
    ),
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
