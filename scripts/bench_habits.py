#!/usr/bin/env python3
"""Spoken questions to regions with habits, in real time, over real sockets.

    .venv/bin/python scripts/bench_habits.py [--at-once 10] [--only PART] [--json]

Each habit of other servers (`tests/region_habits.py`) is asked one spoken question and
the device gets one command afterwards. The agent, its deadlines and the socket are the
real ones; recogniser and voice are scripted, so that no other work blurs the times.
Told are the first sound after the last sample of speech (the answer, "One moment." or
the reason), whether the answer is right (all the words that came, or none and the
reason), and whether the session went on. Ends with 1 where one of them fails.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import asdict

from lib.from_tests import HABITS, spoken

from voiceagent.clock import Pace, run


async def all_of(names: list[str], at_once: int) -> list[object]:
    """All habits, some at a time, each told when it is done."""
    free = asyncio.Semaphore(at_once)

    async def one(name: str) -> object:
        async with free:
            return await spoken(name, Pace.REALTIME)

    return list(await asyncio.gather(*(one(name) for name in names)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", type=int, default=10)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    names = [name for name in HABITS if given.only in name]
    came = run(all_of(names, given.at_once))
    for one in came:
        if given.json:
            print(json.dumps(asdict(one)))
            continue
        marks = f"{one.first_sound_ms:6.0f} ms  {'right' if one.right else 'WRONG':6}"
        alive = "alive" if one.alive else "ENDED"
        print(f"{one.name:45}{marks}{alive:6} {one.code:16}{one.said} [{one.why}]")
    late = [one for one in came if not one.in_time]
    wrong = [one for one in came if not one.right]
    ended = [one for one in came if not one.alive]
    longest = max(one.first_sound_ms for one in came)
    print(
        f"{len(came)} habits: {len(late)} later than 800 ms (latest {longest:.0f} ms), "
        f"{len(wrong)} wrong, {len(ended)} sessions ended",
        file=sys.stderr if given.json else sys.stdout,
    )
    return 1 if late or wrong or ended else 0


if __name__ == "__main__":
    sys.exit(main())
