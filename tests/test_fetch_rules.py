"""Fetch's own rules in the simulator: URLs, data: URLs, hosts, codings, bodies that are read first."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import urls
from simulator.bad_ports import has_a_bad_port
from simulator.content import Span
from simulator.content_coding import Decoder, Gzipped, Undecodable, code, offer
from simulator.content_security_policy import blocked_by_policy
from simulator.mixed_content import blocked_as_mixed_content
from simulator.origin.hosts import Hosts, served_as
from simulator.policy_container import PolicyContainer
from simulator.request import Request, request_constructor
from simulator.scheme_fetch import scheme_fetch
from simulator.script_errors import ScriptError


class Agent:
    """A user agent without any override."""

    overrides: Mapping[Any, Callable[..., Any]] = {}


AGENT = Agent()
HOSTS = Hosts("own.test")
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
TARGETS = st.from_regex(r"/([a-z0-9][a-z0-9/]{0,8})?(\?[a-z0-9]{1,4})?", fullmatch=True)


# -- URLs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "href"),
    [
        ("", "https://own.test/dir/page"),
        ("b?x", "https://own.test/dir/b?x"),
        ("../c", "https://own.test/c"),
        ("/d/./e/../f", "https://own.test/d/f"),
        ("//cdn.own.test:443/x", "https://cdn.own.test/x"),
        ("HTTPS://OWN.test/x y", "https://own.test/x%20y"),
        ("\\back\\slash", "https://own.test/back/slash"),
        ("  /trimmed \n", "https://own.test/trimmed"),
        ("https:b", "https://own.test/dir/b"),
        ("http://1.2/", "http://1.0.0.2/"),
        ("https://[no", None),
        ("https://exa mple/", None),
        ("https://own.test:99999/", None),
    ],
)
def test_urls_are_those_of_browsers(given: str, href: str | None) -> None:
    found = urls.parse(given, "https://own.test/dir/page")
    assert (found and found.href) == href


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://own.test:443/", "own.test"),
        ("https://own.test:8443/", "own.test:8443"),
        ("http://own.test:443/", "own.test:443"),
        ("http://own.test:80/", "own.test"),
    ],
)
def test_a_default_port_is_left_out(url: str, authority: str) -> None:
    assert urls.parsed(url).authority == authority


def test_what_never_parsed_is_told() -> None:
    with pytest.raises(ValueError, match="was no URL"):
        urls.parsed("https://[no")


@given(NAMES, TARGETS, st.sampled_from(["", ":25", ":8080"]), st.sampled_from(["", "http:"]))
def test_a_path_comes_back_from_its_url(name: str, target: str, port: str, scheme: str) -> None:
    path = f"{scheme}//{name}{port}{target}"
    assert HOSTS.path_of_url(HOSTS.url(path)) == path
    assert served_as(path) == f"//{name}{target}"
    assert HOSTS.path_of_url(HOSTS.url(target)) == target == served_as(target)


@pytest.mark.parametrize("url", ["data:,x", "about:blank", "blob:nothing", "https://user:secret@own.test/a"])
def test_other_urls_stay_as_they_are(url: str) -> None:
    assert HOSTS.given(url) == url


# -- what may be sent -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "bad"),
    [
        ("https://own.test/", False),
        ("https://own.test:8443/", False),
        ("https://own.test:25/", True),
        ("https://own.test:10080/", True),
        ("https://own.test:0/", True),
        ("data:,x", False),
    ],
)
def test_ports(url: str, bad: bool) -> None:
    assert has_a_bad_port(AGENT, Request(url)) == bad


@pytest.mark.parametrize("mixed", [True, False])
@pytest.mark.parametrize(("url", "bare"), [("http://cdn.test/", True), ("https://cdn.test/", False)])
def test_mixed_content(url: str, bare: bool, mixed: bool) -> None:
    request = Request(url, policy_container=PolicyContainer(mixed_content=mixed))
    assert blocked_as_mixed_content(AGENT, request) == (bare and not mixed)


@pytest.mark.parametrize(
    ("sources", "blocked"),
    [(None, False), ((), True), (("https://a.test",), True), (("https://b.test",), False)],
)
def test_connect_src(sources: tuple[str, ...] | None, blocked: bool) -> None:
    request = Request("https://b.test/x", policy_container=PolicyContainer(sources))
    assert blocked_by_policy(AGENT, request) == blocked


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request("https://[no"), "no URL"),
        (Request("https://user@own.test/"), "credentials"),
        (Request("/", "TRACE"), "forbidden"),
        (Request("/", body=1), "no body"),
        (Request("/", mode="navigate"), "navigates"),
    ],
)
def test_the_request_constructor_refuses(request_: Request, said: str) -> None:
    with pytest.raises(ScriptError, match=said):
        request_constructor(request_, "https://own.test/")


# -- what a URL holds itself ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "type", "size"),
    [
        ("data:,hello", "text/plain;charset=US-ASCII", 5),
        ("data:text/html,a%20b", "text/html", 3),
        ("data:;charset=utf-8,x", "text/plain;charset=utf-8", 1),
        ("data:text/plain;base64,aGVsbG8=", "text/plain", 5),
        ("data:text/plain;base64,aGVsbG8", "text/plain", 5),
        ("data:;base64,aGVs%20bG8=", "text/plain;charset=US-ASCII", 5),
        ("data:text/plain,hello#not", "text/plain", 5),
        ("data:text/plain,", "text/plain", 0),
    ],
)
def test_data_urls(url: str, type: str, size: int) -> None:
    held = scheme_fetch(AGENT, Request(url))
    assert held is not None
    assert (held.type, len(held.body)) == (type, size)


@pytest.mark.parametrize(
    "url", ["data:no-comma", "data:;base64,a", "data:;base64,a$b=", "about:blank", "blob:x"]
)
def test_other_urls_hold_nothing(url: str) -> None:
    assert scheme_fetch(AGENT, Request(url)) is None


# -- content coding -------------------------------------------------------------------------


@given(st.integers(0, 200_000), st.lists(st.integers(0, 200_100), max_size=6))
def test_coded_content_decodes_to_itself_however_it_is_cut(size: int, cuts: list[int]) -> None:
    span = Span("/a", "v1", 0, size)
    coded = Gzipped(span)
    places = [0, *sorted(min(cut, len(coded)) for cut in cuts), len(coded)]
    pieces = [piece for a, b in itertools.pairwise(places) for piece in coded.part(a, b)]
    assert sum(map(len, pieces)) == len(coded) > size
    assert gzip.decompress(b"".join(map(bytes, pieces))) == bytes(span)
    decoder = Decoder("gzip")
    assert b"".join(bytes(found) for one in pieces if (found := decoder.decode(one))) == bytes(span)


def test_what_is_not_coded_as_claimed_is_found_out() -> None:
    with pytest.raises(Undecodable):
        Decoder("gzip").decode(Span("/a", "v1", 0, 10))


@pytest.mark.parametrize(
    ("accepted", "coded"),
    [("gzip, deflate", True), ("br, gzip;q=0.5", True), ("identity", False), ("", False)],
)
def test_only_who_takes_a_coding_gets_it(accepted: str, coded: bool) -> None:
    assert (code("gzip", accepted, Span("/a", "v1", 0, 10)) is not None) == coded


def test_what_the_request_says_of_codings_stays() -> None:
    assert offer({"accept-encoding": "identity"}) == {"accept-encoding": "identity"}
    assert offer({})["Accept-Encoding"]
