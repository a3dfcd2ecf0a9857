"""Examples as numbers: pieces, class and word tags, in batches of like length."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from voiceagent.nlu.slm.wordpiece import Encoded, WordPiece

from .datasets import Example

__all__ = [
    "Batch",
    "Labels",
    "Lesson",
    "batches",
    "labels_of",
    "lesson",
    "padded",
    "some_of_each",
    "word_tags",
]

LENGTHS = (10, 16, 24, 40, 64)
"""Batches are padded to one of these, since each new shape costs a compilation."""
OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class Labels:
    """The classes and the word tags of one task, in the order of their numbers."""

    classes: tuple[str, ...]
    tags: tuple[str, ...]
    """First `OUTSIDE`; only that where the task has no slots."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One sentence, ready to learn from."""

    ids: tuple[int, ...]
    first: tuple[int, ...]
    tags: tuple[int, ...]
    target: int
    low: np.ndarray | None = None
    """What the first trained layer reads, `[pieces, width]`; filled in by training."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded lessons; padding of words is tag -1, padding of rows has weight 0."""

    ids: np.ndarray
    low: np.ndarray
    first: np.ndarray
    tags: np.ndarray
    target: np.ndarray
    weight: np.ndarray


def labels_of(examples: Sequence[Example]) -> Labels:
    """Every class and tag that occurs, sorted."""
    slots = sorted({span.slot for example in examples for span in example.spans})
    tags = [f"{mark}-{slot}" for slot in slots for mark in "BI"]
    return Labels(tuple(sorted({e.intent for e in examples})), (OUTSIDE, *tags))


def word_tags(example: Example, encoded: Encoded) -> list[str]:
    """The BIO tag of each word."""
    tags, last = list[str](), -1
    for word in encoded.words:
        inside = -1
        for at, span in enumerate(example.spans):
            if span.start < word.end and word.start < span.end:
                inside = at
        mark = "I" if inside == last else "B"
        slot = example.spans[inside].slot if inside >= 0 else ""
        tags.append(f"{mark}-{slot}" if slot else OUTSIDE)
        last = inside
    return tags


def lesson(example: Example, pieces: WordPiece, labels: Labels) -> Lesson:
    """`example` in numbers."""
    encoded = pieces.encode(example.text)
    number = {tag: at for at, tag in enumerate(labels.tags)}
    tags = tuple(number[tag] for tag in word_tags(example, encoded))
    target = labels.classes.index(example.intent)
    return Lesson(encoded.ids, encoded.first, tags, target)


def batches(
    lessons: Sequence[Lesson], size: int, chance: random.Random
) -> Iterator[list[Lesson]]:
    """All lessons once, those of like length together, batches in random order."""
    key: Callable[[Lesson], float] = lambda one: len(one.ids) + 3 * chance.random()  # noqa: E731
    ordered = sorted(lessons, key=key)
    groups = [ordered[at : at + size] for at in range(0, len(ordered), size)]
    chance.shuffle(groups)
    yield from groups


def padded(group: Sequence[Lesson], size: int) -> Batch:
    """`group` as one batch of `size` rows."""
    longest = max(len(one.ids) for one in group)
    length = next((n for n in LENGTHS if n >= longest), longest)
    width = 0 if group[0].low is None else group[0].low.shape[1]
    batch = Batch(
        np.zeros((size, length), np.int32),
        np.zeros((size, length, width), np.float32),
        np.zeros((size, length - 2), np.int32),
        np.full((size, length - 2), -1, np.int32),
        np.zeros(size, np.int32),
        np.zeros(size, np.float32),
    )
    batch.ids[:, 0] = 101  # padded rows still need one piece to have a mean
    for row, one in enumerate(group):
        batch.ids[row, : len(one.ids)] = one.ids
        if one.low is not None:
            batch.low[row, : len(one.ids)] = one.low
        batch.first[row, : len(one.first)] = one.first
        batch.tags[row, : len(one.tags)] = one.tags
        batch.target[row] = one.target
        batch.weight[row] = 1
    return batch


def some_of_each(examples: Sequence[Example], most: int) -> list[Example]:
    """At most `most` examples of each intent, always the same ones."""
    shuffled = random.Random(0).sample(list(examples), len(examples))
    seen: dict[str, int] = {}
    kept = []
    for example in shuffled:
        seen[example.intent] = seen.get(example.intent, 0) + 1
        if seen[example.intent] <= most:
            kept.append(example)
    return kept
