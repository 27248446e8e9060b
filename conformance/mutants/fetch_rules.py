"""Mutants of Fetch's own rules: what may be sent where, redirects, codings, and who may see a request."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import (
    bad_ports,
    complete_a_record,
    content_security_policy,
    fetch,
    mixed_content,
    scheme_fetch,
    service_worker,
    urls,
)
from simulator.content import Span


@mutant("mixed-content-sent", mixed_content.blocked_as_mixed_content)
def _(original: Any, ua: Any, request: Any) -> bool:
    """A secure page's request for an http: URL is sent."""
    return False


@mutant("any-port", bad_ports.has_a_bad_port)
def _(original: Any, ua: Any, request: Any) -> bool:
    """Every port is spoken HTTP to."""
    return False


@mutant("policy-fails-all", content_security_policy.blocked_by_policy)
def _(original: Any, ua: Any, request: Any) -> bool:
    """A policy blocks every other origin, those that it lists too."""
    listed = request.policy_container.connect_src is not None
    return listed and urls.parsed(request.url).origin != ua.origin


@mutant("any-scheme", scheme_fetch.scheme_fetch)
def _(original: Any, ua: Any, request: Any) -> Any:
    """A URL of any scheme is an empty response."""
    return original(ua, request) or scheme_fetch.Local("text/plain", Span("", "?", 0, 0))


@mutant("no-data-urls", scheme_fetch.scheme_fetch)
def _(original: Any, ua: Any, request: Any) -> None:
    """A data: URL cannot be fetched."""


@mutant("nineteen-redirects", fetch.most_redirects)
def _(original: Any, ua: Any) -> int:
    """One redirect too few is followed."""
    return fetch.MOST_REDIRECTS - 1


@mutant("more-redirects", fetch.most_redirects)
def _(original: Any, ua: Any) -> int:
    """One redirect too many is followed."""
    return fetch.MOST_REDIRECTS + 1


@mutant("redirects-drop-the-body", fetch.becomes_get)
def _(original: Any, ua: Any, status: int, method: str) -> bool:
    """Every redirect is asked for by GET."""
    return True


@mutant("redirect-mode-ignored", fetch.redirect_mode)
def _(original: Any, ua: Any, request: Any) -> str:
    """Redirects are followed, whatever the page wants."""
    return "follow"


@mutant("redirect-anywhere", fetch.may_redirect_to)
def _(original: Any, ua: Any, target: Any) -> bool:
    """A redirect may lead to any scheme."""
    return True


@mutant("shown-to-the-worker", service_worker.passes_a_worker)
def _(original: Any, ua: Any, request: Any) -> bool:
    """The requests of a background fetch reach the worker's handler of fetch."""
    return True


@mutant("coded-bytes-counted", complete_a_record.counted)
def _(original: Any, ua: Any, span: Any, response: Any) -> int:
    """downloaded counts the framing of a coding too."""
    return int(original(ua, span, response)) + (5 if response.header("content-encoding") else 0)
