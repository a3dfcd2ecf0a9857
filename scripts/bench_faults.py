#!/usr/bin/env python3
"""Random faults in virtual turns: nothing ends, nothing is silent or half done.

    .venv/bin/python scripts/bench_faults.py [--turns 500] [--faults 200] [--seed 1]

Skill, effects, alarms, observer, verifier, recogniser, voice, player and remote break.
Every turn must end in a reply or an earcon in time, and no session may end.
"""

from __future__ import annotations

import argparse
import logging
import sys

from lib.from_tests import run_faults


def main() -> int:
    """Run, print what came of it; 1 where something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    came = run_faults(given.turns, given.faults, given.seed)
    for part, count in sorted(came.struck.items()):
        print(f"{part:16} {count}")
    print(f"faults that struck    {came.struck.total()} of {given.faults} armed")
    print(f"turns                 {came.turns}")
    print(f"silent                {len(came.silent)}")
    print(f"late                  {len(came.late)}")
    print(f"effects half done     {came.half_done}")
    print(f"sessions ended        {came.ended - 1} early")
    print(f"degradations told     {came.degraded}")
    good = came.turns == given.turns and came.ended == 1
    return 0 if good and not (came.silent or came.late or came.half_done) else 1


if __name__ == "__main__":
    sys.exit(main())
