"""A network of its own: it is there, it goes away, it comes back, and nothing outlives it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.network import namespace

WHY_NOT = namespace.why_not()
allowed = pytest.mark.skipif(bool(WHY_NOT) and "CI" not in os.environ, reason=WHY_NOT)

INSIDE = """
import json, os, subprocess, sys
from conformance.network.namespace import Link

def routes():
    listed = subprocess.run(["ip", "-json", "route"], check=True, capture_output=True, text=True)
    return [route["dst"] for route in json.loads(listed.stdout)]

def states():
    listed = subprocess.run(["ip", "-json", "address"], check=True, capture_output=True, text=True)
    return {
        link["ifname"]: ("UP" in link["flags"], [one["family"] for one in link["addr_info"]])
        for link in json.loads(listed.stdout)
    }

link, seen = Link(), [os.getpid(), states()]
for change in (link.prepare, link.down, link.up, link.down, link.up):
    change()
    seen.append((states(), routes()))
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen() -> list[Any]:
    command = namespace.inside([sys.executable, "-c", INSIDE])
    told: list[Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return told


@allowed
def test_the_first_process_in_there_is_ours_and_the_world_is_out_of_reach(seen: list[Any]) -> None:
    assert seen[0] == 1
    assert set(seen[1]) == {"lo"}


@allowed
@pytest.mark.parametrize(("change", "up"), [(2, True), (3, False), (4, True), (5, False), (6, True)])
def test_the_link_goes_and_comes_with_its_route_while_loopback_stays(
    change: int, up: bool, seen: list[Any]
) -> None:
    states, routes = seen[change]
    assert states["lo"][0]
    assert states["bgfetch0"][0] is up
    assert ("default" in routes) is up


@allowed
def test_no_late_address_makes_a_change_of_network(seen: list[Any]) -> None:
    states, _ = seen[2]
    assert states["bgfetch0"][1] == ["inet"]
    assert states["bgfetch1"][1] == []


@allowed
def test_what_runs_in_there_ends_with_its_first_process() -> None:
    first = "import os, subprocess; subprocess.Popen(['tail', '-f', '/dev/null']); os._exit(7)"
    # ``tail`` holds our end of its output open for as long as it lives, so an end of this is its end.
    outer = subprocess.run(
        namespace.inside([sys.executable, "-c", first]), check=False, capture_output=True, timeout=20
    )
    assert outer.returncode == 7


@pytest.fixture
def afresh() -> Iterator[None]:
    namespace.why_not.cache_clear()
    yield
    namespace.why_not.cache_clear()


@pytest.mark.usefixtures("afresh")
@pytest.mark.parametrize(
    ("missing", "mend"), [("unshare", "apt-get install util-linux"), ("ip", "apt-get install iproute2")]
)
def test_a_missing_program_is_named_with_what_installs_it(
    missing: str, mend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None if name == missing else f"/usr/bin/{name}")
    assert f"program {missing} is missing" in namespace.why_not()
    assert mend in namespace.why_not()


@pytest.mark.usefixtures("afresh")
def test_a_system_that_forbids_it_is_told_with_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(
        namespace, "inside", lambda _: ["sh", "-c", "echo unshare: Operation not permitted >&2; exit 1"]
    )
    assert "(unshare: Operation not permitted)" in namespace.why_not()
    assert "sysctl -w" in namespace.why_not()


@pytest.mark.parametrize(("user", "mapped"), [(0, False), (1000, True)])
def test_only_a_user_without_rights_needs_to_be_mapped(
    user: int, mapped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    assert ("--map-root-user" in namespace.inside(["true"])) is mapped
