"""Sentences of a grammar, as far as a speech model has written them.

`Beam` follows several side by side and keeps to the grammar; `Walk` goes along with
what the model writes freely, and knows at the end whether that is a sentence of the
grammar too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.arrays import Floats
from voiceagent.engines.stt.moonshine.spelling import (
    Speller,
    SpellingPlace,
    SpellingStep,
)
from voiceagent.engines.stt.moonshine.subwords import END

__all__ = ["A_WORD", "Beam", "Sentence", "Walk", "rank"]

A_WORD = 1.0
"""Added to the log likelihood for each word: short sentences are likelier otherwise,
whatever was said."""

BeamWords = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """What may have been said."""

    words: BeamWords
    score: float
    """Natural logarithm of its likelihood, given the sound."""

    @property
    def text(self) -> str:
        """The words."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class _Path:
    """A sentence that is being written."""

    score: float
    place: SpellingPlace
    words: BeamWords

    @property
    def rank(self) -> float:
        return rank(self.words, self.score)


class Beam:
    """The likeliest sentences, written side by side piece by piece."""

    def __init__(
        self, speller: Speller, *, width: int, near: float, least: float = -inf
    ) -> None:
        """`width`: sentences at once; `near`: log likelihood below the best from which
        one is not followed; `least`: the same of its own."""
        self._width, self._near, self._least = width, near, least
        self._paths = [_Path(0.0, speller.begin, ())]
        self._whole: dict[BeamWords, float] = {}

    def step(self, likely: Floats) -> list[tuple[int, int]]:
        """Go on, `likely` [sentences, pieces] being the log likelihoods of what comes
        next: for each sentence that is followed now, which one it was before, and its
        newest piece; none where all have come to their end."""
        self._end(likely)
        found: dict[object, tuple[int, int, _Path]] = {}
        for row, path in enumerate(self._paths):
            for piece, fresh in _ways(path, likely[row], most=2 * self._width):
                key = fresh.words, fresh.place.key
                if key not in found or found[key][2].score < fresh.score:
                    found[key] = row, piece, fresh
        ranked = sorted(found.values(), key=lambda one: -one[2].rank)[: self._width]
        best = max((rank(*one) for one in self._whole.items()), default=-inf)
        least = max([best, *(path.rank for _, _, path in ranked[:1])]) - self._near
        kept = [
            one
            for one in ranked
            if one[2].rank >= least and one[2].score >= self._least
        ]
        self._paths = [path for _, _, path in kept]
        return [(row, piece) for row, piece, _ in kept]

    def found(self) -> list[Sentence]:
        """Whole sentences, the best first."""
        ranked = sorted(self._whole.items(), key=lambda one: -rank(*one))
        return [Sentence(words, score) for words, score in ranked]

    def _end(self, likely: Floats) -> None:
        """Note the sentences that may end where the paths are."""
        for row, path in enumerate(self._paths):
            for word in path.place.ends:
                words = _with(path.words, word)
                score = path.score + float(likely[row, END])
                if words:
                    self._whole[words] = max(score, self._whole.get(words, -inf))


class Walk:
    """Goes along with one sentence that is written freely."""

    def __init__(self, speller: Speller | None) -> None:
        self._paths: list[_Path] = []
        self._marks: Set[int] = frozenset()
        if speller is not None:
            self._paths.append(_Path(0.0, speller.begin, ()))
            self._marks = frozenset((speller.comma, *speller.stops))
        self.lead = inf
        """By how much each piece was likelier than all that go elsewhere in the
        grammar, at least: no sentence of other words comes nearer."""

    def given(self, piece: int) -> None:
        """The next piece was not for the model to choose."""
        found: dict[object, _Path] = {}
        for path, step in self._steps():
            if step.piece == piece:
                words = _with(path.words, step.word)
                found[words, step.to.key] = _Path(0.0, step.to, words)
        self._paths = list(found.values())

    def take(self, piece: int, likely: Floats) -> None:
        """The next piece, chosen by `likely` [pieces]."""
        chosen = [step.to for _, step in self._steps() if step.piece == piece]
        alike = {one for place in chosen for one in (place.key, *place.spelt)}
        self._compare(piece, likely, alike, ends=piece in self._marks)
        self.given(piece)

    def end(self, likely: Floats) -> BeamWords:
        """The sentence ends: its words; none if it is not of the grammar."""
        self._compare(END, likely, set(), ends=True)
        found = (_with(p.words, word) for p in self._paths for word in p.place.ends)
        return next(filter(None, found), ())

    def _steps(self) -> Iterator[tuple[_Path, SpellingStep]]:
        return ((path, step) for path in self._paths for step in path.place.steps)

    def _compare(
        self, piece: int, likely: Floats, alike: Set[object], *, ends: bool
    ) -> None:
        """Note the lead over pieces that neither write the same (`alike`) nor, where
        the piece is a mark or the end itself (`ends`), end the sentence."""
        others = {
            step.piece
            for _, step in self._steps()
            if step.piece not in self._marks
            and alike.isdisjoint((step.to.key, *step.to.spelt))
        }
        if not ends and any(path.place.ends for path in self._paths):
            others.add(END)
        others.discard(piece)
        if others:
            rival = float(likely[sorted(others)].max())
            self.lead = min(self.lead, float(likely[piece]) - rival)


def _ways(path: _Path, likely: Floats, *, most: int) -> list[tuple[int, _Path]]:
    """The best ways on, each with its piece and the path it becomes."""
    scores = path.score + likely[path.place.pieces]
    order: Sequence[int] | NDArray[np.intp] = range(len(scores))
    if len(scores) > most:
        order = np.argsort(-scores)[:most]
    steps = [(float(scores[at]), path.place.steps[at]) for at in order]
    return [
        (step.piece, _Path(score, step.to, _with(path.words, step.word)))
        for score, step in steps
    ]


def _with(words: BeamWords, word: str | None) -> BeamWords:
    """Words and one more, or two that were written as one."""
    return words if word is None else (*words, *word.split())


def rank(words: Sequence[str], score: float) -> float:
    """What sentences of any length are compared by."""
    return score + A_WORD * len(words)
