#!/usr/bin/env python3
"""Sessions of a region are sent anything: does one break, or leave something open?

    .venv/bin/python scripts/fuzz_wire.py [--events 20000] [--seed 1]

Frames are valid events of a client or changed ones: fields missing, doubled, of another
type, huge, nested 1,000 deep, in another order, cut, binary. Behind the wire are turn
detectors, recognisers, voices and models that do as chance wants. Whatever is sent, a
session tells of errors and goes on, every response ends, nothing else is raised. Exits
with 1 where that does not hold.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

from lib.from_tests import fuzzed

from voiceagent.clock import run

FRAMES = 150
"""That one session is sent."""
SHOWN = 20


def main() -> int:
    """Send them all, and tell what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    told, wrong, began = Counter[str](), 0, time.perf_counter()
    sessions = -(-wanted.events // FRAMES)
    for number in range(sessions):
        seed = wanted.seed * 1_000_000 + number
        problems, events = run(fuzzed(seed, FRAMES), virtual=True)
        told += events
        wrong += len(problems)
        for problem in problems[:SHOWN]:
            print(f"session {seed}: {problem}")
    took = time.perf_counter() - began
    sent = sessions * FRAMES
    print(f"{sent} frames in {sessions} sessions, {sent / took:.0f} a second")
    for kind, count in told.most_common():
        print(f"{count:9} {kind}")
    print(f"{wrong} things went wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
