"""Tokens: one word that says how a run of the simulator is had again, byte for byte.

    v0.1.0,scenario=SECTION/NAME,seed=7,document=8f0c…,trace=52aa…
    v0.1.0,generated=4711,seed=0,policy.kill_keeps=none,on=mutant:NAME,document=…,trace=…

After the version its parts stand in any order. One that is written by hand may leave the digests out:
nothing is compared then. What a shell would take amiss is percent-encoded.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, unquote

from attrs import Factory, evolve, frozen

from conformance import __version__
from conformance.errors import BadInput, did_you_mean
from conformance.scenario.errors import quoted
from conformance.scenario.model import Scenario
from conformance.selectors import selector_of
from simulator.observation import Observation

REFERENCE = "simulator"
EXAMPLE = f"v{__version__},scenario=SECTION/NAME,seed=0,document=0123456789abcdef,trace=0123456789abcdef"

_DIGITS = 16
_VERSION = re.compile(r"v(\d[\w.+-]*)", re.ASCII)
_FIELD = re.compile(r"policy\.([a-z]\w*)", re.ASCII)
_KEYS = ("scenario", "generated", "seed", "on", "document", "trace", "policy.FIELD")


@frozen
class Token:
    """A run of the simulator, named. Of ``scenario`` and ``generated`` one is given.

    ``scenario`` is what selects just that one; ``generated`` is the seed that the adversary makes it
    of. ``seed`` is added to the scenario's own. ``policy`` is laid over the scenario's own, its values
    as a token has them. ``document`` and ``trace`` are digests, "" where nothing is to be compared.
    """

    scenario: str = ""
    generated: int | None = None
    seed: int = 0
    policy: Mapping[str, str] = Factory(dict)
    on: str = REFERENCE
    document: str = ""
    trace: str = ""
    version: str = __version__

    def __str__(self) -> str:
        return ",".join((f"v{self.version}", *(f"{key}={_safe(value)}" for key, value in self._parts())))

    def _parts(self) -> Iterator[tuple[str, str]]:
        made_up = self.generated is not None
        yield ("generated", str(self.generated)) if made_up else ("scenario", self.scenario)
        yield "seed", str(self.seed)
        yield from ((f"policy.{field}", value) for field, value in self.policy.items())
        if self.on != REFERENCE:
            yield "on", self.on
        yield from ((key, value) for key in ("document", "trace") if (value := getattr(self, key)))

    def came_to(self, scenario: Scenario, trace: str) -> Token:
        """The token of the same run as this version has it: it came to this trace."""
        return evolve(self, version=__version__, document=digest_of(scenario), trace=digest(trace))

    def unbound(self) -> Token:
        """The token of the same run in this version, whatever it comes to here."""
        return evolve(self, version=__version__, document="", trace="")


def token_of(scenario: Scenario, on: str, seed: int, trace: str) -> Token:
    """The token of a run of a scenario that has a file; ``trace`` is what it came to, as text."""
    return Token(selector_of(scenario), seed=seed, on=on).came_to(scenario, trace)


def has_tokens(implementation: str) -> bool:
    """Whether a seed gives one trace on it: it is the simulator, of whatever reading, or a mutant."""
    return implementation.partition(":")[0] in (REFERENCE, "mutant")


def text_of(observations: Iterable[Observation]) -> str:
    """A trace as text: a line of JSON for each observation."""
    return "".join(f"{seen.line()}\n" for seen in observations)


def digest(text: str) -> str:
    """A text in 16 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def digest_of(scenario: Scenario) -> str:
    """The digest of what a scenario says, apart from its comments and the order of its keys."""
    return digest(json.dumps(scenario.document, separators=(",", ":"), sort_keys=True))


def _safe(value: str) -> str:
    """A value without what a shell or a token would read something into."""
    return quote(value, safe="/:@+=", errors="surrogateescape").replace("~", "%7E")


# -- reading --------------------------------------------------------------------------------


def looks_like_a_token(word: str) -> bool:
    """Whether a word that names no file is meant as a token, be it a damaged one."""
    return "," in word or _VERSION.fullmatch(word) is not None


def parse(word: str) -> Token:
    """The token that a word is. Raises BadInput, which names the part that is wrong."""
    first, *rest = word.split(",")
    version = _VERSION.fullmatch(first)
    if not version:
        raise _malformed(first, "a token begins with the version of bgfetch that it is of")
    parts: dict[str, str] = {}
    for part in rest:
        key, _, value = part.partition("=")
        _check(part, key, value, parts)
        parts[key] = unquote(value, errors="surrogateescape")
    return _token(version[1], parts)


def _check(part: str, key: str, value: str, before: Mapping[str, str]) -> None:
    if key not in _KEYS[:-1] and not _FIELD.fullmatch(key):
        raise _malformed(part, f"its parts are {', '.join(_KEYS)}", did_you_mean(key, _KEYS))
    if not value:
        raise _malformed(part, f"{key} has no value")
    if key in before:
        raise _malformed(part, f"{key} is there already")


def _token(version: str, parts: Mapping[str, str]) -> Token:
    if ("scenario" in parts) == ("generated" in parts):
        amiss = "both are there" if "scenario" in parts else "neither is there"
        raise _malformed(None, f"scenario= or generated= says what was run, and {amiss}")
    if "seed" not in parts:
        raise _malformed(None, "seed= says in which order it ran, and is not there")
    return Token(
        scenario=parts.get("scenario", ""),
        generated=_number("generated", parts["generated"]) if "generated" in parts else None,
        seed=_number("seed", parts["seed"]),
        policy={field[1]: value for key, value in parts.items() if (field := _FIELD.fullmatch(key))},
        on=parts.get("on", REFERENCE),
        document=_digest("document", parts),
        trace=_digest("trace", parts),
        version=version,
    )


def _number(key: str, value: str) -> int:
    try:
        if re.fullmatch(r"\d+", value, re.ASCII):
            return int(value)
        why = f"{key} is a whole number, not below 0"
    except ValueError:
        why = f"{len(value)} digits are more than can be read"
    raise _malformed(f"{key}={value}", why)


def _digest(key: str, parts: Mapping[str, str]) -> str:
    value = parts.get(key, "")
    if value and not re.fullmatch(f"[0-9a-f]{{{_DIGITS}}}", value):
        raise _malformed(f"{key}={value}", f"a digest is {_DIGITS} of the digits 0 to 9 and a to f")
    return value


def _malformed(part: str | None, why: str, hint: str = "") -> BadInput:
    where = f"{quoted(part)} is wrong in this token" if part is not None else "This token is not whole"
    return BadInput(f"{where}: {why}.{hint}", f"A token looks like this: {EXAMPLE}")
