"""Calls as a constrained writer would write them, piece by piece, with the choices.

The writer of run time is told what to choose, so that training sees the very pieces,
forced ones included, that the model will meet.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from lib.training.generative_text import Lesson
from voiceagent.audio.arrays import Floats
from voiceagent.nlu.slm.call_graph import COMPACT, call_graph
from voiceagent.nlu.slm.constrained_decoding import ConstrainedWriter
from voiceagent.nlu.slm.generative import prompt_of
from voiceagent.nlu.slm.tools import CallableIntent

__all__ = ["Dictated", "Dictation", "PieceCutter", "by_length", "dictated", "drawn"]

NOT_OURS = 0.5
"""Of the sentences that are not ours, how many for each of ours."""


@dataclass(frozen=True, slots=True)
class Dictated:
    """What is read, and at which places which piece is to be chosen."""

    pieces: tuple[int, ...]
    choices: tuple[tuple[int, int], ...]


class PieceCutter(Protocol):
    """What knows a model's pieces."""

    @property
    def pieces(self) -> Sequence[bytes]:
        """What each piece writes."""
        ...

    @property
    def ends(self) -> frozenset[int]:
        """The pieces that end an answer."""
        ...

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """A text in pieces."""
        ...


class Dictation:
    """A decoder that wants nothing but to write one text."""

    def __init__(self, cutter: PieceCutter) -> None:
        self.pieces, self.ends = cutter.pieces, cutter.ends
        self.tokenize, self.limit = cutter.tokenize, 256
        self._by_text = {text: at for at, text in enumerate(self.pieces) if text}
        self._longest = max(map(len, self._by_text))
        self.say(b"", 0)

    def say(self, text: bytes, prompt: int) -> None:
        """Begin anew with this text, behind a prompt of so many pieces."""
        self._text, self._prompt = text, prompt
        self.read: list[int] = []
        self.choices: list[tuple[int, int]] = []

    def keep(self, pieces: Sequence[int]) -> int:
        """Nothing is kept."""
        return 0

    def feed(self, pieces: Sequence[int]) -> Floats:
        """Read on; the longest piece of the rest is the likeliest."""
        self.read += pieces
        done = sum(len(self.pieces[piece]) for piece in self.read[self._prompt :])
        rest = self._text[done:]
        scores = np.zeros(len(self.pieces), np.float32)
        for length in range(min(self._longest, len(rest)), 0, -1):
            piece = self._by_text.get(rest[:length])
            if piece is not None:
                self.choices.append((len(self.read) - 1, piece))
                scores[piece] = 100.0
                break
        return scores


def dictated(
    lessons: Iterable[Lesson], cutter: PieceCutter, tools: Sequence[CallableIntent]
) -> Iterator[Dictated]:
    """Each lesson as it will be written; without what cannot be written."""
    decoder = Dictation(cutter)
    writer = ConstrainedWriter(decoder)
    for lesson in lessons:
        prompt = writer.cut_longest(prompt_of(lesson.sentence))
        start = call_graph(tools, COMPACT, sentence=lesson.sentence, none=True)
        end = start.step(lesson.call.encode())
        if prompt is None or end is None or not end.done:
            continue
        decoder.say(lesson.call.encode(), len(prompt))
        written = writer.write(prompt, start)
        if written.place.done and decoder.choices:
            yield Dictated(tuple(decoder.read), tuple(decoder.choices))


def drawn(file: Path, most: int, seed: int) -> list[str]:
    """At most `most` lines of a file of examples, ours and others in one proportion."""
    lines = file.read_text(encoding="utf-8").splitlines()
    chance = random.Random(seed)
    ours = [line for line in lines if json.loads(line)["intent"] is not None]
    others = [line for line in lines if json.loads(line)["intent"] is None]
    count = min(len(ours), round(most / (1 + NOT_OURS)))
    some = chance.sample(ours, count)
    return some + chance.sample(others, min(len(others), round(count * NOT_OURS)))


def by_length(lessons: Iterable[Dictated], seed: int) -> list[Dictated]:
    """Neighbours are of like length, so that batches hold little padding."""
    chance = random.Random(seed)
    return sorted(lessons, key=lambda one: len(one.pieces) + chance.random())
