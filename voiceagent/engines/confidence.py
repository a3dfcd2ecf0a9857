"""How sure a recogniser is, from what several acoustic models make of an utterance.

A logistic model over three kinds of evidence: by how much the best sentence explains
the sound better than free phones do, how many models hear the same, and by how much it
leads the best sentence with another meaning. Its coefficients
are fitted by `scripts/fit_confidence.py` on commands and on other speech, with noise
and without.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

__all__ = ["Evidence", "confidence"]

INTERCEPT, MARGIN, AGREEMENT, BOTH, LEAD = -3.0, 0.9, 4.4, 0.4, 0.2
"""Fitted: see `docs/recognition.md`."""
MARGIN_SCALE = 5.0
MARGIN_LIMIT = 15.0
LEAD_SCALE = 100.0
LEAD_LEAST, LEAD_MOST = -3.0, 10.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a sentence."""

    margin: float
    """Log score of the sentence less that of free phones, per frame of 10 ms."""
    agreement: float
    """0..1, share of the acoustic models that hear this meaning."""
    lead: float = LEAD_MOST * LEAD_SCALE
    """Log score of the sentence less that of the best one with another meaning."""

    def features(self) -> tuple[float, ...]:
        """What the coefficients weigh, in their order."""
        limited = max(-MARGIN_LIMIT, min(MARGIN_LIMIT, self.margin))
        margin = limited / MARGIN_SCALE
        lead = max(LEAD_LEAST, min(LEAD_MOST, self.lead / LEAD_SCALE))
        return 1.0, margin, self.agreement, margin * self.agreement, lead


def confidence(evidence: Evidence) -> float:
    """0..1, how likely it is that this was said, to us."""
    weights = (INTERCEPT, MARGIN, AGREEMENT, BOTH, LEAD)
    pairs = zip(weights, evidence.features(), strict=True)
    return 1.0 / (1.0 + exp(-sum(weight * feature for weight, feature in pairs)))
