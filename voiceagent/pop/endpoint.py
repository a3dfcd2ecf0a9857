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
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from voiceagent.clock import Compute, now
from voiceagent.door.admission import Refusal
from voiceagent.errors import VoiceAgentError
from voiceagent.gateway.asgi import (
    JSON,
    HttpHeader,
    HttpReceive,
    HttpScope,
    HttpSend,
    answer,
    body_of,
    is_json,
    refused,
)
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
COUNTERS: HttpHeader = (b"content-type", b"text/plain; version=0.0.4")


class RouteRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence to be classified."""

    text: Annotated[str, Meta(min_length=1, max_length=2000)]


class Turned(Exception):
    """No answer, and why."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.message)
        self.why = why


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
        self, scope: HttpScope, receive: HttpReceive, send: HttpSend
    ) -> None:
        if scope["type"] != "http":
            return
        try:
            status, kind, body = await self._answered(scope, receive)
        except Turned as error:
            self._counts["requests", str(error.why.status)] += 1
            return await refused(send, error.why)
        self._counts["requests", str(status)] += 1
        await answer(send, status, body, kind)

    async def _answered(
        self, scope: HttpScope, receive: HttpReceive
    ) -> tuple[int, HttpHeader, bytes]:
        path, method = scope["path"], scope["method"]
        wanted = {ROUTE: "POST", "/healthz": "GET", "/metrics": "GET"}.get(path)
        if wanted is None:
            raise Turned(Refusal(404, "unknown", "there is no such path"))
        if method != wanted:
            raise Turned(Refusal(405, "method", f"{wanted} alone"))
        if path == "/healthz":
            why = self._trouble()
            state = {"ok": not why, "trouble": why, "model": self._classify.model}
            return 503 if why else 200, JSON, _json(state)
        peer = (scope.get("client") or ("",))[0]
        caller = self._door.caller(scope["headers"], peer)
        if isinstance(caller, Refusal):
            raise Turned(caller)
        if path == "/metrics":
            return 200, COUNTERS, self._metrics().encode()
        left = _left(scope)
        asked = await _asked(scope, receive)
        return 200, JSON, await self._routed(asked.text, left)

    async def _routed(self, text: str, left: float) -> bytes:
        if self._waiting >= MOST_WAITING:
            raise Turned(Refusal(503, "busy", "too many wait", 1.0))
        began = now()
        self._waiting += 1
        try:
            async with asyncio.timeout(left):
                found = await self._compute(STAGE, self._classify, text)
        except TimeoutError:
            late = Refusal(504, "late", "not within the time that was left")
            raise Turned(late) from None
        except VoiceAgentError as error:
            lost = Refusal(503, error.code, "the model was lost", 1.0)
            raise Turned(lost) from error
        except Exception as error:  # whatever an engine raises; its words are not told
            log.error("a sentence broke", extra={"error": type(error).__name__})
            broken = Refusal(500, "bug", "it cannot be classified")
            raise Turned(broken) from None
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


def _left(scope: HttpScope) -> float:
    """Seconds that the caller has left."""
    told = [v for name, v in scope["headers"] if name == REMAINING.encode()]
    if not told:
        return USUAL
    with suppress(ValueError):
        left = float(told[0]) / 1000
        if len(told) == 1 and 0.0 < left <= LONGEST:
            return left
        if len(told) == 1 and left <= 0.0:
            raise Turned(Refusal(504, "late", "no time is left"))
    raise Turned(Refusal(400, "remaining", f"`{REMAINING}` is no time"))


async def _asked(scope: HttpScope, receive: HttpReceive) -> RouteRequest:
    if not is_json(scope):
        raise Turned(Refusal(415, "type", "application/json alone"))
    body = await body_of(scope, receive, largest=LARGEST_BODY, slowest=SLOWEST)
    if isinstance(body, Refusal):
        raise Turned(body)
    try:
        return msgspec.json.decode(body, type=RouteRequest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        why = 'send {"text": "..."} with 1 to 2000 letters'
        raise Turned(Refusal(400, "body", why)) from None


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)
