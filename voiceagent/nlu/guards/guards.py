"""Guards: whatever a model guesses, polarity and numbers are never lost.

    guards = Guards(SlotFinder(pack).intents)
    guards.judge("don't turn on the light", Intent("device.on"))
    # Verdict(Ruling.REFUSE, "it is denied")

Rules, not learned: each looks for one way in which a sentence can mean something else
than the order it resembles. They are strict; what they stop is asked or handed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from voiceagent.nlu.guards.mood import asked, several, told
from voiceagent.nlu.guards.numbers import lost, relative, twins
from voiceagent.nlu.guards.polarity import contradicted, negated
from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, Ruling, ask, refuse
from voiceagent.nlu.intent import Intent, spoken
from voiceagent.nlu.slm.forms import Takes

__all__ = ["SURE", "Guards", "Ruling", "GuardVerdict"]

SURE = 0.7
"""The recogniser's confidence from which fifteen is fifteen and not fifty."""

NO_VERBS = frozenset(
    ["*", "", "the", "my", "lights", "volume", "timer", "alarm", "all"]
)
"""First words of templates that are no verbs."""


class Guards:
    """The rules, knowing what the intents of a pack take; no state, any thread."""

    def __init__(self, intents: Mapping[str, Takes], *, sure: float = SURE) -> None:
        """`intents`: of `SlotFinder`; `sure`: the recogniser's confidence from which
        a number that sounds like another is believed."""
        self._intents, self._sure = intents, sure
        orders: set[str] = set()
        for known in intents.values():
            if not known.asks:
                orders |= known.openings
        self._orders = frozenset(orders - NO_VERBS)

    def judge(
        self, text: str, intent: Intent, *, confidence: float = 1.0
    ) -> GuardVerdict:
        """Whether `intent` may be acted upon when `text` was said.

        `confidence`: how sure the recogniser is of the words, 0..1; 1 for typed text.
        """
        known = self._intents.get(intent.name)
        if known is None:
            return refuse("unknown intent")
        words = spoken(text)
        verdicts = (
            negated(words, known),
            asked(words, known, self._orders),
            told(words, intent, known),
            contradicted(words, intent, known),
            several(words, self._orders),
            lost(words, intent, known),
            relative(words, intent, known),
            twins(words, confidence, sure=self._sure),
        )
        return _worst(verdicts)

    def numbers(
        self, text: str, intent: Intent, *, confidence: float = 1.0
    ) -> GuardVerdict:
        """The part that holds for templates too: is every number in a slot, and was it
        heard well? It never refuses; what templates say is at most asked about."""
        known = self._intents.get(intent.name)
        if known is None:
            return PASS
        words = spoken(text)
        worst = _worst(
            (
                lost(words, intent, known),
                twins(words, confidence, sure=self._sure),
            )
        )
        return ask(worst.reason) if worst.ruling else PASS


def _worst(verdicts: Iterable[GuardVerdict]) -> GuardVerdict:
    worst = max(verdicts, key=lambda verdict: verdict.ruling)
    return worst if worst.ruling else PASS
