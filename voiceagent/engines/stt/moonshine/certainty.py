"""How sure one may be of words that were written down freely.

A logistic model over what the recogniser itself knows: the mean and the least of the
likelihoods of the pieces it wrote, and how many words there are. Its coefficients are
fitted by `scripts/fit_confidence.py words` on voices and sentences that nothing is
judged on.
"""

from __future__ import annotations

from math import exp, log

from voiceagent.engines.stt.moonshine.model import MoonshineTranscript

__all__ = ["certainty", "features_of"]

WEIGHTS = (4.32, 9.18, 0.79, -1.31)
"""Intercept, mean of a piece, worst piece, logarithm of the number of words."""
MEAN_LIMIT, WORST_LIMIT = -2.0, -4.0
MOST_WORDS = 16


def features_of(said: MoonshineTranscript) -> tuple[float, ...]:
    """What the coefficients weigh, in their order."""
    words = max(1, min(MOST_WORDS, len(said.text.split())))
    mean = max(MEAN_LIMIT, said.score / max(1, said.pieces + 1))
    return 1.0, mean, max(WORST_LIMIT, said.worst), log(words)


def certainty(said: MoonshineTranscript) -> float:
    """0..1, how likely it is that just these words were said."""
    if not said.text:
        return 0.0
    pairs = zip(WEIGHTS, features_of(said), strict=True)
    return 1.0 / (1.0 + exp(-sum(weight * feature for weight, feature in pairs)))
