"""A scenario told in sentences, from the steps that were seen to begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.text import clip
from simulator.observation import Observation, Step

STEPS = 40
"""Sentences told of one scenario; of the rest it is said how many there are."""

_BEGINNINGS = {
    "fetch": "{on} calls fetch() for",
    "get": "{on} calls get() for",
    "getIds": "{on} calls getIds()",
    "match": "{on} calls match() for",
    "matchAll": "{on} calls matchAll() of",
    "abort": "{on} calls abort() of",
    "updateUI": "{on} calls updateUI() with",
    "waitUntil": "{on} calls waitUntil() for",
    "read": "{on} reads the body of",
    "attributes": "{on} reads the attributes of",
    "usage": "{on} asks how much storage is used",
    "cached": "{on} looks into the cache",
    "look": "{on} looks at",
    "load": "{on} loads",
    "inspect": "{on} inspects the interface",
    "construct": "{on} constructs",
    "open": "A page opens:",
    "close": "A page closes:",
    "browser": "The user agent:",
    "worker": "The service worker:",
    "user": "The user:",
    "network": "The network is now",
    "permission": "The permission is set to",
    "storage": "The origin's storage is now",
    "release": "The origin goes on at the gate",
    "webdriver": "WebDriver is asked to",
    "wait": "Time passes:",
    "until": "Wait until",
    "never": "From here on must not be:",
}


def steps(seen: Sequence[Observation]) -> Iterator[str]:
    """The steps, one sentence each."""
    for one in seen:
        if isinstance(one.data, Step):
            yield sentence(one.data)


def sentence(step: Step) -> str:
    """One step: what it waited for, who does what, the verb of the file in words."""
    once = f"Once {clip(step.when, 120)}: " if step.when else ""
    return once + _sentence(step)


def _sentence(step: Step) -> str:
    told = step.told or step.verb
    on, colon, rest = told.partition(": ")
    if not colon or not rest.startswith(step.verb):
        on, rest = "page", told
    if step.verb not in _BEGINNINGS or not rest.startswith(step.verb):
        return clip(told, 300)
    who = {"page": "The page", "worker": "The worker"}.get(on, f"Page {clip(on, 60)}")
    beginning = _BEGINNINGS[step.verb].format(on=who)
    rest = rest.removeprefix(step.verb).strip()
    if step.verb == "fetch":
        rest = rest.replace(" requests ", ": ", 1).replace(" options {", ", with {", 1)
    return f"{beginning} {clip(rest, 300)}".strip() + "."
