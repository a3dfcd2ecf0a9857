#!/usr/bin/env python3
"""An open microphone for long: is every question answered, and does memory stay flat?

    .venv/bin/python scripts/bench_soak.py [--hours 24] [--minutes 5]

First one session on the virtual loop, with the real turn detector: 24 hours of a quiet
room, a question every two to six minutes (on two processors that takes ten minutes).
Then `voiceagent serve` with all that it has, over a real socket and in real time, a
question every 20 s. Exits with 1 where a question had no answer, the session ended, or
memory grew by more than a fifth after its first sixth.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from lib.from_tests import held_open, question, room_noise
from lib.region_client import Client, served

PAUSE = 20.0
"""Seconds from one question over the socket to the next."""
GROWTH = 1.2
MIB = 1024.0


def main() -> int:
    """Both, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--minutes", type=float, default=5.0)
    wanted = parser.parse_args()
    good = True
    if wanted.hours:
        good = _virtual(wanted.hours)
    if wanted.minutes:
        with tempfile.TemporaryDirectory() as folder:
            with served(Path(folder)) as (url, process):
                good = asyncio.run(_real(url, process, wanted.minutes)) and good
    return not good


def _virtual(hours: float) -> bool:
    sizes = [_resident("self")]
    found = held_open(hours, told=lambda hour: sizes.append(_resident("self")))
    ended = dict(found.ended)
    print(f"{hours:g} h on the virtual loop: {found.asked} questions, {ended},")
    print(f"{found.answered} with words; at most {found.kept / 48_000:.1f} s of sound")
    flat = _flat(sizes)
    return flat and found.answered == found.asked and found.closed is None


async def _real(url: str, process: int, minutes: float) -> bool:
    heard = {"turn_detection": {"type": "server_vad", "create_response": True}}
    asked = answered = 0
    sizes: list[float] = []
    async with Client(url, **heard) as client:
        until = time.perf_counter() + 60 * minutes
        while time.perf_counter() < until and not client.closed:
            client.exchange.over.clear()
            await client.speak(room_noise(PAUSE))
            await client.speak(question())
            asked += 1
            try:
                async with asyncio.timeout(10.0):
                    await client.exchange.over.wait()
            except TimeoutError:
                print(f"question {asked} had no answer within 10 s")
            answered += client.exchange.status == "completed"
            client.exchange.status = ""
            sizes.append(_resident(process))
        closed = client.closed
    print(f"{minutes:g} min over a socket: {asked} questions, {answered} answered,")
    print(
        "the session ended" if closed else "the session held", f"{client.errors} errors"
    )
    return _flat(sizes) and asked == answered and not closed


def _flat(sizes: list[float]) -> bool:
    first = sizes[len(sizes) // 6]
    last = sizes[-1]
    print(f"memory {first:.0f} MiB after a sixth of the time, {last:.0f} at the end")
    return last <= GROWTH * first


def _resident(process: int | str) -> float:
    """MiB of a process and of all that it began."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    own = next(int(one.split()[1]) / MIB for one in lines if one.startswith("VmRSS"))
    tasks = Path(f"/proc/{process}/task").iterdir()
    begun = [pid for task in tasks for pid in (task / "children").read_text().split()]
    return own + sum(_resident(int(pid)) for pid in begun)


if __name__ == "__main__":
    sys.exit(main())
