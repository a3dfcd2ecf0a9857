"""What a sentence asks for, as a device would have it: templates, model, guards.

One call at a time, on one thread: the model is not re-entrant. Nothing is done here;
whoever asked is told who should answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from voiceagent.nlu.decision import DecisionStep, Opinion, Route, Thresholds
from voiceagent.nlu.intent import Intent, spoken
from voiceagent.nlu.slm.protocol import Slm
from voiceagent.stt.protocol import Recognition

__all__ = ["Classified", "Classifier"]

TIERS = {
    DecisionStep.ACT: "device",
    DecisionStep.ASK: "ask",
    DecisionStep.HAND_OVER: "region",
}
Decided = Callable[[Recognition, Intent | None, Opinion | None], Route]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """What came of one sentence."""

    intent: Intent | None
    """None: nothing that is known here."""
    probability: float
    tier: str
    """`device`: to be done there; `ask`: to be asked back first; `region`."""
    reason: str
    """Never words of the sentence."""
    model: str = ""
    """Whose word it is, with its version; empty: a template's."""

    def as_json(self) -> dict[str, Any]:
        """As it is sent."""
        told = _told(self.intent) if self.intent else {"intent": None, "slots": {}}
        return {
            **told,
            "probability": round(self.probability, 4),
            "tier": self.tier,
            "reason": self.reason,
            "model": self.model,
        }


class Classifier:
    """Blocking; asked by one thread."""

    def __init__(
        self,
        parse: Callable[[str], Intent | None],
        decide: Decided,
        model: Slm | None,
        limits: Thresholds,
    ) -> None:
        """`decide`: who answers, with the guards of a pack; `limits`: how sure the
        model has to be; None for a model: templates alone."""
        self._parse, self._decide = parse, decide
        self._model, self._limits = model, limits

    @property
    def model(self) -> str:
        """Name and version of the model; empty: none."""
        one = self._model
        return f"{one.name} {one.version}" if one is not None else ""

    def __call__(self, text: str) -> Classified:
        """What `text` asks for."""
        heard = Recognition(spoken(text), 1.0, True)
        intent = self._parse(heard.text)
        if intent is not None or self._model is None:
            route = self._decide(heard, intent, None)
            sure = intent.confidence if intent else 0.0
            return _made(intent, sure, route, "")
        guess = self._model.understand(heard.text)
        opinion = Opinion(
            self._model.name, guess, version=self._model.version, limits=self._limits
        )
        route = self._decide(heard, None, opinion)
        return _made(guess.intent, guess.probability, route, self.model)


def _made(
    intent: Intent | None, probability: float, route: Route, model: str
) -> Classified:
    # A guess that is not acted upon is nobody's intent.
    kept = intent if route.step is not DecisionStep.HAND_OVER else None
    return Classified(
        intent=kept,
        probability=probability,
        tier=TIERS[route.step],
        reason=route.reason,
        model=model,
    )


def _told(intent: Intent) -> dict[str, Any]:
    """An intent; its parts and what it spares only where there are any."""
    told: dict[str, Any] = {"intent": intent.name, "slots": dict(intent.slots)}
    if intent.parts:
        told["parts"] = [_told(one) for one in intent.parts]
    if intent.without:
        told["without"] = [_told(one) for one in intent.without]
    return told
