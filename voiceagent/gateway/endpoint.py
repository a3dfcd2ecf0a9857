"""The endpoint: one address for both eras of MCP, beside health and metrics.

Who asks is decided from the headers; then the body is read, up to its limit. A
`tools/call` goes its own way: it costs half of what the SDK's would. All else is the
SDK's. A caller that goes away cancels its call.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from voiceagent.door.admission import Refusal
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
from voiceagent.gateway.call import CallPath
from voiceagent.gateway.call_record import CallReply
from voiceagent.gateway.caller import Caller, CallerDoor
from voiceagent.gateway.protocol import CALLER
from voiceagent.gateway.wire import (
    CallOnWire,
    WireError,
    adapted,
    call_on_wire,
    decoded,
    error_body,
    is_legacy,
    result_body,
)

__all__ = ["LARGEST_BODY", "Endpoint", "PATH", "RESOURCE"]

PATH = "/mcp"
RESOURCE = "/.well-known/oauth-protected-resource"
"""Where a client that was turned away reads what would let it in (RFC 9728)."""
LARGEST_BODY = 4 << 20
"""Bytes of a request."""
SLOWEST = 10.0
"""Seconds in which a body has to be there."""
SESSION = b"mcp-session-id"
NOBODY = Caller("nobody", "")
NO_CALL = CallOnWire(name="")
"""What somebody wanted who was turned away: it was not read."""

CallKey = tuple[str, str, str | int]


class Endpoint:
    """An ASGI application."""

    def __init__(
        self,
        path: CallPath,
        door: CallerDoor,
        manager: StreamableHTTPSessionManager,
        *,
        trouble: Callable[[], str],
        metrics: Callable[[], str],
    ) -> None:
        """`trouble`: why nobody should be sent here; `metrics`: the text of them."""
        self._path, self._door, self._manager = path, door, manager
        self._trouble, self._metrics = trouble, metrics
        self._running: dict[CallKey, asyncio.Task[CallReply]] = {}
        """Calls of older clients, which cancel by name."""

    async def __call__(
        self, scope: HttpScope, receive: HttpReceive, send: HttpSend
    ) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        place = scope["path"].rstrip("/")
        if place == "/healthz":
            trouble = self._trouble()
            return await _text(send, 503 if trouble else 200, f"{trouble or 'ok'}\n")
        if place in (RESOURCE, RESOURCE + PATH):
            return await _json(send, 200, _resource(scope))
        peer = (scope.get("client") or ("",))[0]
        caller = self._door.caller(scope["headers"], peer)
        if isinstance(caller, Refusal):
            if place == PATH and caller.status != 429:
                self._path.refused(NOBODY, NO_CALL, "door", caller.code)
            return await _turned_away(scope, send, caller)
        if place == "/metrics":
            return await _text(send, 200, self._metrics())
        if place != PATH:
            return await _text(send, 404, "not found\n")
        scope[CALLER] = caller
        await self._mcp(caller, scope, receive, send)

    async def _mcp(
        self, caller: Caller, scope: HttpScope, receive: HttpReceive, send: HttpSend
    ) -> None:
        if scope["method"] == "DELETE":  # of a session: nothing is kept of one
            return await _text(send, 200, "")
        if scope["method"] != "POST":
            return await _text(send, 405, "POST alone\n", (b"allow", b"POST, DELETE"))
        headers = [
            (k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]
        ]
        folded = dict(headers)
        if not is_json(scope):
            return await _text(send, 415, "application/json alone\n")
        body = await body_of(scope, receive, largest=LARGEST_BODY, slowest=SLOWEST)
        if isinstance(body, Refusal):
            return await refused(send, body)
        request = decoded(body)
        if isinstance(request, WireError):
            self._path.refused(caller, NO_CALL, "wire", request.message)
            return await answer(send, request.status, error_body(None, request), JSON)
        method = request.get("method")
        if method == "tools/call":
            return await self._call(caller, request, headers, receive, send)
        if method == "notifications/cancelled" and is_legacy(folded):
            self._cancel(caller, request, folded)
        await self._manager.handle_request(
            scope, _again(body, receive), _with_session(method, send)
        )

    async def _call(
        self,
        caller: Caller,
        request: Mapping[str, Any],
        headers: list[tuple[str, str]],
        receive: HttpReceive,
        send: HttpSend,
    ) -> None:
        """The direct path."""
        wanted = call_on_wire(request, headers, self._schema)
        if isinstance(wanted, WireError):
            params = request.get("params")
            name = params.get("name") if isinstance(params, dict) else None
            told = CallOnWire(name=name if isinstance(name, str) else "")
            self._path.refused(caller, told, "wire", wanted.message)
            id = request.get("id")
            told_id = id if isinstance(id, str | int) else None
            return await answer(send, wanted.status, error_body(told_id, wanted), JSON)
        key = caller.subject, dict(headers).get(SESSION.decode(), ""), wanted.id
        reply = await self._until_gone(caller, wanted, key, receive)
        if reply is not None:
            result = adapted(reply.result, legacy=wanted.legacy)
            await answer(send, 200, result_body(wanted.id, result), JSON)

    async def _until_gone(
        self, caller: Caller, wanted: CallOnWire, key: CallKey, receive: HttpReceive
    ) -> CallReply | None:
        """What became of the call; None where nobody waits for it any more."""
        async with asyncio.TaskGroup() as group:
            call = group.create_task(self._path(caller, wanted))
            watch = group.create_task(_gone(receive, call))
            call.add_done_callback(lambda _: watch.cancel())
            named = wanted.legacy and bool(key[1])
            if named:
                self._running[key] = call
                call.add_done_callback(lambda _: self._forget(key, call))
        return None if call.cancelled() else call.result()

    def _forget(self, key: CallKey, call: asyncio.Task[CallReply]) -> None:
        if self._running.get(key) is call:
            del self._running[key]

    def _cancel(
        self, caller: Caller, request: Mapping[str, Any], headers: Mapping[str, str]
    ) -> None:
        """An older client takes back a call of its own session."""
        params = request.get("params")
        id = params.get("requestId") if isinstance(params, dict) else None
        session = headers.get(SESSION.decode(), "")
        if isinstance(id, str | int) and session:
            call = self._running.get((caller.subject, session, id))
            if call is not None:
                call.cancel()

    def _schema(self, name: str) -> Mapping[str, Any] | None:
        seen = self._path.catalogue.state.tools.get(name)
        return seen.tool.input_schema if seen else None


async def _gone(receive: HttpReceive, call: asyncio.Task[CallReply]) -> None:
    """Cancels the call when its caller goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
    call.cancel()


