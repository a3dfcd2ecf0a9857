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

import sys

from lib.from_tests import fuzzed
from lib.fuzzing import fuzz

from voiceagent.clock import run


def main() -> int:
    """Send them all, and tell what went wrong."""
    return fuzz(
        __doc__ or "",
        lambda seed, frames: run(fuzzed(seed, frames), virtual=True),
        "frames",
    )


if __name__ == "__main__":
    sys.exit(main())
