"""Puts errors into sentences as a recogniser makes them: words that sound alike, small
words that vanish. Numbers and words of polarity stay: a label must stay true."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from lib.training.sampling import Example, Span
from voiceagent.lang.number_words import ONES, TENS
from voiceagent.stt.dictionary import read_dictionary

__all__ = ["Mishearing", "pronunciations"]

SMALL = frozenset("the a an to my in of is it at for please and".split())
KEPT = frozenset(
    [*ONES, *TENS, "hundred", "half", "quarter", "on", "off", "up", "down", "not"]
    + "dont never no open close shut lock unlock mute unmute am pm".split()
)
Phones = tuple[str, ...]
Tag = tuple[int, str] | None
"""Number and slot of the span that a word belongs to."""


def pronunciations(words: Iterable[str]) -> dict[str, Phones]:
    """How the words are said, by the dictionary that ships with pocketsphinx."""
    wanted, found = set(words), {}
    for word, phones in reversed(read_dictionary().items()):
        plain = word.replace("'", "")
        if plain in wanted and plain not in found:
            found[plain] = tuple(phones.split())
    return found


class Mishearing:
    """Makes noisy copies; the same seed gives the same errors."""

    def __init__(self, sounds: Mapping[str, Phones], chance: random.Random) -> None:
        self._chance = chance
        self._alike = _alike(sounds)

    def spoil(self, example: Example) -> Example | None:
        """A copy with one or two errors; None where no word has a likeness."""
        words = _words(example)
        done = 0
        for number in self._chance.sample(range(len(words)), len(words)):
            done += self._spoil_word(words, number)
            if done == (2 if len(words) > 8 else 1):
                break
        if not done:
            return None
        kept = [(word, tag) for word, tag in words if word]
        text = " ".join(word for word, _ in kept)
        source = f"{example.source}+errors"
        return replace(example, text=text, spans=_spans(kept), source=source)

    def _spoil_word(self, words: list[tuple[str, Tag]], number: int) -> bool:
        word, tag = words[number]
        if word in SMALL and tag is None:
            words[number] = ("", None)
            return True
        others = () if word in KEPT else self._alike.get(word, ())
        if not others:
            return False
        words[number] = (self._chance.choice(others), tag)
        return True


def _words(example: Example) -> list[tuple[str, Tag]]:
    found: list[tuple[str, Tag]] = []
    at = 0
    for word in example.text.split():
        inside = (
            (number, slot)
            for number, (start, end, slot) in enumerate(example.spans)
            if start <= at < end
        )
        found.append((word, next(inside, None)))
        at += len(word) + 1
    return found


def _spans(words: list[tuple[str, Tag]]) -> tuple[Span, ...]:
    places: dict[int, Span] = {}
    at = 0
    for word, tag in words:
        end = at + len(word)
        if tag is not None:
            number, slot = tag
            places[number] = (places.get(number, (at, 0, slot))[0], end, slot)
        at = end + 1
    return tuple(places.values())


def _alike(sounds: Mapping[str, Phones]) -> dict[str, tuple[str, ...]]:
    """Words one phone apart, found through what is left when one phone is taken out."""
    by_rest: dict[Phones, set[str]] = defaultdict(set)
    for word, phones in sounds.items():
        by_rest[phones].add(word)
        for at in range(len(phones)):
            by_rest[(*phones[:at], "*", *phones[at + 1 :])].add(word)
            by_rest[phones[:at] + phones[at + 1 :]].add(word)
    alike: dict[str, set[str]] = defaultdict(set)
    for group in by_rest.values():
        if 1 < len(group) <= 20:
            for word in group:
                alike[word] |= group - {word} - KEPT
    return {
        word: tuple(sorted(others))
        for word, others in alike.items()
        if others and len(sounds[word]) >= 3
    }
