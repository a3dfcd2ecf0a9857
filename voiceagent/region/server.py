"""The regional server: one port for sessions, health and metrics."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from ssl import SSLContext
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response as HttpResponse
from websockets.typing import Subprotocol

from voiceagent.clock import now, wall
from voiceagent.door.admission import Bucket, Refusal, Visitor, is_loopback, visitor
from voiceagent.door.tokens import Tokens
from voiceagent.errors import ConfigError, VoiceAgentError
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.steps import Attach
from voiceagent.region.backend import Backend
from voiceagent.region.config import ServeConfig
from voiceagent.region.memory import Memory
from voiceagent.region.metrics import Metrics
from voiceagent.region.services import Detector
from voiceagent.region.sessions import Sessions

__all__ = ["PATH", "RegionServer"]

log = logging.getLogger(__name__)

PATH = "/v1/realtime"
Observe = Callable[[str, datetime, Mapping[str, str]], None]
"""Trace context, start and facts of a response that is over."""
GOODBYE = 2.0
"""Seconds that clients have to read the last events."""
SWEEP = 600.0
"""Seconds between two looks for conversations that are too old."""


class RegionServer:
    """Lets clients in, keeps their sessions, and goes in order."""

    def __init__(
        self,
        config: ServeConfig,
        backend: Backend,
        memory: Memory,
        *,
        resume_secret: bytes,
        token_secret: bytes | None = None,
        tls: SSLContext | None = None,
        recogniser: Callable[[bytes], Awaitable[str]] | None = None,
        voice: Callable[[str], Awaitable[bytes]] | None = None,
        detector: Callable[[], Detector | None] = lambda: None,
        limits: Limits | None = None,
        keep: float = 24 * 3600.0,
        observe: Observe = lambda traceparent, began, facts: None,
    ) -> None:
        """`keep`: seconds that a conversation is kept. Raises `ConfigError` where
        others than this machine could come in unproved."""
        if not is_loopback(config.host) and (token_secret is None or tls is None):
            raise ConfigError(
                f"`{config.host}` can be reached by others",
                cause="that needs a token secret and TLS",
                hint=f"set `{config.secret_env}` and `serve.certificate`, or serve "
                "127.0.0.1",
            )
        self.config, self.backend, self.memory = config, backend, memory
        self.metrics, self.region = Metrics(), config.region
        self.max_responses = config.max_responses
        self.draining = False
        self._tokens = Tokens(token_secret, config.region) if token_secret else None
        self._tls, self._limits, self._keep = tls, limits or Limits(), keep
        self._recogniser, self._voice, self._detector = recogniser, voice, detector
        self._bucket, self.observe = Bucket(), observe
        self.sessions = Sessions(
            self,
            Tokens(resume_secret, config.region),
            resumable=config.resume_ms / 1000,
            limits=self._limits,
        )

    def recogniser(self) -> Callable[[bytes], Awaitable[str]] | None:
        """24 kHz PCM16 to words."""
        return self._recogniser

    def voice(self) -> Callable[[str], Awaitable[bytes]] | None:
        """Words to 24 kHz PCM16."""
        return self._voice

    def detector(self) -> Detector | None:
        """A new turn detector."""
        return self._detector()

    async def run(
        self, ready: Callable[[str], None], stop: Callable[[], Awaitable[object]]
    ) -> None:
        """Serve until `stop()` returns, then drain; `ready(url)` once it listens.

        Raises `ConfigError` where the port cannot be had, and what the backend raises.
        """
        await self.backend.start()
        sweeping = asyncio.create_task(self._sweep())
        try:
            async with await self._listen() as server:
                ready(self._url(server))
                await stop()
                await self.drain()
        finally:
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)
            await self.sessions.end_all()
            await self.backend.close()
            await self.memory.close()

    async def drain(self) -> None:
        """Let nobody in, let answers be finished for a while, then say goodbye."""
        self.draining = True
        lives = list(self.sessions.connected.values())
        making = [task for live in lives for task in live.making]
        if making:
            await asyncio.wait(making, timeout=self.config.drain_ms / 1000)
        for live in lives:
            live.do(live.session.draining())
        flushed = (live.flush() for live in lives)
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await asyncio.gather(*flushed)

    async def _listen(self) -> Server:
        config = self.config
        try:
            return await serve(
                self._session,
                config.host,
                config.port,
                ssl=self._tls,
                process_request=self._request,
                select_subprotocol=_subprotocol,
                compression=None,
                max_size=self._limits.message_bytes,
                write_limit=(1 << 18, 1 << 16),
                ping_interval=20,
                ping_timeout=20,
                close_timeout=2,
                server_header="voiceagent",
            )
        except OSError as error:
            raise ConfigError(
                f"port {config.port} of `{config.host}` cannot be served",
                cause=error.strerror or str(error),
                hint="choose another with `--port`, or 0 for any that is free",
            ) from error

    def _url(self, server: Server) -> str:
        host, port = next(iter(server.sockets)).getsockname()[:2]
        scheme = "wss" if self._tls else "ws"
        shown = f"[{host}]" if ":" in host else host
        return f"{scheme}://{shown}:{port}{PATH}"

    def _request(
        self, connection: ServerConnection, request: HttpRequest
    ) -> HttpResponse | None:
        path = request.path.partition("?")[0]
        if path == "/healthz":
            status = 503 if self.draining else 200
            return _http(status, "draining\n" if self.draining else "ok\n")
        if path == "/metrics":
            return _http(200, self.metrics.text(), "text/plain; version=0.0.4")
        if path != PATH:
            return _http(404, "not found\n")
        refusal = self._refusal(connection, request)
        if refusal is None:
            return None
        self.metrics.refused.labels(refusal.code).inc()
        body = {"error": {"code": refusal.code, "message": refusal.message}}
        return _http(refusal.status, json.dumps(body) + "\n", "application/json")

    def _refusal(
        self, connection: ServerConnection, request: HttpRequest
    ) -> Refusal | None:
        if self.draining:
            return Refusal(503, "draining", "this server is stopping")
        address = str((connection.remote_address or ("",))[0])
        if not self._bucket.take(address, now()):
            return Refusal(429, "too_many_connections", "slower, please")
        if len(self.sessions.connected) >= self.config.max_sessions:
            return Refusal(503, "session_limit_reached", "all sessions are taken")
        found = visitor(
            request.path,
            request.headers,
            tokens=self._tokens,
            origins=self.config.origins,
        )
        if isinstance(found, Refusal):
            return found
        connection.visitor = found  # type: ignore[attr-defined]
        return None

    async def _session(self, connection: ServerConnection) -> None:
        who: Visitor = connection.visitor  # type: ignore[attr-defined]
        live = self.sessions.begin(connection, who)
        self.metrics.opened.inc()
        try:
            async for message in connection:
                self.metrics.events_in.inc()
                steps = live.session.receive(message)
                if steps and isinstance(steps[0], Attach):
                    live = await self.sessions.attach(live, steps[0], connection, who)
                else:
                    live.do(steps)
        except ConnectionClosed:
            pass
        finally:
            await self.sessions.left(live, connection, stopping=self.draining)

    async def _sweep(self) -> None:
        while True:
            try:
                await self.memory.expire(wall() - timedelta(seconds=self._keep))
            except VoiceAgentError as error:
                log.warning("old conversations were not erased: %s", error.what)
            await asyncio.sleep(SWEEP)


def _subprotocol(connection: ServerConnection, offered: Any) -> Subprotocol | None:
    """Browsers offer `realtime` beside their key; others offer nothing."""
    return Subprotocol("realtime") if "realtime" in offered else None


def _http(status: int, body: str | bytes, kind: str = "text/plain") -> HttpResponse:
    data = body.encode() if isinstance(body, str) else body
    headers = Headers(
        {
            "Content-Type": kind,
            "Content-Length": str(len(data)),
            "Cache-Control": "no-store",
            "Connection": "close",
        }
    )
    if status in (429, 503):
        headers["Retry-After"] = "2"
    return HttpResponse(status, HTTPStatus(status).phrase, headers, data)
