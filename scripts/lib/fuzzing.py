"""Sessions that are sent anything, one after the other: what went wrong in them."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable

__all__ = ["fuzz"]

FRAMES = 150
"""That one session is sent."""
SHOWN = 20
"""Problems of one session that are printed."""

Session = Callable[[int, int], tuple[list[str], Counter[str]]]
"""Seed and frames in; what went wrong, and how often each kind of event came."""


def fuzz(description: str, session: Session, what: str) -> int:
    """Run as many as the command line asks for; the exit code."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    told, wrong, began = Counter[str](), 0, time.perf_counter()
    sessions = -(-wanted.events // FRAMES)
    for number in range(sessions):
        seed = wanted.seed * 1_000_000 + number
        problems, events = session(seed, FRAMES)
        told += events
        wrong += len(problems)
        for problem in problems[:SHOWN]:
            print(f"session {seed}: {problem}")
    sent, took = sessions * FRAMES, time.perf_counter() - began
    print(f"{sent} {what} in {sessions} sessions, {sent / took:.0f} a second")
    for kind, count in told.most_common():
        print(f"{count:9} {kind}")
    print(f"{wrong} things went wrong")
    return 1 if wrong else 0
