"""Servers that answer over HTTP as they should not: a call ends with words, and the
next one is as good as any."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import msgspec
import pytest

from voiceagent.errors import LinkDown, RemoteFailed
from voiceagent.gateway.direct import DirectCalls

pytestmark = pytest.mark.unit
MOST = 10_000


class Pieces(httpx2.AsyncByteStream):
    def __init__(self, *pieces: bytes, rest: bool = False) -> None:
        self.pieces, self.rest, self.closed = pieces, rest, False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.rest:
            await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.closed = True


class Server(httpx2.AsyncBaseTransport):
    def __init__(self, kind: str, stream: Pieces) -> None:
        self.kind, self.stream, self.seen = kind, stream, list[httpx2.Request]()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        headers = {"content-type": self.kind}
        return httpx2.Response(200, headers=headers, stream=self.stream)


def called(server: Server, arguments: Any = None, schema: Any = None) -> Any:
    calls = DirectCalls(
        server, "http://127.0.0.1/mcp", "2026-07-28", most=MOST, token="t"
    )

    async def main() -> Any:
        async with asyncio.timeout(0.2):
            return await calls.call("tool", arguments or {}, {}, schema or {})

    return asyncio.run(main())


def answer(id: object = 1, **more: Any) -> bytes:
    more = more or {"result": {"content": [], "resultType": "complete"}}
    return msgspec.json.encode({"jsonrpc": "2.0", "id": id, **more})


EVENTS = b": ping\r\n\r\nevent: message\r\ndata: %s\r\n\r\ndata: %s\n\n"
PROGRESS = b'{"jsonrpc":"2.0","method":"notifications/progress","params":{}}'


def test_an_answer_may_come_in_events_cut_anywhere() -> None:
    whole = EVENTS % (PROGRESS, answer())
    for size in (1, 2, 7, 50, len(whole)):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        server = Server("text/event-stream; charset=utf-8", Pieces(*pieces, rest=True))
        assert called(server)["content"] == []
        assert server.stream.closed


def test_what_is_sent_is_what_the_era_wants() -> None:
    schema = {
        "type": "object",
        "properties": {"room": {"type": "string", "x-mcp-header": "Room"}},
    }
    server = Server("application/json", Pieces(answer()))
    called(server, {"room": "küche"}, schema)
    (request,) = server.seen
    assert request.headers["mcp-name"] == "tool"
    assert request.headers["mcp-param-room"].startswith("=?base64?")
    assert request.headers["authorization"] == "Bearer t"


@pytest.mark.parametrize(
    ("kind", "pieces", "words"),
    [
        ("application/json", [b"<html>"], "no JSON"),
        ("application/json", [b"[]"], "no JSON"),
        ("application/json", [b"[" * 9000], "no JSON"),
        ("application/json", [answer(2)], "another id"),
        ("application/json", [answer(True)], ""),
        ("application/json", [answer(1, result=[])], "no result"),
        ("application/json", [answer(1, error={"message": "n\no"})], "n o"),
        ("application/json", [b"x" * 600] * 20, "too much"),
        ("text/event-stream", [b"data: x\n\n" * 2000], "too much"),
        ("text/html", [b"<html>"], "status 200"),
    ],
)
def test_what_is_no_answer_is_refused(
    kind: str, pieces: list[bytes], words: str
) -> None:
    server = Server(kind, Pieces(*pieces))
    with pytest.raises(RemoteFailed) as refused:
        called(server)
    assert words in refused.value.brief
    assert server.stream.closed


def test_one_that_breaks_off_is_down_and_one_that_never_ends_is_closed() -> None:
    with pytest.raises(LinkDown):
        called(Server("text/event-stream", Pieces(b"data: {}\n\n")))
    hung = Server("text/event-stream", Pieces(b": ping\n\n", rest=True))
    with pytest.raises(TimeoutError):
        called(hung)
    assert hung.stream.closed
