"""Guards: whatever a model guesses, polarity and numbers are never lost.

    guards = Guards(SlotFinder(pack).intents)
    guards.judge("don't turn on the light", Intent("device.on"))
    # GuardVerdict(Ruling.REFUSE, "it is denied")

Rules, not learned: each looks for one way in which a sentence can mean something else
than the order it resembles. They are strict; what they stop is asked or handed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from voiceagent.lang.language import Language
from voiceagent.lang.languages import language
from voiceagent.lang.quantities import explained
from voiceagent.lang.spoken import foreign
from voiceagent.nlu.guards.account import AccountRule
from voiceagent.nlu.guards.free_values import FreeValuesRule
from voiceagent.nlu.guards.hearing import HearingRule
from voiceagent.nlu.guards.leftovers import Leftovers
from voiceagent.nlu.guards.mood import QuestionRule, SeveralRule, StoryRule
from voiceagent.nlu.guards.numbers import LossRule, StepRule, TwinRule
from voiceagent.nlu.guards.polarity import DenialRule, OppositeRule
from voiceagent.nlu.guards.states import StateRule
from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, Ruling, ask, refuse
from voiceagent.nlu.intent import Intent, spoken
from voiceagent.nlu.slm.forms import Takes
from voiceagent.stt.protocol import Recognition

__all__ = ["SURE", "Guards", "Ruling", "Rules", "GuardVerdict", "rules_of"]

SURE = 0.7
"""The recogniser's confidence from which fifteen is fifteen and not fifty."""

NO_WORDS = frozenset(("*", ""))
"""First words of templates that begin with a value, or with what may be missing."""
DEFAULT = language()


class Rules:
    """Each way in which a sentence can mean something else, in one language."""

    def __init__(self, tables: Language) -> None:
        guards = tables.guards
        self.negated = DenialRule(guards.denials)
        self.asked = QuestionRule(guards.questions)
        self.told = StoryRule(guards.stories)
        self.contradicted = OppositeRule(guards.directions)
        self.stated = StateRule(tables.manners.states, guards.directions)
        self.several = SeveralRule(guards)
        self.lost = LossRule(tables, Leftovers(tables))
        self.relative = StepRule(guards.directions)
        self.twins = TwinRule(tables.numbers)
        self.account = AccountRule(tables)
        self.hearing = HearingRule(tables)
        self.values = FreeValuesRule(tables)


@cache
def rules_of(tables: Language) -> Rules:
    """The rules of a language, made once."""
    return Rules(tables)


class Guards:
    """The rules, knowing what the intents of a pack take; no state, any thread."""

    def __init__(
        self,
        intents: Mapping[str, Takes],
        *,
        framed: Mapping[str, frozenset[str]] | None = None,
        sure: float = SURE,
        tables: Language = DEFAULT,
    ) -> None:
        """`intents`: of `SlotFinder`; `framed`: words by intent that
        it may be said with besides those of its templates; `sure`: the recogniser's
        confidence from which a number that sounds like another is believed; `tables`:
        of the language that the templates are in."""
        self._intents, self._sure = intents, sure
        self._rules = rules_of(tables)
        self._framed = framed or {}
        orders: set[str] = set()
        for known in intents.values():
            if not known.asks:
                orders |= known.openings
        self._orders = frozenset(orders - NO_WORDS - tables.commands.no_verbs)

    def judge(
        self, text: str, intent: Intent, *, confidence: float = 1.0
    ) -> GuardVerdict:
        """Whether `intent` may be acted upon when `text` was said.

        `confidence`: how sure the recogniser is of the words, 0..1; 1 for typed text.
        """
        known = self._intents.get(intent.name)
        if known is None:
            return refuse("unknown intent")
        if foreign(text):
            return refuse("another script beside the words")
        words, rules = spoken(text), self._rules
        rest = _besides(words, intent)
        verdicts = (
            rules.negated.judge(rest, known),
            rules.asked.judge(words, known, self._orders),
            rules.told.judge(rest, intent, known),
            rules.contradicted.judge(words, intent, known),
            rules.stated.judge(words, intent, known),
            rules.several.judge(words, self._orders),
            rules.lost.judge(words, intent, known),
            rules.relative.judge(words, intent, known),
            rules.twins.judge(words, confidence, sure=self._sure),
            rules.account.judge(
                words, intent, known, self._framed.get(intent.name, frozenset())
            ),
        )
        return _worst(verdicts)

    def heard(self, recognition: Recognition, intent: Intent) -> GuardVerdict:
        """Whether what was heard in any words is said by the chosen sentence too; of
        a sentence that was itself heard so, whether its values are sure."""
        return _worst(
            self._heard(recognition, part) for part in (intent, *intent.parts)
        )

    def _heard(self, recognition: Recognition, intent: Intent) -> GuardVerdict:
        known, rules = self._intents.get(intent.name), self._rules
        if known is None:
            return PASS
        if not recognition.free:
            return rules.values.judge(recognition, intent, known)
        return rules.hearing.judge(spoken(recognition.text), recognition, known)

    def numbers(
        self, text: str, intent: Intent, *, confidence: float = 1.0
    ) -> GuardVerdict:
        """The part that holds for templates too: is every number in a slot, and was it
        heard well? It never refuses; what templates say is at most asked about."""
        known = self._intents.get(intent.name)
        if known is None:
            return PASS
        words, rules = spoken(text), self._rules
        worst = _worst(
            (
                rules.lost.judge(
                    words, intent, known, self._framed.get(intent.name, frozenset())
                ),
                rules.twins.judge(words, confidence, sure=self._sure),
            )
        )
        return ask(worst.reason) if worst.ruling else PASS


def _besides(words: str, intent: Intent) -> str:
    """The words without those of quantities that are in a slot: "every day except
    sunday" is then no exception, nor a story."""
    each = words.split()
    places = explained(each, intent.slots)
    return " ".join("-" if at in places else word for at, word in enumerate(each))


def _worst(verdicts: Iterable[GuardVerdict]) -> GuardVerdict:
    worst = max(verdicts, key=lambda verdict: verdict.ruling)
    return worst if worst.ruling else PASS
