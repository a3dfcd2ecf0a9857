#!/usr/bin/env python3
"""Rolling restarts of a region under clients: the program itself, on one port.

    .venv/bin/python scripts/check_restart.py [--restarts 4] [--edges 6]

`voiceagent serve` with `serve.reuse_port` is begun beside the one that runs, which then
gets SIGTERM, again and again. Meanwhile edges ask one question after the other, and
clients of the bare protocol are connected. The bars: every question is answered, every
edge is in the conversation that it began with, every client is closed with 1001 and
let in again at once, and every server ends by itself with 0.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import socket
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

from lib.loopback import asked
from lib.region_client import served
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voiceagent.door.tokens import Tokens
from voiceagent.errors import RemoteFailed
from voiceagent.realtime.remote import RealtimeRemote
from voiceagent.realtime.target import Target
from voiceagent.region.sqlite_memory import SqliteMemory
from voiceagent.routing.config import RegionConfig
from voiceagent.routing.remote import AnswerWords

QUESTION, WORD = "who painted the tidewatcher", "Marlow"
WAIT, BETWEEN, CALM = 15.0, 0.3, 2.0
"""Seconds: for an answer at most, between two questions, and between two restarts."""


class Servers:
    """One after the other on one port, with one home."""

    def __init__(self, folder: Path, secret: str) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = int(found.getsockname()[1])
        self.url = f"ws://127.0.0.1:{self.port}/v1/realtime"
        self.codes: list[int] = []
        """With which they ended."""
        self._folder, self._secret, self._number = folder, secret, 0
        self._running = ExitStack()

    def next(self) -> None:
        """Begin one, and end the one that runs when it is there."""
        self._number += 1
        made = served(
            self._folder,
            *("reuse_port = true", "ears = 1"),
            *("[memory]", f'folder = "{self._folder}"'),
            port=self.port,
            name=f"region-{self._number}",
            ended=self.codes,
            VOICEAGENT_TOKEN_SECRET=self._secret,
        )
        running = ExitStack()
        running.enter_context(made)
        self.end()
        self._running = running

    def end(self) -> None:
        """The one that runs, as a service is ended."""
        self._running.close()


class Seen:
    """What edges and clients met."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        """`answered`, or the code of what went wrong."""
        self.closes: Counter[int] = Counter()
        """By code."""
        self.turned_away = 0
        self.slowest = 0.0
        """Seconds of an answer."""
        self.resumed = 0


async def edge(url: str, token: str, name: str, seen: Seen) -> None:
    """Asks until it is cancelled."""
    target = Target(name="region", url=url, token=token)
    remote = RealtimeRemote(target, RegionConfig(url=url), lambda event: None)
    running = asyncio.create_task(remote.run())
    turn = 0
    try:
        while True:
            turn += 1
            began, words = time.perf_counter(), ""
            payload, envelope = asked(QUESTION, turn, name, wait=WAIT)
            outcome = "without the words"
            try:
                async for piece in remote.ask(payload, envelope):
                    words += piece.text if isinstance(piece, AnswerWords) else ""
            except RemoteFailed as error:
                outcome = error.code
            seen.answers["answered" if WORD in words else outcome] += 1
            seen.slowest = max(seen.slowest, time.perf_counter() - began)
            await asyncio.sleep(BETWEEN)
    finally:
        seen.resumed += remote.resumed
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def client(url: str, token: str, seen: Seen) -> None:
    """Is connected, and comes again when it is sent away."""
    headers = {"Authorization": f"Bearer {token}"}
    while True:
        try:
            async with connect(url, additional_headers=headers, proxy=None) as line:
                with suppress(ConnectionClosed):
                    while True:
                        await line.recv()
            seen.closes[line.close_code or 1006] += 1
        except (OSError, InvalidStatus):
            seen.turned_away += 1
            await asyncio.sleep(0.05)


async def check(folder: Path, restarts: int, edges: int) -> bool:
    """Whether all bars are met."""
    secret, seen = secrets.token_hex(32), Seen()
    servers, tokens = Servers(folder, secret), Tokens(secret.encode(), "local")
    await asyncio.to_thread(servers.next)
    names = [f"edge-{number}" for number in range(edges)]
    with_tokens = [(name, tokens.issue(3600, subject=name)) for name in names]
    running = [
        *(asyncio.create_task(edge(servers.url, t, n, seen)) for n, t in with_tokens),
        *(asyncio.create_task(client(servers.url, t, seen)) for _, t in with_tokens),
    ]
    for _ in range(restarts):
        await asyncio.sleep(CALM)
        await asyncio.to_thread(servers.next)
    await asyncio.sleep(CALM)
    for task in running:
        task.cancel()
    ended = await asyncio.gather(*running, return_exceptions=True)
    broke = [end for end in ended if not isinstance(end, asyncio.CancelledError)]
    await asyncio.to_thread(servers.end)
    memory = SqliteMemory(folder / "region.sqlite")
    kept = len(await memory.conversations())
    await memory.close()
    codes = Counter(servers.codes)
    print(
        f"{restarts} restarts under {edges} edges and as many clients: questions "
        f"{dict(seen.answers)}, the slowest {seen.slowest:.1f} s; {seen.resumed} "
        f"sessions gone on with, {kept} conversations for {edges} edges; clients "
        f"closed {dict(seen.closes)}, turned away {seen.turned_away}; servers ended "
        f"{dict(codes)}"
    )
    return not broke and (
        set(seen.answers) == {"answered"}
        and kept == edges
        and set(seen.closes) <= {1001}
        and seen.closes[1001] == restarts * edges
        and not seen.turned_away
        and set(codes) == {0}
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--restarts", type=int, default=4)
    parser.add_argument("--edges", type=int, default=6)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        good = asyncio.run(check(Path(folder), given.restarts, given.edges))
    print("all bars met" if good else "a bar was missed")
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
