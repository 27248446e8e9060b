"""The verbs that look at objects and interfaces: how they are read, what they tell, what is wrong."""

from __future__ import annotations

import pytest

from conformance.checks.matching import agrees
from conformance.implementations.chromium import calls
from conformance.implementations.chromium.names import Names
from conformance.implementations.protocol import Unsupported
from conformance.implementations.simulator import SimulatorImplementation, without_api
from conformance.scenario.errors import ScenarioError
from conformance.scenario.levers import required_levers
from conformance.scenario.model import Scenario
from simulator.origin.hosts import Hosts
from tests.simulate import judged, observe, scenario

HEAD = """
title = "t"
clauses = ["background-fetch-manager/idl.1"]
[origin."/a"]
size = "300 KiB"
attempts = [{ stall = { after = "100 KiB", until = "go" } }]
"""


def made(*steps: str, top: str = "") -> Scenario:
    return scenario(top + HEAD + "".join(f"[[steps]]\n{one}\n" for one in steps))


FETCH = 'fetch = "f"\nrequests = ["/a"]\ngives = { realm = "page" }'


@pytest.mark.parametrize(
    ("steps", "what", "fix"),
    [
        (['inspect = "BackgroundFetchManger"'], "inspect cannot be", "BackgroundFetchManager"),
        (['same = ["backgroundFetch"]'], "compares two objects, and these are 1", ""),
        (['same = ["rec", "backgroundFetch"]'], 'page holds no object "rec"', "backgroundFetch"),
        ([FETCH, 'same = ["g.request", "f"]'], 'page holds no object "g.request"', "allowed: f"),
        ([FETCH, 'construct = "BackgroundFetchEvent"'], "only a worker can make such an event", "worker"),
        ([FETCH, 'on = "worker"\nconstruct = "Event"'], "construct cannot be", "BackgroundFetchEvent"),
        (['assign = "onprogress"'], "there is no fetch that this could mean", "fetch before it"),
        ([FETCH, 'assign = "on progress"'], "should be the name of an attribute", ""),
        ([FETCH, 'on = "worker"\nupdateUI = {}\ndispatched = true'], "can be dispatched", "its name"),
        (['get = "f"\nthrough = "inner"'], 'no frame in "page" called "inner"', 'in = "page"'),
        (['open = "p"\nin = "nowhere"'], "", "page"),
        (['open = "p"\nin = "page"', 'open = "q"\nin = "p"'], '"p" has no frames', "window of its own"),
        (['open = "p"\nin = "page"', 'close = "page"', 'on = "p"\ngetIds = true'], '"p" is closed', ""),
        ([FETCH, 'match = "/a"\nthrough = "inner"'], 'no frame in "page" called "inner"', 'in = "page"'),
        (["getIds = true\ntimes = 1"], "times is 1, outside 2 to 100", ""),
        (['until = { permission = "given" }'], 'permission cannot be "given"', "granted"),
    ],
)
def test_what_is_wrong_is_told(steps: list[str], what: str, fix: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        made(*steps)
    assert what in str(caught.value)
    assert fix in str(caught.value)


@pytest.mark.parametrize(
    ("steps", "top", "needed"),
    [
        (['inspect = "BackgroundFetchManager"'], "", ("inspect",)),
        (['query = "background-fetch"'], "", ("fetch",)),
        (['open = "p"\nin = "page"'], "", ("gate", "second page")),
        (["getIds = true"], 'workers."/" = { install = "never" }\n', ("fetch", "worker steps")),
        (["getIds = true"], 'workers."/" = { listens = "by attribute" }\n', ("fetch", "worker steps")),
    ],
)
def test_which_levers_they_need(steps: list[str], top: str, needed: tuple[str, ...]) -> None:
    assert set(required_levers(made(*steps, top=top))) - {"gate"} == set(needed) - {"gate"}


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        ('inspect = "BackgroundFetchManager"', {"interface": "BackgroundFetchManager"}),
        ('same = ["f", "backgroundFetch"]', {"paths": ["f", "backgroundFetch"]}),
        ('query = "background-fetch"', {"permission": "background-fetch"}),
        (
            'assign = "onprogress"\nvalue = "null"',
            {"attribute": "onprogress", "value": "null", "ofFetch": True},
        ),
        (
            'on = "worker"\nassign = "onbackgroundfetchfail"',
            {"attribute": "onbackgroundfetchfail", "value": "function", "ofFetch": False},
        ),
        (
            'on = "worker"\nconstruct = "BackgroundFetchEvent"\nregistration = false\nas = "e"',
            {"interface": "BackgroundFetchEvent", "type": "made", "as": "e", "withRegistration": False},
        ),
        ('attributes = "f"\nfor = "1 s"', {"milliseconds": 1000}),
        ('attributes = "f"', {"milliseconds": None}),
        ('get = "f"\narguments = 0\ntimes = 3', {"arguments": 0, "times": 3}),
    ],
)
def test_what_a_browsers_script_is_told(verb: str, told: dict[str, object]) -> None:
    step = made(FETCH, verb).steps[1]
    given = calls.told(step, "/", Hosts("s1.test"), Names())
    assert {key: given[key] for key in told} == told


