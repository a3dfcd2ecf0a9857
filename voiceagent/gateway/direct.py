"""Calls of a server over HTTP in the era of 2026-07-28: one request, one answer.

Nothing is kept between two calls in that era, so a call needs none of what the SDK's
client keeps for it: half of what it costs. Leaving before the answer closes the
response, and that is the cancel.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import msgspec
from mcp.shared.inbound import (
    encode_header_value,
    mcp_param_headers,
    x_mcp_header_map,
)

from voiceagent import __version__
from voiceagent.errors import LinkDown, RemoteFailed
from voiceagent.errors.foreign import one_line

__all__ = ["DirectCalls"]

META = "io.modelcontextprotocol/"
OPENING = {"connect": 10.0, "read": None, "write": 10.0, "pool": 10.0}
"""Seconds; how long an answer may take is the caller's deadline."""


class DirectCalls:
    """One server's `tools/call`."""

    def __init__(
        self,
        transport: httpx2.AsyncBaseTransport,
        url: str,
        version: str,
        *,
        most: int,
        token: str = "",
    ) -> None:
        """`version`: that was agreed on; `most`: bytes of an answer."""
        self._transport, self._url, self._most = transport, httpx2.URL(url), most
        self._ids = itertools.count(1)
        self._headers = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "accept-encoding": "identity",
            "mcp-protocol-version": version,
            "mcp-method": "tools/call",
        }
        if token:
            self._headers["authorization"] = f"Bearer {token}"
        self._envelope = {
            META + "protocolVersion": version,
            META + "clientCapabilities": {},
            META + "clientInfo": {"name": "voiceagent-gateway", "version": __version__},
        }
        self._maps: dict[int, tuple[object, Mapping[tuple[str, ...], str]]] = {}

    async def call(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        meta: Mapping[str, Any],
        schema: Mapping[str, Any],
    ) -> dict[str, Any]:
        """The result; raises `LinkDown` where nobody is there, else `RemoteFailed`."""
        id = next(self._ids)
        params = {
            "name": tool,
            "arguments": arguments,
            "_meta": {**meta, **self._envelope},
        }
        told = {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}
        headers = {**self._headers, "mcp-name": encode_header_value(tool)}
        headers |= mcp_param_headers(self._map(schema), arguments)
        request = httpx2.Request(
            "POST",
            self._url,
            headers=headers,
            content=msgspec.json.encode(told),
            extensions={"timeout": OPENING},
        )
        try:
            return await self._answer(request, id)
        except httpx2.HTTPError as error:
            raise LinkDown(
                "the server cannot be reached", cause=type(error).__name__
            ) from error

    def _map(self, schema: Mapping[str, Any]) -> Mapping[tuple[str, ...], str]:
        """Which arguments are mirrored in headers."""
        found = self._maps.get(id(schema))
        if found is None or found[0] is not schema:
            if len(self._maps) > 1000:
                self._maps.clear()
            found = self._maps[id(schema)] = schema, x_mcp_header_map(schema)
        return found[1]

    async def _answer(self, request: httpx2.Request, id: int) -> dict[str, Any]:
        response = await self._transport.handle_async_request(request)
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream)
        try:
            kind = response.headers.get("content-type", "").lower()
            if kind.startswith("text/event-stream"):
                return await self._of_events(stream, id)
            whole = b"".join([piece async for piece in self._bounded(stream)])
            if not kind.startswith("application/json"):
                raise RemoteFailed(
                    "it did not answer as MCP has it",
                    cause=f"status {response.status_code}",
                )
            return _result(whole, id)
        finally:
            await stream.aclose()

    async def _of_events(
        self, stream: httpx2.AsyncByteStream, id: int
    ) -> dict[str, Any]:
        """The message that answers, among those that tell of progress."""
        kept = b""
        async for piece in self._bounded(stream):
            kept = (kept + piece).replace(b"\r\n", b"\n")
            *events, kept = kept.split(b"\n\n")
            for event in events:
                data = b"\n".join(
                    line[5:].removeprefix(b" ")
                    for line in event.split(b"\n")
                    if line.startswith(b"data:")
                )
                if data and _id(data) == id:
                    return _result(data, id)
        raise LinkDown("the server broke off", cause="before it had answered")

    async def _bounded(self, stream: httpx2.AsyncByteStream) -> AsyncIterator[bytes]:
        left = self._most
        async for piece in stream:
            left -= len(piece)
            if left < 0:
                raise RemoteFailed(
                    "it answered too much", cause=f"more than {self._most} bytes"
                )
            yield piece


def _id(data: bytes) -> object:
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return (
        found.get("id") if isinstance(found, dict) and "method" not in found else None
    )


def _result(data: bytes, id: int) -> dict[str, Any]:
    """What an answer holds; raises `RemoteFailed`."""
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        raise RemoteFailed("it did not answer as MCP has it", cause="it is no JSON")
    error, result = found.get("error"), found.get("result")
    if isinstance(error, dict):
        raise RemoteFailed("it was refused", cause=one_line(str(error.get("message"))))
    if (
        type(found.get("id")) is not int
        or found["id"] != id
        or not isinstance(result, dict)
    ):
        cause = "another id, or no result"
        raise RemoteFailed("it did not answer as MCP has it", cause=cause)
    return result
