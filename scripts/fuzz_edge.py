#!/usr/bin/env python3
"""An edge is sent anything by a server: does it raise, or lose the next answer?

    .venv/bin/python scripts/fuzz_edge.py [--events 20000] [--seed 1]

Events are valid ones of a server or changed ones: fields missing, doubled, of another
type, huge, nested 1,000 deep, in another order, cut, binary; the edge asks, cancels,
runs tools and begins anew meanwhile. Whatever comes, nothing is raised, what is given
on is what it is said to be, and a good answer after all that is one. Exits with 1
where that does not hold.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from lib.from_tests import fuzzed_edge

FRAMES = 150
"""That one session is sent."""


def main() -> int:
    """Send them all, and tell what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    told, wrong, began = Counter[str](), 0, time.perf_counter()
    sessions = -(-wanted.events // FRAMES)
    for number in range(sessions):
        seed = wanted.seed * 1_000_000 + number
        problems, events = fuzzed_edge(seed, FRAMES)
        told += events
        wrong += len(problems)
        for problem in problems:
            print(f"session {seed}: {problem}")
    sent, took = sessions * FRAMES, time.perf_counter() - began
    print(f"{sent} events in {sessions} sessions, {sent / took:.0f} a second")
    print(", ".join(f"{kind} {count}" for kind, count in told.most_common()))
    print(f"{wrong} things went wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
