"""Words that phones hardly tell apart: "on" and "off", "fifty" and "fifteen".

A recogniser that compares sounds with phones takes one for the other when an accent or
noise changes a single phone, and what matters most in a command is often just that
word. So its vote for one is no vote against the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from voiceagent.lang.spoken import distance

__all__ = ["SoundAlike"]

Phones = tuple[str, ...]


def _keys(way: Phones) -> set[Phones]:
    """The way and what is left of it without one phone: ways that differ in one phone
    at most have one of these in common."""
    return {way, *((*way[:at], *way[at + 1 :]) for at in range(len(way)))}


class SoundAlike:
    """Which words of a vocabulary are said like which others."""

    def __init__(
        self, vocabulary: Iterable[str], ways: Callable[[str], Iterable[str]]
    ) -> None:
        """`ways(word)`: phones separated by blanks, for each way to say the word."""
        self._ways = {
            word: [tuple(phones.split()) for phones in ways(word)]
            for word in vocabulary
        }
        self._near: dict[Phones, list[tuple[str, Phones]]] = {}
        for word, said in self._ways.items():
            for way in said:
                for key in _keys(way):
                    self._near.setdefault(key, []).append((word, way))

    def like(self, word: str) -> list[str]:
        """Other words that differ from this one in one phone at most."""
        found = {
            other
            for way in self._ways.get(word, ())
            for key in _keys(way)
            for other, its in self._near[key]
            if distance(way, its, 1) <= 1
        }
        return sorted(found - {word})

    def sentences(self, text: str) -> Iterator[str]:
        """`text` with one word exchanged for another that sounds like it."""
        words = text.split()
        for at, word in enumerate(words):
            for other in self.like(word):
                yield " ".join([*words[:at], other, *words[at + 1 :]])
