#!/usr/bin/env python3
"""Writes the training examples of the home pack as JSON lines.

    .venv/bin/python scripts/make_home_text.py --data DIR --output DIR --seed 1

`--data`: the folder with the public sets (clinc150, hwu64, slurp, snips2017); its
sentences go into the output only, never into the repository.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from lib.paraphrases.case import digest as text_digest
from lib.paraphrases.listed import kept_apart as listed_paraphrases
from lib.training.beside import beside
from lib.training.own_text import OwnText, digest
from lib.training.public_text import public_examples
from lib.training.recogniser_errors import Mishearing, pronunciations
from lib.training.sampling import Example

from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import IntentParser
from voiceagent.skills.packs.pack import Pack, load_pack

ROOT = Path(__file__).resolve().parents[1]

__all__ = ["examples", "main"]

PER_TEMPLATE, PER_FAMILY, PER_NEAR, PER_FRAME = 14, 22, 12, 45
PER_NEIGHBOUR = 70
"""Sentences of one kind of those that lie beside the pack."""
PER_INTENT = 460
"""Own sentences kept of one intent, so that none drowns the others."""
PER_PUBLIC = 45
"""Sentences kept of one intent of a public set."""
NOISY_SHARE = 0.3


def examples(
    pack: Pack, data: Path | None, seed: int, *, scale: float = 1.0
) -> list[Example]:
    """All examples, split and in random order; without `data` only our own.

    `scale`: how many sentences are drawn of each family, 1 for training.
    """
    chance = random.Random(seed)
    own = OwnText(pack, seed)
    templates, indirect = (
        list(own.templates(_many(PER_TEMPLATE, scale))),
        list(own.indirect(_many(PER_FAMILY, scale))),
    )
    orders = [e for e in templates if e.text.split()[0] in ORDER_WORDS]
    none = [
        *own.near_misses(_many(PER_NEAR, scale)),
        *own.unmade(orders, _many(PER_FRAME, scale)),
        *beside(pack, seed, _many(PER_NEIGHBOUR, scale)),
    ]
    made = [*_balanced([*templates, *indirect], chance), *none]
    made = _split(list(_true(pack, made)))
    if data is not None:
        made += public_examples(own, data, chance, per_intent=PER_PUBLIC)
    made = _unique(made)
    made = _unique([*made, *_misheard(made, chance)])
    chance.shuffle(made)
    return made


def _many(most: int, scale: float) -> int:
    return max(1, round(most * scale))


HELD_OUT = ROOT / "tests" / "data" / "language" / "held_out.jsonl"
"""Requests written by hand for the honest test; never trained on."""
ORDER_WORDS = frozenset(
    "turn switch set dim open close lock unlock add put remove start run activate "
    "cancel pause mute wake make raise lower play stop delete extend".split()
)


def _split(made: Sequence[Example]) -> list[Example]:
    """A tenth of the families of each intent and kind is held out, always the same."""
    groups: dict[tuple[str | None, str], set[str]] = {}
    for example in made:
        groups.setdefault((example.intent, example.source), set()).add(example.family)
    kept: set[str] = set()
    for families in groups.values():
        kept.update(sorted(families, key=digest)[: max(1, len(families) // 10)])
    return [
        replace(example, split="held_out" if example.family in kept else "train")
        for example in made
    ]


def _true(pack: Pack, made: Iterable[Example]) -> Iterable[Example]:
    """Without sentences that the templates read otherwise than they are labelled."""
    parser = IntentParser(pack)
    for example in made:
        read = parser.parse(example.text)
        if read is None or read.name == example.intent:
            yield example


def _balanced(made: Sequence[Example], chance: random.Random) -> list[Example]:
    by_intent: dict[str | None, list[Example]] = {}
    for example in made:
        by_intent.setdefault(example.intent, []).append(example)
    kept: list[Example] = []
    for group in by_intent.values():
        chance.shuffle(group)
        group.sort(key=lambda example: example.source)  # indirect before templates
        half = [e for e in group if e.source == "indirect"][: PER_INTENT * 2 // 3]
        rest = [e for e in group if e.source != "indirect"]
        kept += half + rest[: PER_INTENT - len(half)]
    return kept


def _unique(made: Iterable[Example]) -> list[Example]:
    """One of each text; a text of the test part is never trained on."""
    found: dict[str, Example] = {}
    listed = listed_paraphrases()
    lines = HELD_OUT.read_text(encoding="utf-8").splitlines()
    kept_apart = {spoken(json.loads(line)["text"]) for line in lines}
    for example in sorted(made, key=lambda e: e.split != "held_out"):
        if example.text in kept_apart or text_digest(example.text) in listed:
            continue
        if example.text and len(example.text) <= 200:
            found.setdefault(example.text, example)
    return list(found.values())


def _misheard(made: Sequence[Example], chance: random.Random) -> list[Example]:
    words = {word for example in made for word in example.text.split()}
    mishearing = Mishearing(pronunciations(words), chance)
    some = [example for example in made if chance.random() < NOISY_SHARE]
    spoiled = (mishearing.spoil(example) for example in some)
    return [example for example in spoiled if example is not None]


def _report(made: Sequence[Example]) -> str:
    counts = Counter((example.intent or "not mine", example.split) for example in made)
    names = sorted({name for name, _ in counts})
    lines = [f"{'intent':24}{'train':>8}{'held out':>10}"]
    for name in names:
        train, test = counts[name, "train"], counts[name, "held_out"]
        lines.append(f"{name:24}{train:8}{test:10}")
    sources = Counter(example.source for example in made)
    lines += [f"{len(made)} examples", *(f"  {n:6} {s}" for s, n in sources.items())]
    return "\n".join(lines)


def _write(made: Sequence[Example], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for split in ("train", "held_out"):
        rows = (example.row() for example in made if example.split == split)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{split}.jsonl").write_text(text, encoding="utf-8")


def main() -> None:
    """Read the arguments, write `train.jsonl` and `held_out.jsonl`, print the sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    made = examples(load_pack(None), asked.data, asked.seed)
    _write(made, asked.output)
    print(_report(made))


if __name__ == "__main__":
    main()
