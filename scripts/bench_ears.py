#!/usr/bin/env python3
"""The ears of a region: shared, left alone with noise, and killed.

    .venv/bin/python scripts/bench_ears.py [--only crowd|quiet|kills] [--rounds 5]

A `voiceagent serve` of its own for each measure, real clients on loopback.

crowd: ten clients ask spoken questions in real time, one after the other. In every
second stretch another sends eight times 59 s of noise, half of it babble, again and
again, and one floods: sound at fifty times its pace and 300 wrong events a second. Told
is the time from the end of speech to the first words, p95; the bar is 1.5 times that of
the same ten without the two.

quiet: 60 files of silence, noise, clicks, tones and music, 1 to 59 s: not one word.

kills: three clients ask spoken questions and hear spoken answers of a model, while 100
times an ear, a voice or the model is killed or stopped. No session may be lost, and no
response be open for more than 10 s.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from itertools import cycle
from pathlib import Path

import numpy as np
from lib.abuser import BAD
from lib.ear_kills import kills
from lib.region_client import BYTES, Client, Exchange, ready, served
from lib.wordless import KINDS, wordless
from websockets.exceptions import ConnectionClosed

from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.audio.resample import resampled_pcm
from voiceagent.trace.turn_rows import percentile

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
QUESTIONS = (
    ("32-asks-the-region", 1.7, 4.6, "marlow"),
    ("32-asks-the-region", 17.8, 20.6, "cellar"),
    ("34-link-hangs", 1.7, 4.6, "1884"),
)
"""Recording, first and last second of a question, and a part of the answer."""
CLIENTS, STRETCH, PAUSE = 10, 12.0, 1.5
"""Seconds of a stretch, and between two questions of a client."""
BAR, LONGEST = 1.5, 60.0
LENGTHS = (1, 7, 23, 59)
Found = dict[bool, list[Exchange]]


def question(number: int) -> bytes:
    """One of them, as it goes over the wire."""
    name, first, last, _ = QUESTIONS[number % len(QUESTIONS)]
    samples = read_audio(SAMPLES / f"{name}.flac").samples
    part = samples[round(first * RATE) : round(last * RATE)]
    return resampled_pcm(part.tobytes(), RATE, BYTES // 2)


def noises() -> list[bytes]:
    """Eight times 59 s: noise of all colours, and people who babble."""
    babble = read_audio(SAMPLES / "25-babble-only.flac").samples
    many = np.tile(babble, 59 * RATE // len(babble) + 1)[: 59 * RATE]
    talk = resampled_pcm(many.astype("<i2").tobytes(), RATE, BYTES // 2)
    noise = ("white noise", "pink noise", "brown noise", "loud white noise")
    return [pcm for kind in noise for pcm in (wordless(kind, 59), talk)]


async def asks(
    client: Client, pcm: bytes, until: Callable[[], bool], done: list[Exchange]
) -> None:
    """One question after the other."""
    while until():
        await client.speak(pcm)
        exchange = await client.ask()
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                await exchange.over.wait()
        done.append(exchange)
        await asyncio.sleep(PAUSE)


async def sends_noise(url: str, sounds: Sequence[bytes]) -> None:
    """Eight turns at once, and again when they are over."""
    async with Client(url) as client:
        while True:
            for pcm in sounds:
                await client.sound(pcm)
                exchange = await client.ask()
            async with asyncio.timeout(300):
                await exchange.over.wait()


async def floods(url: str, pcm: bytes) -> None:
    """Sound at fifty times its pace and 300 wrong events a second, as often as it is
    let in."""
    pieces = cycle([pcm[at : at + BYTES] for at in range(0, len(pcm), BYTES)])
    bad = cycle(BAD)
    detected = {"type": "server_vad"}
    while True:
        with suppress(OSError, ConnectionClosed):
            async with Client(url, turn_detection=detected) as client:
                while not client.closed:
                    began = time.perf_counter()
                    await client.sound(next(pieces))
                    for _ in range(6):
                        await client.send(next(bad))
                    left = began + 0.02 - time.perf_counter()
                    await asyncio.sleep(max(0.0, left))
        await asyncio.sleep(0.2)


async def crowd(url: str, rounds: int) -> Found:
    """The exchanges without and with the two."""
    found: Found = {False: [], True: []}
    sounds = noises()
    await ready(url, 3)
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(Client(url)) for _ in range(CLIENTS)]
        for loud in [False, True] * rounds:
            until = time.perf_counter() + STRETCH
            others: list[asyncio.Task[None]] = []
            if loud:
                others.append(asyncio.create_task(sends_noise(url, sounds)))
                others.append(asyncio.create_task(floods(url, sounds[0])))
            await asyncio.gather(
                *(
                    asks(
                        client,
                        question(number),
                        lambda until=until: time.perf_counter() < until,
                        found[loud],
                    )
                    for number, client in enumerate(clients)
                )
            )
            for task in others:
                if task.done() and task.exception():
                    print(f"one of the two ended: {task.exception()!r}")
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            print(f"  {'with' if loud else 'without'} the two: {_row(found[loud])}")
    return found


def _row(done: Sequence[Exchange]) -> str:
    first = [one.first for one in done if one.first]
    heard = sum(bool(one.heard) for one in done)
    p50, p95 = (percentile(first, share) * 1000 for share in (0.5, 0.95))
    lost = Counter(one.why for one in done if not one.heard)
    return (
        f"{len(done)} questions, {heard} heard, first words p50 {p50:.0f}, "
        f"p95 {p95:.0f} ms{f', lost {dict(lost)}' if lost else ''}"
    )


def told_crowd(found: Found) -> bool:
    """Whether the bar is met."""
    late = {
        way: percentile([one.first or LONGEST for one in done], 0.95)
        for way, done in found.items()
    }
    ratio = late[True] / late[False]
    print(f"first words, p95, with the two: {ratio:.2f} x (bar {BAR} x)")
    return ratio <= BAR


async def quiet(url: str) -> list[tuple[str, int, str]]:
    """Kind, seconds and words of every file in which words were heard."""
    wrong = []
    for kind in KINDS:
        async with Client(url) as client:
            for number, seconds in enumerate(LENGTHS):
                await client.sound(wordless(kind, seconds, number))
                exchange = await client.ask()
                async with asyncio.timeout(LONGEST):
                    await exchange.over.wait()
                if exchange.heard != "":
                    wrong.append((kind, seconds, str(exchange.heard)))
    return wrong


def told_quiet(wrong: Sequence[tuple[str, int, str]]) -> bool:
    """Whether there were none."""
    for kind, seconds, words in wrong:
        print(f"  {kind}, {seconds} s: {words}")
    words = sum(len(heard.split()) for _, _, heard in wrong)
    kinds = Counter(kind for kind, _, _ in wrong)
    print(f"{len(KINDS) * len(LENGTHS)} files: {words} words (bar 0) {dict(kinds)}")
    return not wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=("crowd", "quiet", "kills"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kills", type=int, default=100)
    given = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as folder:
        if given.only != "kills":
            with served(Path(folder)) as (url, _):
                if given.only != "crowd":
                    good = told_quiet(asyncio.run(quiet(url)))
                if given.only != "quiet":
                    good = told_crowd(asyncio.run(crowd(url, given.rounds))) and good
        if given.only in (None, "kills"):
            good = kills(Path(folder), question(0), given.kills) and good
    print("all bars met" if good else "a bar was missed")
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
