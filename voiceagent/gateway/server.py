"""The gateway as a process: servers kept going, endpoint open, door watched.

Over HTTP it is one ASGI application under uvicorn; with standard input and output it
serves the one program that has started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from voiceagent.clock import Compute, now
from voiceagent.door.tls import is_for_clients
from voiceagent.door.watched import Watched
from voiceagent.errors import ConfigError
from voiceagent.gateway.audit import AuditBook
from voiceagent.gateway.call import CallPath
from voiceagent.gateway.caller import CallerDoor
from voiceagent.gateway.catalogue import Catalogue
from voiceagent.gateway.endpoint import PATH, Endpoint
from voiceagent.gateway.listing import Listing
from voiceagent.gateway.policy_file import PolicyFile
from voiceagent.gateway.protocol import protocol_server
from voiceagent.gateway.upstream import OPENED, UpstreamState

__all__ = ["Gateway", "quiet"]

log = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two looks at what changes while it runs."""
FIRST_LOOK = 3.0
"""Seconds in which servers may show themselves before the endpoint opens without."""
DRAIN = 5
"""Seconds for calls that run when it ends."""
MOST_CONNECTIONS = 1000
NOISY = ("mcp", "httpx2", "httpcore2", "uvicorn")
"""Packages that log what they are given, or every connection."""


@dataclass(slots=True, kw_only=True)
class Gateway:
    """All parts of a running gateway."""

    catalogue: Catalogue
    path: CallPath
    listing: Listing
    door: CallerDoor
    audit: AuditBook
    watched: Sequence[Watched] = ()
    """Read again when they change: policy, secrets, revoked tokens."""
    policy: PolicyFile | None = None
    """None: nothing is allowed."""
    metrics: Callable[[], str] = lambda: ""
    tls: ssl.SSLContext | None = None

    async def serve(
        self,
        host: str,
        port: int,
        ready: Callable[[str], None],
        stop: asyncio.Event,
    ) -> None:
        """Until `stop`; `ready` is told the address. Raises `ConfigError` where that is
        taken."""
        listening = _listening(host, port)
        try:
            await self._serve(host, listening, ready, stop)
        finally:
            listening.close()

    async def _serve(
        self,
        host: str,
        listening: socket.socket,
        ready: Callable[[str], None],
        stop: asyncio.Event,
    ) -> None:
        protocol = protocol_server(self.path, self.listing)
        manager = StreamableHTTPSessionManager(
            protocol, json_response=True, stateless=True
        )
        endpoint = Endpoint(
            self.path, self.door, manager, trouble=self.trouble, metrics=self.metrics
        )
        server = _server(endpoint, self.tls)
        async with self._kept_going(), manager.run():
            async with asyncio.TaskGroup() as group:
                served = group.create_task(server.serve(sockets=[listening]))
                scheme = "https" if self.tls else "http"
                at = listening.getsockname()[1]
                shown = f"[{host}]" if ":" in host else host
                ready(f"{scheme}://{shown}:{at}{PATH}")
                stopped = group.create_task(stop.wait())
                await asyncio.wait({served, stopped}, return_when="FIRST_COMPLETED")
                server.should_exit = True
                stopped.cancel()

    async def serve_stdio(self) -> None:
        """For the one program on standard input and output, until that ends."""
        protocol: Server[Any] = protocol_server(self.path, self.listing)
        async with self._kept_going():
            async with stdio_server() as (read, write):
                await protocol.run(
                    read, write, protocol.create_initialization_options()
                )

    def trouble(self) -> str:
        """Why nobody should be sent here; a server that is gone is no reason."""
        found = [one.trouble for one in self.watched if one.trouble]
        if self.audit.trouble is not None:
            found.append(self.audit.trouble.brief)
        if self.policy is not None and self.policy.trouble:
            found.append(self.policy.trouble.brief)
        return self.catalogue.state.trouble or (found[0] if found else "")

    @contextlib.asynccontextmanager
    async def running(self) -> Any:
        """Its servers without its endpoint, for a look at what they have: that is
        worth waiting for those that start."""
        async with self._kept_going(OPENED):
            yield self

    @contextlib.asynccontextmanager
    async def _kept_going(self, look: float = FIRST_LOOK) -> Any:
        async with Compute() as compute:
            try:
                async with asyncio.TaskGroup() as group:
                    tasks = [
                        group.create_task(one.run(), name=f"gateway {one.name}")
                        for one in self.catalogue.upstreams.values()
                    ]
                    tasks.append(group.create_task(self._watch()))
                    tasks.append(group.create_task(self.audit.run(compute)))
                    await self._first_look(look)
                    try:
                        yield
                    finally:
                        for task in tasks:
                            task.cancel()
            finally:
                await asyncio.to_thread(self.audit.close)

    async def _first_look(self, within: float) -> None:
        """Most servers are there within a moment: whoever asks first sees them."""
        until = now() + within
        while now() < until and any(
            one.state is UpstreamState.STARTING
            for one in self.catalogue.upstreams.values()
        ):
            await self.catalogue.refresh(until - now())
        await self.catalogue.settled()

    async def _watch(self) -> None:
        """What was changed beside it holds within two seconds."""
        while True:
            await asyncio.sleep(EVERY)
            await asyncio.to_thread(self._look)
            await self.catalogue.settled(look=True)

    def _look(self) -> None:
        for one in self.watched:
            one.look()


class _Server(uvicorn.Server):
    """It leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Proved(HttpToolsProtocol):
    """A certificate that was not made for clients opens nothing."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        over = transport.get_extra_info("ssl_object")
        if over is not None and over.context.verify_mode is ssl.CERT_REQUIRED:
            if not is_for_clients(over.getpeercert(binary_form=True)):
                transport.close()


def _server(endpoint: Any, tls: ssl.SSLContext | None) -> uvicorn.Server:
    config = uvicorn.Config(
        endpoint,
        http=_Proved,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=DRAIN,
        ssl_context_factory=(lambda config, default: tls) if tls else None,
    )
    return _Server(config)


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise ConfigError(
            f"`{host}:{port}` cannot be listened on",
            cause=error.strerror or str(error),
            hint="`--port 0` takes any that is free",
        ) from error


def quiet() -> None:
    """What the libraries would log may hold what callers send: it is left out."""
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
