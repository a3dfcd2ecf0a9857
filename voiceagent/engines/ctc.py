"""Connectionist temporal classification: how likely words are, given frame by frame
probabilities of every word and of "nothing new" (the blank, the last column).

All alignments of the words to the frames are added up, so that no one has to say when
each word began. In logarithms throughout: a second of frames already underflows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["best_path", "sentence_scores"]

Floats = NDArray[np.float32]
NEVER = np.float32(-1e30)
"""Logarithm of no probability, without the warnings of infinities."""


def sentence_scores(
    log_probabilities: Floats, sentences: Sequence[Sequence[int]]
) -> Floats:
    """Log likelihood of each of `sentences` (column numbers of their words).

    `log_probabilities`: [frames, words + 1]. About -1e30 where there are fewer frames
    than the words need.
    """
    frames, blank = len(log_probabilities), log_probabilities.shape[1] - 1
    if not sentences:
        return np.zeros(0, np.float32)
    states = _states(sentences, blank)
    # A word may follow another one without a blank, unless it is the same again.
    skips = np.zeros(states.shape, bool)
    skips[:, 2:] = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    lengths = np.array([2 * len(words) + 1 for words in sentences])
    if not frames:
        empty = np.where(lengths == 1, np.float32(0), NEVER)
        return empty.astype(np.float32)
    sounds = log_probabilities.astype(np.float64)[:, states]
    reached = _walk(sounds, skips)
    rows = np.arange(len(lengths))
    # Either the blank at the end or the last word itself ends the sentence.
    before = np.where(lengths > 1, reached[rows, lengths - 2], NEVER)
    total = np.logaddexp(reached[rows, lengths - 1], before)
    scores: Floats = np.maximum(total, NEVER).astype(np.float32)
    return scores


def _states(sentences: Sequence[Sequence[int]], blank: int) -> NDArray[np.intp]:
    """Columns in the order in which they must be passed, blanks between the words."""
    longest = max(map(len, sentences))
    states = np.full((len(sentences), 2 * longest + 1), blank, np.intp)
    for row, words in zip(states, sentences, strict=True):
        row[1 : 2 * len(words) : 2] = words
    return states


def _walk(sounds: NDArray[np.float64], skips: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Log probability of being in each state at the last frame."""
    never = float(NEVER)
    count, width = skips.shape
    # Two columns that nothing reaches stand before the first state.
    paths = np.full((count, width + 2), never)
    paths[:, 2:4] = sounds[0, :, :2]
    barred = np.where(skips, 0.0, never)
    for sound in sounds[1:]:
        stay, step, skip = paths[:, 2:], paths[:, 1:-1], paths[:, :-2] + barred
        top = np.maximum(np.maximum(stay, step), skip)
        added = np.exp(stay - top) + np.exp(step - top) + np.exp(skip - top)
        paths[:, 2:] = np.maximum(top + np.log(added) + sound, never)
    return paths[:, 2:]


def best_path(log_probabilities: Floats) -> tuple[int, ...]:
    """Columns of the words along the likeliest path of single frames."""
    blank = log_probabilities.shape[1] - 1
    path = log_probabilities.argmax(axis=1)
    fresh = np.concatenate([[True], path[1:] != path[:-1]])[: len(path)]
    return tuple(int(column) for column in path[fresh & (path != blank)])