def _again(body: bytes, receive: HttpReceive) -> HttpReceive:
    """The body once more, for whoever reads it next."""
    waiting: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": body, "more_body": False}
    ]

    async def received() -> MutableMapping[str, Any]:
        return waiting.pop() if waiting else await receive()

    return received


def _with_session(method: Any, send: HttpSend) -> HttpSend:
    """An older client is given a name for its session, by which it can take back its
    calls; nothing is kept under it."""
    if method != "initialize":
        return send

    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and message["status"] < 300:
            name = (SESSION, secrets.token_hex(16).encode())
            message = {**message, "headers": [*message["headers"], name]}
        await send(message)

    return sent


def _resource(scope: HttpScope) -> dict[str, Any]:
    return {
        "resource": _address(scope) + PATH,
        "bearer_methods_supported": ["header"],
        "resource_name": "voiceagent gateway",
    }


def _address(scope: HttpScope) -> str:
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    return f"{scope['scheme']}://{host}"


async def _turned_away(scope: HttpScope, send: HttpSend, why: Refusal) -> None:
    more: list[HttpHeader] = []
    if why.status == 401:
        place = f'Bearer resource_metadata="{_address(scope)}{RESOURCE}{PATH}"'
        more.append((b"www-authenticate", place.encode("latin-1")))
    await refused(send, why, *more)


async def _text(send: HttpSend, status: int, text: str, *more: HttpHeader) -> None:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    await answer(send, status, text.encode(), kind, *more)


async def _json(send: HttpSend, status: int, value: Any) -> None:
    await answer(send, status, json.dumps(value).encode(), JSON)
