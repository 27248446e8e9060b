"""mitmproxy in this process: the only way out for a browser, and a witness of what it sends.

The proxy has a thread and an event loop of its own. It passes the hosts of the running
scenario to the origin on loopback and answers everything else itself, so a browser that
phones its maker reaches nobody. What belongs to the harness (the page, its scripts, their
reports: paths below ``STAGE``, and every navigation) it hands to the stage and not to the
origin; that goes on while the network is away.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import define
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mitmproxy import http, options
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.flow import Error
from mitmproxy.tools.dump import DumpMaster

from simulator.observation import Closed, Headers, Kind, Request, Response, Sent
from simulator.origin.hosts import Hosts

STAGE = "/.bgfetch/"
"""Paths of the harness itself, on every host of a scenario."""

NAVIGATION = ("document", "iframe")
"""Destinations (Sec-Fetch-Dest) of requests for a page. A background fetch has none of them."""

See = Callable[[str, str, Kind], None]
"""Takes what the proxy saw: host, path with query, and what it was."""

Stage = Callable[[str, bytes], tuple[int, Mapping[str, str], bytes]]
"""Answers a request of the harness: path below STAGE and body in; status, headers, body out."""


class Proxy:
    """Start it, tell it which hosts to ``serve``, ``stop`` it. ``port`` and ``spki`` are for the browser.

    ``see`` and ``stage`` are called in the proxy's thread. ``folder`` gets its certificate authority.
    """

    def __init__(self, folder: Path, see: See, stage: Stage) -> None:
        self.port = 0
        self.spki = ""
        self._folder = folder
        self._addon = _Addon(see, stage, self._listens)
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def start(self) -> None:
        """Return once the proxy listens. Raises what kept it from listening."""
        self._thread.start()
        self._ready.wait()
        if self._failed is not None:
            raise self._failed

    def stop(self) -> None:
        """End the proxy and its connections."""
        self._master.shutdown()
        self._thread.join()

    def serve(self, port: int, hosts: Hosts | None) -> None:
        """From now on pass these hosts, and only these, to ``port`` on loopback; the network is there."""
        self._in_loop(self._addon.serve, port, hosts)

    def hold(self) -> None:
        """The network goes: new requests are neither passed on nor answered, as if sent into the void.

        A refusal would be an answer, and one that no lost network gives.
        """
        self._in_loop(self._addon.hold)

    def abort(self) -> None:
        """End the scenario's open transfers: their connections have died of the outage."""
        self._in_loop(self._addon.abort)

    def pass_on(self) -> None:
        """The network is back: what was held goes its way."""
        self._in_loop(self._addon.pass_on)

    def reset(self, port: int) -> None:
        """When the origin closes the connection that came from ``port``, reset the browser's behind it."""
        self._loop.call_soon_threadsafe(self._addon.resets.add, port)

    def _in_loop(self, steps: Callable[..., None], *args: Any) -> None:
        async def run() -> None:
            steps(*args)

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failed = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        chosen = options.Options(listen_host="127.0.0.1", listen_port=0, confdir=str(self._folder))
        # mitmproxy leaves much of itself untyped; Any says so in one place.
        make: Any = DumpMaster
        self._master = make(chosen, with_termlog=False, with_dumper=False)
        self._master.addons.add(self._addon)
        self._addon.proxyserver = self._master.addons.get("proxyserver")
        self._master.options.update(http2=False, connection_strategy="lazy", upstream_cert=False)
        await self._master.run()

    def _listens(self, port: int) -> None:
        self.port = port
        self.spki = _spki(self._folder / "mitmproxy-ca-cert.pem")
        self._ready.set()


def _spki(certificate: Path) -> str:
    """The fingerprint by which a browser is told to trust the authority: its leaves share its key."""
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    public = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


@define(eq=False)
class _Transfer:
    """One request of the scenario on its way through: its number for that URL, the bytes passed on."""

    host: str
    path: str
    number: int
    sent: int = 0


