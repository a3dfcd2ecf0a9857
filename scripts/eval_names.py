#!/usr/bin/env python3
"""Contacts: does any mention of one leave a device whose policy is "redacted"?

    .venv/bin/python scripts/eval_names.py [--mentions 20000] [--text FOLDER]

Sixty names of ten languages, each in every form that people type and recognisers
write; half of the mentions have forms and sentences that nothing was adjusted on.
`--text`: a folder with real sentences; told is how many of them are changed, with the
sixty names as contacts and without, and how long one takes.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from pathlib import Path

from lib.name_mentions import NAMES, left, mentions
from lib.real_sentences import real_sentences

from voiceagent.privacy.gate import OutgoingQuestion, Policy, PrivacyGate, Released
from voiceagent.privacy.payload import DataClass

TOLD = 12
"""Examples that are shown."""


def sent(gate: PrivacyGate, text: str) -> str:
    """What leaves; empty where nothing does."""
    made = gate.prepare(OutgoingQuestion(turn=1, text=text))
    return made.payload.text if isinstance(made, Released) else ""


def leaks(count: int, seed: int, *, held_out: bool, told: bool = True) -> Counter[str]:
    """Mentions of which a word left, by form."""
    gate = PrivacyGate(Policy(DataClass.REDACTED), NAMES)
    found = Counter[str]()
    for mention in mentions(count, seed, held_out=held_out):
        out = sent(gate, mention.sentence)
        if left(mention, out):
            found[mention.form] += 1
            if told:
                print(f"LEAK {mention.form}: {mention.sentence!r} -> {out!r}")
    return found


def changed(sentences: list[str], names: tuple[str, ...]) -> tuple[list[str], float]:
    """Sentences that do not leave as they are, and seconds for all of them."""
    gate = PrivacyGate(Policy(DataClass.REDACTED), names)
    begun = time.perf_counter()
    out = [sent(gate, sentence) for sentence in sentences]
    took = time.perf_counter() - begun
    pairs = zip(sentences, out, strict=True)
    return [f"{a} -> {b}" for a, b in pairs if b != a], took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--text", type=Path)
    parser.add_argument("--known", action="store_true", help="no held-out forms")
    given = parser.parse_args()
    kinds = (False,) if given.known else (False, True)
    total = 0
    for held_out in kinds:
        count = given.mentions // len(kinds)
        found = leaks(count, given.seed + held_out, held_out=held_out)
        total += found.total()
        which = "held-out forms" if held_out else "forms"
        print(f"{count} mentions in {which}: {found.total()} leave {dict(found)}")
    if given.text:
        sentences = real_sentences(given.text)
        for names in ((), NAMES):
            altered, took = changed(sentences, names)
            print(
                f"{len(sentences)} sentences, {len(names)} contacts: "
                f"{len(altered) / len(sentences):.2%} changed, "
                f"{took / len(sentences) * 1e6:.0f} us each"
            )
        plain = {line.partition(" -> ")[0] for line in changed(sentences, ())[0]}
        new = [line for line in altered if line.partition(" -> ")[0] not in plain]
        for line in random.Random(given.seed).sample(new, min(TOLD, len(new))):
            print("  ", line)
    raise SystemExit(total > 0)


if __name__ == "__main__":
    main()
