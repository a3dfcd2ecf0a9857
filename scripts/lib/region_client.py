"""A region served by the program itself, and clients that speak to it by websocket."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect

__all__ = ["BYTES", "Client", "Exchange", "healthy", "ready", "served"]

BYTES = 48_000
"""A second of sound on the wire."""
ANSWER = 60
"""Tokens of an answer at most: a model of random weights does not end by itself."""
PIECE = 0.1
"""Seconds of sound in a message of somebody who speaks."""


@contextmanager
def served(
    folder: Path,
    *lines: str,
    port: int = 0,
    name: str = "region",
    ended: list[int] | None = None,
    **more: str,
) -> Iterator[tuple[str, int]]:
    """`voiceagent serve` with these lines as its configuration: address, process. One
    of each `name` in a folder, which is the home of all; `ended`: gets the code that
    it ends with; `more`: variables."""
    config = folder / f"{name}.toml"
    config.write_text("\n".join(["[serve]", f"port = {port}", *lines]) + "\n", "utf-8")
    program = str(Path(sys.executable).with_name("voiceagent"))
    home = {"HOME": str(folder), "XDG_STATE_HOME": str(folder)}
    environment = os.environ | home | more
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [program, "serve", "--json", "--config", str(config)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
            cwd=folder,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise SystemExit((folder / f"{name}.log").read_text())
        yield json.loads(line)["url"], process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        if ended is not None:
            ended.append(process.returncode)


def healthy(url: str) -> bool:
    """Whether its page says so."""
    import httpx

    page = url.replace("ws://", "http://").rpartition("/v1")[0] + "/healthz"
    return httpx.get(page, timeout=5.0).status_code == 200


async def ready(url: str, ears: int) -> None:
    """Until so many of its processes can hear."""
    import httpx

    page = url.replace("ws://", "http://").rpartition("/v1")[0] + "/metrics"
    async with httpx.AsyncClient() as http:
        # What is watched is in another process.
        while f"voiceagent_ears {ears}.0" not in (await http.get(page)).text:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


class Exchange:
    """One turn: what was said, and what came."""

    def __init__(self) -> None:
        self.asked = time.perf_counter()
        self.first: float | None = None
        """Seconds to the first words of the answer."""
        self.heard: str | None = None
        """The words of the turn; None: not known."""
        self.why = ""
        """Code of what kept its words from being made out."""
        self.status = ""
        """Of the response; empty: it is open."""
        self.took = 0.0
        self.over = asyncio.Event()

    @property
    def open_for(self) -> float:
        """Seconds that its response was or is open."""
        return self.took if self.status else time.perf_counter() - self.asked


class Client:
    """Speaks, and ends its turns itself."""

    def __init__(self, url: str, *, spoken: bool = False, **heard: Any) -> None:
        """`spoken`: it wants to hear the answers; `heard`: settings of its input."""
        self._url = url
        self._input = {"turn_detection": None, **heard}
        self._modality = "audio" if spoken else "text"
        self.exchange = Exchange()
        self.errors = 0
        self.closed = False
        """Whether the server ended it."""
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._socket = await connect(
            self._url, compression=None, max_size=None, proxy=None, open_timeout=30
        )
        self._reader = asyncio.create_task(self._read(self._socket))
        session = {
            "type": "realtime",
            "max_output_tokens": ANSWER,
            "output_modalities": [self._modality],
            "audio": {"input": self._input},
        }
        await self.send({"type": "session.update", "session": session})
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._socket is not None and self._reader is not None
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._socket.close()

    async def send(self, event: dict[str, Any] | str) -> None:
        """Any event, or any text."""
        assert self._socket is not None
        await self._socket.send(event if isinstance(event, str) else json.dumps(event))

    async def sound(self, pcm: bytes) -> None:
        """At once."""
        audio = base64.b64encode(pcm).decode()
        await self.send({"type": "input_audio_buffer.append", "audio": audio})

    async def speak(self, pcm: bytes) -> None:
        """In real time."""
        began, step = time.perf_counter(), round(PIECE * BYTES)
        for number, at in enumerate(range(0, len(pcm), step), 1):
            await self.sound(pcm[at : at + step])
            left = began + number * PIECE - time.perf_counter()
            await asyncio.sleep(max(0.0, left))

    async def ask(self) -> Exchange:
        """End the turn, and ask for an answer; it is over when its event is set."""
        self.exchange = Exchange()
        await self.commit()
        await self.send({"type": "response.create"})
        return self.exchange

    async def commit(self) -> None:
        """End the turn."""
        await self.send({"type": "input_audio_buffer.commit"})

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for message in socket:
                self._told(json.loads(message))
        finally:
            self.closed = True

    def _told(self, event: dict[str, Any]) -> None:
        exchange, kind = self.exchange, event["type"]
        after = time.perf_counter() - exchange.asked
        if kind == "error":
            self.errors += 1
        elif kind.endswith("input_audio_transcription.completed"):
            exchange.heard = event["transcript"]
        elif kind.endswith("input_audio_transcription.failed"):
            exchange.why = event["error"]["code"]
        elif kind.startswith("response.output_") and kind.endswith(".delta"):
            exchange.first = exchange.first or after
        elif kind == "response.done":
            exchange.status = event["response"]["status"]
            exchange.took = after
            exchange.over.set()
