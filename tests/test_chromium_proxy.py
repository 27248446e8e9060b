"""The proxy and the origin's streams behind it, with a plain client in the browser's place."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import trio

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what mitmproxy imports in turn warns of its own past
    pytest.importorskip("mitmproxy.addons", reason='pip install "bgfetch-conformance[browsers]"')

from conformance.network.loopback import LoopbackStream
from conformance.network.pace import Pace
from conformance.network.proxy import Proxy
from conformance.network.real_time import RealTime
from simulator.observation import Closed, Kind, Log, Request, Response, Sent
from simulator.origin.behaviour import Answer, Fault, Resource
from simulator.origin.hosts import Hosts
from simulator.origin.server import Origin

HOSTS = Hosts("s1.test", "http")

RESOURCES = {
    path: Resource(path, Answer(size=1000), (Answer(size=1000, faults=faults),))
    for path, faults in {
        "/whole": (),
        "/fin": (Fault("cut", 100),),
        "/reset": (Fault("cut", 100, "reset"),),
        "/headless": (Fault("cut", -1),),
        "/refused": (Fault("refuse", -1),),
        "/stalled": (Fault("stall", 100),),
        "/gated": (Fault("stall", 100, until="go"),),
    }.items()
}


class World:
    """A proxy, what it saw, and what it was asked to stage."""

    def __init__(self, folder: Path) -> None:
        self.seen: list[tuple[str, str, Kind]] = []
        self.staged: list[tuple[str, bytes]] = []
        self.proxy = Proxy(folder, lambda *row: self.seen.append(row), self._stage)

    def _stage(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        self.staged.append((path, body))
        return 200, {"x-staged": path}, b"staged"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("authority"))
    world.proxy.start()
    yield world
    world.proxy.stop()


@pytest.fixture
def world(started: World) -> World:
    started.seen.clear()
    started.staged.clear()
    return started


def ask(world: World, path: str, host: str = "s1.test", body: bytes | None = None, **headers: str) -> bytes:
    """Everything that comes back for one request, until the connection ends. Raises ConnectionResetError."""
    with asked(world, path, host, body, **headers) as client:
        return received(client)


def asked(
    world: World, path: str, host: str = "s1.test", body: bytes | None = None, **headers: str
) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", world.proxy.port), timeout=10)
    lines = [
        f"{'GET' if body is None else 'POST'} http://{host}{path} HTTP/1.1",
        f"Host: {host}",
        "Connection: close",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    client.sendall("\r\n".join([*lines, "", ""]).encode() + (body or b""))
    return client


def received(client: socket.socket) -> bytes:
    whole = b""
    while piece := client.recv(65536):
        whole += piece
    return whole


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


@pytest.mark.parametrize(
    ("path", "headers", "staged"),
    [
        ("/.bgfetch/observe", {}, ("observe", b"report")),
        ("/anything", {"Sec_Fetch_Dest": "document"}, ("page.html", b"report")),
        ("/anything", {"Sec_Fetch_Dest": "iframe"}, ("page.html", b"report")),
    ],
)
def test_what_is_the_harnesss_own_is_staged_even_while_the_network_is_away(
    path: str, headers: dict[str, str], staged: tuple[str, bytes], world: World
) -> None:
    world.proxy.serve(1, HOSTS)
    world.proxy.hold()
    answer = ask(world, path, body=b"report", **headers)
    assert (status(answer), world.staged, world.seen) == (200, [staged], [])


@pytest.mark.parametrize("path", ["/", "/.bgfetch/observe"])
def test_every_other_host_is_answered_here(path: str, world: World) -> None:
    world.proxy.serve(1, HOSTS)
    assert status(ask(world, path, "update.example")) == 503
    assert status(ask(world, path, "s1.test.example")) == 503
    world.proxy.serve(0, None)
    assert status(ask(world, path)) == 503
    assert not world.seen
    assert not world.staged


async def with_origin(world: World, steps: Callable[[Origin], Awaitable[None]]) -> Log:
    """Run ``steps`` while the origin serves behind the proxy; gives the origin's log."""
    waits = RealTime()
    log = Log(waits.now)
    origin = Origin(RESOURCES, HOSTS, waits, log)

    async def connection(tcp: trio.SocketStream) -> None:
        stream = LoopbackStream(tcp, world.proxy.reset, Pace())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stream.watch)
            await origin.serve(stream)
            nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, connection, listeners)
        world.proxy.serve(listeners[0].socket.getsockname()[1], HOSTS)
        await steps(origin)
        nursery.cancel_scope.cancel()
    return log


