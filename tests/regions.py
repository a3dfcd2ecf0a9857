"""A real region on a free loopback port, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from voiceagent.privacy.payload import DataClass, Payload
from voiceagent.region.backend import AnswerText, Backend, Output, Request
from voiceagent.region.config import ServeConfig
from voiceagent.region.memory import Memory
from voiceagent.region.server import RegionServer
from voiceagent.region.sqlite_memory import SqliteMemory
from voiceagent.routing.config import RegionConfig
from voiceagent.routing.remote import AnswerWords, Envelope, Piece, Remote

SECRET = b"0123456789abcdef0123456789abcdef"


class Parrot:
    """A backend that repeats the question, word by word, when it is allowed to."""

    name = "parrot"
    calls_tools = True

    def __init__(self, *, pause: float = 0.0) -> None:
        self.pause = pause
        self.asked: list[Request] = []
        self.running = self.freed = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def start(self) -> None:
        """Nothing to get ready."""

    async def answer(self, request: Request) -> AsyncGenerator[Output, None]:
        """`You said ...`."""
        self.asked.append(request)
        self.running += 1
        try:
            for word in f"You said {request.messages[-1].text}.".split():
                await self.gate.wait()
                if self.pause:
                    await asyncio.sleep(self.pause)
                yield AnswerText(f"{word} ")
        finally:
            self.running -= 1
            self.freed += 1

    async def close(self) -> None:
        """Nothing to let go."""


@asynccontextmanager
async def region(
    backend: Backend | None = None,
    *,
    memory: Memory | None = None,
    config: ServeConfig | None = None,
    **more: Any,
) -> AsyncIterator[tuple[str, RegionServer]]:
    """The server while the block runs, and its address."""
    server = RegionServer(
        config or ServeConfig(port=0),
        backend or Parrot(),
        memory or SqliteMemory(None),
        resume_secret=SECRET,
        **more,
    )
    stop, started = asyncio.Event(), asyncio.get_running_loop().create_future()
    running = asyncio.create_task(server.run(started.set_result, stop.wait))
    await asyncio.wait({running, started}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        await running
    try:
        yield await started, server
    finally:
        stop.set()
        await running


def question(text: str, **more: Any) -> Payload:
    """A question as the gate would release it."""
    return Payload(data_class=DataClass.TEXT, text=text, **more)


def envelope(turn: int = 1, session: str = "test", **more: Any) -> Envelope:
    """Whose turn it is."""
    turn_id = f"{session}-{turn}"
    return Envelope(
        turn_id=turn_id,
        session_id=session,
        seq=turn,
        idempotency_key=turn_id,
        **{"remaining": 0.7, **more},
    )


async def words(remote: Remote, payload: Payload, asked: Envelope) -> str:
    """The whole answer."""
    pieces: list[Piece] = [piece async for piece in remote.ask(payload, asked)]
    return "".join(p.text for p in pieces if isinstance(p, AnswerWords)).strip()


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that tells nobody; a test's own limit ends it."""
    while not true():  # noqa: ASYNC110
        await asyncio.sleep(0.002)


def quick(url: str, **more: Any) -> RegionConfig:
    """Settings with short waits."""
    return RegionConfig(url=url, heartbeat_ms=50, dead_ms=300, **more)


def documents(folder: Path, write: Callable[[Path], None] | None = None) -> Path:
    """A folder with a small document."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "zoo.md").write_text("# Zoo\n\nThe lion is called Bruno.\n")
    if write:
        write(folder)
    return folder
