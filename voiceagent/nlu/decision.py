"""Which tier answers a turn, and why: a pure function with its inputs recorded.

Templates first: they mean what they say. Then the small language model, as far as its
word can be trusted: above one threshold the device acts, above a lower one it asks
back, below that the turn is handed over. Today the device is the only tier; the reasons
already say what a larger tier would have been asked for, so that the trace can answer
"why" without guessing. They never hold the user's words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm.protocol import Guess
from voiceagent.stt.protocol import Recognition

__all__ = [
    "FAILED",
    "TOO_LATE",
    "Opinion",
    "Route",
    "DecisionStep",
    "Thresholds",
    "route",
]

TOO_LATE = "too late"
FAILED = "failed"
"""Why a model gave no answer."""


class DecisionStep(StrEnum):
    """What happens next."""

    ACT = "act"
    ASK = "ask"
    HAND_OVER = "hand over"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure one has to be; a probability at a threshold is enough."""

    act: float = 0.9
    """The model's probability from which on its word is acted upon."""
    ask: float = 0.5
    """... from which on the user is asked whether that was meant."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model made of the words, and how it came to that."""

    model: str
    """Name of the model."""
    guess: Guess | None
    """None: it did not answer."""
    trouble: str = ""
    """Why it did not: `TOO_LATE` or `FAILED`."""
    version: str = ""
    """Version and hash of the model."""
    limits: Thresholds = field(default_factory=Thresholds)
    """How sure this model has to be."""


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers."""

    tier: str
    """`device`, or `none` where nobody can."""
    reason: str
    step: DecisionStep = field(default=DecisionStep.ACT)
    unknown: str = ""
    """Words of the user that nothing explains: to be said back, never to be kept."""


def route(
    recognition: Recognition,
    intent: Intent | None,
    opinion: Opinion | None = None,
    *,
    heard: float = 0.0,
) -> Route:
    """Who answers: `intent` is what a template says, `opinion` what the model says.

    `heard`: the recogniser's confidence below which the user is asked before a
    template's word is acted upon.
    """
    if not recognition.accepted:
        reason = f"not understood: {recognition.reason or 'rejected'}"
        return Route("none", reason, DecisionStep.HAND_OVER)
    if intent is not None:
        return _by_template(recognition, intent, heard)
    if opinion is None:
        return Route("none", "no template says this", DecisionStep.HAND_OVER)
    return _by_model(opinion)


def _by_template(recognition: Recognition, intent: Intent, heard: float) -> Route:
    reason = f"template {intent.name}"
    if recognition.alternatives:
        return Route(
            "device", f"{reason}, but it may have been another", DecisionStep.ASK
        )
    if recognition.confidence >= heard:
        return Route("device", reason)
    doubt = _compared(recognition.confidence, heard)
    return Route("device", f"{reason}, heard with {doubt}", DecisionStep.ASK)


def _by_model(opinion: Opinion) -> Route:
    model, guess, limits = f"model {opinion.model}", opinion.guess, opinion.limits
    if guess is None:
        return Route("none", f"{model}: {opinion.trouble}", DecisionStep.HAND_OVER)
    if guess.intent is None:
        if guess.reply:
            return Route("device", f"{model} replies")
        return Route(
            "none", f"{model}: {guess.reason or 'not mine'}", DecisionStep.HAND_OVER
        )
    sure = _compared(guess.probability, limits.act)
    if guess.probability >= limits.act:
        return Route("device", f"{model}: {guess.intent.name} {sure}")
    if guess.probability >= limits.ask:
        return Route("device", f"{model}: {guess.intent.name} {sure}", DecisionStep.ASK)
    return Route("none", f"{model} not sure: {sure}", DecisionStep.HAND_OVER)


def _compared(value: float, limit: float) -> str:
    """Two decimals, more where they would look equal and are not."""
    sign = ">=" if value >= limit else "<"
    for digits in (2, 3, 4):
        left, right = f"{value:.{digits}f}", f"{limit:.{digits}f}"
        if value >= limit or left != right:
            break
    return f"{left} {sign} {right}"
