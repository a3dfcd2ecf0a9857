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

import sys

from lib.from_tests import fuzzed_edge
from lib.fuzzing import fuzz


def main() -> int:
    """Send them all, and tell what went wrong."""
    return fuzz(__doc__ or "", fuzzed_edge, "events")


if __name__ == "__main__":
    sys.exit(main())