async def test_a_whole_answer_is_passed_on_and_seen(world: World) -> None:
    answers: list[bytes] = []

    async def steps(_: Origin) -> None:
        answers.append(await trio.to_thread.run_sync(ask, world, "/whole"))
        answers.append(await trio.to_thread.run_sync(ask, world, "/whole", "cdn.s1.test"))

    log = await with_origin(world, steps)
    assert [status(answer) for answer in answers] == [200, 404]
    assert len(answers[0].partition(b"\r\n\r\n")[2]) == 1000
    assert [one.of for one in log.observations if one.kind == "request"] == ["/whole", "//cdn/whole"]
    kinds = [type(data) for host, path, data in world.seen if host == "s1.test"]
    assert kinds == [Request, Response, Sent, Sent]
    assert world.seen[3] == ("s1.test", "/whole", Sent(1, 1000, True))


@pytest.mark.parametrize(
    ("path", "arrives", "how"),
    [("/fin", 100, ""), ("/reset", 100, "reset"), ("/headless", -1, ""), ("/refused", -1, "reset")],
)
async def test_a_cut_is_passed_on_as_it_was(path: str, arrives: int, how: str, world: World) -> None:
    got, reset = bytearray(), False

    def read() -> None:
        nonlocal reset
        with asked(world, path) as client:
            try:
                while piece := client.recv(65536):
                    got.extend(piece)
            except ConnectionResetError:
                reset = True

    async def steps(_: Origin) -> None:
        await trio.to_thread.run_sync(read)

    await with_origin(world, steps)
    body = len(got.partition(b"\r\n\r\n")[2]) if got else -1
    assert (body, reset) == (arrives, how == "reset")
    assert world.seen[-1] == ("s1.test", path, Closed(1, "origin", how))


async def test_the_network_going_ends_what_runs_and_holds_what_comes(world: World) -> None:
    async def steps(_: Origin) -> None:
        client = await trio.to_thread.run_sync(asked, world, "/stalled")
        with client:
            await until_100_bytes_are_passed_on(world, client)
            await trio.to_thread.run_sync(world.proxy.hold)
            await trio.to_thread.run_sync(world.proxy.abort)
            rest = await trio.to_thread.run_sync(received, client)
            assert len(rest.partition(b"\r\n\r\n")[2]) <= 100
        with await trio.to_thread.run_sync(asked, world, "/whole") as client:
            client.settimeout(0.2)
            with pytest.raises(TimeoutError):
                await trio.to_thread.run_sync(client.recv, 1)
            client.settimeout(10)
            await trio.to_thread.run_sync(world.proxy.pass_on)
            assert status(await trio.to_thread.run_sync(received, client)) == 200

    log = await with_origin(world, steps)
    assert [one.of for one in log.observations if one.kind == "closed"] == ["/stalled"]
    assert [one.of for one in log.observations if one.kind == "request"] == ["/stalled", "/whole"]


async def test_a_request_whose_sender_left_while_it_was_held_is_never_passed_on(world: World) -> None:
    async def steps(_: Origin) -> None:
        await trio.to_thread.run_sync(world.proxy.hold)
        with await trio.to_thread.run_sync(asked, world, "/gated"):
            pass
        await trio.to_thread.run_sync(world.proxy.pass_on)
        assert status(await trio.to_thread.run_sync(ask, world, "/whole")) == 200

    log = await with_origin(world, steps)
    assert [one.of for one in log.observations if one.kind == "request"] == ["/whole"]


async def until_100_bytes_are_passed_on(world: World, client: socket.socket) -> None:
    while not any(data == Sent(1, 100, False) for _, _, data in world.seen):
        await trio.to_thread.run_sync(client.recv, 1)


async def test_a_gate_holds_the_answer_until_it_is_released(world: World) -> None:
    async def steps(origin: Origin) -> None:
        client = await trio.to_thread.run_sync(asked, world, "/gated")
        with client:
            await until_100_bytes_are_passed_on(world, client)
            origin.release("go")
            await trio.to_thread.run_sync(received, client)

    await with_origin(world, steps)
    assert world.seen[-1] == ("s1.test", "/gated", Sent(1, 1000, True))


async def test_a_new_scenario_ends_what_the_last_left_and_counts_anew(world: World) -> None:
    async def left(_: Origin) -> None:
        client = await trio.to_thread.run_sync(asked, world, "/stalled")
        with client:
            await trio.to_thread.run_sync(client.recv, 1)
            await trio.to_thread.run_sync(world.proxy.serve, 0, None)
            assert await trio.to_thread.run_sync(received, client)

    for _ in range(2):
        await with_origin(world, left)
    assert [data.number for _, _, data in world.seen if isinstance(data, Request)] == [1, 1]


def test_real_time_passes() -> None:
    waits = RealTime()

    async def nap() -> int:
        began = waits.now()
        await waits.sleep(10**7)
        return waits.now() - began

    assert trio.run(nap) >= 10**7
