"""How sure a recogniser is, from what several acoustic models make of an utterance.

A logistic model over four kinds of evidence: by how much the best sentence explains
the sound better than free phones do, how many models hear the same, by how much it
leads the best sentence with another meaning, and, where the pack has a network for its
words, what that says about it. Its coefficients are fitted by
`scripts/fit_confidence.py` on commands and on other speech, with noise and without.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

__all__ = ["Evidence", "Second", "confidence"]

PLAIN = (-0.63, 2.04, 0.13, -0.67, 0.30)
WITH_SECOND = (-0.63, 2.04, 0.13, -0.67, 0.30, 0.5, 0.5)
"""Of 1, margin, agreement, unanimity, lead, and of what the network says. Fitted, see
`docs/recognition.md`. That all agree counts less beside a share of
votes, margin and lead than one would think: they then mostly agree anyway."""
MARGIN_SCALE, MARGIN_LEAST, MARGIN_MOST = 5.0, -10.0, 8.0
LEAD_SCALE, LEAD_LIMIT = 100.0, 3.0
UNRIVALLED = 1000.0
"""Lead where no other meaning comes near."""
AHEAD_SCALE, AHEAD_LIMIT = 5.0, 2.0
FIT_SCALE, FIT_LIMIT = 2.0, 2.0


@dataclass(frozen=True, slots=True)
class Second:
    """What the network for the pack's words says about a sentence."""

    ahead: float
    """Its log likelihood less that of the next candidate."""
    fit: float
    """The same less that of the likeliest words in any order, per word; 0 at most, or
    a little above."""

    def features(self) -> tuple[float, ...]:
        """What the coefficients weigh, in their order."""
        ahead = max(-AHEAD_LIMIT, min(AHEAD_LIMIT, self.ahead / AHEAD_SCALE))
        return ahead, max(-FIT_LIMIT, min(FIT_LIMIT, self.fit / FIT_SCALE))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a sentence."""

    margin: float
    """Log score of the sentence less that of free phones, per frame of 10 ms."""
    agreement: float
    """0..1, share of the acoustic models that hear this meaning."""
    lead: float = UNRIVALLED
    """Log score of the sentence less that of the best one with another meaning."""

    second: Second | None = None
    """None where no network knows the words."""

    def features(self) -> tuple[float, ...]:
        """What the coefficients weigh, in their order."""
        margin = max(MARGIN_LEAST, min(MARGIN_MOST, self.margin)) / MARGIN_SCALE
        lead = max(-LEAD_LIMIT, min(LEAD_LIMIT, self.lead / LEAD_SCALE))
        plain = (1.0, margin, self.agreement, float(self.agreement >= 1.0), lead)
        return plain if self.second is None else (*plain, *self.second.features())


def confidence(evidence: Evidence) -> float:
    """0..1, how likely it is that this was said, to us."""
    weights = PLAIN if evidence.second is None else WITH_SECOND
    pairs = zip(weights, evidence.features(), strict=True)
    return 1.0 / (1.0 + exp(-sum(weight * feature for weight, feature in pairs)))
