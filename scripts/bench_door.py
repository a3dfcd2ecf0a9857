#!/usr/bin/env python3
# ruff: noqa: ASYNC110  what is watched is in another process
"""One subject against the rest: what others feel while one of them takes all it can.

    .venv/bin/python scripts/bench_door.py [--rounds 3] [--only items,settings]

A client asks questions of a region with tokens, whose model takes 20 ms for a word. In
every second stretch another subject, in a process of its own, takes what it can get:
sessions, cut ones, sound to be heard, items, settings, answers, handshakes. Told are
the ratio of the medians of the first words, interleaved, and how often the good client
was refused, new connections included. The bars: 1.2 x, and none.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from lib.child import command, end, environment, start
from lib.from_tests import SECRET
from lib.loopback import asked
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from voiceagent.door.tokens import Tokens
from voiceagent.realtime.remote import RealtimeRemote
from voiceagent.realtime.target import Target
from voiceagent.routing.config import RegionConfig
from voiceagent.routing.remote import AnswerWords, LinkState

WAYS = ("sessions", "cut", "sound", "items", "settings", "answers", "handshakes")
QUESTIONS = 15
"""In a stretch."""
BAR = 1.2


async def stretches(url: str, way: str, rounds: int) -> tuple[float, float, int, int]:
    """Medians of the first words in quiet and under abuse, refusals, and knocks."""
    tokens = Tokens(SECRET, "local")
    good = tokens.issue(3600, subject="good")
    target = Target(name="region", url=url, token=good)
    far = RealtimeRemote(target, RegionConfig(url=url), lambda event: None)
    running = asyncio.create_task(far.run())
    while far.link is not LinkState.UP:
        await asyncio.sleep(0.01)
    firsts: dict[bool, list[float]] = {False: [], True: []}
    refused = knocks = turn = 0
    for _ in range(rounds):
        for abused in (False, True):
            abuser = None
            if abused:
                greedy = tokens.issue(3600, subject="greedy")
                abuser = await asyncio.create_subprocess_exec(
                    *command("greedy", url, way),
                    env=environment() | {"GREEDY_TOKEN": greedy},
                )
                await asyncio.sleep(1.5)
            for number in range(QUESTIONS):
                turn += 1
                began = time.perf_counter()
                async for piece in far.ask(*asked("hello there", turn, f"good-{way}")):
                    if isinstance(piece, AnswerWords):
                        firsts[abused].append(time.perf_counter() - began)
                        began = float("inf")
                        break
                if number % 5 == 0:
                    knocks += 1
                    headers = {"Authorization": f"Bearer {good}"}
                    try:
                        async with connect(url, additional_headers=headers):
                            pass
                    except (OSError, TimeoutError, InvalidStatus):
                        refused += 1
            if abuser is not None:
                assert abuser.returncode is None, "the abuser has given up"
                abuser.kill()
                await abuser.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    quiet, loud = (statistics.median(firsts[way]) for way in (False, True))
    return quiet, loud, refused, knocks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(WAYS))
    given = parser.parse_args()
    os.environ["PARROT_TOKENS"] = "1"
    good = True
    for way in given.only.split(","):
        with tempfile.TemporaryDirectory() as folder:
            store = str(Path(folder) / "region.sqlite")
            ours, url = start("parrot_server", "0", store, "0.02")
            quiet, loud, refused, knocks = asyncio.run(
                stretches(url, way, given.rounds)
            )
            end(ours)
        ratio = loud / quiet
        good = good and ratio <= BAR and not refused
        print(
            f"{way}: first words p50 {quiet * 1000:.1f}, under abuse "
            f"{loud * 1000:.1f} ms ({ratio:.2f} x); {refused} of {knocks} refused",
            flush=True,
        )
    print("all bars met" if good else "a bar was missed")
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
