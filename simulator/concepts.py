"""Infrastructure: a background fetch, its records and their response data, as the text has them.

Sections background-fetch-concept, background-fetch-record-concept and
background-fetch-response-concept. These are the user agent's own; what script sees of them
are the platform objects in the modules named after their interfaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from simulator.content import Span
from simulator.queues import ParallelQueue
from simulator.request import Request
from simulator.turns import Cell, Turns, Watched

if TYPE_CHECKING:
    from simulator.fetch import Response
    from simulator.service_worker import ServiceWorkerRegistration

EXPOSED = ("", "success", "bad-status")


class BackgroundFetchResponse(Watched):
    """A background fetch response: the head, the bytes stored so far, and the result."""

    def __init__(self) -> None:
        super().__init__()
        self.response: Response | None = None
        self.bytes: list[Span] = []
        self.length = 0
        self.result = ""

    @property
    def exposed(self) -> bool:
        """Whether script may see the response (background-fetch-response-concept/1)."""
        return self.result in EXPOSED

    def set_response(self, response: Response) -> None:
        self.response = response
        self.changed()

    def set_result(self, result: str) -> None:
        self.result = result
        self.changed()

    def append(self, span: Span) -> None:
        self.bytes.append(span)
        self.length += len(span)
        self.changed()


class BackgroundFetchRecord:
    """A background fetch record: a request and what came back for it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.response_data = BackgroundFetchResponse()
        self.failed_attempts = 0
        self.was_sent = False


@frozen
class State:
    """What changes in a background fetch while it runs, as its instances are told of it."""

    downloaded: int
    uploaded: int
    result: str
    failureReason: str


class BackgroundFetch:
    """A background fetch: one job of one or more records."""

    def __init__(
        self,
        turns: Turns,
        id: str,
        records: Sequence[BackgroundFetchRecord],
        registration: ServiceWorkerRegistration,
        *,
        title: str = "",
        icons: Sequence[str] = (),
        download_total: int = 0,
        upload_total: int = 0,
    ) -> None:
        self.unique_id = object()  # the same before and after a restart
        self.id, self.records, self.title, self.icons = id, list(records), title, tuple(icons)
        self.download_total, self.upload_total = download_total, upload_total
        self.service_worker_registration = registration
        self.uploaded = 0
        self.result = ""
        self.failure_reason = ""
        self.records_available_flag = True
        self.event_was_dispatched = False
        # What the user interface shows beside this: the icon, "" while there is none; whether it
        # still asks the user for consent; whether it is dismissed or taken down.
        self.icon_shown = ""
        self.awaits_the_user = False
        self.left_view = False
        self.update_handling_queue = ParallelQueue(turns)
        self.paused_flag = Cell(False)
        self.abort_all_flag = Cell(False)
        # The text sums over all records whenever it asks; kept as a running sum, so that the
        # cost of a chunk does not grow with the number of records.
        self.stored_body_bytes_total = 0

    def state(self) -> State:
        """The state that it is in now."""
        return State(self.stored_body_bytes_total, self.uploaded, self.result, self.failure_reason)
