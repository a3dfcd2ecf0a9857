"""How sure a recogniser is, from what several acoustic models make of an utterance.

A logistic model over two kinds of evidence: by how much the best sentence explains the
sound better than free phones do, and how many models hear the same. Its coefficients
are fitted by `scripts/fit_confidence.py` on commands and on other speech, with noise
and without.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

__all__ = ["Evidence", "confidence"]

INTERCEPT, MARGIN, AGREEMENT, BOTH = -3.0, 0.9, 4.4, 0.4
"""Fitted: see `docs/recognition.md`."""
MARGIN_SCALE = 5.0
MARGIN_LIMIT = 15.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a sentence."""

    margin: float
    """Log score of the sentence less that of free phones, per frame of 10 ms."""
    agreement: float
    """0..1, share of the acoustic models that hear this meaning."""


def confidence(evidence: Evidence) -> float:
    """0..1, how likely it is that this was said, to us."""
    limited = max(-MARGIN_LIMIT, min(MARGIN_LIMIT, evidence.margin))
    margin = limited / MARGIN_SCALE
    agreement = evidence.agreement
    score = INTERCEPT + MARGIN * margin + AGREEMENT * agreement
    score += BOTH * margin * agreement
    return 1.0 / (1.0 + exp(-score))
