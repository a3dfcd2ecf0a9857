"""The gateway as a process: servers kept going, endpoint open, door watched.

Over HTTP it is one ASGI application under uvicorn; with standard input and output it
serves the one program that has started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from voiceagent.clock import Compute, now
from voiceagent.door.watched import EVERY, Watched, look_at, trouble_of
from voiceagent.gateway.audit import AuditBook
from voiceagent.gateway.call import CallPath
from voiceagent.gateway.caller import CallerDoor
from voiceagent.gateway.catalogue import Catalogue
from voiceagent.gateway.endpoint import PATH, Endpoint
from voiceagent.gateway.listing import Listing
from voiceagent.gateway.open_port import listening, serve_app
from voiceagent.gateway.policy_file import PolicyFile
from voiceagent.gateway.protocol import protocol_server
from voiceagent.gateway.upstream import OPENED, UpstreamState

__all__ = ["Gateway", "quiet"]

log = logging.getLogger(__name__)

FIRST_LOOK = 3.0
"""Seconds in which servers may show themselves before the endpoint opens without."""
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
        with contextlib.closing(listening(host, port)) as at:
            protocol = protocol_server(self.path, self.listing)
            manager = StreamableHTTPSessionManager(
                protocol, json_response=True, stateless=True
            )
            app = Endpoint(
                self.path,
                self.door,
                manager,
                trouble=self.trouble,
                metrics=self.metrics,
            )

            def opened(address: str) -> None:
                ready(address + PATH)

            async with self._kept_going(), manager.run():
                await serve_app(app, at, host, opened, stop, tls=self.tls)

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
        found = [trouble_of(self.watched)]
        if self.audit.trouble is not None:
            found.append(self.audit.trouble.brief)
        if self.policy is not None and self.policy.trouble:
            found.append(self.policy.trouble.brief)
        return next(filter(None, (self.catalogue.state.trouble, *found)), "")

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
            await asyncio.to_thread(look_at, self.watched)
            await self.catalogue.settled(look=True)


def quiet() -> None:
    """What the libraries would log may hold what callers send: it is left out."""
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
