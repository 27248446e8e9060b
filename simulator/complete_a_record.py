"""Complete a record (complete-a-record-algorithm): fetch one record, in as many attempts as it takes.

The text calls itself again for the next attempt; here that is a loop. The callbacks of a
terminated fetch are never run, because terminating cancels the attempt (erratum 12).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulator.concepts import BackgroundFetch, BackgroundFetchRecord, BackgroundFetchResponse
from simulator.content import Span
from simulator.extract_content_range_values import extract_content_range_values
from simulator.fetch import Arriving, NetworkError, Response, fetch
from simulator.overrides import point
from simulator.request import Request
from simulator.storage import QuotaExceeded
from simulator.update_background_fetch_instances import update_background_fetch_instances
from simulator.validate_a_partial_response import validate_a_partial_response

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent

RETRY_DELAY = 5_000_000_000
"""Nanoseconds until a resource that broke off while online is tried again, where the policy is to."""

# -- points ---------------------------------------------------------------------------------


@point("complete-a-record-algorithm/2")
def download_limit(ua: UserAgent, bg_fetch: BackgroundFetch) -> float:
    """The most bytes that may be stored; a downloadTotal of 0 means no limit."""
    return bg_fetch.download_total or float("inf")


@point("complete-a-record-algorithm/3")
def may_send(ua: UserAgent, bg_fetch: BackgroundFetch) -> bool:
    """Nothing is sent while paused; an abort ends the wait (erratum 11)."""
    return not bg_fetch.paused_flag.value or bg_fetch.abort_all_flag.value


@point("complete-a-record-algorithm/5")
def keepalive_allows(ua: UserAgent, request: Request) -> bool:
    """Keepalive lets the request outlive its page, and sets no limit to its body here (erratum 10)."""
    return True


@point("complete-a-record-algorithm/8")
def range_start(ua: UserAgent, response_data: BackgroundFetchResponse) -> int:
    """Where the next request begins: at the first byte that is not stored."""
    return response_data.length


@point("complete-a-record-algorithm/8a")
def add_a_range_header(ua: UserAgent, request: Request, start: int) -> None:
    """Ask for the bytes from ``start`` to the end."""
    request.with_header("Range", f"bytes={start}-")


@point("complete-a-record-algorithm/8b")
def accept_identity(ua: UserAgent, request: Request) -> None:
    """A part is only of use without content coding."""
    request.with_header("Accept-Encoding", "identity")


@point("complete-a-record-algorithm/8a")
def add_if_range(ua: UserAgent, request: Request, stored: Response | None) -> None:
    """With a strong validator, a changed resource is answered whole, not in part (erratum 16)."""
    tag = stored.header("etag") if stored else None
    if tag and not tag.startswith("W/"):
        request.with_header("If-Range", tag)


@point("complete-a-record-algorithm/11.b2")
def count_upload(ua: UserAgent, bg_fetch: BackgroundFetch, more: int) -> None:
    """uploaded grows by what was transmitted since it was last counted."""
    bg_fetch.uploaded += more


@point("infrastructure/1")
def knows_a_portal(ua: UserAgent) -> bool:
    """A captive portal is told from the servers behind it, by a probe of the agent's own."""
    return True


def cut_off(ua: UserAgent) -> bool:
    """Whether the agent knows that nothing can be reached: it is offline, or behind a captive portal."""
    return not ua.network.online.value or (ua.network.captive.value and knows_a_portal(ua))


@point("infrastructure/1")
def temporarily_unavailable(ua: UserAgent, record: BackgroundFetchRecord, offline: bool) -> bool:
    """The agent's own belief; here, that it is or was cut off (``offline``), and so met the error."""
    return offline or cut_off(ua)


@point("infrastructure/1")
async def available_again(ua: UserAgent, record: BackgroundFetchRecord) -> None:
    """Wait until the resource is no longer temporarily unavailable."""
    cells = ua.network.online, ua.network.captive
    await ua.turns.until(lambda: not cut_off(ua), *cells, why=f"{record.request.url} while offline")


@point("complete-a-record-algorithm/11.r1.1a")
def may_be_sent_again(ua: UserAgent, request: Request) -> bool:
    """Only a GET is: sending another method twice may have effects of its own."""
    return request.method == "GET"


@point("complete-a-record-algorithm/11.r2")
def valid_part(ua: UserAgent, start: int, response: Response, stored: Response | None) -> bool:
    """A 206 must be what was asked for, and of the same representation as what is stored."""
    return validate_a_partial_response(ua, start, response, stored)


