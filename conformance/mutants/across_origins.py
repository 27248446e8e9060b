"""Mutants of Fetch across origins."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import cors


@mutant("cors-not-checked", cors.passes_the_cors_check)
def _(original: Any, ua: Any, request: Any, response: Any) -> bool:
    """Any response of another origin is shown."""
    return True


@mutant("wildcard-with-credentials", cors.credentials_are_allowed)
def _(original: Any, ua: Any, request: Any, response: Any) -> bool:
    """A wildcard is enough for a request with credentials."""
    return response.header("access-control-allow-origin") is not None


@mutant("no-preflight", cors.needs_preflight)
def _(original: Any, ua: Any, request: Any) -> bool:
    """Nothing is asked for beforehand."""
    return False


@mutant("preflight-always", cors.needs_preflight)
def _(original: Any, ua: Any, request: Any) -> bool:
    """A plain GET is asked for beforehand too."""
    return True


@mutant("preflight-answer-ignored", cors.preflight_allows)
def _(original: Any, ua: Any, request: Any, response: Any) -> bool:
    """Whatever the preflight's answer, the request is sent."""
    return True


@mutant("cors-headers-shown", cors.filtered)
def _(original: Any, ua: Any, response: Any) -> Any:
    """Script sees every header of another origin."""
    return response


@mutant("cors-told-as-basic", cors.response_type)
def _(original: Any, ua: Any, crossed: bool) -> str:
    """A response of another origin is of type basic."""
    return "basic"


@mutant("every-header-is-safe", cors.unsafe_headers)
def _(original: Any, ua: Any, request: Any) -> list[str]:
    """No header of the author's is a reason to ask beforehand, nor asked for."""
    return []
