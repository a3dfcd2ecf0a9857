"""The HTTP face of a point of presence: one ASGI application, which keeps nothing.

    POST /v1/route   {"text": "turn on the light"} -> intent, slots, probability, tier
    GET  /healthz    whether anybody should be sent here
    GET  /metrics    counters

The time that the caller has left comes as `voiceagent-remaining-ms`; what cannot be
told by then is not told. Who asks is decided before a body is read.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from voiceagent.clock import Compute, now
from voiceagent.door.admission import Refusal
from voiceagent.errors import VoiceAgentError
from voiceagent.gateway.caller import CallerDoor
from voiceagent.pop.classifier import Classifier

__all__ = ["REMAINING", "RouteEndpoint"]

log = logging.getLogger(__name__)

REMAINING = "voiceagent-remaining-ms"
ROUTE = "/v1/route"
LARGEST_BODY = 16 * 1024
SLOWEST = 5.0
"""Seconds for a body."""
USUAL = 2.0
"""Seconds that a sentence has where nobody says how much is left."""
LONGEST = 30.0
MOST_WAITING = 64
"""Sentences that may wait for the one thread; more are sent away."""
STAGE = "slm"

PopScope = MutableMapping[str, Any]
PopReceive = Callable[[], Awaitable[MutableMapping[str, Any]]]
PopSend = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class RouteRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence to be classified."""

    text: Annotated[str, Meta(min_length=1, max_length=2000)]


class Turned(Exception):
    """No answer, and why: with its status and its code."""

    def __init__(self, status: int, code: str, why: str, again: str = "") -> None:
        super().__init__(why)
        self.status, self.code, self.why, self.again = status, code, why, again


class RouteEndpoint:
    """Answers requests of one process."""

    def __init__(
        self,
        classify: Classifier,
        compute: Compute,
        door: CallerDoor,
        *,
        trouble: Callable[[], str] = lambda: "",
    ) -> None:
        """`trouble`: why nobody should be sent here; empty: there is no reason."""
        self._classify, self._compute, self._door = classify, compute, door
        self._trouble = trouble
        self._waiting = 0
        self._counts: Counter[tuple[str, str]] = Counter()

    async def __call__(
        self, scope: PopScope, receive: PopReceive, send: PopSend
    ) -> None:
        if scope["type"] != "http":
            return
        try:
            status, body, kind = await self._answered(scope, receive)
            more: list[tuple[bytes, bytes]] = []
        except Turned as error:
            status, kind = error.status, b"application/json"
            body = _json({"error": {"code": error.code, "message": error.why}})
            more = [(b"retry-after", error.again.encode())] if error.again else []
        self._counts["requests", str(status)] += 1
        headers = [(b"content-type", kind), *more, (b"cache-control", b"no-store")]
        headers.append((b"content-length", str(len(body)).encode()))
        await send(
            {"type": "http.response.start", "status": status, "headers": headers}
        )
        await send({"type": "http.response.body", "body": body})

    async def _answered(
        self, scope: PopScope, receive: PopReceive
    ) -> tuple[int, bytes, bytes]:
        path, method = scope["path"], scope["method"]
        wanted = {ROUTE: "POST", "/healthz": "GET", "/metrics": "GET"}.get(path)
        if wanted is None:
            raise Turned(404, "unknown", "there is no such path")
        if method != wanted:
            raise Turned(405, "method", f"{wanted} alone")
        if path == "/healthz":
            why = self._trouble()
            state = {"ok": not why, "trouble": why, "model": self._classify.model}
            return 503 if why else 200, _json(state), b"application/json"
        self._let_in(scope)
        if path == "/metrics":
            return 200, self._metrics().encode(), b"text/plain; version=0.0.4"
        left = _left(scope)
        asked = _read(await _body(scope, receive))
        made = await self._routed(asked.text, left)
        return 200, made, b"application/json"

    def _let_in(self, scope: PopScope) -> None:
        client = scope.get("client") or ("", 0)
        caller = self._door.caller(scope["headers"], str(client[0]))
        if isinstance(caller, Refusal):
            again = "" if caller.again is None else str(max(1, round(caller.again)))
            raise Turned(caller.status, caller.code, caller.message, again)

    async def _routed(self, text: str, left: float) -> bytes:
        if self._waiting >= MOST_WAITING:
            raise Turned(503, "busy", "too many wait", "1")
        began = now()
        self._waiting += 1
        try:
            async with asyncio.timeout(left):
                found = await self._compute(STAGE, self._classify, text)
        except TimeoutError:
            raise Turned(504, "late", "not within the time that was left") from None
        except VoiceAgentError as error:
            raise Turned(503, error.code, "the model was lost", "1") from error
        except Exception as error:  # whatever an engine raises; its words are not told
            log.error("a sentence broke", extra={"error": type(error).__name__})
            raise Turned(500, "bug", "it cannot be classified") from None
        finally:
            self._waiting -= 1
        self._counts["routed", found.tier] += 1
        took = round((now() - began) * 1000, 3)
        return _json({**found.as_json(), "took_ms": took})

    def _metrics(self) -> str:
        """Counters as Prometheus reads them."""
        labels = {"requests": "status", "routed": "tier"}
        lines = [f"voiceagent_pop_waiting {self._waiting}"]
        lines += [
            f'voiceagent_pop_{name}_total{{{labels[name]}="{value}"}} {count}'
            for (name, value), count in sorted(self._counts.items())
        ]
        return "\n".join(lines) + "\n"


def _left(scope: PopScope) -> float:
    """Seconds that the caller has left."""
    told = [v for name, v in scope["headers"] if name == REMAINING.encode()]
    if not told:
        return USUAL
    with suppress(ValueError):
        left = float(told[0]) / 1000
        if len(told) == 1 and 0.0 < left <= LONGEST:
            return left
        if len(told) == 1 and left <= 0.0:
            raise Turned(504, "late", "no time is left")
    raise Turned(400, "remaining", f"`{REMAINING}` is no time")


def _read(body: bytes) -> RouteRequest:
    try:
        return msgspec.json.decode(body, type=RouteRequest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        why = 'send {"text": "..."} with 1 to 2000 letters'
        raise Turned(400, "body", why) from None


async def _body(scope: PopScope, receive: PopReceive) -> bytes:
    """All of it, however it comes."""
    kinds = [v for name, v in scope["headers"] if name == b"content-type"]
    if not kinds or not kinds[0].lower().startswith(b"application/json"):
        raise Turned(415, "type", "application/json alone")
    body: bytes = b""
    try:
        async with asyncio.timeout(SLOWEST):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Turned(400, "gone", "nobody waits")
                body += message.get("body", b"")
                if len(body) > LARGEST_BODY:
                    raise Turned(413, "large", f"more than {LARGEST_BODY} bytes")
                if not message.get("more_body"):
                    return body
    except TimeoutError:
        raise Turned(408, "slow", "the body is too slow") from None


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)
