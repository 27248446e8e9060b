"""Cookies tell with which credentials a request was made."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from simulator.cookies import added, kept
from simulator.request import Request

OWN, OTHER = "https://own.test/a", "https://cdn.own.test/a"


def agent() -> Any:
    return SimpleNamespace(cookies={})


def asking(url: str, credentials: str) -> Request:
    return Request(url, credentials=credentials, origin="https://own.test")


WITH = [(OWN, "same-origin", True), (OWN, "include", True), (OTHER, "include", True)]
WITHOUT = [(OWN, "omit", False), (OTHER, "same-origin", False), (OTHER, "omit", False)]


@pytest.mark.parametrize(("url", "credentials", "with_them"), WITH + WITHOUT)
def test_cookies_go_with_credentials(url: str, credentials: str, with_them: bool) -> None:
    ua = agent()
    for place in (OWN, OTHER):
        kept(ua, asking(place, "include"), (("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2")))
    assert ("Cookie" in added(ua, asking(url, credentials)).headers) is with_them


@pytest.mark.parametrize(("url", "credentials", "with_them"), WITH + WITHOUT)
def test_cookies_are_kept_with_credentials(url: str, credentials: str, with_them: bool) -> None:
    ua = agent()
    kept(ua, asking(url, credentials), (("set-cookie", "a=1"),))
    assert bool(ua.cookies) is with_them


def test_each_origin_has_its_own_and_the_newest_counts() -> None:
    ua = agent()
    kept(ua, asking(OWN, "include"), (("set-cookie", "a=1"), ("set-cookie", "b=2")))
    kept(ua, asking(OWN, "include"), (("set-cookie", "a=3; Secure"),))
    assert added(ua, asking(OWN, "include")).headers == {"Cookie": "a=3; b=2"}
    assert added(ua, asking(OTHER, "include")).headers == {}
