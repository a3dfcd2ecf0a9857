"""The arithmetic of our encoder's heads: n-gram features, tag paths, confidence.

Training and run time use these same functions, so that a model cannot drift apart
from the code that reads it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt

from voiceagent.audio.arrays import Floats
from voiceagent.nlu.slm.wordpiece import EncodedWord

__all__ = [
    "FORBIDDEN",
    "best_path",
    "confidence",
    "log_softmax",
    "measures",
    "ngrams",
    "tagged_spans",
]

Numbers = npt.NDArray[np.int64]
FORBIDDEN = -1e4
"""Score of what must not be: below anything that a head can give."""
MEASURES = ("log_best", "log_margin", "log_not_mine", "similarity")
FLOOR = 20.0


def ngrams(words: Sequence[EncodedWord], inverse: Floats) -> tuple[Numbers, Floats]:
    """Buckets and values of a sentence's n-grams; `inverse`: weight of each bucket."""
    spoken = [word.text for word in words if any(map(str.isalnum, word.text))]
    groups = [
        _group(names, inverse) for names in (_of_words(spoken), _of_letters(spoken))
    ]
    return (
        np.concatenate([buckets for buckets, _ in groups]),
        np.concatenate([values for _, values in groups]),
    )


def _of_words(words: Sequence[str]) -> Iterator[str]:
    yield from (f"w:{word}" for word in words)
    framed = ["<s>", *words, "</s>"]
    yield from (
        f"b:{left} {right}" for left, right in zip(framed, framed[1:], strict=False)
    )


def _of_letters(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        framed = f" {word} "
        for size in (3, 4, 5):
            for at in range(len(framed) - size + 1):
                yield f"c:{framed[at : at + size]}"


def _group(names: Iterator[str], inverse: Floats) -> tuple[Numbers, Floats]:
    mask = len(inverse) - 1
    counts = Counter(crc32(name.encode()) & mask for name in names)
    buckets = np.fromiter(counts, np.int64, len(counts))
    found = np.fromiter(counts.values(), np.float32, len(counts))
    values = (1 + np.log(found)) * inverse[buckets]
    length = float(np.linalg.norm(values)) or 1.0
    return buckets, (values / length).astype(np.float32)


def log_softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Logarithms of the probabilities that `logits` stand for."""
    scaled = logits / temperature
    top = float(scaled.max())
    total = top + math.log(float(np.exp(scaled - top).sum()))
    return np.asarray(scaled - total, dtype=np.float32)


def measures(
    logs: Floats, *, nobody: int | None, similarity: Floats
) -> tuple[int, dict[str, float]]:
    """The best class that is not `nobody`, and what speaks for and against it."""
    mine = logs.copy()
    if nobody is not None:
        mine[nobody] = -np.inf
    best = int(mine.argmax())
    second = float(np.delete(mine, best).max(initial=-math.inf))
    top = float(mine[best])
    return best, {
        "log_best": max(top, -FLOOR),
        "log_margin": min(top - second, FLOOR),
        "log_not_mine": 0.0 if nobody is None else max(float(logs[nobody]), -FLOOR),
        "similarity": float(similarity[best]),
    }


def confidence(found: Mapping[str, float], calibration: Mapping[str, float]) -> float:
    """0..1 from the measures, by the weights found on held-out text."""
    total = calibration.get("bias", 0.0)
    total += sum(found[name] * calibration.get(name, 0.0) for name in MEASURES)
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


def best_path(
    emission: Floats, transition: Floats, allowed: npt.NDArray[np.bool_]
) -> list[int]:
    """The likeliest tag of each word (Viterbi); `transition`'s last row: the start.

    Of hundreds of tags an intent is allowed a few; the others are not looked at.
    """
    tags = np.flatnonzero(allowed)
    if not len(emission) or not len(tags):
        return []
    scores, moves = emission[:, tags], transition[np.ix_(np.append(tags, -1), tags)]
    total, steps = moves[-1] + scores[0], list[npt.NDArray[np.intp]]()
    for row in scores[1:]:
        paths = total[:, None] + moves[:-1]
        steps.append(paths.argmax(0))
        total = paths.max(0) + row
    path = [int(total.argmax())]
    for step in reversed(steps):
        path.append(int(step[path[-1]]))
    return [int(tags[at]) for at in path[::-1]]


def tagged_spans(
    words: Sequence[EncodedWord], tags: Sequence[str]
) -> list[tuple[int, int, str]]:
    """Start, end and slot of each run of `B-`, `I-` tags, in the original text."""
    spans = list[tuple[int, int, str]]()
    open_slot = ""
    for word, tag in zip(words, tags, strict=False):
        mark, _, slot = tag.partition("-")
        if mark == "I" and slot == open_slot:
            spans[-1] = (spans[-1][0], word.end, slot)
        elif slot:
            spans.append((word.start, word.end, slot))
        open_slot = slot
    return spans
