"""Polarity is never lost: not done what was forbidden, not off what was to be on."""

from __future__ import annotations

import re

from voiceagent.lang.cues import any_of, somewhere
from voiceagent.lang.guard_tables import DenialCues, DirectionWords
from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, ask, refuse
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm.forms import Takes

__all__ = ["OppositeRule", "DenialRule"]


class DenialRule:
    """Whether the words say not to do it; templates that deny are left alone."""

    def __init__(self, cues: DenialCues) -> None:
        self._cues = cues
        self._harmless = somewhere(cues.harmless)
        self._exceptions = somewhere(cues.exceptions)
        self._unwanted = somewhere(cues.unwanted)
        self._forbidding = somewhere(cues.forbidding)
        self._ceasing = somewhere(cues.ceasing)
        self._negations = somewhere(cues.negations)

    def judge(self, text: str, known: Takes) -> GuardVerdict:
        """What is said about an intent whose templates are `known`."""
        rest = self._harmless.sub(" ", text)
        if self._exceptions.search(rest):
            return refuse("an exception that no slot takes")
        ending = any(self._cues.ending & literals for literals in known.literals)
        if ending and self._unwanted.search(rest):
            return ask("something is not wanted any more")
        if self._forbidden(rest, known):
            return refuse("it is forbidden")
        found = {hit[0] for hit in self._negations.finditer(rest)}
        found = {words for words in found if not known.say(words)}
        if not found:
            return PASS
        if known.asks or found <= self._cues.mild:
            return ask("something is denied")
        return refuse("it is denied")

    def _forbidden(self, text: str, known: Takes) -> bool:
        stops = any(self._cues.stop in literals for literals in known.literals)
        patterns = [self._forbidding] if stops else [self._forbidding, self._ceasing]
        for pattern in patterns:
            hit = pattern.search(text)
            if hit and not known.say(hit[0]):
                return True
        return False


class OppositeRule:
    """Whether words stand in the sentence that mean the opposite of the intent."""

    def __init__(self, tables: DirectionWords) -> None:
        self._tables = tables
        degrees, manner = any_of(tables.degrees), any_of(tables.manner)
        self._meaningless = (
            re.compile(rf"\b{degrees} (?={manner})"),
            _particles(tables),
            complaint_pattern(tables),
        )

    def judge(self, text: str, intent: Intent, known: Takes) -> GuardVerdict:
        """What is said about `intent`, against its words and its values."""
        for meaningless in self._meaningless:
            text = meaningless.sub(" ", text)
        words = text.split()
        own = frozenset[str]().union(*known.literals)
        said = {word for at, word in enumerate(words) if self._counts(words, at)}
        for pair in self._tables.opposites:
            for mine, other in (pair, pair[::-1]):
                if own & mine and not own & other and said & other:
                    if said & mine:
                        return ask("both a thing and its opposite are said")
                    return refuse("the words mean the opposite")
        return self._wrong_way(said, intent, known)

    def _counts(self, words: list[str], at: int) -> bool:
        """Of `on` and `off`, only those that switch: not "on the desk"."""
        switch = self._tables.switch
        if words[at] not in switch.pair:
            return True
        before = words[at - 1] if at else ""
        if before in switch.verbs:
            return True
        rest = [later for later in words[at + 1 :] if later not in switch.polite]
        return not rest or (rest[0] == switch.room and before in switch.others)

    def _wrong_way(self, said: set[str], intent: Intent, known: Takes) -> GuardVerdict:
        """Steps up or down, against words of direction."""
        up, down = self._tables.upwards, self._tables.downwards
        for slot, values in known.fixed.items():
            steps = [value for value in values if isinstance(value, int | float)]
            value = intent.slots.get(slot)
            if not isinstance(value, int | float) or not steps or min(steps) >= 0:
                continue
            for_it, against = (up, down) if value > 0 else (down, up)
            if said & against:
                both = ask("words of both directions")
                return both if said & for_it else refuse("the other direction is said")
        return PASS


def complaint_pattern(tables: DirectionWords) -> re.Pattern[str]:
    """Finds what there is too much of."""
    return re.compile(rf"\b{any_of(tables.too)} {any_of(tables.complaints)}\b")


def _particles(tables: DirectionWords) -> re.Pattern[str]:
    """Verbs with a word of direction that is none there."""
    verbs = tables.particles.items()
    return re.compile(rf"\b(?:{'|'.join(f'{any_of(v)} {p}' for p, v in verbs)})\b")
