#!/usr/bin/env python3
"""Planted secrets: does any of them leave a device whose policy is "redacted"?

    .venv/bin/python scripts/eval_redaction.py [--secrets 500] [--text FOLDER]

Secrets of every kind are put into spoken sentences, as a recogniser would write them
and as people type them. One that leaves, or any four digits or any name of it, is a
leak. `--text`: a folder with real sentences of users; told is how many of those without
a secret leave as they are.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from pathlib import Path

from lib.planted_secrets import NAMES, leaked, planted

from voiceagent.privacy.gate import OutgoingQuestion, Policy, PrivacyGate, Released
from voiceagent.privacy.payload import DataClass


def redaction(count: int, seed: int, *, held_out: bool) -> int:
    chance = random.Random(seed)
    gate = PrivacyGate(Policy(DataClass.REDACTED), NAMES)
    leaks, refused = Counter[str](), 0
    for kind, secret, sentence in planted(count, chance, held_out=held_out):
        made = gate.prepare(OutgoingQuestion(turn=1, text=sentence))
        if not isinstance(made, Released):
            refused += 1
        elif leaked(kind, secret, made.payload.text):
            leaks[kind] += 1
            print(f"LEAK {kind}: {sentence!r} -> {made.payload.text!r}")
    which = "held-out sentences" if held_out else "sentences"
    print(
        f"{count} secrets in {which}, seed {seed}: {sum(leaks.values())} leaked "
        f"{dict(leaks) or ''}, {refused} questions refused"
    )
    return sum(leaks.values())


def untouched(folder: Path) -> None:
    """Real sentences, of which those with four digits or an address are left out."""
    found: set[str] = set()
    for file in sorted(folder.rglob("*.json*")):
        text = file.read_text("utf-8", errors="replace")
        found.update(re.findall(r'"([a-z][a-z\' ]{15,90})"', text))
    for file in sorted([*folder.rglob("*.csv"), *folder.rglob("*.tsv")]):
        for line in file.read_text("utf-8", errors="replace").splitlines():
            found.update(c for c in re.split(r"[\t,;]", line) if len(c) > 15)
    plain = [
        s
        for s in sorted(found)
        if re.fullmatch(r"[a-z' ]{12,120}", s) and " " in s and "password" not in s
    ]
    gate = PrivacyGate(Policy(DataClass.REDACTED))
    changed = []
    for sentence in plain[:20_000]:
        made = gate.prepare(OutgoingQuestion(turn=1, text=sentence))
        if isinstance(made, Released) and made.payload.text != sentence:
            changed.append(f"{sentence} -> {made.payload.text}")
    count = min(len(plain), 20_000)
    if not count:
        print(f"no sentences in {folder}")
        return
    print(f"{count} real sentences: {1 - len(changed) / count:.2%} leave as they are")
    for line in random.Random(1).sample(changed, min(12, len(changed))):
        print("  ", line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--secrets", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--text", type=Path)
    given = parser.parse_args()
    leaks = redaction(given.secrets, given.seed, held_out=False)
    leaks += redaction(given.secrets, given.seed + 1, held_out=True)
    if given.text:
        untouched(given.text)
    raise SystemExit(leaks > 0)


if __name__ == "__main__":
    main()
