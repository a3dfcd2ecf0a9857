"""An order is an order: not a question, not a story, not a plan for another day."""

from __future__ import annotations

import re
from collections.abc import Collection

from voiceagent.lang.cues import any_of, at_start, somewhere
from voiceagent.lang.guard_tables import GuardTables, PastCues, QuestionCues, StoryCues
from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, ask, refuse
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm.forms import Takes

__all__ = [
    "QuestionRule",
    "SeveralRule",
    "StoryRule",
    "later_pattern",
    "openings_of",
    "past_pattern",
]


def openings_of(cues: QuestionCues) -> re.Pattern[str]:
    """Finds all that stands before a sentence and means nothing."""
    return re.compile(rf"^(?:{any_of(cues.openings)} )+")


class QuestionRule:
    """Whether a question would be taken for an order, or an order for a question."""

    def __init__(self, cues: QuestionCues) -> None:
        self._opening = openings_of(cues)
        self._aside = somewhere(cues.asides)
        self._request = at_start(cues.requests)
        self._wondered = at_start(cues.wondered)
        self._question = at_start(cues.questions)
        self._looking = cues.looking

    def judge(self, text: str, known: Takes, orders: frozenset[str]) -> GuardVerdict:
        """`orders`: the first words of what the pack is told to do."""
        words = self._opening.sub("", text)
        first = words.partition(" ")[0]
        if known.asks:
            if first in orders - self._looking and first not in known.openings:
                return ask("an order, guessed to be a question")
            return PASS
        if self._aside.search(words):
            return refuse("a question, not an order")
        if self._request.search(words):
            return PASS
        if self._wondered.search(words):
            return ask("perhaps a question, perhaps a wish")
        if self._question.search(words) and first not in known.openings:
            return refuse("a question, not an order")
        return PASS


class StoryRule:
    """Whether it is told, supposed or planned rather than ordered."""

    def __init__(self, cues: StoryCues) -> None:
        self._polite, self._done = somewhere(cues.polite), somewhere(cues.done)
        self._others = at_start(cues.others)
        self._forgotten = somewhere(cues.forgotten)
        self._stories = (
            somewhere(cues.reported),
            past_pattern(cues.past),
            somewhere(cues.long_gone),
            somewhere(cues.conditions),
            somewhere(cues.regularly),
        )
        self._later = later_pattern(cues)

    def judge(self, text: str, intent: Intent, known: Takes) -> GuardVerdict:
        """What is said about `intent`, which the words may mean."""
        if known.asks:
            return PASS
        words = self._polite.sub(" ", self._done.sub(" ", text))
        if self._others.search(words):
            return refuse("about somebody else")
        if self._forgotten.search(words):
            return ask("something was forgotten")
        for story in self._stories:
            hit = story.search(words)
            if hit and not known.say(hit[0]):
                return refuse("a story or a condition, not an order")
        timed = any(isinstance(value, int | float) for value in intent.slots.values())
        if self._later.search(words) and not timed:
            return refuse("for another time")
        return PASS


def past_pattern(cues: PastCues) -> re.Pattern[str]:
    """Finds somebody, what may stand between, and what was done."""
    person = rf"{any_of(cues.persons)}{any_of(cues.glued)}?"
    not_these = "|".join(rf"{word}\b" for word in cues.no_deeds)
    between = rf"(?:{any_of(cues.between)} )*"
    return re.compile(rf"\b{person} {between}(?!{not_these}){any_of(cues.deeds)}\b")


def later_pattern(cues: StoryCues) -> re.Pattern[str]:
    """Finds what an order would wait for."""
    joints, events = any_of(cues.later_joints), any_of(cues.later_events)
    return re.compile(rf"\b{joints} {events}\b")


class SeveralRule:
    """Whether one order follows another; only one would be done."""

    def __init__(self, tables: GuardTables) -> None:
        self._opening = openings_of(tables.questions)
        self._joints = tables.joints
        self._encouraging = f"{tables.encouraging} "

    def judge(self, text: str, orders: Collection[str]) -> GuardVerdict:
        """`orders`: the first words of what the pack is told to do."""
        words = self._opening.sub("", text).replace(self._encouraging, "").split()
        for at, word in enumerate(words[:-1]):
            if word in self._joints and words[at + 1] in orders:
                if any(before in orders for before in words[:at]):
                    return refuse("more than one order")
        return PASS
