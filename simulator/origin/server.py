"""The origin: HTTP/1.1 on h11 over any stream, answering as the scenario says, attempt by attempt.

The same server stands behind the simulator, over streams in memory and in virtual time, and
behind a real browser, over loopback. It is a witness: what it logs is what was on the wire.
One request a connection: every answer says ``Connection: close``, which also keeps a client
from sending a request again by itself on a connection that it wanted to use twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

import h11

from simulator.content import Span
from simulator.content_coding import Gzipped
from simulator.observation import Closed, Fault, Headers, Kind, Log, Request, Response, Sent, Upload
from simulator.origin import answers, behaviour
from simulator.origin.hosts import Hosts
from simulator.origin.stream import Broken, Piece, Stream
from simulator.turns import Cell, Waits

SLICE = 64 * 1024
"""Bytes sent in one go; a large body goes in 64 slices instead, so that cost follows events."""


class Origin:
    """Every origin of one scenario.

    ``resources`` are by path as the scenario names them; ``log`` takes what passes over the wire.
    """

    def __init__(
        self, resources: Mapping[str, behaviour.Resource], hosts: Hosts, waits: Waits, log: Log
    ) -> None:
        self.resources, self.hosts, self.waits, self.log = resources, hosts, waits, log
        self.requests: Counter[str] = Counter()
        self._gates: dict[str, Cell[bool]] = {}

    def release(self, gate: str) -> None:
        """Open a gate: every stall that waits for it goes on, now and later."""
        self.gate(gate).value = True

    def gate(self, name: str) -> Cell[bool]:
        return self._gates.setdefault(name, Cell(False))

    def answer(self, path: str, number: int) -> behaviour.Answer:
        """What the nth request for a path is answered; an unknown path is 404."""
        resource = self.resources.get(path) or self.resources.get(path.partition("?")[0])
        return resource.attempt(max(1, number)) if resource else behaviour.Answer(status=404)

    async def serve(self, stream: Stream) -> None:
        """Serve one connection to its end. Raises nothing that the other side can bring about."""
        exchange = Exchange(self, stream)
        try:
            await exchange.run()
        except (Broken, h11.RemoteProtocolError):
            exchange.see(Closed(exchange.number, "client"))
        finally:
            await stream.close()


class Exchange:
    """One request and its answer, on one connection."""

    def __init__(self, origin: Origin, stream: Stream) -> None:
        self.origin, self.stream = origin, stream
        self.http = h11.Connection(h11.SERVER)
        self.host = self.path = ""
        self.number = self.sent = self.declared = 0
        self.trickle: behaviour.Fault | None = None

    def see(self, data: Kind) -> None:
        if self.path:
            self.origin.log.see("origin", self.host, self.path, data)

    async def run(self) -> None:
        request = await self._head()
        headers = answers.readable(request.headers)
        self.host = dict(headers).get("host", "").partition(":")[0]
        self.declared = int(dict(headers).get("content-length", "0"))
        target = request.target.decode("ascii", "replace")
        self.path = self.origin.hosts.path(self.host, target)
        await self._answer(request.method.decode(), headers)

    async def _answer(self, method: str, headers: Headers) -> None:
        preflight = method == "OPTIONS" and "access-control-request-method" in dict(headers)
        if not preflight:
            self.origin.requests[self.path] += 1
            self.number = self.origin.requests[self.path]
        self.see(Request(self.number, method, dict(headers).get("range", ""), headers))
        answer = self.origin.answer(self.path, self.number)
        if preflight:
            await self._reply(answers.preflight(answer, headers), ())
        elif await self._upload([fault for fault in answer.faults if fault.of == "upload"]):
            if answer.latency:
                await self.origin.waits.sleep(answer.latency, why=f"the latency of {self.path}")
            reply = answers.reply(answer, method, headers, self.path, self.origin.hosts.url)
            await self._reply(reply, [fault for fault in answer.faults if fault.of == "answer"])

    # -- the request ------------------------------------------------------------------------

    async def _head(self) -> h11.Request:
        while (event := self.http.next_event()) is h11.NEED_DATA:
            self._feed(await self.stream.receive())
        if not isinstance(event, h11.Request):
            raise Broken
        return event

    def _feed(self, piece: Piece) -> None:
        if isinstance(piece, Span) or not piece:
            raise Broken
        self.http.receive_data(piece)

    async def _arriving(self) -> AsyncGenerator[Piece, None]:
        """The request's body, piece by piece. A span passes h11 by, which reads bytes only."""
        spans = 0
        while not spans or spans < self.declared:
            event = self.http.next_event()
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif event is not h11.NEED_DATA:
                return
            else:
                piece = await self.stream.receive()
                if isinstance(piece, Span):
                    spans += len(piece)
                    yield piece
                else:
                    self._feed(piece)

    async def _upload(self, faults: Sequence[behaviour.Fault]) -> bool:
        """Read the request's body; False when a fault of the upload ended the connection."""
        received, pending = 0, list(faults)
        async with aclosing(self._arriving()) as pieces:
            async for piece in pieces:
                received += len(piece)
                while pending and received >= pending[0].after:
                    self.see(Upload(self.number, received, False))
                    if not await self._strike(pending.pop(0)):
                        return False
        if received:
            self.see(Upload(self.number, received, True))
        return True

    # -- the answer -------------------------------------------------------------------------

    async def _reply(self, reply: answers.Reply, faults: Sequence[behaviour.Fault]) -> None:
        for fault in faults:
            if fault.after < 0 and not await self._strike(fault):
                return
        with self.origin.log.one_act():
            await self._send(
                h11.Response(status_code=reply.status, headers=list(reply.headers), reason=reply.reason)
            )
            self.see(Response(self.number, reply.status, tuple((n.lower(), v) for n, v in reply.headers)))
        if reply.body is None:
            self.see(Sent(self.number, 0, True))
            return
        for fault in sorted(faults, key=lambda fault: fault.after):
            if 0 <= fault.after <= len(reply.body):
                await self._send_up_to(fault.after, reply.body)
                if not await self._strike(fault):
                    return
        await self._send_up_to(len(reply.body), reply.body)
        if not len(reply.body):
            self.see(Sent(self.number, 0, True))

    async def _send_up_to(self, position: int, body: Span | Gzipped) -> None:
        most = max(SLICE, len(body) // 64)
        while self.sent < position:
            step = min(most, position - self.sent)
            if self.trickle:
                step = min(step, self.trickle.amount)
                await self.origin.waits.sleep(self.trickle.duration or 0, why=f"{self.path} to trickle")
            with self.origin.log.one_act():
                for piece in body.part(self.sent, self.sent + step):
                    await self._send(h11.Data(data=piece))  # type: ignore[arg-type]
                self.sent += step
                self.see(Sent(self.number, self.sent, self.sent == len(body)))

    async def _send(self, *events: h11.Event) -> None:
        for event in events:
            for piece in self.http.send_with_data_passthrough(event) or ():
                await self.stream.send(piece)

    async def _strike(self, fault: behaviour.Fault) -> bool:
        """Let a fault happen; True when the answer goes on after it."""
        self.see(Fault(self.number, fault.kind, fault.after))
        if fault.kind == "trickle":
            self.trickle = fault
        elif fault.kind == "stall":
            await self._stand_still(fault)
        else:
            how = "reset" if fault.kind == "refuse" else fault.how
            self.see(Closed(self.number, "origin", how))
            if how == "reset":
                self.stream.reset()
            else:
                await self.stream.close()
            return False
        return True

    async def _stand_still(self, fault: behaviour.Fault) -> None:
        if fault.duration is not None:
            await self.origin.waits.sleep(fault.duration, why=f"the stall of {self.path}")
            return
        gone = self.stream.gone
        gate = self.origin.gate(fault.until) if fault.until else Cell(False)
        what = (
            f"gate {fault.until!r} of {self.path}" if fault.until else f"the connection of {self.path} to end"
        )
        await self.origin.waits.until(lambda: gate.value or gone.value, gate, gone, why=what)
        if not gate.value:
            raise Broken