@point("complete-a-record-algorithm/11.r3")
def starts_over(ua: UserAgent, response: Response, response_data: BackgroundFetchResponse) -> bool:
    """A whole answer replaces stored bytes; the first one has none to replace (erratum 6)."""
    return response.status != 206 and response_data.length > 0


@point("complete-a-record-algorithm/11.r4")
def is_the_first_part(ua: UserAgent, start: int, response: Response) -> bool:
    """Status and headers are those of the first part."""
    return start == 0 or response.status != 206


@point("complete-a-record-algorithm/11.r3a")
def forget(ua: UserAgent, bg_fetch: BackgroundFetch, dropped: BackgroundFetchResponse) -> None:
    """Dropped bytes are stored no longer, so that downloaded falls (erratum 48)."""
    ua.storage.give_back(dropped.length)
    bg_fetch.stored_body_bytes_total -= dropped.length


@point("complete-a-record-algorithm/11.r6.3")
def slices(ua: UserAgent, span: Span) -> Iterable[Span]:
    """Bytes are counted and stored as they arrive; how many at a time is the user agent's choice."""
    return (span,)


@point("complete-a-record-algorithm/11.r6.2")
def counted(ua: UserAgent, span: Span, response: Response) -> int:
    """Bytes are counted after content decoding (erratum 53)."""
    return len(span)


@point("complete-a-record-algorithm/11.r6.1b")
def stored_total(ua: UserAgent, bg_fetch: BackgroundFetch, data: BackgroundFetchResponse) -> int:
    """What is stored of all records together."""
    return bg_fetch.stored_body_bytes_total


@point("complete-a-record-algorithm/11.r6.1")
def exceeds(ua: UserAgent, total: int, limit: float) -> bool:
    """Reaching downloadTotal is fine, passing it is not (erratum 52)."""
    return total > limit


@point("complete-a-record-algorithm/11.r6.3")
def store(ua: UserAgent, response_data: BackgroundFetchResponse, span: Span) -> None:
    """Append bytes to what is stored. Raises QuotaExceeded, and then stores nothing."""
    ua.storage.take(len(span))
    response_data.append(span)


@point("complete-a-record-algorithm/11.r7.3")
def null_body_is_whole(ua: UserAgent, response: Response) -> bool:
    """A response without a body has arrived with its headers (erratum 9)."""
    return True


@point("complete-a-record-algorithm/14")
def result_of_a_pause(ua: UserAgent) -> str:
    """Pausing stops the transfer and decides nothing (erratum 12)."""
    return ""


@point("complete-a-record-algorithm/14.2")
def result_of_an_abort(ua: UserAgent) -> str:
    """Aborting all marks the unfinished records."""
    return "aborted"


@point("complete-a-record-algorithm/11.r7.1")
def result_of_a_part(ua: UserAgent, held: int, complete: int | None, added: int) -> str:
    """A finished 206: success when all is here, "" to ask for the rest.

    An unknown length ends with a clean end (erratum 8); a part that adds nothing, or more
    than there is, would be asked for for ever (erratum 15).
    """
    if complete is None or held == complete:
        return "success"
    return "fetch-error" if added == 0 or held > complete else ""


@point("complete-a-record-algorithm/11.r7.1a")
def rest_may_be_asked_for(ua: UserAgent, request: Request) -> bool:
    """Only a GET asks for the rest: another method, sent again, would do its work again (erratum 62)."""
    return request.method == "GET"


@point("complete-a-record-algorithm/11.r7.2")
def result_of_a_whole(ua: UserAgent, response: Response) -> str:
    """A finished answer that is not 206: its status decides."""
    return "success" if response.ok else "bad-status"


@point("complete-a-record-algorithm/11.r8.2")
def result_of_a_break(ua: UserAgent) -> str:
    """A connection that broke for good."""
    return "fetch-error"


# -- the algorithm --------------------------------------------------------------------------


async def complete_a_record(ua: UserAgent, bg_fetch: BackgroundFetch, record: BackgroundFetchRecord) -> None:
    """Fetch a record until its response data has a result."""
    while record.response_data.result == "":  # 15
        await _attempt(ua, bg_fetch, record)


async def _attempt(ua: UserAgent, bg_fetch: BackgroundFetch, record: BackgroundFetchRecord) -> None:
    flags = (bg_fetch.paused_flag, bg_fetch.abort_all_flag)
    await ua.turns.until(lambda: may_send(ua, bg_fetch), *flags, why=f"{bg_fetch.id!r} to go on")  # 3
    attempt = Attempt(ua, bg_fetch, record)
    with ua.turns.abort_when(lambda: any(flag.value for flag in flags), *flags) as scope:  # 13
        await attempt.run()
    if scope.cancelled_caught:  # 14
        stopped = result_of_an_abort if bg_fetch.abort_all_flag.value else result_of_a_pause
        record.response_data.set_result(stopped(ua))


