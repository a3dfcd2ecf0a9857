"""A small trigram language model for a recogniser, from sentences: ARPA text.

Interpolated Witten-Bell smoothing, written with back-off weights. Questions about
documents are in none of their sentences, so frames of questions are put around their
words and headings.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import spoken
from voiceagent.region.wording import EMPTY

__all__ = ["arpa", "questions"]

Gram = tuple[str, ...]
WORDS = language().documents
OPENINGS = ("", "", "hey jarvis ", "alexa ", "okay nabu ", "hey mycroft ")
DAYS = (*language().calendar.weekdays, *language().calendar.near)
FREQUENT = 40
"""Topics that are asked about by day."""
LEAST = 1e-7


def questions(sentences: Iterable[str]) -> Iterator[str]:
    """What may be asked about such sentences, and the sentences themselves."""
    topics: Counter[str] = Counter()
    for sentence in sentences:
        words = spoken(sentence).split()
        if not words:
            continue
        yield " ".join(words)
        yield from _about(words)
        for first, second in zip(words, [*words[1:], ""], strict=True):
            if first in EMPTY:
                continue
            topics[first] += 1
            if second and second not in EMPTY:
                topics[f"{first} {second}"] += 2
    for topic, _ in topics.most_common(FREQUENT):
        for day in DAYS:
            yield from (frame.format(topic, day) for frame in WORDS.daily_frames)
    names = list(topics)
    for number, topic in enumerate(names):
        other = names[(number * 7 + 3) % len(names)]
        for place, frame in enumerate(WORDS.frames):
            opening = OPENINGS[(number + place) % len(OPENINGS)]
            gaps = frame.count("{}")
            yield opening + frame.format(*([topic, other][:gaps]))


def _about(words: Sequence[str]) -> Iterator[str]:
    """What a sentence that tells what to do is the answer to."""
    yield f"how do i {' '.join(words[:5])}"
    for place, word in enumerate(words[:-2]):
        if word in ("if", "when"):
            clause = " ".join(words[place + 1 : place + 7])
            mine = f" {clause} ".replace(" you ", " i ").replace(" your ", " my ")
            yield f"what do i do if{mine}".strip()
            yield f"what should i do when{mine}".strip()


def arpa(sentences: Iterable[str]) -> tuple[str, set[str]]:
    """The model as ARPA text, and its words."""
    counts = [Counter[Gram](), Counter[Gram](), Counter[Gram]()]
    for sentence in sentences:
        words = ("<s>", *sentence.split(), "</s>")
        for order in (1, 2, 3):
            grams = zip(*(words[i:] for i in range(order)), strict=False)
            counts[order - 1].update(grams)
    counts[0].pop(("<s>",), None)
    vocabulary = {gram[0] for gram in counts[0]} - {"</s>"}
    lines = ["\\data\\"]
    sizes = [len(counts[0]) + 1, len(counts[1]), len(counts[2])]
    lines += [f"ngram {n + 1}={size}" for n, size in enumerate(sizes)]
    total = sum(counts[0].values())
    one = {gram: count / total for gram, count in counts[0].items()}
    two, back_one = _higher(counts[1], one)
    three, back_two = _higher(counts[2], two)
    lines += ["", "\\1-grams:"]
    lines.append(f"-99 <s> {_log(back_one.get(('<s>',), 1.0))}")
    lines += _lines(one, back_one)
    lines += ["", "\\2-grams:", *_lines(two, back_two)]
    lines += ["", "\\3-grams:", *_lines(three, {})]
    return "\n".join([*lines, "", "\\end\\", ""]), vocabulary


def _higher(
    counts: Counter[Gram], lower: dict[Gram, float]
) -> tuple[dict[Gram, float], dict[Gram, float]]:
    """Probabilities of one order, and the back-off weights of the histories."""
    after: defaultdict[Gram, int] = defaultdict(int)
    kinds: defaultdict[Gram, int] = defaultdict(int)
    for gram, count in counts.items():
        after[gram[:-1]] += count
        kinds[gram[:-1]] += 1
    found = {}
    for gram, count in counts.items():
        history = gram[:-1]
        whole = after[history] + kinds[history]
        share = kinds[history] / whole
        found[gram] = count / whole + share * lower.get(gram[1:], LEAST)
    back = {h: kinds[h] / (after[h] + kinds[h]) for h in after}
    return found, back


def _lines(found: dict[Gram, float], back: dict[Gram, float]) -> Sequence[str]:
    return [
        f"{_log(p)} {' '.join(gram)}" + (f" {_log(back[gram])}" if gram in back else "")
        for gram, p in sorted(found.items())
    ]


def _log(probability: float) -> str:
    return f"{math.log10(max(probability, LEAST)):.4f}"
