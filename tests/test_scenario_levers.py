"""Which levers a scenario needs follows from its verbs and keys."""

from __future__ import annotations

import pytest

from conformance.implementations.protocol import LEVERS
from conformance.scenario.levers import required_levers
from conformance.scenario.load import scenario_from_text
from tests.scenario_documents import HEAD, PLAIN, TEXTS


def levers(text: str) -> tuple[str, ...]:
    return required_levers(scenario_from_text(text, "x.toml", "x"))


@pytest.mark.parametrize(
    ("case", "needed"),
    [
        ("a", "fetch, prompt, user, policy"),
        ("b", "fetch, gate, second page"),
        ("c", "fetch, gate, second page, second worker"),
        ("d", "fetch, wire faults, restart"),
        ("e", "fetch, wire faults"),
        ("f", "fetch, offline, wire faults"),
        ("g", "fetch, gate, quota"),
        ("h", "fetch"),
        ("i", "fetch, worker steps, policy"),
        ("j", "fetch, cross origin"),
        ("k", "fetch, worker steps"),
        ("l", "fetch"),
        ("m", "fetch, wire faults, bandwidth, metered"),
        ("n", "fetch, gate"),
    ],
)
def test_the_levers_of_the_cases(case: str, needed: str) -> None:
    assert ", ".join(levers(TEXTS[case])) == needed


def at_top(keys: str) -> str:
    return HEAD + keys


def step(keys: str) -> str:
    return f"{PLAIN}[[steps]]\n{keys}\n"


def attempt(keys: str) -> str:
    return f'{HEAD}[origin."/a"]\nsize = 9\nattempts = [{{ {keys} }}]\n'


@pytest.mark.parametrize(
    ("text", "lever"),
    [
        (PLAIN, "fetch"),
        (at_top("network = 'offline'"), "offline"),
        (step("network = 'offline'"), "offline"),
        (attempt("stall = { after = 1, until = 'go' }"), "gate"),
        (attempt("stall = { after = 1 }"), "wire faults"),
        (attempt("stall = { after = 1, for = '2 s' }"), "wire faults"),
        (attempt("cut = { after = 1 }"), "wire faults"),
        (attempt("trickle = { bytes = 1, every = '1 s' }"), "wire faults"),
        (attempt("refuse = true"), "wire faults"),
        (attempt("latency = '1 s'"), "wire faults"),
        (attempt("range = { first = 3 }"), "wire faults"),
        (at_top("storage = { quota = '1 MiB' }"), "quota"),
        (step("storage = { quota = '1 MiB' }"), "quota"),
        (at_top("permission = 'denied'"), "permission"),
        (step("permission = 'denied'"), "permission"),
        (at_top("permission = 'prompt'"), "prompt"),
        (step("permission = 'prompt'"), "prompt"),
        (step("open = 'p'"), "second page"),
        (step("close = 'page'"), "second page"),
        (at_top("[workers.'/a/']"), "second worker"),
        (at_top("[workers.'/']\n[workers.'/a/']"), "second worker"),
        (step("on = 'worker'\ngetIds = true"), "worker steps"),
        (at_top("[[workers.'/'.backgroundfetchfail]]\nwaitUntil = '1 s'"), "worker steps"),
        (at_top("[origin.'//cdn/a']"), "cross origin"),
        (at_top("connectSrc = ['//cdn']"), "page policy"),
        (at_top("[workers.'/']\ninstall = 'never'"), "worker steps"),
        (at_top("[workers.'/']\nfetch = true"), "worker steps"),
        (step("browser = 'quit'"), "restart"),
        (step("worker = 'unregister'"), "stop worker"),
        (step("user = 'pause'"), "user"),
        (step("user = 'dismiss'"), "ui"),
        (step("user = 'always-deny'"), "ui"),
        (step("look = 'f'"), "ui"),
        (at_top("[[workers.'/'.backgroundfetchfail]]\ncache = 'a'"), "worker steps"),
        (step("webdriver = { click = 'f' }\ngives = { status = 200 }"), "webdriver"),
        (at_top("network = { bandwidth = '1 kbit/s' }"), "bandwidth"),
        (step("network = { latency = '1 s' }"), "bandwidth"),
        (step("network = { metered = true }"), "metered"),
        (at_top("network = 'captive'"), "captive portal"),
        (step("network = { captive = true }"), "captive portal"),
        (step("storage = 'evict'"), "eviction"),
        (step("browser = 'kill'\ntorn = '1 KiB'"), "torn write"),
        (at_top("policy = { a = true }"), "policy"),
    ],
)
def test_what_needs_a_lever(text: str, lever: str) -> None:
    assert lever in levers(text)


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        at_top("permission = 'granted'\nnetwork = 'online'\nstorage = 'ample'"),
        at_top("[workers.'/']"),
        at_top("[origin.'/a']\nstatus = 404\nrange = false\nattempts = [{ version = 'v2', size = 5 }]"),
        at_top("[[steps]]\nwait = '1 s'"),
        at_top("[expect]\nany = [{ policy = { a = true } }]"),
    ],
)
def test_what_needs_none(text: str) -> None:
    assert levers(text) == ()


def test_an_eviction_takes_no_quota() -> None:
    assert "quota" not in levers(step("storage = 'evict'"))


def test_levers_come_in_the_order_of_the_protocol() -> None:
    found = levers(TEXTS["c"])
    assert list(found) == [lever for lever in LEVERS if lever in found]
