"""A TCP proxy that does to a connection what networks do: for tests of one's own too.

    async with FaultProxy("127.0.0.1", 8765) as proxy:
        proxy.down.delay = 0.1            # seconds, each way on its own
        proxy.down.cut_after_messages = 7  # at a boundary of websocket messages
        ... connect to proxy.url("/v1/realtime") ...

Faults can be changed at any time; chance comes from a seed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from voiceagent.clock import now

__all__ = ["Fault", "FaultProxy"]

CHUNK = 65_536


@dataclass(slots=True)
class Fault:
    """What happens to one direction; as it is made, nothing."""

    delay: float = 0.0
    """Seconds that everything takes longer."""
    jitter: float = 0.0
    """Seconds added at most, by chance; the order stays."""
    bytes_per_second: float = 0.0
    """0: as fast as it goes."""
    hang: bool = False
    """Nothing goes through, and the connection stays open."""
    hang_after_messages: int = -1
    """... from that many websocket messages on; -1: never."""
    drip: float = 0.0
    """Seconds between two single bytes."""
    cut_after_bytes: int = -1
    """The connection ends there; -1: never."""
    cut_after_messages: int = -1
    """... behind that many websocket messages, the handshake not counted."""
    counted: str = ""
    """Only messages of the server that hold this text are counted; empty: all."""
    garble: float = 0.0
    """Share of the bytes behind the handshake that are changed."""
    reset: bool = False
    """A cut is a reset, not an end."""


class FaultProxy:
    """Listens on loopback and passes on, with faults."""

    def __init__(self, host: str, port: int, *, seed: int = 1) -> None:
        """`host`, `port`: where to pass on to."""
        self.up, self.down = Fault(), Fault()
        """From the client to the server, and back."""
        self.refuse = False
        """New connections are closed at once."""
        self.refuse_after_cut = False
        """... from the first cut on: the other side is dead."""
        self.connections = self.cuts = 0
        self.port = 0
        self._target = host, port
        self._chance = random.Random(seed)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> FaultProxy:
        self._server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.cut()

    def url(self, path: str = "", scheme: str = "ws") -> str:
        """The address to connect to instead."""
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def cut(self, *, reset: bool = True) -> None:
        """End all connections now."""
        for writer in list(self._open):
            self._end(writer, reset=reset)

    def heal(self) -> None:
        """From now on everything goes through."""
        self.up, self.down = Fault(), Fault()
        self.refuse = self.refuse_after_cut = False

    async def _connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        if self.refuse:
            self._end(writer, reset=True)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            self._end(writer, reset=True)
            return
        both = writer, far_writer
        self._open.update(both)
        ways = (
            asyncio.create_task(self._pass(reader, far_writer, both, up=True)),
            asyncio.create_task(self._pass(far_reader, writer, both, up=False)),
        )
        self._tasks.update(ways)
        await asyncio.wait(ways)
        self._tasks.difference_update(ways)
        for one in both:
            self._open.discard(one)
            one.close()

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        both: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
        *,
        up: bool,
    ) -> None:
        way = _Way()

        def fault() -> Fault:
            return self.up if up else self.down

        try:
            while data := await reader.read(CHUNK):
                arrived = now()
                while data:
                    rules = fault()
                    piece, data = way.split(data, rules)
                    if 0 <= rules.hang_after_messages <= way.messages:
                        rules.hang = True
                    await self._wait(rules, arrived, len(piece), fault)
                    await self._write(
                        writer, way.garbled(piece, rules, self._chance), rules
                    )
                    if way.at_cut(rules):
                        self.cuts += 1
                        self.refuse = self.refuse or self.refuse_after_cut
                        for one in both:
                            self._end(one, reset=rules.reset)
                        return
            writer.write_eof()
        except (OSError, RuntimeError):
            for one in both:
                self._end(one, reset=False)

    async def _wait(
        self, rules: Fault, arrived: float, size: int, fault: Callable[[], Fault]
    ) -> None:
        until = arrived + rules.delay + self._chance.random() * rules.jitter
        if rules.bytes_per_second:
            until = max(until, now()) + size / rules.bytes_per_second
        if (left := until - now()) > 0:
            await asyncio.sleep(left)
        while fault().hang:  # noqa: ASYNC110  rules are plain values
            await asyncio.sleep(0.005)

    async def _write(
        self, writer: asyncio.StreamWriter, piece: bytes, rules: Fault
    ) -> None:
        if not rules.drip:
            writer.write(piece)
            await writer.drain()
            return
        for byte in piece:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(rules.drip)

    def _end(self, writer: asyncio.StreamWriter, *, reset: bool) -> None:
        self._open.discard(writer)
        if reset:
            writer.transport.abort()
        else:
            writer.close()


class _Way:
    """Counts bytes and websocket messages of one direction."""

    def __init__(self) -> None:
        self.bytes = self.messages = 0
        self._head = True
        self._tail = b""
        self._left = 0
        self._header, self._text = bytearray(), bytearray()
        self._final, self._counted = False, b""

    def split(self, data: bytes, rules: Fault) -> tuple[bytes, bytes]:
        """As much as goes before a cut, and the rest."""
        end, self._counted = len(data), rules.counted.encode()
        if rules.cut_after_bytes >= 0:
            end = min(end, max(0, rules.cut_after_bytes - self.bytes))
        if rules.cut_after_messages >= 0:
            end = min(end, self._until(data, rules.cut_after_messages))
        else:
            self._until(data[:end], -1)
        self.bytes += end
        return data[:end], data[end:] if not self.at_cut(rules) else b""

    def at_cut(self, rules: Fault) -> bool:
        """Whether this is where the connection ends."""
        by_bytes = 0 <= rules.cut_after_bytes <= self.bytes
        done = not self._head and self._left == 0 and not self._header
        by_messages = 0 <= rules.cut_after_messages <= self.messages and done
        return by_bytes or by_messages

    def garbled(self, piece: bytes, rules: Fault, chance: random.Random) -> bytes:
        """The bytes, some of them changed."""
        if not rules.garble or self._head:
            return piece
        return bytes(
            byte ^ chance.randrange(1, 256) if chance.random() < rules.garble else byte
            for byte in piece
        )

    def _until(self, data: bytes, most: int) -> int:
        """Bytes up to the end of the message that is the last one allowed."""
        at = 0
        if self._head:
            whole = self._tail + data
            end = whole.find(b"\r\n\r\n")
            if end < 0:
                self._tail = whole[-3:]
                return len(data)
            at = end + 4 - len(self._tail)
            self._head = False
        while at < len(data):
            if 0 <= most <= self.messages and not self._left and not self._header:
                return at
            at += self._frame(data[at:])
        return at

    def _frame(self, data: bytes) -> int:
        """Bytes of this frame in `data`; counts a message at the end of its last."""
        if self._left:
            taken = min(self._left, len(data))
            self._left -= taken
            if self._counted and len(self._text) < CHUNK:
                self._text += data[:taken]
            self._count()
            return taken
        self._header += data[:1]
        size = _length(self._header)
        if size is not None:
            self._final = bool(self._header[0] & 0x80) and self._header[0] & 0x0F < 8
            self._left, self._header = size, bytearray()
            self._count()
        return 1

    def _count(self) -> None:
        if self._left == 0 and not self._header and self._final:
            self.messages += self._counted in self._text
            self._final = False
            self._text.clear()


def _length(header: bytearray) -> int | None:
    """Bytes that follow a frame's header; None while it is not complete."""
    if len(header) < 2:
        return None
    mask = 4 if header[1] & 0x80 else 0
    size = header[1] & 0x7F
    extra = {126: 2, 127: 8}.get(size, 0)
    if len(header) < 2 + extra + mask:
        return None
    if extra:
        size = int.from_bytes(header[2 : 2 + extra], "big")
    return size
