"""Where a region listens: sockets, TLS and the limits of a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from socket import AI_PASSIVE, SOCK_STREAM
from ssl import SSLContext

from websockets.asyncio.server import Server, ServerConnection, serve

from voiceagent.door.doorstep import BACKLOG, Doorstep, listening
from voiceagent.errors import ConfigError
from voiceagent.region.config import ServeConfig
from voiceagent.region.entrance import PATH, Entrance, marked, subprotocol
from voiceagent.region.visitor_connection import VisitorConnection

__all__ = ["Ports"]

HANDSHAKE = 3.0
"""Seconds that a connection has to say what it wants."""

QUEUED = 2
"""Messages that were read and wait to be looked at; no more is read then."""


class Ports:
    """All sockets of one server."""

    def __init__(
        self,
        config: ServeConfig,
        entrance: Entrance,
        tls: SSLContext | None,
        largest: int,
    ) -> None:
        """`largest`: bytes of a message."""
        self.steps: list[Doorstep] = []
        self._config, self._entrance = config, entrance
        self._tls, self._largest = tls, largest
        self._servers: list[Server] = []

    @property
    def crowded(self) -> bool:
        """Whether there is no file left for another session."""
        return any(step.crowded for step in self.steps)

    @property
    def url(self) -> str:
        """Where sessions are."""
        host, port = self.steps[0].getsockname()[:2]
        scheme = "wss" if self._tls else "ws"
        shown = f"[{host}]" if ":" in host else host
        return f"{scheme}://{shown}:{port}{PATH}"

    @asynccontextmanager
    async def served(
        self, session: Callable[[ServerConnection], Awaitable[None]]
    ) -> AsyncIterator[None]:
        """While the block runs; raises `ConfigError` where the port cannot be had."""
        async with AsyncExitStack() as open_ones:
            for step in await self.listen():
                served = self._served(step, session)
                self._servers.append(await open_ones.enter_async_context(served))
            yield

    def close(self) -> None:
        """Take no new connections; those that are open go on."""
        for one in self._servers:
            one.server.close()

    async def listen(self) -> list[Doorstep]:
        """The sockets; raises `ConfigError`."""
        config, loop = self._config, asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(
                config.host, config.port, type=SOCK_STREAM, flags=AI_PASSIVE
            )
            for family, _, _, _, address in dict.fromkeys(found):
                shakes, shared = self._entrance.handshakes, config.reuse_port
                step = listening(address, family, shakes, shared=shared)
                self.steps.append(step)
        except OSError as error:
            for step in self.steps:
                step.close()
            raise ConfigError(
                f"port {config.port} of `{config.host}` cannot be served",
                cause=error.strerror or str(error),
                hint="choose another with `--port`, or 0 for any that is free",
            ) from error
        return self.steps

    def _served(
        self, step: Doorstep, session: Callable[[ServerConnection], Awaitable[None]]
    ) -> Server:
        return serve(
            session,
            sock=step,
            backlog=BACKLOG,
            ssl=self._tls,
            process_request=self._entrance.answer,
            process_response=marked,
            select_subprotocol=subprotocol,
            compression=None,
            max_size=self._largest,
            max_queue=QUEUED,
            write_limit=(1 << 18, 1 << 16),
            open_timeout=HANDSHAKE,
            ping_interval=20,
            ping_timeout=20,
            close_timeout=2,
            server_header="voiceagent",
            create_connection=VisitorConnection,
        )
