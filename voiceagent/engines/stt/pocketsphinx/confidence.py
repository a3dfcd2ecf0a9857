"""How sure a recogniser is, from what several acoustic models make of an utterance.

A logistic model over three kinds of evidence: by how much the best sentence explains
the sound better than free phones do, how many models hear the same, and by how much it
leads the best sentence with another meaning. Its coefficients
are fitted by `scripts/fit_confidence.py` on commands and on other speech, with noise
and without.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

from voiceagent.engines.stt.moonshine.presence import wanted
from voiceagent.stt.config import SttConfig

__all__ = [
    "ACCEPT",
    "ASK_BELOW",
    "Evidence",
    "Second",
    "called",
    "confidence",
    "doubt",
]

ACCEPT = 0.15
"""Confidence below which an utterance is not for us, or was not understood."""
ASK_BELOW = 0.45
"""Confidence below which it is better to ask than to act."""
INTERCEPT, MARGIN, AGREEMENT, UNANIMOUS, LEAD = -0.63, 2.04, 0.13, -0.67, 0.30
"""Fitted, see `docs/recognition.md`. That all agree counts less beside a share of
votes, margin and lead than one would think: they then mostly agree anyway."""
MARGIN_SCALE, MARGIN_LEAST, MARGIN_MOST = 5.0, -10.0, 8.0
LEAD_SCALE, LEAD_LIMIT = 100.0, 3.0
UNRIVALLED = 1000.0
"""Lead where no other meaning comes near."""


NO_MARGIN = -99.0
"""Where free phones were not searched, or nothing was found."""

TOGETHER = (-4.49, 2.12, 1.22, 0.61, 2.91)
"""The same where a second recogniser was asked: intercept, agreement, gap for each
word, lead, and the logarithm of the number of words: anything sounds like "yeah", and
nothing but an order sounds like a long one. The margin tells nothing more then."""
ACCEPT_TOGETHER, ASK_TOGETHER = 0.10, 0.30
"""As above, for both."""
GAP_LIMIT = 4.0
AHEAD_SCALE, AHEAD_LIMIT = 3.0, 3.0
MOST_WORDS = 10


@dataclass(frozen=True, slots=True)
class Second:
    """What a second recogniser, one of any words, says for a sentence."""

    gap: float = -100.0
    """Log likelihood of the sentence less that of the likeliest words of all."""
    lead: float = 0.0
    """By how much it leads the best sentence of another meaning; below zero where it
    was chosen for what others heard."""
    words: int = 1
    """Of the sentence."""

    def features(self) -> tuple[float, float, float]:
        """What the coefficients weigh, in their order."""
        words = max(1, min(MOST_WORDS, self.words))
        each = max(-GAP_LIMIT, min(0.0, self.gap / words))
        lead = max(-AHEAD_LIMIT, min(AHEAD_LIMIT, self.lead / AHEAD_SCALE))
        return each, lead, log(words)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a sentence."""

    margin: float
    """Log score of the sentence less that of free phones, per frame of 10 ms; not
    weighed where there is a `second`."""
    agreement: float
    """0..1, share of the acoustic models that hear this meaning."""
    lead: float = UNRIVALLED
    """Log score of the sentence less that of the best one with another meaning."""
    second: Second | None = None

    def features(self) -> tuple[float, ...]:
        """What the coefficients weigh, in their order."""
        if self.second is not None:
            return 1.0, self.agreement, *self.second.features()
        margin = max(MARGIN_LEAST, min(MARGIN_MOST, self.margin)) / MARGIN_SCALE
        lead = max(-LEAD_LIMIT, min(LEAD_LIMIT, self.lead / LEAD_SCALE))
        return 1.0, margin, self.agreement, float(self.agreement >= 1.0), lead


def confidence(evidence: Evidence) -> float:
    """0..1, how likely it is that this was said, to us."""
    alone = (INTERCEPT, MARGIN, AGREEMENT, UNANIMOUS, LEAD)
    weights = alone if evidence.second is None else TOGETHER
    pairs = zip(weights, evidence.features(), strict=True)
    return 1.0 / (1.0 + exp(-sum(weight * feature for weight, feature in pairs)))


def doubt(config: SttConfig) -> float:
    """Confidence below which the user is asked first, with what is on this machine."""
    return ASK_TOGETHER if wanted(config.second) else ASK_BELOW


def called(config: SttConfig) -> str:
    """What the recogniser calls itself, with what is on this machine."""
    second = " and moonshine" if wanted(config.second) else ""
    return f"{config.engine}{second}"
