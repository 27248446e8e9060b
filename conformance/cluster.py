"""Work shared out on a cluster of Dask: what ``conformance.processes`` does, on many machines.

A worker that is lost is the scheduler's to replace: it gives what the worker was at to another.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable, Generator, Iterable, Mapping
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from conformance.errors import BadInput
from conformance.fingerprint import fingerprint
from conformance.processes import WorkerDied

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")
R = TypeVar("R")

PATIENCE_S = 10
"""How long a cluster may take to answer, and may be without any worker."""
AT_ONCE = 10_000
"""So many things are with the scheduler at a time: enough for any cluster, little for any scheduler."""


def done(work: Callable[[T], R], things: Iterable[T], address: str) -> Generator[tuple[T, R]]:
    """Each thing with what ``work`` makes of it, in the order in which they are finished.

    Raises BadInput where the cluster is not there, is lost, or runs other code than this; WorkerDied;
    and whatever is raised in a worker.
    """
    with _client(address) as client:
        refuse_other_code(client.run(code, on_error="return"))
        waiting = iter(things)
        under_way: dict[Future[R], T] = {}
        finished: SimpleQueue[Future[R]] = SimpleQueue()

        def submit(most: int) -> None:
            for thing in islice(waiting, most):
                future = client.submit(work, thing, pure=False)
                under_way[future] = thing
                future.add_done_callback(finished.put)

        submit(AT_ONCE)
        while under_way:
            future = _next(finished, client, address)
            thing = under_way.pop(future)
            result = _result(future, thing, client, address)
            submit(1)
            yield thing, result


def _client(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise BadInput(
            "A cluster needs distributed, which is not installed here.",
            "Install it: pip install 'bgfetch-conformance[cluster]'",
        ) from None

    # We close it ourselves: one that never came to be would wait for itself when it is cleared up.
    ours: type[Client] = type("Client", (Client,), {"__del__": lambda self: None})
    # Where the cluster is lost we say so ourselves, without the traceback of a lost connection.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        _refuse_no_address(address)
        client = ours(address, timeout=PATIENCE_S, set_as_default=False)
    except Exception as error:  # of many kinds, down to assertions, for addresses that lead nowhere
        raise BadInput(
            f"There is no cluster at {address!r}: {str(error) or 'it gave no answer'}.",
            "Give the address that its scheduler printed when it started, such as tcp://10.0.0.1:8786; "
            "or leave --cluster away to use the cores of this machine.",
        ) from None
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError:
        client.close()
        raise BadInput(
            f"The cluster at {address} has no workers, and none came within {PATIENCE_S} s.",
            f"Start some, on any machine that has this version of bgfetch: dask worker {address}",
        ) from None
    return client


def _refuse_no_address(address: str) -> None:
    """Raises ValueError for what cannot be an address, so that nobody waits for it."""
    from distributed.comm.addressing import get_address_host_port

    host, port = get_address_host_port(address)
    if not host or not 0 < port < 1 << 16:
        raise ValueError("an address is a host and a port")


def code() -> str:
    """What two machines must have in common for their results to be one."""
    return f"bgfetch {fingerprint()}, Python {platform.python_version().rpartition('.')[0]}"


def refuse_other_code(codes: Mapping[str, object]) -> None:
    """Raises BadInput unless each worker, by its address, has answered ``code`` as this process does."""
    for worker, found in codes.items():
        if found != code():
            told = found if isinstance(found, str) else "no bgfetch that could answer"
            raise BadInput(
                f"The worker at {worker} has {told}; here is {code()}. Their results could not be joined.",
                "Install the same version of both on every worker, and start the workers again.",
            )


def _next(finished: SimpleQueue[Future[R]], client: Client, address: str) -> Future[R]:
    """The next future that is done for. Raises BadInput where nobody is left to finish any."""
    return _patiently(lambda: finished.get(timeout=PATIENCE_S), client, address)


def _result(future: Future[R], thing: T, client: Client, address: str) -> R:
    """What came of a thing; where its worker died meanwhile, it is worked out again before."""
    from distributed import CancelledError, KilledWorker

    try:
        return _patiently(lambda: future.result(timeout=PATIENCE_S), client, address)
    except CancelledError as error:
        raise _lost(address, str(error).partition("\n")[0].rstrip(".")) from None
    except KilledWorker as error:
        raise WorkerDied(thing, f"{error.allowed_failures + 1} workers of the cluster died over it") from None


def _patiently(get: Callable[[], R], client: Client, address: str) -> R:
    """What ``get`` gives, for as long as the cluster has workers."""
    alone = False
    while True:
        try:
            return get()
        except (Empty, TimeoutError):
            before, alone = alone, not client.nthreads()
            if before and alone:
                raise _lost(address, f"it has had no workers for {PATIENCE_S} s") from None


def _lost(address: str, why: str) -> BadInput:
    return BadInput(
        f"The cluster at {address} was lost: {why}.",
        "Start the cluster again and give the same command: with --out it goes on from what is finished, "
        "also without --cluster.",
    )
