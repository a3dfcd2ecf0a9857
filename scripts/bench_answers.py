#!/usr/bin/env python3
"""What a small model makes up, where neither a skill nor a region knows.

    .venv/bin/python scripts/bench_answers.py [MODEL] [--show]

Asks MODEL (`smollm2`, which comes in a package) the questions about the world in
`tests/data/language/world_questions.jsonl`, as `slm.answers` would, and counts what it
says right, says wrong and leaves unsaid; questions that are near (this house, now, a
person) must not reach it at all.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import Counter
from pathlib import Path

from voiceagent.app.last_resort import make_answerer
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.config import SlmConfig
from voiceagent.nlu.models.model_folder import find_model
from voiceagent.nlu.wonder import wonders

QUESTIONS = Path(__file__).parents[1] / "tests/data/language/world_questions.jsonl"


def is_right(reply: str, wanted: list[str]) -> bool:
    """Whether one of those words, or beginnings of words, is in it."""
    words = f" {spoken(reply)} {reply.lower()}"
    return any(f" {spoken(want)}" in words or f" {want}" in words for want in wanted)


def main() -> int:
    """Count, and show what was said where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="smollm2")
    parser.add_argument("--show", action="store_true", help="print every answer")
    given = parser.parse_args()
    slm = make_answerer(SlmConfig(answers=given.model), find_model(given.model))
    counts: Counter[str] = Counter()
    took: list[float] = []
    for line in QUESTIONS.read_text().splitlines():
        row = json.loads(line)
        question, wanted = row["question"], row["any"]
        if not wonders(question):
            counts["near, not asked" if wanted is None else "refused"] += 1
            continue
        if wanted is None:
            counts["near, asked"] += 1
            print("asked though it is near:", question)
            continue
        began = time.process_time()
        guess = slm.understand(question)
        reply = guess.reply
        took.append(time.process_time() - began)
        right = is_right(reply, wanted)
        kind = "unsaid" if not reply else "right" if right else "wrong"
        counts[kind] += 1
        if given.show:
            print(f"{kind:7} {guess.probability:.2f} {question} -> {reply}")
    slm.close()
    print(dict(counts))
    middle = statistics.median(took)
    print(f"processor time of an answer: median {middle:.2f}, most {max(took):.2f} s")
    return 1 if counts["near, asked"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
