"""The grammar of the verbs that look at interfaces and objects."""

from __future__ import annotations

from conformance.scenario.forms import ListOf, Text, word
from conformance.scenario.grammar.vocabulary import FLAG, NAME, OF, TEXT
from conformance.scenario.tables import Key
from simulator.interfaces import INTERFACES

INTERFACE = word(*INTERFACES)
CONSTRUCTED = word("BackgroundFetchEvent", "BackgroundFetchUpdateUIEvent")
ATTRIBUTE = Text("the name of an attribute", r"[A-Za-z]+")


def verbs(call: tuple[Key, ...], arguments: Key) -> tuple[tuple[Key, tuple[Key, ...]], ...]:
    """The verbs, each with its keys and those of every ``call``."""
    return (
        (Key("inspect", INTERFACE, "what script sees of this interface"), call),
        (
            Key("same", ListOf("a list of two objects", NAME, 1), "whether two objects are the same one"),
            call,
        ),
        (
            Key("construct", CONSTRUCTED, "new, with this class of event"),
            (
                Key("type", TEXT, "the type of the event", "made"),
                Key("registration", FLAG, "whether the init has a registration", "true"),
                OF,
                arguments,
                *call,
            ),
        ),
        (
            Key("assign", ATTRIBUTE, "a value is assigned to this attribute"),
            (Key("value", word("function", "null", "number"), "which value", "function"), OF, *call),
        ),
        (Key("query", TEXT, "permissions.query() with this name"), call),
    )
