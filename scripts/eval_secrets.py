#!/usr/bin/env python3
"""Addresses, accounts, mail addresses and codes: does one leave a device whose policy
is "redacted"?

    .venv/bin/python scripts/eval_secrets.py [--count 4000]

Half of them have forms and sentences that nothing was adjusted on.
"""

from __future__ import annotations

import argparse
from collections import Counter

from eval_names import sent
from lib.foreign_secrets import planted_forms, what_left

from voiceagent.privacy.gate import Policy, PrivacyGate
from voiceagent.privacy.payload import DataClass


def leaks(count: int, seed: int, *, held_out: bool, told: int) -> Counter[str]:
    """Secrets of which something left, by form."""
    found = Counter[str]()
    for planted in planted_forms(count, seed, held_out=held_out):
        gate = PrivacyGate(Policy(DataClass.REDACTED), ())
        out = sent(gate, planted.sentence)
        if what_left(planted, out):
            found[planted.form] += 1
            if found[planted.form] <= told:
                print(f"LEAK {planted.form}: {planted.sentence!r} -> {out!r}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--told", type=int, default=1, help="examples of each form")
    parser.add_argument("--known", action="store_true", help="no held-out forms")
    given = parser.parse_args()
    total = 0
    for held_out in (False,) if given.known else (False, True):
        count = given.count // 2
        found = leaks(count, given.seed, held_out=held_out, told=given.told)
        total += found.total()
        which = "held-out forms" if held_out else "forms"
        print(f"{count} in {which}: {found.total()} leave {dict(found)}")
    raise SystemExit(total > 0)


if __name__ == "__main__":
    main()
