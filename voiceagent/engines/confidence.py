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

INTERCEPT, MARGIN, AGREEMENT, UNANIMOUS, LEAD = -0.63, 2.04, 0.13, -0.67, 0.30
"""Fitted, see `docs/recognition.md`. That all agree counts less beside a share of
votes, margin and lead than one would think: they then mostly agree anyway."""
MARGIN_SCALE, MARGIN_LEAST, MARGIN_MOST = 5.0, -10.0, 8.0
LEAD_SCALE, LEAD_LIMIT = 100.0, 3.0
UNRIVALLED = 1000.0
"""Lead where no other meaning comes near."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a sentence."""

    margin: float
    """Log score of the sentence less that of free phones, per frame of 10 ms."""
    agreement: float
    """0..1, share of the acoustic models that hear this meaning."""
    lead: float = UNRIVALLED
    """Log score of the sentence less that of the best one with another meaning."""

    def features(self) -> tuple[float, ...]:
        """What the coefficients weigh, in their order."""
        margin = max(MARGIN_LEAST, min(MARGIN_MOST, self.margin)) / MARGIN_SCALE
        lead = max(-LEAD_LIMIT, min(LEAD_LIMIT, self.lead / LEAD_SCALE))
        return 1.0, margin, self.agreement, float(self.agreement >= 1.0), lead


def confidence(evidence: Evidence) -> float:
    """0..1, how likely it is that this was said, to us."""
    weights = (INTERCEPT, MARGIN, AGREEMENT, UNANIMOUS, LEAD)
    pairs = zip(weights, evidence.features(), strict=True)
    return 1.0 / (1.0 + exp(-sum(weight * feature for weight, feature in pairs)))
