"""A chat-completions server that has the habits of real ones, good and bad: over a real
socket, one habit at a time, by name."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "CALLED",
    "STOP",
    "TOOLS",
    "Habit",
    "Upstream",
    "after",
    "answered",
    "choice",
    "closed",
    "gone",
    "half_line",
    "in_pieces",
    "packed",
    "part",
    "said",
    "silent",
    "stalled",
    "streamed",
    "upstream_of",
]

Writer = asyncio.StreamWriter
Play = Callable[["Upstream", Writer], Awaitable[None]]
TOOLS = (
    {"type": "function", "name": "light", "parameters": {"type": "object"}},
    {"type": "function", "name": "door", "parameters": {"type": "object"}},
)
GZIP = "Content-Encoding: gzip"


@dataclass(frozen=True)
class Habit:
    """What the server does, and what an answer of it has to be."""

    play: Play
    words: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    """Names and arguments."""
    cut: str = ""
    error: str = ""
    """A pattern of what is said of it."""
    asked: int = 1
    """How often it is asked."""
    must_call: bool = False


@dataclass
class Upstream:
    """The server, and what it was asked."""

    habit: Habit
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    """The other end is gone."""
    reader: asyncio.StreamReader | None = None

    async def left_alone(self) -> None:
        """Until the other end is gone."""
        assert self.reader is not None
        await self.reader.read()
        self.hung_up.set()

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        self.reader = reader
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                if head.startswith("GET"):  # it tells of no models
                    writer.write(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
                    continue
                size = int(head.lower().split("content-length:")[1].split("\r\n")[0])
                self.heads.append(head)
                self.asked.append(json.loads(await reader.readexactly(size)))
                await self.habit.play(self, writer)
                if writer.is_closing():
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            self.hung_up.set()
        finally:
            writer.close()


@asynccontextmanager
async def upstream_of(habit: Habit) -> AsyncIterator[Upstream]:
    """The server, running on a port of its own."""
    made = Upstream(habit)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, limit=1 << 22)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield made
    finally:
        server.close()


def choice(reason: str | None = None, **delta: Any) -> str:
    told = {"index": 0, "delta": delta, "finish_reason": reason}
    return f"data: {json.dumps({'choices': [told]})}\n\n"


def part(index: int | None = None, **fields: Any) -> str:
    """A piece of a call of a tool."""
    call: dict[str, Any] = {} if index is None else {"index": index}
    function = {k: fields.pop(k) for k in ("name", "arguments") if k in fields}
    return choice(tool_calls=[{**call, **fields, "function": function}])


STOP = choice("stop") + "data: [DONE]\n\n"
CALLED = choice("tool_calls") + "data: [DONE]\n\n"


def head(*more: str, status: str = "200 OK", kind: str = "text/event-stream") -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Type: {kind}", *more)
    return "\r\n".join((*lines, "", "")).encode()


def streamed(*events: str, end: str = STOP) -> Play:
    """In chunks, one for each event; the connection is kept."""

    async def play(_: Upstream, writer: Writer) -> None:
        writer.write(head("Transfer-Encoding: chunked"))
        for text in (*events, *([end] if end else ())):
            writer.write(chunk(text.encode()))
            await writer.drain()
        writer.write(b"0\r\n\r\n")

    return play


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def answered(status: str, body: str = "", *more: str, kind: str = "") -> Play:
    """One answer with a length."""

    async def play(_: Upstream, writer: Writer) -> None:
        length = f"Content-Length: {len(body.encode())}"
        kind_ = kind or "application/json"
        writer.write(head(length, *more, status=status, kind=kind_) + body.encode())

    return play


def closed(*events: str) -> Play:
    """The end of the connection is the end of the answer."""

    async def play(_: Upstream, writer: Writer) -> None:
        writer.write(head("Connection: close") + "".join(events).encode())
        writer.close()

    return play


def packed(data: bytes, *, valid: bool = True) -> Play:
    async def play(_: Upstream, writer: Writer) -> None:
        squeeze = zlib.compressobj(wbits=31)
        body = squeeze.compress(data) + squeeze.flush()
        body = body if valid else body[::-1]
        writer.write(head(GZIP, f"Content-Length: {len(body)}") + body)

    return play


def in_pieces(size: int) -> Play:
    """Whole events, cut anywhere."""

    async def play(_: Upstream, writer: Writer) -> None:
        data = (said("Bruno is ", "the lion.") + STOP).encode()
        writer.write(head("Transfer-Encoding: chunked"))
        for start in range(0, len(data), size):
            writer.write(chunk(data[start : start + size]))
            await writer.drain()
        writer.write(b"0\r\n\r\n")

    return play


def after(first: Play, then: Play) -> Play:
    """Another habit from the second question on."""

    async def play(server: Upstream, writer: Writer) -> None:
        await (first if len(server.asked) == 1 else then)(server, writer)

    return play


async def gone(_: Upstream, writer: Writer) -> None:
    writer.close()


async def silent(server: Upstream, _: Writer) -> None:
    await server.left_alone()


async def stalled(server: Upstream, writer: Writer) -> None:
    writer.write(head("Transfer-Encoding: chunked") + chunk(said("Bruno").encode()))
    await server.left_alone()


async def half_line(_: Upstream, writer: Writer) -> None:
    writer.write(head("Transfer-Encoding: chunked"))
    for _number in range(40):
        writer.write(chunk(b"data: {" + b" " * 65_536))
        await writer.drain()


def said(*texts: str) -> str:
    return "".join(choice(content=text) for text in texts)
