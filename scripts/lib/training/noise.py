"""What a recogniser makes of a sentence: some words wrong, lost or added.

Wrong words are words that sound alike by the pronouncing dictionary, the commoner the
likelier; long words fall into two. Nothing here looks at what the sentence means.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from voiceagent.stt.dictionary import read_dictionary

from .datasets import Example, Span

__all__ = ["Recogniser", "Sounds", "load_sounds"]

Phones = tuple[str, ...]
MIX = (0.6, 0.2, 0.2)
"""Shares of wrong, lost and added words, near what decoders of speech show."""
LITTLE = ("a", "the", "uh", "and", "to", "in", "of", "it", "i", "is", "on", "at")
"""What recognisers add out of breath and noise."""


class Sounds:
    """Which common words sound like a given word."""

    def __init__(self, spoken: dict[str, Phones], common: Sequence[str]) -> None:
        self._spoken = spoken
        self._rank = {word: at for at, word in enumerate(common) if word in spoken}
        self._same: dict[Phones, list[str]] = defaultdict(list)
        self._near: dict[Phones, list[str]] = defaultdict(list)
        self._ends: dict[tuple[str, str, int], list[str]] = defaultdict(list)
        for word in self._rank:
            phones = spoken[word]
            self._same[phones].append(word)
            self._ends[_outline(phones)].append(word)
            for key in _shorter(phones):
                self._near[key].append(word)
        self._known: dict[str, list[str]] = {}

    def like(self, word: str) -> list[str]:
        """Words, or pairs of words, that could be heard for `word`; may be empty."""
        if word not in self._known:
            self._known[word] = self._find(word)
        return self._known[word]

    def weight(self, heard: str) -> float:
        """How likely a recogniser is to write `heard`, by how common it is."""
        return min(1 / (500 + self._rank.get(part, 20_000)) for part in heard.split())

    def _find(self, word: str) -> list[str]:
        phones = self._spoken.get(word)
        if not phones:
            return []
        found = dict.fromkeys(self._same.get(phones, ()))
        for key in _shorter(phones):
            found |= dict.fromkeys(self._near.get(key, ()))
        found |= dict.fromkeys(self._pairs(phones))
        found = found or dict.fromkeys(self._ends.get(_outline(phones), ()))
        found.pop(word, None)
        return list(found)

    def _pairs(self, phones: Phones) -> Iterator[str]:
        for cut in range(2, len(phones) - 1):
            for left in self._same.get(phones[:cut], ())[:2]:
                for right in self._same.get(phones[cut:], ())[:2]:
                    yield f"{left} {right}"


def _shorter(phones: Phones) -> Iterator[Phones]:
    # Two words share one of these if one sound was changed, added or lost.
    if len(phones) > 2:
        yield phones
        for at in range(len(phones)):
            yield (*phones[:at], "?", *phones[at + 1 :])
            yield phones[:at] + phones[at + 1 :]


def _outline(phones: Phones) -> tuple[str, str, int]:
    return phones[0], phones[-1], len(phones)


def load_sounds(common: Iterable[str]) -> Sounds:
    """Sounds from the dictionary in the pocketsphinx wheel; `common` words first."""
    spoken = {
        word: tuple(phones.split())
        for word, phones in reversed(read_dictionary().items())
        if "(" not in word
    }
    return Sounds(spoken, [word for word in common if word.isalpha()])


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Turns what was said into what might be recognised."""

    sounds: Sounds
    rate: float = 0.1
    """Errors per word."""

    def hear(self, example: Example, chance: random.Random) -> Example:
        """`example` as recognised: lower case, no punctuation, slots moved along."""
        text, spans = "", list[Span]()
        last = -1
        for word, inside in self._heard(_labelled(example), chance):
            start = len(text) + bool(text)
            text = f"{text} {word}" if text else word
            if inside >= 0:
                slot = example.spans[inside].slot
                if inside == last:
                    start = spans.pop().start
                spans.append(Span(start, len(text), slot))
            last = inside
        if not text:
            return example
        return Example(text, example.intent, tuple(spans))

    def _heard(
        self, words: Sequence[tuple[str, int]], chance: random.Random
    ) -> Iterator[tuple[str, int]]:
        wrong, lost, _ = (share * self.rate for share in MIX)
        for at, (word, inside) in enumerate(words):
            draw = chance.random()
            if draw < wrong:
                yield self._instead(word, chance), inside
            elif draw >= wrong + lost or len(words) == 1:
                yield word, inside
            if wrong + lost <= draw < self.rate:
                following = words[at + 1][1] if at + 1 < len(words) else -1
                yield chance.choice(LITTLE), inside if inside == following else -1

    def _instead(self, word: str, chance: random.Random) -> str:
        found = self.sounds.like(word)
        if not found:
            return word
        return chance.choices(found, [self.sounds.weight(w) for w in found])[0]


def _labelled(example: Example) -> list[tuple[str, int]]:
    """Each spoken word, and the number of the span that it stands in or -1."""
    words, place = list[tuple[str, int]](), 0
    for raw in example.text.split():
        start = example.text.index(raw, place)
        place = start + len(raw)
        word = raw.lower().strip(".,;:!?\"'()[]")
        if word:
            words.append((word, _span_at(example, start, place)))
    return words


def _span_at(example: Example, start: int, end: int) -> int:
    for at, span in enumerate(example.spans):
        if span.start < end and start < span.end:
            return at
    return -1
