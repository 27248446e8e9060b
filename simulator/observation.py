"""What was seen: the one observation type, and the closed list of what can be seen.

The lowest room of the house. Checks, timelines, adapters and reports read nothing
else than observations, so the wording of a library never gets in: every kind names
its fields, and a field holds a number, a word of ours, or a term of the specification.

Order is promised within one witness. Across witnesses only a ``cause`` orders two
observations; equal times say nothing.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from attrs import Attribute, Factory, asdict, field, fields, frozen

from simulator.causes import Cause, Line

WITNESSES = ("page", "worker", "origin", "proxy", "ui", "devtools", "harness")
"""Who can have seen something. ``harness`` is the hand that pulls the levers."""

Json = Any  # a JSON value; Python's types cannot say it without recursion

SELDOM = {"seldom": True}
"""Marks a field that is written only where it says something: its default means that nothing of it was so."""


class Kind:
    """Base of the kinds. The class docstring says what was seen and what ``of`` names."""

    name: typing.ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.name = _snake(cls.__name__)
        KINDS[cls.name] = cls


KINDS: dict[str, type[Kind]] = {}


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


Headers = tuple[tuple[str, str], ...]


# -- the wire: seen by the origin or the proxy; actor = host, of = path with query ----------


@frozen(slots=False)
class Request(Kind):
    """A request's head arrived. ``number`` counts requests for that URL from 1; a preflight is 0."""

    number: int
    method: str
    range: str = ""
    headers: Headers = ()


@frozen(slots=False)
class Upload(Kind):
    """Body bytes of a request arrived; ``complete`` once the whole body is here."""

    number: int
    received: int
    complete: bool


@frozen(slots=False)
class Response(Kind):
    """The head of an answer was sent."""

    number: int
    status: int
    headers: Headers = ()


@frozen(slots=False)
class Sent(Kind):
    """``sent`` bytes of this answer's body have left so far; ``complete`` when that was all of it."""

    number: int
    sent: int
    complete: bool


@frozen(slots=False)
class Fault(Kind):
    """A fault of the scenario struck this answer, ``after`` so many bytes (-1: before the head)."""

    number: int
    fault: str
    after: int


@frozen(slots=False)
class Closed(Kind):
    """The connection of this answer ended before the answer was whole: ``by`` client or origin."""

    number: int
    by: str
    how: str = ""


@frozen(slots=False)
class Released(Kind):
    """A gate was opened; of = its name."""


# -- levers: seen by the harness; actor = "harness" -----------------------------------------


@frozen(slots=False)
class Step(Kind):
    """The step with this number (from 1) was begun; of = the number as text. ``when``: what it waited for."""

    verb: str
    told: str
    when: str = field(default="", metadata=SELDOM)


@frozen(slots=False)
class Network(Kind):
    """The network was changed. ``captive``: it is there, but a portal answers in the place of everybody."""

    online: bool
    metered: bool = False
    bandwidth: int | None = None
    captive: bool = field(default=False, metadata=SELDOM)


@frozen(slots=False)
class Permission(Kind):
    """The permission "background-fetch" was set to ``state``; seen by a page, it was told so by an event."""

    state: str


@frozen(slots=False)
class Storage(Kind):
    """The origin's quota was set, in bytes; None means ample. ``evicted``: all that it had stored is gone."""

    quota: int | None
    evicted: bool = field(default=False, metadata=SELDOM)


@frozen(slots=False)
class Shortened(Kind):
    """A wait of ``asked`` nanoseconds was cut to ``given``, because time is real here."""

    asked: int
    given: int


@frozen(slots=False)
class Stuck(Kind):
    """The step named by ``of`` waited ``waited`` nanoseconds for something that never came."""

    waiting_for: str
    waited: int


@frozen(slots=False)
class Unconfirmed(Kind):
    """What the step named by ``of`` did had, ``waited`` nanoseconds later, not the effect ``expected``."""

    expected: str
    waited: int


@frozen(slots=False)
class Never(Kind):
    """The window of the ``never`` step named by ``of`` is over; ``happened``: what must not be, was."""

    happened: bool
    lasted: int


