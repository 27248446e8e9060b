"""Mutants of fetch(), get() and getIds()."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from conformance.mutants.catalogue import mutant
from simulator import background_fetch_manager


@mutant("empty-list-accepted", background_fetch_manager.check_not_empty)
def _(original: Any, ua: Any, requests: Any) -> None:
    """An empty list of requests begins a job of nothing."""


@mutant("credentials-accepted", background_fetch_manager.construct)
def _(original: Any, ua: Any, request: Any, base: str) -> Any:
    """Credentials in a URL are dropped without a word."""
    given = evolve(request, url=request.url.replace("user:secret@", ""))
    return original(ua, given, base)


@mutant("no-cors-accepted", background_fetch_manager.check_mode)
def _(original: Any, ua: Any, request: Any) -> None:
    """A no-cors request is taken like any other."""


@mutant("permission-ignored", background_fetch_manager.check_permission)
def _(original: Any, ua: Any) -> None:
    """A denied permission stops nothing."""


@mutant("id-used-twice", background_fetch_manager.check_unused)
def _(original: Any, ua: Any, registration: Any, id: str) -> None:
    """A second fetch of an active id takes the first one's place."""


@mutant("bodies-not-counted", background_fetch_manager.upload_total)
def _(original: Any, ua: Any, requests: Any) -> int:
    """uploadTotal stays 0."""
    return 0


@mutant("quota-not-asked", background_fetch_manager.check_quota)
def _(original: Any, ua: Any, upload_total: int, download_total: int) -> None:
    """fetch() resolves although what is announced cannot fit."""


@mutant("never-listed", background_fetch_manager.active_ids)
def _(original: Any, ua: Any, registration: Any) -> list[str]:
    """getIds() is always empty."""
    return []


@mutant("get-is-blind", background_fetch_manager.active_fetch)
def _(original: Any, ua: Any, registration: Any, id: str) -> None:
    """get() finds nothing, ever."""
