"""Templates, then model, then hand over: who may act, with the guards in between.

    cascade = Cascade(Guards(SlotFinder(pack).intents))
    cascade.route(recognition, template, opinion)    # as `nlu.decision.route`

The thresholds come from the risk-coverage curve of the model (`nlu/models/risk_curve`);
the guards can only make a route more careful: act becomes ask, ask becomes hand over.
"""

from __future__ import annotations

from voiceagent.nlu.decision import DecisionStep, Opinion, Route, route
from voiceagent.nlu.guards.guards import Guards, Ruling
from voiceagent.nlu.guards.verdict import GuardVerdict
from voiceagent.nlu.intent import Intent
from voiceagent.stt.protocol import Recognition

__all__ = ["Cascade"]


class Cascade:
    """The pure decision about one sentence; no state, any thread."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards

    def route(
        self,
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
        found = route(recognition, intent, opinion, heard=heard)
        if found.step is DecisionStep.HAND_OVER:
            return found
        text, sure = recognition.text, recognition.confidence
        if intent is not None:
            if not intent.without:  # all of whose words were read with what it spares
                verdict = self._guards.numbers(text, intent, confidence=sure)
                found = _stricter(found, verdict)
            return _stricter(found, self._guards.heard(recognition, intent))
        guess = opinion.guess.intent if opinion and opinion.guess else None
        if guess is None:
            return found
        found = _stricter(found, self._guards.judge(text, guess, confidence=sure))
        return _stricter(found, self._guards.heard(recognition, guess))


def _stricter(found: Route, verdict: GuardVerdict) -> Route:
    """The route that a verdict leaves."""
    if verdict.ruling is Ruling.ACT:
        return found
    reason = f"{found.reason}, but {verdict.reason}"
    if verdict.ruling is Ruling.ASK:
        return Route(found.tier, reason, DecisionStep.ASK, verdict.unknown)
    return Route("none", reason, DecisionStep.HAND_OVER, verdict.unknown)