@frozen(slots=False)
class Browser(Kind):
    """The user agent itself: ``state`` is started, killed, quit, terminated or died.

    ``torn``: so many bytes at the end of each unfinished body were lost when it was killed.
    """

    state: str
    version: str = ""
    torn: int = field(default=0, metadata=SELDOM)


# -- script: seen by a page (actor = its name) or a worker (actor = its scope) ---------------


@frozen(slots=False)
class Called(Kind):
    """A step's call was made; of = the step's number as text."""

    verb: str


@frozen(slots=False)
class Settled(Kind):
    """The promise of a step's call settled; of = the step's number. ``exception`` is its name.

    ``outcome`` is fulfilled, rejected, or thrown where the call gave no promise but threw at once.
    ``value`` is what the promise gave, as the grammar's ``gives`` describes it: a registration
    is its attributes, a record is its record table, a list of records is ``{count, records}``,
    undefined is None.
    """

    outcome: str
    value: Json = None
    exception: str = ""


@frozen(slots=False)
class Attributes(Kind):
    """The attributes of a registration instance were read; of = the fetch's name."""

    id: str
    uploadTotal: int
    uploaded: int
    downloadTotal: int
    downloaded: int
    result: str
    failureReason: str
    recordsAvailable: bool


@frozen(slots=False)
class Progress(Kind):
    """A progress event was fired at a registration instance; of = the fetch's name.

    ``interface`` is the class of the event.
    """

    downloaded: int
    uploaded: int
    result: str
    failureReason: str
    recordsAvailable: bool
    interface: str = "Event"
    bubbles: bool = False
    cancelable: bool = False


@frozen(slots=False)
class Event(Kind):
    """A functional event reached a worker; of = the fetch's name. ``interface`` is its class."""

    type: str
    interface: str
    registration: Mapping[str, Json]
    isTrusted: bool = True
    bubbles: bool = False
    cancelable: bool = False


@frozen(slots=False)
class EventDone(Kind):
    """The lifetime of an event is over: nothing given to waitUntil is pending any more."""

    type: str


@frozen(slots=False)
class Run(Kind):
    """A stretch of a body that continues one version of one resource: bytes start to stop of it.

    ``version`` "?" says that the bytes are of no known content.
    """

    version: str
    start: int
    stop: int


@frozen(slots=False)
class Record(Kind):
    """A record as script read it; of = the path (and host, if another) of its request.

    ``exception`` names what responseReady or the body rejected with, "" for none; ``at`` says
    which of the two ("responseReady" or "body"). ``runs`` is what the body holds, in order.
    """

    index: int
    fetch: str
    method: str
    status: int | None = None
    responseType: str = ""
    url: str = ""
    headers: Headers = ()
    size: int = 0
    runs: tuple[Run, ...] = ()
    exception: str = ""
    at: str = ""


@frozen(slots=False)
class Page(Kind):
    """A page opened, closed or crashed; ``at`` is its path."""

    state: str
    at: str = "/"


@frozen(slots=False)
class Worker(Kind):
    """A service worker was activated, started or stopped."""

    state: str


# -- what the browser shows of itself -------------------------------------------------------


@frozen(slots=False)
class Display(Kind):
    """What the user interface shows for a fetch; of = the fetch's name.

    None says that the witness cannot see it. ``origin`` is "own" or "//name"; ``icon`` is the
    one that is shown, "" for none; ``bandwidth``: it is told to be in use; ``offers``: what the
    user can do; ``shown``: it is there at all, neither dismissed nor taken down.
    """

    title: str
    icons: tuple[str, ...] = ()
    downloaded: int = 0
    downloadTotal: int = 0
    paused: bool = False
    result: str = ""
    uploaded: int | None = None
    uploadTotal: int | None = None
    origin: str | None = None
    icon: str | None = None
    bandwidth: bool | None = None
    offers: tuple[str, ...] | None = None
    shown: bool = True


@frozen(slots=False)
class Devtools(Kind):
    """DevTools' BackgroundService told of ``event``; ``details`` are its own words for the facts."""

    event: str
    details: Mapping[str, str] = Factory(dict)


K = TypeVar("K", bound=Kind)


