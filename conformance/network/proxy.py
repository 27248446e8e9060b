"""mitmproxy in this process: the only way out for a browser, and a witness of what it sends.

The proxy has a thread and an event loop of its own. It passes the hosts of the running
scenario to the origin on loopback and answers everything else itself, so a browser that
phones its maker reaches nobody. While the network is away it refuses the scenario's
traffic, but not the reports of its page and worker (paths under ``STAGE``).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from attrs import define
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mitmproxy import http, options
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.flow import Error
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.tools.dump import DumpMaster

from simulator.observation import Closed, Kind, Request, Response, Sent

STAGE = "/.bgfetch/"
"""Paths of the harness itself on every scenario origin: the page, its scripts, their reports."""

See = Callable[[str, str, Kind], None]
"""Takes what the proxy saw: host, path with query, and what it was. Called in the proxy's thread."""


@define(eq=False)
class _Transfer:
    """One request on its way through: its number among those for its URL, and the bytes passed on."""

    number: int
    path: str
    sent: int = 0


class Proxy:
    """Start it, tell it which hosts to ``serve``, and ``stop`` it. ``port`` and ``spki`` are for the browser."""

    def __init__(self, folder: Path, see: See) -> None:
        """``folder`` gets the proxy's own certificate authority."""
        self._folder, self._see = folder, see
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
        self._master.shutdown()
        self._thread.join(5)

    def serve(self, ports: Mapping[str, int]) -> None:
        """From now on pass exactly these hosts, each to its port on loopback, with the network there."""
        self._in_loop(self._addon.serve(dict(ports)))

    def offline(self) -> None:
        """End the scenario's open transfers and refuse new ones."""
        self._in_loop(self._addon.refuse())

    def online(self) -> None:
        self._in_loop(self._addon.accept())

    def reset(self, port: int) -> None:
        """Reset the browser's connection behind the origin's connection that came from ``port``."""
        self._in_loop(self._addon.reset(port))

    def _in_loop(self, steps: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(steps, self._loop).result(10)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failed = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._addon = _Addon(self._see, self._listens)
        chosen = options.Options(listen_host="127.0.0.1", listen_port=0, confdir=str(self._folder))
        self._master = DumpMaster(chosen, with_termlog=False, with_dumper=False)
        self._master.addons.add(self._addon)
        self._addon.proxyserver = self._master.addons.get("proxyserver")
        chosen.update(http2=False, connection_strategy="lazy", upstream_cert=False)
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


class _Addon:
    """What mitmproxy calls. Everything in here runs in the proxy's event loop."""

    proxyserver: Proxyserver

    def __init__(self, see: See, listens: Callable[[int], None]) -> None:
        self._see, self._listens = see, listens
        self._ports: dict[str, int] = {}
        self._refusing = False
        self._under_way: dict[http.HTTPFlow, _Transfer] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._clients: dict[int, str] = {}

    # -- what the harness tells it -----------------------------------------------------------

    async def serve(self, ports: dict[str, int]) -> None:
        for flow in tuple(self._under_way):
            self._abort(flow.client_conn.id)
        self._ports, self._refusing = ports, False
        self._counts.clear()

    async def refuse(self) -> None:
        self._refusing = True
        for flow in tuple(self._under_way):
            self._abort(flow.client_conn.id)

    async def accept(self) -> None:
        self._refusing = False

    async def reset(self, port: int) -> None:
        self._abort(self._clients[port])

    def _abort(self, client: str) -> None:
        """End a client's connection by a reset, dropping what has not left yet."""
        for handler in self.proxyserver.connections.values():
            if handler.client.id == client and handler.client in handler.transports:
                writer = handler.transports[handler.client].writer
                assert isinstance(writer, asyncio.StreamWriter)
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()

    # -- mitmproxy's hooks -------------------------------------------------------------------

    def running(self) -> None:
        self._listens(self.proxyserver.listen_addrs()[0][1])

    def server_connected(self, data: ServerConnectionHookData) -> None:
        if data.server.sockname:
            self._clients[data.server.sockname[1]] = data.client.id

    def server_disconnected(self, data: ServerConnectionHookData) -> None:
        if data.server.sockname:
            self._clients.pop(data.server.sockname[1], None)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        host = flow.request.pretty_host
        if host not in self._ports:
            flow.response = http.Response.make(503, b"not a host of the scenario\n")
            return
        if not flow.request.path.startswith(STAGE):
            if self._refusing:
                flow.kill()
                return
            self._saw_request(flow, host)
        asked = flow.request.host_header
        flow.request.stream = True
        flow.request.scheme, flow.request.host, flow.request.port = "http", "127.0.0.1", self._ports[host]
        flow.request.host_header = asked

    def _saw_request(self, flow: http.HTTPFlow, host: str) -> None:
        request = flow.request
        number = 0
        if request.method != "OPTIONS":
            key = (host, request.path)
            number = self._counts[key] = self._counts.get(key, 0) + 1
        self._under_way[flow] = _Transfer(number, request.path)
        seen = Request(number, request.method, request.headers.get("range", ""), _headers(request))
        self._see(host, request.path, seen)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        assert flow.response
        flow.response.stream = True
        if transfer := self._under_way.get(flow):
            flow.response.stream = self._passing(flow, transfer)
            answer = Response(transfer.number, flow.response.status_code, _headers(flow.response))
            self._see(_host(flow), transfer.path, answer)

    def _passing(self, flow: http.HTTPFlow, transfer: _Transfer) -> Callable[[bytes], bytes]:
        def passed(piece: bytes) -> bytes:
            transfer.sent += len(piece)
            if piece:
                self._see(_host(flow), transfer.path, Sent(transfer.number, transfer.sent, False))
            return piece

        return passed

    def response(self, flow: http.HTTPFlow) -> None:
        if transfer := self._under_way.pop(flow, None):
            self._see(_host(flow), transfer.path, Sent(transfer.number, transfer.sent, True))

    def error(self, flow: http.HTTPFlow) -> None:
        by = "client" if not flow.client_conn.connected else "origin"
        if transfer := self._under_way.pop(flow, None):
            self._see(_host(flow), transfer.path, Closed(transfer.number, by))
        if by == "origin" and not flow.response:
            # mitmproxy would answer 502; a connection that closes unanswered has to stay that.
            flow.error = Error(Error.KILLED_MESSAGE)


def _host(flow: http.HTTPFlow) -> str:
    return flow.request.host_header or ""


def _headers(message: http.Message) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, value in message.headers.items(multi=True))
