"""The way into a region: health and metrics for all, sessions for who may come in."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import count
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response as HttpResponse
from websockets.typing import Subprotocol

from voiceagent.clock import now
from voiceagent.door.admission import (
    ADDRESS_SHARE,
    SHARE,
    Bucket,
    Refusal,
    Visitor,
    bearer,
    visitor,
)
from voiceagent.door.forwarded import TrustedProxies
from voiceagent.door.handshakes import Handshakes
from voiceagent.door.tls import is_for_clients
from voiceagent.door.tokens import Tokens
from voiceagent.errors import TokenError
from voiceagent.errors.foreign import one_line
from voiceagent.realtime.greeting import MARK
from voiceagent.realtime.session_kind import FULL
from voiceagent.region.config import ServeConfig
from voiceagent.region.metrics import Metrics

__all__ = ["PATH", "Entrance", "Taken", "marked", "subprotocol", "visitor_of"]

PATH = "/v1/realtime"
PATHS = (PATH, "/realtime", "/openai/v1/realtime", "/openai/realtime")
"""Where clients of the protocol look for sessions, with a slash at the end or without.
The latter two name an `api-version`, which chooses nothing here."""
SOON, LATER = 1.0, 5.0
"""Seconds until another server is there, and until somebody may have left."""
ONCE = ("Authorization", "api-key", "Origin")
"""Headers of which two could mean two visitors."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How to see what is taken of a region."""

    connected: Callable[[], int]
    """Sessions that there are now."""
    held: Callable[[str], tuple[int, int]]
    """Somebody's sessions: connected ones, and cut ones."""
    room: Callable[[str], bool]
    """Whether somebody may keep more here."""
    crowded: Callable[[], bool]
    """Whether there is no file left for another session."""


class Entrance:
    """Answers every request for a connection."""

    def __init__(
        self,
        config: ServeConfig,
        metrics: Metrics,
        *,
        tokens: Tokens | None,
        taken: Taken,
        trouble: Callable[[], str] = lambda: "",
    ) -> None:
        """`trouble`: why nobody should be sent here, if anything."""
        self.draining = False
        """Whether nobody is let in any more."""
        self.bucket = Bucket()
        self.proxies = TrustedProxies(config.proxies)
        self.handshakes = Handshakes(trusted=self.proxies.__contains__)
        self._wrong = Bucket()
        """For those who come with no token, or a wrong one."""
        self._config, self._metrics, self._tokens = config, metrics, tokens
        self._taken, self._trouble, self._numbers = taken, trouble, count(1)

    def answer(
        self, connection: ServerConnection, request: HttpRequest
    ) -> HttpResponse | None:
        """A page, a refusal, or None: it becomes a session."""
        self.handshakes.done(tuple((connection.remote_address or ())[:2]))
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
        text, kind = json.dumps(body) + "\n", "application/json"
        return _http(found.status, text, kind, again=found.again)

    def _visitor(
        self, connection: ServerConnection, request: HttpRequest
    ) -> Visitor | Refusal:
        if self.draining:
            return Refusal(503, "draining", "this server is stopping", SOON)
        if twice := [name for name in ONCE if len(request.headers.get_all(name)) > 1]:
            return Refusal(400, "header_twice", f"`{twice[0]}` came twice")
        peer = str((connection.remote_address or ("",))[0])
        address = self.proxies.origin(peer, request.headers.get_all("X-Forwarded-For"))
        if self._tokens is None and (slow := _too_fast(self.bucket, address)):
            return slow
        found = visitor(
            request.path,
            _told(request),
            tokens=self._tokens,
            origins=self._config.origins,
        )
        if isinstance(found, Refusal):
            known = self._tokens is not None
            return (known and _too_fast(self._wrong, address)) or found
        if self._config.client_ca and not _proves_a_client(connection):
            why = "the certificate was not made for clients"
            return Refusal(403, "certificate_without_purpose", why)
        name = f"connection {next(self._numbers)}"
        found = replace(found, address=address, connection=name)
        return self._refusal(found) or found

    def _refusal(self, who: Visitor) -> Refusal | None:
        """Why somebody who may come in has to wait, if they have to."""
        if self._tokens is not None and (slow := _too_fast(self.bucket, who.subject)):
            return slow
        if self._taken.connected() >= self._config.max_sessions:
            why = "all sessions are taken"
            return Refusal(503, "session_limit_reached", why, LATER)
        if self._taken.crowded():
            why = "this server has too many files open"
            return Refusal(503, "too_many_connections", why, LATER)
        if not self._taken.room(who.ceiling):
            why = f"`{who.ceiling}` keeps as much here as one may"
            return Refusal(429, FULL, one_line(why), LATER)
        share = ADDRESS_SHARE if self._tokens is None else SHARE
        most = max(1, round(share * self._config.max_sessions))
        connected, cut = self._taken.held(who.ceiling)
        # One more than that where some are cut: it may go on with one of them.
        if connected >= most or connected + cut > most:
            why = f"`{who.ceiling}` has {connected + cut} sessions, cut ones included"
            return Refusal(429, "too_many_sessions", one_line(why), LATER)
        return None

    def _closed_to(self, request: HttpRequest) -> bool:
        """Whether that request may not see what sessions do here."""
        if self._tokens is None:
            return False
        try:
            self._tokens.check(bearer(_told(request)))
        except TokenError:
            return True
        return False


def _too_fast(bucket: Bucket, whose: str) -> Refusal | None:
    at = now()
    if bucket.take(whose, at):
        return None
    wait = bucket.wait(whose, at)
    return Refusal(429, "too_many_connections", "slower, please", wait)


def _proves_a_client(connection: ServerConnection) -> bool:
    """Whether its certificate is for that; who has signed it was looked at before."""
    over = connection.transport.get_extra_info("ssl_object")
    return over is None or is_for_clients(over.getpeercert(binary_form=True))


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


def marked(
    connection: ServerConnection, request: HttpRequest, response: HttpResponse
) -> None:
    """Whoever is let in is told that this is a region of ours."""
    if response.status_code == 101:
        response.headers[MARK] = "1"


def subprotocol(connection: ServerConnection, offered: Any) -> Subprotocol | None:
    """Browsers offer `realtime` beside their key; others offer nothing."""
    return Subprotocol("realtime") if "realtime" in offered else None


def _http(
    status: int,
    body: str | bytes,
    kind: str = "text/plain",
    *,
    again: float | None = None,
) -> HttpResponse:
    data = body.encode() if isinstance(body, str) else body
    headers = Headers(
        {
            "Content-Type": kind,
            "Content-Length": str(len(data)),
            "Cache-Control": "no-store",
            "Connection": "close",
        }
    )
    if again is not None or status in (429, 503):
        headers["Retry-After"] = str(max(1, math.ceil(again or SOON)))
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return HttpResponse(status, HTTPStatus(status).phrase, headers, data)