@frozen(slots=False)
class Observation:
    """One thing seen: when, by whom, at whom, what, of what.

    ``time`` is in integer nanoseconds since the scenario's start; ``sequence`` counts from 1
    in the order in which the log took them in; ``cause`` is the sequence number of the
    observation that this one follows from, or None where that is not known.
    """

    time: int
    sequence: int
    witness: str
    actor: str
    of: str
    data: Kind
    cause: int | None = None

    @property
    def kind(self) -> str:
        return self.data.name

    def to_json(self) -> dict[str, Json]:
        """The observation as a JSON object; ``from_json`` reads it back."""
        row = {k: getattr(self, k) for k in ("time", "sequence", "witness", "actor", "kind", "of")}
        data = asdict(self.data, filter=_says_something)  # type: ignore[arg-type]
        return {**row, "data": data, "cause": self.cause}

    @classmethod
    def from_json(cls, row: Mapping[str, Json]) -> Observation:
        """Read what ``to_json`` wrote. Raises ValueError on an unknown kind, witness or field."""
        if row["witness"] not in WITNESSES:
            raise ValueError(f"unknown witness {row['witness']!r}; known: {', '.join(WITNESSES)}")
        data = data_from_json(row["kind"], row["data"])
        return cls(
            row["time"], row["sequence"], row["witness"], row["actor"], row["of"], data, row.get("cause")
        )

    def line(self) -> str:
        """One line of JSON, byte for byte the same for equal observations."""
        return json.dumps(self.to_json(), separators=(",", ":"), sort_keys=True)


def _says_something(field: Attribute[Any], value: Any) -> bool:
    return not field.metadata.get("seldom") or value != field.default


def data_from_json(kind: str, row: Mapping[str, Json]) -> Kind:
    """The fields of one kind from JSON. Raises ValueError when kind, fields or types are not its own."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}")
    cls = KINDS[kind]
    hints = _hints(cls)
    known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
    if extra := sorted(set(row) - known):
        raise ValueError(f"{kind} has no field {extra[0]!r}; it has: {', '.join(sorted(known))}")
    try:
        return cls(**{name: _read(hints[name], value, f"{kind}.{name}") for name, value in row.items()})
    except TypeError as error:
        raise ValueError(f"{kind}: {error}") from None


_HINTS: dict[str, dict[str, Any]] = {}


def _hints(cls: type[Kind]) -> dict[str, Any]:
    """A kind's fields and their types; kept, because reading a run asks for every line."""
    if cls.name not in _HINTS:
        _HINTS[cls.name] = typing.get_type_hints(cls)
    return _HINTS[cls.name]


def _read(hint: Any, value: Json, where: str) -> Any:
    if hint is Any:
        return value
    origin = typing.get_origin(hint)
    if origin is types.UnionType:
        return None if value is None else _read(typing.get_args(hint)[0], value, where)
    if origin is tuple and isinstance(value, (list, tuple)):
        inner = typing.get_args(hint)
        items = value if inner[-1] is Ellipsis else zip(inner, value, strict=True)
        if inner[-1] is Ellipsis:
            return tuple(_read(inner[0], item, where) for item in items)
        return tuple(_read(one, item, where) for one, item in items)
    if isinstance(hint, type) and issubclass(hint, Kind) and isinstance(value, Mapping):
        return data_from_json(hint.name, value)
    wanted = Mapping if origin is not None else hint
    if not isinstance(value, wanted) or (hint is int and isinstance(value, bool)):
        raise ValueError(f"{where} should be {getattr(wanted, '__name__', wanted)}, not {value!r}")
    return value


