#!/usr/bin/env python3
"""Trains the small model that writes calls, and saves it as GGUF.

    .venv/bin/python scripts/train_generative.py --train train.jsonl --output DIR

A Llama of 2.4 million parameters: text, a mark, a compact call. Fixed seed, one core,
about 25 minutes; weights are saved after every round, so that it can be cut short.
The tools are installed into `.venv-train` if missing.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from lib.training.environment import enter

__all__ = ["main"]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--pieces", type=int, default=3072)
    options = parser.parse_args()
    enter()
    from lib.training.generative import Plan, train
    from lib.training.generative_gguf import Build, write_llama
    from lib.training.generative_text import lessons, vocabulary

    from voiceagent.skills.packs.pack import load_pack

    examples = list(lessons(options.train, load_pack(None)))
    pieces = vocabulary(examples, options.pieces)
    build = Build(pieces=len(pieces))
    print(f"{len(examples)} examples, {build.parameters / 1e6:.2f} M parameters")
    options.output.mkdir(parents=True, exist_ok=True)
    for tree in train(examples, pieces, build, Plan(rounds=options.rounds)):
        write_llama(options.output / "model.gguf", tree, pieces, build)


if __name__ == "__main__":
    main()
