"""The way into a region: health and metrics for all, sessions for who may come in."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response as HttpResponse
from websockets.typing import Subprotocol

from voiceagent.clock import now
from voiceagent.door.admission import (
    SHARE,
    Bucket,
    Refusal,
    Visitor,
    bearer,
    visitor,
)
from voiceagent.door.tokens import Tokens
from voiceagent.errors import TokenError
from voiceagent.errors.foreign import one_line
from voiceagent.region.config import ServeConfig
from voiceagent.region.metrics import Metrics

__all__ = ["PATH", "Entrance", "subprotocol", "visitor_of"]

PATH = "/v1/realtime"
PATHS = (PATH, "/realtime", "/openai/v1/realtime", "/openai/realtime")
"""Where clients of the protocol look for sessions, with a slash at the end or without.
The latter two name an `api-version`, which chooses nothing here."""
ONCE = ("Authorization", "api-key", "Origin")
"""Headers of which two could mean two visitors."""


class Entrance:
    """Answers every request for a connection."""

    def __init__(
        self,
        config: ServeConfig,
        metrics: Metrics,
        *,
        tokens: Tokens | None,
        connected: Callable[[], int],
        held: Callable[[str], int] = lambda subject: 0,
        trouble: Callable[[], str] = lambda: "",
    ) -> None:
        """`connected`: how many sessions there are now; `held`: how many of them are
        a subject's; `trouble`: why nobody should be sent here, if anything."""
        self.draining = False
        """Whether nobody is let in any more."""
        self.bucket = Bucket()
        self._config, self._metrics, self._tokens = config, metrics, tokens
        self._connected, self._held, self._trouble = connected, held, trouble

    def answer(
        self, connection: ServerConnection, request: HttpRequest
    ) -> HttpResponse | None:
        """A page, a refusal, or None: it becomes a session."""
        path = request.path.partition("?")[0]
        if path == "/healthz":
            trouble = "draining" if self.draining else self._trouble()
            return _http(503 if trouble else 200, f"{trouble or 'ok'}\n")
        if path == "/metrics" and self._closed_to(request):
            return _http(401, "send the token of a session\n")
        if path == "/metrics":
            return _http(200, self._metrics.text(), "text/plain; version=0.0.4")
        if path.removesuffix("/") not in PATHS:
            return _http(404, "not found\n")
        found = self._visitor(connection, request)
        if isinstance(found, Visitor):
            connection.visitor = found  # type: ignore[attr-defined]
            return None
        self._metrics.count("refused", found.code)
        body = {"error": {"code": found.code, "message": found.message}}
        return _http(found.status, json.dumps(body) + "\n", "application/json")

    def _visitor(
        self, connection: ServerConnection, request: HttpRequest
    ) -> Visitor | Refusal:
        if self.draining:
            return Refusal(503, "draining", "this server is stopping")
        address = str((connection.remote_address or ("",))[0])
        if not self.bucket.take(address, now()):
            return Refusal(429, "too_many_connections", "slower, please")
        if self._connected() >= self._config.max_sessions:
            return Refusal(503, "session_limit_reached", "all sessions are taken")
        if twice := [name for name in ONCE if len(request.headers.get_all(name)) > 1]:
            return Refusal(400, "header_twice", f"`{twice[0]}` came twice")
        found = visitor(
            request.path,
            _told(request),
            tokens=self._tokens,
            origins=self._config.origins,
        )
        most = max(1, round(SHARE * self._config.max_sessions))
        if isinstance(found, Visitor) and found.share:
            if self._held(found.share) >= most:
                why = f"`{found.subject}` has {most} sessions"
                return Refusal(429, "too_many_sessions", one_line(why))
        return found

    def _closed_to(self, request: HttpRequest) -> bool:
        """Whether that request may not see what sessions do here."""
        if self._tokens is None:
            return False
        try:
            self._tokens.check(bearer(_told(request)))
        except TokenError:
            return True
        return False


def _told(request: HttpRequest) -> dict[str, str]:
    """Its headers that say who asks; a list may be told in parts."""
    return {
        name: ",".join(told)
        for name in (*ONCE, "Sec-WebSocket-Protocol")
        if (told := request.headers.get_all(name))
    }


def visitor_of(connection: ServerConnection) -> Visitor:
    """Who was let in on that connection."""
    found = connection.visitor  # type: ignore[attr-defined]
    assert isinstance(found, Visitor)
    return found


def subprotocol(connection: ServerConnection, offered: Any) -> Subprotocol | None:
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
