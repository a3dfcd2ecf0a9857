"""Numbers are never lost, taken for a step, or mistaken for their twins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeGuard

from voiceagent.lang.spoken import ONES, TENS, spoken
from voiceagent.nlu.guards.leftovers import is_pronoun
from voiceagent.nlu.guards.polarity import DOWNWARDS, UPWARDS
from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, ask, refuse
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.nlu.slm.forms import Takes

__all__ = ["TWINS", "lost", "relative", "said_numbers", "twins"]

VALUES = {word: number for number, word in enumerate(ONES)} | {
    word: number * 10 for number, word in enumerate(TENS) if word != "_"
}
TWINS = frozenset(
    word for word in VALUES if word.endswith("teen") or VALUES[word] in range(30, 100)
)
"""Fifteen and fifty: what even people mishear."""
FRACTIONS = {"half": (30, 0.5), "quarter": (15, 45, 0.25)}
STATES = re.compile(r"\b(?:to|at|of|on|is|for|be) $")


def said_numbers(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Every number with the position of its first word; `seven thirty` is two."""
    at = 0
    while at < len(words):
        if words[at] not in VALUES:
            at += 1
            continue
        start, value = at, VALUES[words[at]]
        at += 1
        if value >= 20 and at < len(words) and 0 < VALUES.get(words[at], 0) < 10:
            value, at = value + VALUES[words[at]], at + 1
        if at < len(words) and words[at] in ("hundred", "thousand"):
            value, at = value * (100 if words[at] == "hundred" else 1000), at + 1
            more = [(n, i) for n, i in said_numbers(words[at : at + 3]) if i <= 1]
            joined = more and (more[0][1] == 0 or words[at] == "and")
            if joined and more[0][0] < 100:
                value, at = value + more[0][0], _behind(words, at + more[0][1])
        yield value, start


def _behind(words: Sequence[str], at: int) -> int:
    while at < len(words) and words[at] in VALUES:
        at += 1
    return at


def lost(text: str, intent: Intent, known: Takes) -> GuardVerdict:
    """Whether a number was said that is in no slot."""
    words = text.replace("three quarters", "quarter").split()
    numbers = {float(abs(v)) for v in intent.slots.values() if _is_number(v)}
    names = " ".join(spoken(v) for v in intent.slots.values() if isinstance(v, str))
    literals = frozenset[str]().union(*known.literals)
    for value, at in said_numbers(words):
        if words[at] in names.split() or words[at] in literals:
            continue
        if is_pronoun(words, at):
            continue
        tenth = at and words[at - 1] == "point" and value / 10 in numbers
        if value not in numbers and not tenth:
            return refuse("a number would be lost")
    for word, meanings in FRACTIONS.items():
        if word in words and word not in literals and not numbers & {*meanings}:
            return refuse("a fraction would be lost")
    return PASS


def _is_number(value: SlotValue) -> TypeGuard[int | float]:
    return isinstance(value, int | float)


def relative(text: str, intent: Intent, known: Takes) -> GuardVerdict:
    """Whether "ten percent brighter" would be taken for "to ten percent"."""
    words = text.split()
    own = frozenset[str]().union(*known.literals)
    steps = [
        slot
        for slot, values in known.fixed.items()
        if slot not in intent.slots and all(map(_is_number, values))
    ]
    way = ((UPWARDS | DOWNWARDS) & set(words)) - {"dim", "brighten"}
    for _, at in said_numbers(words):
        before = f"{' '.join(words[:at])} "
        unit = {"percent", "degrees"} & set(words[at : at + 4])
        if before.endswith("by ") and "by" not in own and (steps or unit):
            return refuse("a step would be taken for a value")
        if steps and way and not STATES.search(before):
            return refuse("a step would be taken for a value")
    return PASS


def twins(text: str, confidence: float, *, sure: float) -> GuardVerdict:
    """Whether a number was heard that sounds like another, and not surely."""
    if confidence < sure and TWINS & set(text.split()):
        return ask("a number that sounds like another")
    return PASS