class Attempt:
    """One fetch of a record, whole or from where the last attempt stopped (steps 4 to 12)."""

    def __init__(self, ua: UserAgent, bg_fetch: BackgroundFetch, record: BackgroundFetchRecord) -> None:
        self.ua, self.bg_fetch, self.record = ua, bg_fetch, record
        self.request = record.request.copy()  # 4
        self.request.keepalive = True  # 5
        self.request.service_workers_mode = "none"  # 6
        self.range_start = range_start(ua, record.response_data)  # 7
        if self.range_start:  # 8
            add_a_range_header(ua, self.request, self.range_start)
            accept_identity(ua, self.request)
            add_if_range(ua, self.request, record.response_data.response)
        self.last_transmitted_size = 0  # 10

    async def run(self) -> None:
        """Step 11: the fetch and its callbacks. On return the attempt is complete."""
        self.record.was_sent = True
        if not keepalive_allows(self.ua, self.request):
            self.record.response_data.set_result(result_of_a_break(self.ua))
            return
        try:
            async with fetch(self.ua, self.request, self.process_request_body) as arriving:
                if self.process_response(arriving.response):
                    await self.receive(arriving)
        except NetworkError as error:
            await self.broken(error.offline or (error.captive and knows_a_portal(self.ua)))

    def process_request_body(self, transmitted_size: int) -> None:
        count_upload(self.ua, self.bg_fetch, transmitted_size - self.last_transmitted_size)  # b2
        self.last_transmitted_size = transmitted_size
        update_background_fetch_instances(self.ua, self.bg_fetch)

    def process_response(self, response: Response) -> bool:
        """Steps r2 to r4; False when the attempt is over with it."""
        stored = self.record.response_data
        if response.status == 206 and not valid_part(self.ua, self.range_start, response, stored.response):
            stored.set_result("fetch-error")
            return False
        if starts_over(self.ua, response, stored):
            self.start_over()
        if is_the_first_part(self.ua, self.range_start, response):
            self.record.response_data.set_response(response)
        return True

    def start_over(self) -> None:
        """Step r3: earlier record objects keep what they hold; the record itself begins anew."""
        dropped = self.record.response_data
        forget(self.ua, self.bg_fetch, dropped)
        dropped.set_result("redundant")
        self.record.response_data = BackgroundFetchResponse()
        update_background_fetch_instances(self.ua, self.bg_fetch)

    async def receive(self, arriving: Arriving) -> None:
        """Steps r5 to r7: the body, then what it came to. A null body is done at once (erratum 9)."""
        data, held = self.record.response_data, self.record.response_data.length
        if arriving.body is None and not null_body_is_whole(self.ua, arriving.response):
            await self.ua.turns.until(lambda: False, why="the end of a body that there is not")
        while arriving.body and (arrived := await arriving.body.read()):
            if not all(self.take(data, span, arriving.response) for span in slices(self.ua, arrived)):
                return
        self.record.failed_attempts = 0
        data.set_result(self.result(arriving.response, data.length - held))

    def take(self, data: BackgroundFetchResponse, span: Span, response: Response) -> bool:
        """Step r6: keep arriving bytes; False when they may not be kept."""
        size = counted(self.ua, span, response)
        total = stored_total(self.ua, self.bg_fetch, data) + size
        if exceeds(self.ua, total, download_limit(self.ua, self.bg_fetch)):
            data.set_result("download-total-exceeded")
            return False
        try:
            store(self.ua, data, span)
        except QuotaExceeded:
            data.set_result("quota-exceeded")
            return False
        self.bg_fetch.stored_body_bytes_total += size
        update_background_fetch_instances(self.ua, self.bg_fetch)
        return True

    def result(self, response: Response, added: int) -> str:
        """Step r7: the transmission is done normally."""
        if response.status != 206:
            return result_of_a_whole(self.ua, response)
        said = extract_content_range_values(self.ua, response)
        length, complete = self.record.response_data.length, said.complete_length if said else None
        result = result_of_a_part(self.ua, length, complete, added)
        return result or ("" if rest_may_be_asked_for(self.ua, self.request) else "fetch-error")

    async def broken(self, offline: bool) -> None:
        """Steps r1 and r8: a network error before the response, or in the middle of its body."""
        if temporarily_unavailable(self.ua, self.record, offline) and may_be_sent_again(
            self.ua, self.request
        ):
            await available_again(self.ua, self.record)
        else:
            self.record.response_data.set_result(result_of_a_break(self.ua))
