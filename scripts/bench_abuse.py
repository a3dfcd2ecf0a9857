#!/usr/bin/env python3
# ruff: noqa: ASYNC110  what is watched is in another process
"""Do those who behave feel those who do not? A region under abuse, on loopback.

    .venv/bin/python scripts/bench_abuse.py [--rounds 5]

A client asks questions, one after the other, of a region whose model takes 20 ms for a
word. In every second stretch a process of its own abuses the same region: 300 events a
second that are malformed, unknown, out of order, oversized or wrong base64; readers
that do not read what they are sent; 50 connections a second that say nothing or
nonsense. Told are the medians of all stretches; the bar is 10 % for first words and
whole answers.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from lib.child import command, end, environment
from lib.loopback import asked, region, remote

from voiceagent.routing.remote import AnswerWords, LinkState
from voiceagent.trace.turn_rows import percentile

QUESTIONS = 40
"""In a stretch."""
BAR = 1.10


async def stretches(url: str, rounds: int) -> dict[bool, list[tuple[float, float]]]:
    """Seconds to the first words and to the end, without and with abuse."""
    took: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    far = remote(url)
    running = asyncio.create_task(far.run())
    while far.link is not LinkState.UP:
        await asyncio.sleep(0.01)
    turn = 0
    for _ in range(rounds):
        for abused in (False, True):
            abuser = None
            if abused:
                abuser = await asyncio.create_subprocess_exec(
                    *command("abuser", url), env=environment()
                )
                await asyncio.sleep(1.0)
            for _ in range(QUESTIONS):
                turn += 1
                began, first = time.perf_counter(), 0.0
                async for piece in far.ask(*asked("hello there", turn, "good")):
                    if isinstance(piece, AnswerWords) and not first:
                        first = time.perf_counter() - began
                took[abused].append((first, time.perf_counter() - began))
            if abuser is not None:
                assert abuser.returncode is None, "the abuser has given up"
                abuser.kill()
                await abuser.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours, url = region(Path(folder), pause=0.02)
        took = asyncio.run(stretches(url, given.rounds))
        end(ours)
    good = True
    for at, name in enumerate(("first words", "whole answer")):
        quiet, loud = ([one[at] * 1000 for one in took[way]] for way in (False, True))
        ratio = statistics.median(loud) / statistics.median(quiet)
        good = good and ratio <= BAR
        print(
            f"{name}: p50 {statistics.median(quiet):.1f}, under abuse "
            f"{statistics.median(loud):.1f} ms ({ratio:.2f} x); p95 "
            f"{percentile(quiet, 0.95):.1f}, {percentile(loud, 0.95):.1f} ms"
        )
    print(f"{len(took[True])} questions under abuse, all answered")
    print("all bars met" if good else "a bar was missed")
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
