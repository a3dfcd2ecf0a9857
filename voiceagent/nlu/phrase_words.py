"""Sentences as words, and where cues stand in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TypeAlias

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import Intent

__all__ = [
    "OneCommand",
    "PhraseWords",
    "as_text",
    "closing",
    "leading",
    "phrase_words",
    "places",
    "split_at",
]

PhraseWords: TypeAlias = tuple[str, ...]
OneCommand = Callable[[PhraseWords], Intent | None]
LONGEST_CUE = 5
JOINT = language().parts.joint


class CommaJoint(str):
    """The joint that was written as a comma, or as the end of a sentence."""

    __slots__ = ()


COMMA = CommaJoint(JOINT)


def phrase_words(text: str) -> PhraseWords:
    """Words in their own letters; a comma between things is a word by itself."""
    found: list[str] = []
    for token in text.split():
        bare = token.strip(',;.!?"')
        if spoken(bare):
            found.append(bare)
        ends = token.endswith((".", "!")) and "." not in bare
        if (ends or token.endswith((",", ";"))) and found:
            found.append(COMMA)
    while found and found[-1] == JOINT:
        found.pop()
    joined = [w for n, w in enumerate(found) if w != JOINT or found[n + 1] != JOINT]
    return tuple(joined)


def as_text(words: PhraseWords) -> str:
    """The words as they were written, commas for what was one."""
    text = " ".join("," if isinstance(word, CommaJoint) else word for word in words)
    return text.replace(" ,", ",").rstrip(",")


def leading(said: Sequence[str], cues: tuple[str, ...]) -> int:
    """How many words of the beginning are one of `cues`; never all of them."""
    some = (cue for cue in _longest_first(cues) if len(cue) < len(said))
    return next((len(cue) for cue in some if tuple(said[: len(cue)]) == cue), 0)


def closing(said: Sequence[str], cues: tuple[str, ...]) -> int:
    """The same of the end."""
    some = (cue for cue in _longest_first(cues) if len(cue) < len(said))
    return next((len(cue) for cue in some if tuple(said[-len(cue) :]) == cue), 0)


@cache
def _longest_first(cues: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(cue.split()) for cue in cues), key=len, reverse=True))


def places(words: PhraseWords, cues: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where one of the cues stands, and its words; the longest at each place."""
    said = [spoken(word) for word in words]
    at = 0
    while at < len(said):
        for many in range(min(LONGEST_CUE, len(said) - at), 0, -1):
            if " ".join(said[at : at + many]) in cues:
                yield at, many
                at += many - 1
                break
        at += 1


def split_at(words: PhraseWords, cues: tuple[str, ...]) -> list[PhraseWords]:
    """The stretches between cues."""
    found, start = [], 0
    for at, many in places(words, cues):
        found.append(words[start:at])
        start = at + many
    return [piece for piece in (*found, words[start:]) if piece]
