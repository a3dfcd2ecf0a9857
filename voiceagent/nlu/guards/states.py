"""How things are said to be, and what is wanted of them: too cold is to be warmer."""

from __future__ import annotations

from collections.abc import Sequence

from voiceagent.lang.guard_tables import DirectionWords
from voiceagent.lang.manner_tables import StateWords
from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, refuse
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm.forms import Takes

__all__ = ["StateRule", "wanted_way"]

REACH = 6
"""Words before a state in which the verb stands that makes it so."""


def wanted_way(
    words: Sequence[str], states: StateWords, directions: DirectionWords
) -> int:
    """1 where more is wanted, -1 where less, 0 where no state says it, or two do."""
    ways = {
        _way(words, at, states, directions)
        for at, word in enumerate(words)
        if word in states.high or word in states.low
        # `dim` is a verb too.
        if word not in directions.step.neutral or {*words[:at][-1:]} & {*directions.too}
    }
    return ways.pop() if len(ways) == 1 else 0


def _way(
    words: Sequence[str], at: int, states: StateWords, directions: DirectionWords
) -> int:
    pole = 1 if words[at] in states.high else -1
    before = words[at - 1] if at else ""
    denied = any(word in states.negations for word in words[max(0, at - REACH) : at])
    if words[at + 1 : at + 2] == [states.enough]:
        return pole if denied else 0
    more, less = directions.degrees
    if before in (more, less):
        return pole if before == more else -pole
    if before in directions.too:
        return -pole
    if denied:
        return pole
    made = any(word in states.making for word in words[max(0, at - REACH) : at])
    return pole if made else -pole


class StateRule:
    """Whether a step would go the way that the state is already too far in."""

    def __init__(self, states: StateWords, directions: DirectionWords) -> None:
        self._states, self._directions = states, directions

    def judge(self, text: str, intent: Intent, known: Takes) -> GuardVerdict:
        """What is said about `intent`, where it is a step up or down."""
        wanted = wanted_way(text.split(), self._states, self._directions)
        for slot, values in known.fixed.items():
            value = intent.slots.get(slot)
            steps = [v for v in values if isinstance(v, int | float)]
            signed = bool(steps) and min(steps) < 0 < max(steps)
            if wanted and signed and isinstance(value, int | float):
                if value * wanted < 0:
                    return refuse("the state that is told wants the other direction")
        return PASS
