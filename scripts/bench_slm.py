#!/usr/bin/env python3
"""Compares small language models on held-out text: accuracy, milliseconds, megabytes.

    .venv/bin/python scripts/bench_slm.py --text held_out.jsonl MODEL [MODEL ...] \\
        [--json]

MODEL is a name (`voiceagent models list`), a folder with `model.toml`, or a GGUF file.
`--text`: JSON lines with `text`, `intent` (null: not for this device) and, optionally,
`spans`, from which the right slots are read; without it only times are measured.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from voiceagent.engines.slm.llama_cpp import LlamaDecoder, LlamaEncoder
from voiceagent.errors import VoiceAgentError
from voiceagent.nlu.intent import SlotValue
from voiceagent.nlu.models.model_folder import find_model
from voiceagent.nlu.slm.build import SlmRuntimes, build_slm
from voiceagent.nlu.slm.generative import GenerativeSlm
from voiceagent.nlu.slm.instruct import InstructSlm
from voiceagent.nlu.slm.protocol import Guess, Slm
from voiceagent.nlu.slm.slots import SlotFinder
from voiceagent.skills.packs.pack import Pack, load_pack

WARM = 20
"""Decisions before the clock counts."""
OWN = (
    "its too dark in here",
    "wake me in twenty",
    "who wrote hamlet",
    "could you make the living room a bit warmer",
    "add oat milk and bread to the shopping list",
)
"""What is timed where no text is given."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence and what it means."""

    text: str
    intent: str | None
    slots: Mapping[str, SlotValue] | None
    """None: nobody knows."""


@dataclass(frozen=True, slots=True)
class Score:
    """One row of the table."""

    model: str
    sentences: int
    megabytes: float
    ours_right: float | None
    """Share of the sentences for us whose intent is right."""
    slots_right: float | None
    """The same, slots included."""
    not_mine_right: float | None
    """Share of the others that are left alone."""
    kept_wrong_at_70: float | None
    """Of the surest guesses, as many as 70 % of what is ours: share that is wrong."""
    p50_ms: float
    p99_ms: float
    cpu_p50_ms: float
    """Processor time: what remains on a machine with nothing else to do."""
    pieces: float | None
    """Pieces written in one decision, mean: passes of unforced decoding."""
    passes: float | None
    """Runs of the model for them."""


def read_text(file: Path | None, pack: Pack, most: int) -> list[Example]:
    """The examples, evenly thinned out to at most `most`."""
    if file is None:
        return [Example(text, None, None) for text in OWN * 40]
    finder = SlotFinder(pack)
    lines = file.read_text(encoding="utf-8").splitlines()
    every = max(1, -(-len(lines) // most))
    found = []
    for line in lines[::every]:
        entry = json.loads(line)
        intent, spans = entry["intent"], [tuple(s) for s in entry.get("spans", ())]
        slots = finder.resolve(intent, entry["text"], spans) if intent else {}
        found.append(Example(entry["text"], intent, slots))
    return found


def score(
    slm: Slm, examples: Sequence[Example], megabytes: float, known: bool
) -> Score:
    """Ask for every example and count."""
    for example in examples[:WARM]:
        slm.understand(example.text)
    guesses, walls, cpus = [], [], []
    written = list[tuple[int, int]]()
    for example in examples:
        wall, cpu = time.perf_counter(), time.process_time()
        guesses.append(slm.understand(example.text))
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        if isinstance(slm, InstructSlm | GenerativeSlm) and slm.last is not None:
            written.append((slm.last.pieces, slm.last.passes))
    pieces, passes = np.mean(written, axis=0) if written else (None, None)
    right = dict(_right(examples, guesses)) if known else {}
    return Score(
        model=slm.name,
        sentences=len(examples),
        megabytes=round(megabytes, 1),
        ours_right=right.get("ours"),
        slots_right=right.get("slots"),
        not_mine_right=right.get("not_mine"),
        kept_wrong_at_70=right.get("kept"),
        p50_ms=_ms(walls, 50),
        p99_ms=_ms(walls, 99),
        cpu_p50_ms=_ms(cpus, 50),
        pieces=None if pieces is None else round(float(pieces), 2),
        passes=None if passes is None else round(float(passes), 2),
    )


def _right(
    examples: Sequence[Example], guesses: Sequence[Guess]
) -> Iterator[tuple[str, float]]:
    pairs = list(zip(examples, guesses, strict=True))
    ours = [(e, g) for e, g in pairs if e.intent is not None]
    others = [g for e, g in pairs if e.intent is None]
    same = [g.intent is not None and g.intent.name == e.intent for e, g in ours]
    whole = [
        g.intent is not None
        and g.intent.name == e.intent
        and dict(g.intent.slots) == dict(e.slots)
        for e, g in ours
        if e.slots is not None
    ]
    if ours:
        yield "ours", round(float(np.mean(same)), 4)
        yield "slots", round(float(np.mean(whole)), 4)
        # As many as 70 % of the sentences for us, the surest first.
        acted = [(g.probability, e, g) for e, g in pairs if g.intent is not None]
        acted.sort(key=lambda item: -item[0])
        kept = acted[: round(0.7 * len(ours))]
        wrong = [g.intent is None or g.intent.name != e.intent for _, e, g in kept]
        yield "kept", round(float(np.mean(wrong)), 4) if kept else 0.0
    if others:
        left = [guess.intent is None for guess in others]
        yield "not_mine", round(float(np.mean(left)), 4)


def _ms(seconds: Sequence[float], percentile: float) -> float:
    return round(float(np.percentile(seconds, percentile)) * 1000, 2)


def table(scores: Sequence[Score]) -> Iterator[str]:
    """The rows as Markdown."""
    names = list(asdict(scores[0]))
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in scores:
        cells = ("-" if value is None else str(value) for value in asdict(row).values())
        yield f"| {' | '.join(cells)} |"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--text", type=Path, help="held-out examples, JSON lines")
    parser.add_argument("--most", type=int, default=2000, help="examples used")
    parser.add_argument("--pack", type=Path, help="pack folder instead of the home")
    parser.add_argument("--engine", default="auto", help="llama_cpp or xllamacpp")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        pack = load_pack(options.pack)
        examples = read_text(options.text, pack, options.most)
        engines = SlmRuntimes(
            partial(LlamaEncoder, engine=options.engine),
            partial(LlamaDecoder, engine=options.engine),
        )
        scores = []
        for name in options.models:
            model = find_model(name)
            slm = build_slm(model, pack, engines)
            known = options.text is not None
            scores.append(score(slm, examples, model.size / 1e6, known))
            slm.close()
    except VoiceAgentError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    rows = [asdict(row) for row in scores]
    print(json.dumps(rows, indent=1) if options.json else "\n".join(table(scores)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
