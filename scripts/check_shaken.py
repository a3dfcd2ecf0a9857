#!/usr/bin/env python3
"""Whether scenarios hold where the ears' last digits differ, as on other processors.

    .venv/bin/python scripts/check_shaken.py samples --seeds 3

Each scenario is replayed once as it is (`--plain`) and once for every seed
(`scripts/lib/shaken.py`). Ends with 1 where an expectation does not hold.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path

from lib.shaken import shaken

from voiceagent.replay.replay import find_inputs
from voiceagent.testing import replay_scenario

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Replay them, and print what does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, default=[Path("samples")])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--plain", action="store_true", help="once unshaken too")
    given = parser.parse_args(arguments)
    seeds = [*([None] if given.plain else []), *range(given.seeds)]
    count = failed = 0
    for path in find_inputs(given.paths):
        for seed in seeds:
            with nullcontext() if seed is None else shaken(seed):
                one = replay_scenario(path)
            missed = [check for check in one.checks if not check.ok]
            count, failed = count + len(one.checks), failed + len(missed)
            if missed:
                print(f"{path.name}, seed {seed}: {one.told(missed)}", flush=True)
    print(f"{count} expectations in {len(seeds)} runs, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
