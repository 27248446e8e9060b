"""Errata read literally: each override here takes the text at its word, to show what that leads to.

The reference user agent follows the intended reading; ``simulator:literal=E2`` lays the
literal reading of one erratum over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator import (
    background_fetch_display,
    background_fetch_manager,
    clear_registration,
    complete_a_record,
    create_record_objects,
    extract_content_range_values,
    perform_a_background_fetch,
    policy_container,
    request_body,
    validate_a_partial_response,
)
from simulator.concepts import BackgroundFetch, BackgroundFetchResponse
from simulator.environment import Environment
from simulator.extract_content_range_values import ContentRange
from simulator.fetch import Response
from simulator.overrides import ERRATUM, Catalogue
from simulator.policy_container import PolicyContainer
from simulator.request import Request
from simulator.request_body import ERRORED, RequestBody
from simulator.service_worker import ServiceWorkerRegistration
from simulator.user_agent import UserAgent

literal = Catalogue(ERRATUM)


@literal("E1", background_fetch_manager.bodies_are_read)
async def the_skipped_are_counted(original: Any, ua: UserAgent, requests: Sequence[Request]) -> None:
    """A request without a body is waited for like the others, for ever: fetch() never resolves."""
    if any(request.body is None for request in requests):
        await ua.turns.until(lambda: False, why="a body that there is not")


@literal("E2", perform_a_background_fetch.failure_reason)
def only_overwritten(original: Any, ua: UserAgent, reason: str, result: str) -> str:
    """The reason is set only where one is set already: it never is, and every job succeeds."""
    return result if reason else reason


@literal("E3", perform_a_background_fetch.failure_reason)
def the_last_one_wins(original: Any, ua: UserAgent, reason: str, result: str) -> str:
    """Whatever failed last gives the reason, also a record that was only stopped with the others."""
    return reason if result == "success" else result


@literal("E5", create_record_objects.response_is_known)
def only_a_response(original: Any, ua: UserAgent, data: BackgroundFetchResponse) -> bool:
    """A record that ends before its headers leaves responseReady pending for ever."""
    return data.response is not None


@literal("E6", complete_a_record.starts_over)
def every_whole_answer(
    original: Any, ua: UserAgent, response: Response, data: BackgroundFetchResponse
) -> bool:
    """Even the first whole answer replaces the response data, so records read early never settle."""
    return response.status != 206


@literal("E7", extract_content_range_values.single_byte_content_range)
def equals_sign(original: Any, ua: UserAgent) -> str:
    """Content-Range must begin with "bytes=", which no server sends: every resumed record fails."""
    return r"bytes=(\d+)-(\d+)/(\d+|\*)"


@literal("E42", extract_content_range_values.is_sound)
def anything_that_parses(original: Any, ua: UserAgent, values: ContentRange) -> bool:
    """A range that ends before it begins, or beyond the whole, is as good as any."""
    return True


@literal("E8", complete_a_record.result_of_a_part)
def never_done(original: Any, ua: UserAgent, held: int, complete: int | None, added: int) -> str:
    """A part of unknown length is never the last."""
    return "" if complete is None else str(original(ua, held, complete, added))


@literal("E9", complete_a_record.null_body_is_whole)
def no_stream_no_end(original: Any, ua: UserAgent, response: Response) -> bool:
    """A response without a body has no stream that could end, so its record never does."""
    return False


@literal("E10", complete_a_record.keepalive_allows)
def as_fetch_has_it(original: Any, ua: UserAgent, request: Request) -> bool:
    """Keepalive requests carry at most 64 KiB: any larger upload is a network error."""
    return (request.body or 0) <= 64 * 1024


@literal("E11", complete_a_record.may_send)
def abort_does_not_wake(original: Any, ua: UserAgent, bg_fetch: BackgroundFetch) -> bool:
    """A paused record waits for being unpaused only: aborting it ends nothing."""
    return not bg_fetch.paused_flag.value


@literal("E20", background_fetch_display.bandwidth_shown)
def after_the_end(original: Any, ua: UserAgent, bg_fetch: BackgroundFetch) -> bool:
    """Bandwidth is told to be in use once there is a result, and not before."""
    return not bg_fetch.paused_flag.value and bg_fetch.result != ""


@literal("E12", complete_a_record.result_of_a_pause)
def an_aborted_network_error(original: Any, ua: UserAgent) -> str:
    """Stopping the transfer for a pause marks the record as aborted."""
    return "aborted"


@literal("E24", background_fetch_manager.check_quota)
def only_what_is_stored(original: Any, ua: UserAgent, upload_total: int, download_total: int) -> None:
    """A downloadTotal that can never fit is accepted."""
    original(ua, upload_total, 0)


@literal("E35", background_fetch_display.aborted_by_the_user)
def only_the_flag(original: Any, ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """The user's abort leaves the id listed, and a record that had failed makes the event a failure."""
    bg_fetch.abort_all_flag.value = True


@literal("E55", clear_registration.abort_its_fetches)
def nothing_is_cleared(original: Any, ua: UserAgent, registration: ServiceWorkerRegistration) -> None:
    """No step of the text aborts or purges anything when a worker is unregistered."""


@literal("E22", policy_container.policy_container)
def no_rules_of_a_page(original: Any, ua: UserAgent, environment: Environment) -> PolicyContainer:
    """Without a client nobody can be asked for a policy, or whether the page is secure: all is sent."""
    return PolicyContainer()


@literal("E28", background_fetch_manager.check_id)
def any_id(original: Any, ua: UserAgent, id: str) -> None:
    """The empty string is a string like any other."""


@literal("E51", request_body.give_up)
def errored(original: Any, ua: UserAgent, body: RequestBody) -> None:
    """The page's stream itself is errored, not cancelled."""
    body.state.value = ERRORED


@literal("E16", complete_a_record.add_if_range)
def no_if_range(original: Any, ua: UserAgent, request: Request, stored: Response | None) -> None:
    """A resumed request says nothing of what it has: a changed resource costs the job."""


@literal("E62", complete_a_record.rest_may_be_asked_for)
def whatever_the_method(original: Any, ua: UserAgent, request: Request) -> bool:
    """A short part leads to another request with a range, also where the request is a POST."""
    return True


@literal("E61", validate_a_partial_response.same_resource)
def whatever_answers(original: Any, ua: UserAgent, previous: Response, partial: Response) -> bool:
    """The rest may come from another URL, if only its validator is the same."""
    return True
