"""The origin: what it answers, where it goes wrong, and that memory and TCP carry the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import h11
import pytest
import trio
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from conformance.network.loopback import LoopbackStream
from conformance.network.pace import Pace
from conformance.network.real_time import RealTime
from simulator.content import Span, content, runs_of
from simulator.observation import Closed, Fault, Log, Request, Response, Sent, Upload
from simulator.origin import answers
from simulator.origin import behaviour as b
from simulator.origin.hosts import Hosts
from simulator.origin.server import Origin

HOSTS = Hosts("own.test")
SIZE = 1000
PLAIN = b.Answer(size=SIZE)
HEEDLESS = evolve(PLAIN, range=b.Range(if_range=False))


def reply(answer: b.Answer, method: str = "GET", **headers: str) -> answers.Reply:
    asked = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return answers.reply(answer, method, asked, "/a", HOSTS.url)


@pytest.mark.parametrize(
    ("answer", "headers", "status", "body", "said"),
    [
        (PLAIN, {}, 200, (0, SIZE), None),
        (PLAIN, {"range": "bytes=0-"}, 206, (0, SIZE), "bytes 0-999/1000"),
        (PLAIN, {"range": "bytes=400-"}, 206, (400, SIZE), "bytes 400-999/1000"),
        (PLAIN, {"range": "bytes=400-499"}, 206, (400, 500), "bytes 400-499/1000"),
        (PLAIN, {"range": "bytes=400-5000"}, 206, (400, SIZE), "bytes 400-999/1000"),
        (PLAIN, {"range": "bytes=1000-"}, 416, (0, 0), "bytes */1000"),
        (PLAIN, {"range": "bytes=-5"}, 200, (0, SIZE), None),
        (PLAIN, {"range": "lines=1-2"}, 200, (0, SIZE), None),
        (PLAIN, {"range": "bytes=1-", "if_range": '"v1"'}, 206, (1, SIZE), "bytes 1-999/1000"),
        (PLAIN, {"range": "bytes=1-", "if_range": '"v0"'}, 200, (0, SIZE), None),
        (HEEDLESS, {"range": "bytes=1-", "if_range": '"v0"'}, 206, (1, SIZE), "bytes 1-999/1000"),
        (evolve(PLAIN, range=b.Range(supported=False)), {"range": "bytes=1-"}, 200, (0, SIZE), None),
        (evolve(PLAIN, range=b.Range(first=7)), {"range": "bytes=1-"}, 206, (7, SIZE), "bytes 7-999/1000"),
        (evolve(PLAIN, range=b.Range(length=9)), {"range": "bytes=1-"}, 206, (1, 10), "bytes 1-9/1000"),
        (evolve(PLAIN, range=b.Range(total="*")), {"range": "bytes=1-"}, 206, (1, SIZE), "bytes 1-999/*"),
        (evolve(PLAIN, range=b.Range(total=5)), {"range": "bytes=1-"}, 206, (1, SIZE), "bytes 1-999/5"),
        (evolve(PLAIN, range=b.Range(header="x")), {"range": "bytes=1-"}, 206, (1, SIZE), "x"),
        (evolve(PLAIN, range=b.Range(header="")), {"range": "bytes=1-"}, 206, (1, SIZE), None),
        (evolve(PLAIN, status=206), {}, 206, (0, SIZE), "bytes 0-999/1000"),
        (evolve(PLAIN, status=404), {"range": "bytes=1-"}, 404, (0, SIZE), None),
    ],
)  # fmt: skip
def test_status_body_and_content_range(
    answer: b.Answer, headers: dict[str, str], status: int, body: tuple[int, int], said: str | None
) -> None:
    got = reply(answer, **headers)
    assert got.status == status
    assert got.body == Span("/a", "v1", *body)
    assert dict(got.headers).get("Content-Range") == said
    assert dict(got.headers)["Content-Length"] == str(body[1] - body[0])


@pytest.mark.parametrize(
    ("answer", "method", "status", "headers", "absent"),
    [
        (PLAIN, "HEAD", 200, {"Content-Length": "1000"}, ()),
        (b.Answer(status=204), "GET", 204, {}, ("Content-Length",)),
        (b.Answer(redirect="/b"), "GET", 302, {"Location": "https://own.test/b"}, ()),
        (b.Answer(redirect="//cdn/b", status=308), "GET", 308, {"Location": "https://cdn.own.test/b"}, ()),
    ],
)
def test_answers_without_a_body(
    answer: b.Answer, method: str, status: int, headers: dict[str, str], absent: tuple[str, ...]
) -> None:
    got = reply(answer, method)
    assert (got.status, got.body) == (status, None)
    assert headers.items() <= dict(got.headers).items()
    assert not set(absent) & {name for name, _ in got.headers}


def test_validators_own_headers_and_one_request_a_connection() -> None:
    got = dict(reply(evolve(PLAIN, last_modified="yesterday", headers={"etag": "mine", "X-A": "1"})).headers)
    assert got["Last-Modified"] == "yesterday"
    assert (got["etag"], got.get("ETag"), got["X-A"], got["Connection"]) == ("mine", None, "1", "close")


def test_cors_says_what_it_allows() -> None:
    cors = b.Cors(origin="own", headers=("x-a",), methods=("PUT",), expose=("x-b",), credentials=True)
    answer = evolve(PLAIN, cors=cors)
    got = dict(reply(answer, origin="https://elsewhere.test").headers)
    assert got["Access-Control-Allow-Origin"] == "https://elsewhere.test"
    assert got["Access-Control-Expose-Headers"] == "x-b"
    asked = dict(answers.preflight(answer, ()).headers)
    assert (asked["Access-Control-Allow-Headers"], asked["Access-Control-Allow-Methods"]) == ("x-a", "PUT")


@given(st.integers(0, 30), st.integers(1, 40))
def test_after_the_listed_attempts_there_is_no_fault(listed: int, number: int) -> None:
    cut = evolve(PLAIN, faults=(b.Fault("cut"),))
    answer = b.Resource("/a", cut, (cut,) * listed).attempt(number)
    assert bool(answer.faults) is (number <= listed)


# -- over a real connection -----------------------------------------------------------------

Exchange = Callable[[Origin, trio.SocketStream], Awaitable[None]]


def over_tcp(resources: dict[str, b.Resource], client: Exchange) -> Log:
    """Serve over loopback to a client of the test; gives the log."""

    async def main() -> Log:
        waits = RealTime()
        log = Log(waits.now)
        origin = Origin(resources, HOSTS, waits, log)

        async def serve(stream: trio.SocketStream) -> None:
            ours = LoopbackStream(stream, lambda port: None, Pace())
            async with trio.open_nursery() as watching:
                watching.start_soon(ours.watch)
                await origin.serve(ours)
                watching.cancel_scope.cancel()

        with trio.fail_after(10):
            async with trio.open_nursery() as nursery:
                listeners = await nursery.start(trio.serve_tcp, serve, 0)
                port = listeners[0].socket.getsockname()[1]
                stream = await trio.open_tcp_stream("127.0.0.1", port)
                async with stream:
                    await client(origin, stream)
                nursery.cancel_scope.cancel()
        return log

    return trio.run(main)


async def ask(stream: trio.SocketStream, path: str = "/a", body: bytes = b"", **headers: str) -> bytes:
    """Send a request and read to the end of the connection, whatever ends it."""
    method = "POST" if body else "GET"
    lines = [f"{method} {path} HTTP/1.1", "Host: own.test"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    await stream.send_all("\r\n".join([*lines, "", ""]).encode() + body)
    got = b""
    try:
        async for piece in stream:
            got += piece
    except trio.BrokenResourceError:
        pass
    return got


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("faults", "length", "closed"),
    [
        ((), SIZE, None),
        ((b.Fault("cut", 300),), 300, "fin"),
        ((b.Fault("cut", 0),), 0, "fin"),
        ((b.Fault("cut", 300, how="reset"),), None, "reset"),
    ],
)
def test_a_cut_strikes_at_its_byte(
    faults: tuple[b.Fault, ...], length: int | None, closed: str | None
) -> None:
    got: list[bytes] = []

    async def client(origin: Origin, stream: trio.SocketStream) -> None:
        got.append(body_of(await ask(stream)))

    log = over_tcp({"/a": b.Resource("/a", PLAIN, (evolve(PLAIN, faults=faults),))}, client)
    if length is not None:
        assert got[0] == content("/a", "v1", 0, length)
    assert [data.how for data in of(log, Closed)] == ([closed] if closed else [])
    assert len(of(log, Fault)) == len(faults)
    assert of(log, Sent)[-1].complete is (not faults) if of(log, Sent) else faults


def of(log: Log, kind: type) -> list:  # type: ignore[type-arg]
    return [seen.data for seen in log.observations if isinstance(seen.data, kind)]


def test_a_cut_before_the_head_sends_nothing() -> None:
    got: list[bytes] = []

    async def client(origin: Origin, stream: trio.SocketStream) -> None:
        got.append(await ask(stream))

    log = over_tcp({"/a": b.Resource("/a", PLAIN, (evolve(PLAIN, faults=(b.Fault("cut", -1),)),))}, client)
    assert got == [b""]
    assert not of(log, Response)


def test_a_stall_stands_at_its_byte_until_its_gate_opens() -> None:
    got = b""

    async def client(origin: Origin, stream: trio.SocketStream) -> None:
        nonlocal got
        await stream.send_all(b"GET /a HTTP/1.1\r\nHost: own.test\r\n\r\n")
        while len(body_of(got)) < 400:
            got += await stream.receive_some()
        assert len(body_of(got)) == 400
        origin.release("go")
        async for piece in stream:
            got += piece

    stall = b.Fault("stall", 400, until="go")
    over_tcp({"/a": b.Resource("/a", PLAIN, (evolve(PLAIN, faults=(stall,)),))}, client)
    assert body_of(got) == content("/a", "v1", 0, SIZE)


def test_an_upload_is_counted_and_can_be_cut() -> None:
    async def client(origin: Origin, stream: trio.SocketStream) -> None:
        await ask(stream, body=b"x" * 5000)

    whole = over_tcp({"/a": b.Resource("/a", PLAIN)}, client)
    assert of(whole, Upload)[-1] == Upload(1, 5000, True)
    cut = b.Fault("cut", 100, of="upload")
    broken = over_tcp({"/a": b.Resource("/a", PLAIN, (evolve(PLAIN, faults=(cut,)),))}, client)
    assert not any(data.complete for data in of(broken, Upload))
    assert not of(broken, Response)


@pytest.mark.parametrize(
    "sent", [b"", b"\x00\xff rubbish\r\n\r\n", b"GET /a HTTP/1.1\r\n", b"GET / HTTP/9\r\n\r\n"]
)
def test_rubbish_ends_one_connection_and_nothing_else(sent: bytes) -> None:
    async def client(origin: Origin, stream: trio.SocketStream) -> None:
        await stream.send_all(sent)
        await stream.send_eof()
        async for _ in stream:
            pass

    assert over_tcp({"/a": b.Resource("/a", PLAIN)}, client).observations == []


def test_the_nth_request_gets_the_nth_attempt_and_unknown_paths_are_404() -> None:
    second = evolve(PLAIN, version="v2")

    async def client(origin: Origin, stream: trio.SocketStream) -> None:
        await ask(stream)
        for path in ("/a", "/a", "/nowhere"):
            port = stream.socket.getpeername()[1]
            async with await trio.open_tcp_stream("127.0.0.1", port) as again:
                bodies.append(body_of(await ask(again, path)))

    bodies: list[bytes] = []
    log = over_tcp({"/a": b.Resource("/a", PLAIN, (PLAIN, second))}, client)
    assert [runs_of(body, "/a")[0].version for body in bodies[:2]] == ["v2", "v1"]
    assert [data.status for data in of(log, Response)] == [200, 200, 200, 404]
    assert [data.number for data in of(log, Request)] == [1, 2, 3, 1]


def test_h11_agrees_that_every_answer_is_sound() -> None:
    """What the origin sends is read back by h11 as a client, framing and all."""
    got: list[bytes] = []

    async def client(origin: Origin, stream: trio.SocketStream) -> None:
        got.append(await ask(stream, range="bytes=100-"))

    over_tcp({"/a": b.Resource("/a", PLAIN)}, client)
    http = h11.Connection(h11.CLIENT)
    http.send(h11.Request(method="GET", target="/a", headers=[("Host", "own.test")]))
    http.send(h11.EndOfMessage())
    http.receive_data(got[0])
    events = []
    while (event := http.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
        events.append(event)
    assert isinstance(events[0], h11.Response)
    assert events[0].status_code == 206
    assert b"".join(bytes(e.data) for e in events if isinstance(e, h11.Data)) == content(
        "/a", "v1", 100, SIZE
    )
    assert isinstance(events[-1], h11.EndOfMessage)
