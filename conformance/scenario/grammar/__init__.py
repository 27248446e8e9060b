"""The grammar of a scenario file: every key, where it stands, what it holds, and what it means.

Reading, validation and the JSON Schema all come from the tables in here, so none of them can
know a key that the others do not.
"""

from __future__ import annotations

from conformance.scenario.forms import ListOf, MapOf, Text, Whole
from conformance.scenario.grammar.expect import EXPECT
from conformance.scenario.grammar.origin import ORIGIN
from conformance.scenario.grammar.rows import ROWS
from conformance.scenario.grammar.steps import STEP, WORKER
from conformance.scenario.grammar.vocabulary import AUTHORITY, HOST, LEVEL, NAME, ORIGIN_PATH
from conformance.scenario.grammar.world import NETWORK, PERMISSION, POLICY, STORAGE
from conformance.scenario.tables import Grammar, Key, define

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
            Key("seed", Whole("a whole number"), "which order of the simulator's turns shows it", "0"),
            Key("policy", POLICY, "choices of the user agent that are presupposed"),
            Key(
                "connectSrc",
                ListOf("a list of origins", HOST),
                "the origins that the pages' content security policy lets them connect to, beside their own",
                "no policy",
            ),
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
            Key("rows", ROWS, "scenarios of their own, each with what differs from the file"),
        ),
    )
)
