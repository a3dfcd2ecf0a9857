"""From a configured server to a client of the SDK that is connected to it.

The program or the address is chosen here; what comes back is bounded, no proxy of the
environment is used, no redirect leads elsewhere, and nothing but the token that the
operator named for this server is sent along.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import Implementation
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from voiceagent import __version__
from voiceagent.errors import ConfigError, RemoteFailed
from voiceagent.gateway.config import GatewayServerConfig
from voiceagent.gateway.direct import DirectCalls
from voiceagent.gateway.stdio import ServerProgram, program_link

__all__ = ["LARGEST_RESULT", "ServerLink", "linked"]

LARGEST_RESULT = 4 << 20
"""Bytes of a result."""
LARGEST_ANSWER = 2 * LARGEST_RESULT
"""Bytes of one answer over HTTP: a result of that size, escaped."""
ITSELF = Implementation(name="voiceagent-gateway", version=__version__)
OPENING = 10.0
"""Seconds for a connection."""
GREETING = 30.0
"""Seconds in which a program that starts has to answer for the first time."""

HeardFromServer = Callable[[Any], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class ServerLink:
    """A client that is connected, and when that is over."""

    client: Client
    ended: asyncio.Event
    why: Callable[[], str]
    direct: DirectCalls | None = None
    """The shorter way of a call; None: the client's."""


@asynccontextmanager
async def linked(
    config: GatewayServerConfig, heard: HeardFromServer
) -> AsyncIterator[ServerLink]:
    """A connected client; `heard` is called for what the server tells by itself.

    Enter and leave it in one task. Raises what the SDK raises, `ConfigError` or
    `RemoteFailed`.
    """
    program = ServerProgram()
    async with AsyncExitStack() as stack:
        transport, direct = await _transport(config, program, stack)
        client = Client(
            transport,
            client_info=ITSELF,
            message_handler=heard,  # type: ignore[arg-type]  # its argument has a name
            cache=None,
        )
        try:
            async with asyncio.timeout(GREETING):
                await stack.enter_async_context(client)
        except Exception as error:  # in whatever groups the SDK wraps it
            if not program.why:
                raise
            raise RemoteFailed("it is no server", cause=program.why) from error
        yield ServerLink(
            client, program.ended, lambda: program.why, direct(client.protocol_version)
        )


async def _transport(
    config: GatewayServerConfig, program: ServerProgram, stack: AsyncExitStack
) -> tuple[Any, Callable[[str], DirectCalls | None]]:
    """What the SDK's client stands on, and the shorter way for a version, if any."""
    if config.command:
        env = {name: _given(name) for name in config.env}
        return program_link(config.command, env, program), lambda version: None
    token = _given(config.token_env) if config.token_env else ""
    inner = httpx2.AsyncHTTPTransport()
    http = httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=httpx2.Timeout(OPENING, read=None),
        transport=_Bounded(inner),
        trust_env=False,
    )
    await stack.enter_async_context(http)

    def direct(version: str) -> DirectCalls | None:
        if version not in MODERN_PROTOCOL_VERSIONS:
            return None
        return DirectCalls(inner, config.url, version, most=LARGEST_ANSWER, token=token)

    link = streamable_http_client(
        config.url, http_client=http, max_sse_event_size=LARGEST_ANSWER
    )
    return link, direct


def _given(variable: str) -> str:
    value = os.environ.get(variable, "")
    if not value:
        raise ConfigError(
            f"`{variable}` is not set",
            cause="a server of the gateway needs it",
            hint=f"export {variable}=...",
        )
    return value


class _Bounded(httpx2.AsyncBaseTransport):
    """Answers that are whole have a limit; those that come in events have one each."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, its body no longer than allowed."""
        response = await self._inner.handle_async_request(request)
        kind = response.headers.get("content-type", "")
        if not kind.lower().startswith("text/event-stream"):
            assert isinstance(response.stream, httpx2.AsyncByteStream)
            response.stream = _Counted(response.stream)
        return response

    async def aclose(self) -> None:
        """Close what it stands on."""
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    """A body that ends with an error where it is too long."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner, self._left = inner, LARGEST_ANSWER

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._inner:
            self._left -= len(piece)
            if self._left < 0:
                raise httpx2.StreamError(f"more than {LARGEST_ANSWER} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()
