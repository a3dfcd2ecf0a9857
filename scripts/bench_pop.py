#!/usr/bin/env python3
"""What a point of presence costs: its cache, its keys and its classification.

    .venv/bin/python scripts/bench_pop.py --json

`cache`: a key and a hit, the memory of many answers, the start with all of them from
their file, and a flood of questions that nobody asks twice. `keys`: pairs of questions
with two answers, understood by templates, model and guards as `pop serve` does it, that
have one key (there must be none: exit code 1). `route`: sentences to their intent.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
from lib.from_tests import contrary_pairs

from voiceagent.app.config import load_config
from voiceagent.app.pop import make_pop
from voiceagent.app.workshop import Workshop
from voiceagent.clock import cpu_seconds, perf
from voiceagent.nlu.intent import Intent
from voiceagent.pop.cache import AnswerCache, MadeAnswer
from voiceagent.pop.classifier import Classifier
from voiceagent.pop.keys import (
    AnswerKey,
    AnswerVersions,
    Cacheable,
    exact_key,
    meaning_key,
)
from voiceagent.pop.shelf import SqliteShelf
from voiceagent.trace.turn_rows import percentile

__all__ = ["main"]

DAY = Cacheable(max_age=86_400.0)
TEXT = "We are open from ten to five, on Thursdays until eight, and closed on Mondays."
SENTENCES = (
    *("turn on the kitchen light", "it is too dark in here", "why is the sky blue"),
    *("set a timer for ten minutes", "could you make it a bit brighter"),
    *("how does photosynthesis work", "is the front door locked", "play some jazz"),
)


def key_of(words: str, user: str = "anna") -> AnswerKey:
    """The exact key of these words."""
    made = exact_key(
        words, tenant="museum", user=user, locale="en", versions=AnswerVersions()
    )
    assert made is not None
    return made


def resident() -> int:
    """Bytes of memory that this process has."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return 0


def timed(work: Callable[[int], object], times: int) -> dict[str, float]:
    """Percentiles of a call, in microseconds, and processor time of one."""
    took, cpu = list[float](), cpu_seconds()
    for number in range(times):
        began = perf()
        work(number)
        took.append((perf() - began) * 1e6)
    return {
        "p50_us": round(percentile(took, 0.5), 1),
        "p99_us": round(percentile(took, 0.99), 1),
        "cpu_us": round((cpu_seconds() - cpu) / times * 1e6, 1),
    }


def bench_cache(entries: int, folder: Path) -> dict[str, object]:
    """The cache, with a file behind it."""
    before, shelf = resident(), SqliteShelf(folder / "pop.sqlite")
    cache = AnswerCache(shelf, most=entries)
    for number in range(entries):
        made = MadeAnswer(text=f"{TEXT} {number}")
        cache.put(key_of(f"question {number}"), made, DAY)
        if number % 5000 == 4999:
            shelf.flush()
    grown = (resident() - before) / 1e6
    hit = timed(lambda n: cache.look(key_of(f"question {n}")), min(entries, 20_000))
    shelf.close()
    began, cpu = perf(), cpu_seconds()
    again = AnswerCache(SqliteShelf(folder / "pop.sqlite"), most=entries)
    warm, worked = perf() - began, cpu_seconds() - cpu
    flood = AnswerCache(most=1000)
    for number in range(entries * 2):
        flood.put(key_of(f"once {number}"), MadeAnswer(text=TEXT), DAY)
    return {
        "entries": entries,
        "memory_mb": round(grown, 1),
        "hit": hit,
        "after_restart": len(again),
        "restart_s": round(warm, 2),
        "restart_cpu_s": round(worked, 2),
        "flood_kept": len(flood),
    }


def bench_keys(classify: Classifier) -> dict[str, int]:
    """Contrary pairs with one key, by what is understood."""
    read: dict[str, Intent | None] = {}

    def meant(words: str) -> Intent | None:
        if words not in read:
            found = classify(words)
            intent = found.intent if found.tier == "device" else None
            sure = found.probability
            read[words] = intent and with_probability(intent, sure)
        return read[words]

    pairs = [pair for pair in contrary_pairs() if pair.kind != "user"]
    both = false = 0
    for pair in pairs:
        intents = meant(pair.one), meant(pair.other)
        keys = [
            intent
            and meaning_key(
                intent,
                {intent.name: DAY},
                tenant=tenant,
                locale=locale,
                versions=AnswerVersions(pack=pack),
            )
            for intent, tenant, locale, pack in zip(
                intents,
                ("museum", pair.other_tenant),
                ("en", pair.other_locale),
                ("1", pair.other_pack),
                strict=True,
            )
        ]
        if keys[0] and keys[1]:
            both += 1
            false += keys[0].digest == keys[1].digest
    return {"pairs": len(pairs), "both_understood": both, "false_hits": false}


def with_probability(intent: Intent, sure: float) -> Intent:
    """The intent with the probability that it is right."""
    return replace(intent, confidence=sure)


def bench_route(classify: Classifier, times: int) -> dict[str, float]:
    """Sentences, one after the other."""
    found = timed(lambda n: classify(SENTENCES[n % len(SENTENCES)]), times)
    return {f"{k.removesuffix('_us')}_ms": round(v / 1e3, 2) for k, v in found.items()}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    about = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        made: dict[str, object] = {"cache": bench_cache(args.entries, Path(folder))}
    pop = make_pop(Workshop(load_config().config), "127.0.0.1")
    keys = bench_keys(pop.classifier)
    made |= {"keys": keys, "route": bench_route(pop.classifier, args.sentences)}
    for name, value in made.items():
        told = {name: value} if args.json else f"{name}: {value}"
        print(msgspec.json.encode(told).decode() if args.json else told)
    return 1 if keys["false_hits"] else 0


if __name__ == "__main__":
    sys.exit(main())