def test_calls_made_at_once_come_to_a_list() -> None:
    one = made(
        "getIds = true\ntimes = 2\ngives = [[], []]",
        'fetch = "f"\nrequests = []\ntimes = 2\ngives = [{ throws = "TypeError" }, { throws = "TypeError" }]',
    )
    assert judged(one)[0] == "pass"


def test_closing_a_page_closes_its_frames_first() -> None:
    one = made('open = "inner"\nin = "page"', 'open = "other"', 'close = "page"')
    closed = [seen.of for seen in observe(one) if seen.kind == "page" and seen.data.state == "closed"]  # type: ignore[attr-defined]
    assert closed == ["inner", "page"]


def test_a_frame_shares_the_event_loop_of_its_page() -> None:
    """While the page lets nothing in, its frame hears nothing either."""
    one = scenario(
        HEAD.replace(
            'stall = { after = "100 KiB", until = "go" }', 'trickle = { bytes = "50 KiB", every = "1 s" }'
        )
        + "".join(
            f"[[steps]]\n{step}\n"
            for step in (
                'open = "inner"\nin = "page"',
                FETCH,
                'on = "inner"\nget = "f"\ngives = { realm = "inner" }',
                'attributes = "f"\nfor = "3 s"\nwhen = { downloaded = "50 KiB" }\ngives = { progress = 0 }',
            )
        )
    )
    observations = observe(one)
    assert judged(one)[0] == "pass"
    called = next(seen.time for seen in observations if seen.kind == "called" and seen.of == "4")
    heard = [seen.time - called for seen in observations if seen.kind == "progress" and seen.actor == "inner"]
    assert not [time for time in heard if 0 < time < 2_900_000_000]


def test_a_page_outside_every_scope_cannot_be_looked_into() -> None:
    one = made('inspect = "BackgroundFetchManager"', top='workers."/b/" = {}\n')
    with pytest.raises(Unsupported, match="outside every scope"):
        observe(one)


def test_a_site_without_workers_has_no_registration() -> None:
    one = made('getIds = true\nthrows = "TypeError"', top="workers = {}\n")
    assert judged(one)[0] == "pass"
    assert not [seen for seen in observe(one) if seen.kind == "worker"]


async def test_without_the_api_only_a_look_is_left() -> None:
    lacking = (await find_without_api().open()).levers
    assert not lacking["fetch"].available
    assert lacking["inspect"].available
    one = made('inspect = "BackgroundFetchRecord"\ngives = { exposed = false }')
    async with find_without_api().start(one, 0) as session:
        await session.do(one.steps[0])
        await session.until(lambda: any(seen.kind == "settled" for seen in session.log.observations))
        settled = next(seen.data for seen in session.log.observations if seen.kind == "settled")
    assert settled.value == {"exposed": False}  # type: ignore[attr-defined]


def find_without_api() -> SimulatorImplementation:
    from conformance.implementations import find

    found = find("simulator:without-api")
    assert isinstance(found, SimulatorImplementation)
    assert len(found.overrides) == len(without_api.overrides()) > 10
    return found


@pytest.mark.parametrize(
    ("expected", "actual", "fits"),
    [
        ({"a": "undefined"}, {}, True),
        ({"a": "undefined"}, {"a": None}, True),
        ({"a": "undefined"}, {"a": False}, False),
        ({"a": False}, {}, False),
    ],
)
def test_what_a_table_does_not_have_is_undefined(expected: object, actual: object, fits: bool) -> None:
    assert agrees(expected, actual) is fits
