"""What an HTTP endpoint of ours reads and sends, as an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from voiceagent.door.admission import Refusal

__all__ = [
    "JSON",
    "HttpHeader",
    "HttpReceive",
    "HttpScope",
    "HttpSend",
    "answer",
    "body_of",
    "is_json",
    "refused",
]

HttpScope = MutableMapping[str, Any]
HttpReceive = Callable[[], Awaitable[MutableMapping[str, Any]]]
HttpSend = Callable[[MutableMapping[str, Any]], Awaitable[None]]
HttpHeader = tuple[bytes, bytes]
JSON: HttpHeader = (b"content-type", b"application/json")


def is_json(scope: HttpScope) -> bool:
    """Whether its body says that it is JSON."""
    kinds = [value.lower() for name, value in scope["headers"] if name == JSON[0]]
    return bool(kinds) and all(kind.startswith(JSON[1]) for kind in kinds)


async def body_of(
    scope: HttpScope, receive: HttpReceive, *, largest: int, slowest: float
) -> bytes | Refusal:
    """All of the body, however it comes: `largest` bytes within `slowest` seconds."""
    large = Refusal(413, "large", f"more than {largest} bytes")
    told = dict(scope["headers"]).get(b"content-length", b"")
    if told.isdigit() and int(told[:12]) > largest:
        return large
    body: bytes = b""
    try:
        async with asyncio.timeout(slowest):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return Refusal(400, "gone", "nobody waits")
                body += message.get("body", b"")
                if len(body) > largest:
                    return large
                if not message.get("more_body"):
                    return body
    except TimeoutError:
        return Refusal(408, "slow", "the body is too slow")


async def answer(
    send: HttpSend, status: int, body: bytes, *headers: HttpHeader
) -> None:
    """The whole of an answer, which nobody is to keep."""
    told = [*headers, (b"content-length", str(len(body)).encode())]
    told.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})


async def refused(send: HttpSend, why: Refusal, *headers: HttpHeader) -> None:
    """Not let in or not answered: why, and when it may be tried again."""
    told = [JSON, *headers]
    if why.again is not None:
        told.append((b"retry-after", str(max(1, round(why.again))).encode()))
    body = {"error": {"code": why.code, "message": why.message}}
    await answer(send, why.status, msgspec.json.encode(body), *told)