class _Addon:
    """What mitmproxy calls. Everything in here runs in the proxy's event loop."""

    proxyserver: Proxyserver

    def __init__(self, see: See, stage: Stage, listens: Callable[[int], None]) -> None:
        self._see, self._stage, self._listens = see, stage, listens
        self._port = 0
        self._hosts: Hosts | None = None
        self._passing_on = asyncio.Event()
        self._passing_on.set()
        self._under_way: dict[http.HTTPFlow, _Transfer] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self.resets: set[int] = set()

    # -- what the harness tells it -----------------------------------------------------------

    def serve(self, port: int, hosts: Hosts | None) -> None:
        self.abort()
        self._port, self._hosts = port, hosts
        self.pass_on()
        self._counts.clear()
        self.resets.clear()

    def hold(self) -> None:
        self._passing_on.clear()

    def pass_on(self) -> None:
        self._passing_on.set()

    def abort(self) -> None:
        for flow in tuple(self._under_way):
            for writer in self._writers(flow):
                writer.transport.abort()

    def _writers(self, flow: http.HTTPFlow) -> Iterator[asyncio.StreamWriter]:
        """What writes to the browser on a flow's connection; nothing when that has ended."""
        for handler in self.proxyserver.connections.values():
            if handler.client.id == flow.client_conn.id and handler.client in handler.transports:
                writer = handler.transports[handler.client].writer
                if isinstance(writer, asyncio.StreamWriter):
                    yield writer

    # -- mitmproxy's hooks -------------------------------------------------------------------

    def running(self) -> None:
        self._listens(self.proxyserver.listen_addrs()[0][1])

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        request, host = flow.request, flow.request.pretty_host
        if not self._ours(host) or self._staged(request):
            return  # answered in ``request``, once its body is here
        await self._passing_on.wait()
        if not self._ours(host) or not flow.client_conn.connected:
            _drop(flow)  # held for so long that its scenario or its sender is gone
            return
        self._saw_request(flow, host)
        asked = request.host_header
        request.stream = True
        request.scheme, request.host, request.port = "http", "127.0.0.1", self._port
        request.host_header = asked

    def request(self, flow: http.HTTPFlow) -> None:
        if flow in self._under_way:
            return
        if self._ours(flow.request.pretty_host):
            path = flow.request.path.removeprefix(STAGE) if self._reports(flow.request) else "page.html"
            status, headers, body = self._stage(path, flow.request.raw_content or b"")
            # On a connection that was used before, a browser sends a lost request again by itself (a
            # POST too), and that would be taken for the scenario's. Reports, which have no content in
            # their answers, go over connections of their own, and may keep them.
            ending = {"connection": "close"} if status == 200 else {}
            flow.response = http.Response.make(status, body, {**headers, **ending})
        else:
            flow.response = http.Response.make(503, b"not a host of the running scenario\n")

    def _ours(self, host: str) -> bool:
        return self._hosts is not None and self._hosts.knows(host)

    def _staged(self, request: http.Request) -> bool:
        return self._reports(request) or request.headers.get("sec-fetch-dest") in NAVIGATION

    def _reports(self, request: http.Request) -> bool:
        return request.path.startswith(STAGE)

    def _saw_request(self, flow: http.HTTPFlow, host: str) -> None:
        request, number = flow.request, 0
        if request.method != "OPTIONS":
            key = (host, request.path)
            number = self._counts[key] = self._counts.get(key, 0) + 1
        self._under_way[flow] = _Transfer(host, request.path, number)
        seen = Request(number, request.method, request.headers.get("range", ""), _headers(request))
        self._see(host, request.path, seen)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        if (transfer := self._under_way.get(flow)) and flow.response:
            flow.response.stream = lambda piece: self._passing(transfer, piece)
            answer = Response(transfer.number, flow.response.status_code, _headers(flow.response))
            self._see(transfer.host, transfer.path, answer)

    def _passing(self, transfer: _Transfer, piece: bytes) -> bytes:
        transfer.sent += len(piece)
        if piece:
            self._see(transfer.host, transfer.path, Sent(transfer.number, transfer.sent, False))
        return piece

    def response(self, flow: http.HTTPFlow) -> None:
        if transfer := self._under_way.pop(flow, None):
            self._reset_if_asked(flow)
            self._see(transfer.host, transfer.path, Sent(transfer.number, transfer.sent, True))

    def error(self, flow: http.HTTPFlow) -> None:
        transfer = self._under_way.pop(flow, None)
        if not transfer:
            return
        by = "origin" if flow.client_conn.connected else "client"
        how = "reset" if self._reset_if_asked(flow) else ""
        self._see(transfer.host, transfer.path, Closed(transfer.number, by, how))
        if by == "origin":
            # mitmproxy would answer 502; a connection that closes unanswered has to stay that.
            _drop(flow)

    def _reset_if_asked(self, flow: http.HTTPFlow) -> bool:
        """Make a reset of the closing that follows, if the origin wants one; what was passed on arrives."""
        if not flow.server_conn.sockname or flow.server_conn.sockname[1] not in self.resets:
            return False
        for writer in self._writers(flow):
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return True


def _drop(flow: http.HTTPFlow) -> None:
    """Have mitmproxy close the browser's connection without a word."""
    flow.error = Error(Error.KILLED_MESSAGE)


def _headers(message: http.Message) -> Headers:
    return tuple((name.decode().lower(), value.decode("latin-1")) for name, value in message.headers.fields)