class Log:
    """The observations of one run of one scenario, in the order in which they were taken in.

    ``clock`` gives the time in nanoseconds since the start; ``tell`` (if any) is called after
    each new observation, which is how a wait on the log wakes up. ``line`` (if any) knows what an
    observation follows from that does not say so itself; where time is real, nobody knows.
    """

    def __init__(
        self,
        clock: Callable[[], int],
        tell: Callable[[Observation], None] | None = None,
        line: Line | None = None,
    ) -> None:
        self.clock, self.tell, self.line = clock, tell, line
        self.observations: list[Observation] = []
        self.closed = False

    def close(self) -> None:
        """Take nothing in any more: what happens from here on is clearing up, in no order."""
        self.closed = True

    def one_act(self) -> AbstractContextManager[None]:
        """Do something and, at the end, tell it: what it brings about follows from the telling."""
        return self.line.one_act() if self.line else nullcontext()

    def see(self, witness: str, actor: str, of: str, data: Kind, *, cause: int | None = None) -> Observation:
        """Take one observation in, at the present time."""
        return self.take(Observation(self.clock(), 0, witness, actor, of, data, cause))

    def take(self, seen: Observation) -> Observation:
        """Take in an observation made elsewhere: its time stays, its sequence number is ours."""
        number, cause = len(self.observations) + 1, seen.cause
        # A step is the hand of the harness: it follows from nothing in the world, and a line begins.
        if cause is None and self.line and not isinstance(seen.data, Step):
            cause = self.line.cause.number
        kept = Observation(seen.time, number, seen.witness, seen.actor, seen.of, seen.data, cause)
        if not self.closed:
            self.observations.append(kept)
            if self.line:
                self.line.cause = Cause(number)
            if self.tell:
                self.tell(kept)
        return kept


def select(
    observations: Sequence[Observation],
    kind: type[K],
    *,
    witness: str | None = None,
    actor: str | None = None,
    of: str | None = None,
) -> Iterator[tuple[Observation, K]]:
    """The observations of one kind (and witness, actor, of), each with its data, in order."""
    for seen in observations:
        if (
            isinstance(seen.data, kind)
            and (witness is None or seen.witness == witness)
            and (actor is None or seen.actor == actor)
            and (of is None or seen.of == of)
        ):
            yield seen, seen.data


def endings(observations: Sequence[Observation]) -> Iterator[str]:
    """How fetches ended: why they failed, else the result, else the type of the end event."""
    for _, event in select(observations, Event):
        if event.type != "backgroundfetchclick":
            told = event.registration
            yield str(told.get("failureReason") or told.get("result") or event.type)


# -- JSON Schema ----------------------------------------------------------------------------

_SIMPLE = {int: "integer", str: "string", bool: "boolean"}


def schema() -> dict[str, Json]:
    """The JSON Schema of one observation, generated from the kinds."""
    variants = [_variant(cls) for cls in KINDS.values() if cls is not Run]
    head = {
        "time": {"type": "integer", "minimum": 0, "description": "nanoseconds since the start"},
        "sequence": {"type": "integer", "minimum": 0},
        "witness": {"enum": list(WITNESSES)},
        "actor": {"type": "string"},
        "of": {"type": "string"},
        "kind": {"enum": [name for name in KINDS if name != "run"]},
        "data": {"type": "object"},
        "cause": {"type": ["integer", "null"]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bgfetch observation",
        "type": "object",
        "properties": head,
        "required": list(head),
        "additionalProperties": False,
        "oneOf": variants,
    }


def _variant(cls: type[Kind]) -> dict[str, Json]:
    return {
        "description": " ".join((cls.__doc__ or "").split()),
        "properties": {"kind": {"const": cls.name}, "data": _object(cls)},
    }


def _object(cls: type[Kind]) -> dict[str, Json]:
    hints = _hints(cls)
    own = fields(cls)  # type: ignore[arg-type]
    properties = {f.name: _type(hints[f.name]) for f in own}
    required = [f.name for f in own if not f.metadata.get("seldom")]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _type(hint: Any) -> dict[str, Json]:
    if hint is Any:
        return {}
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return {"anyOf": [_type(inner[0]), {"type": "null"}]}
    if origin is tuple and inner[-1] is Ellipsis:
        return {"type": "array", "items": _type(inner[0])}
    if origin is tuple:
        return {"type": "array", "prefixItems": [_type(one) for one in inner], "items": False}
    if isinstance(hint, type) and issubclass(hint, Kind):
        return _object(hint)
    value = _type(inner[1]) if origin is not None and len(inner) == 2 else {}
    return {"type": "object", "additionalProperties": value} if value else {"type": "object"}
