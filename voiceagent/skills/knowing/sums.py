"""Sums and percentages, worked out and said with what was understood."""

from __future__ import annotations

from fractions import Fraction

from voiceagent.lang.numerals import numeral
from voiceagent.lang.sums import exact, sum_of
from voiceagent.lang.totals import SumFault
from voiceagent.nlu.intent import Intent
from voiceagent.skills.knowing.saying import FAULTS, said_result, told
from voiceagent.skills.phrases import sentence
from voiceagent.skills.skill import Answer, TurnContext

__all__ = ["percentage", "work_out"]

UNCLEAR = "I could not make out that sum"


def work_out(intent: Intent, context: TurnContext) -> Answer:
    """`Seven times eight is 56`."""
    words = str(intent.slots["sum"])
    total = sum_of(words)
    if total is None:
        return Answer(UNCLEAR)
    if total.fault is not None:
        return Answer(said_result(total))
    if words.startswith(("add ", "subtract ", "take ", "multiply ", "divide ")):
        return Answer(f"That makes {said_result(total)}")
    return Answer(sentence(f"{words} is {said_result(total)}"))


def percentage(intent: Intent, context: TurnContext) -> Answer:
    """What share one number is of another."""
    part, whole = _number(intent, "part"), _number(intent, "whole")
    if whole == 0:
        return Answer(FAULTS[SumFault.ZERO])
    share = told(100 * part / whole)
    return Answer(f"{told(part)} is {share} percent of {told(whole)}")


def _number(intent: Intent, slot: str) -> Fraction:
    number = numeral(str(intent.slots[slot]))
    return exact(number or 0)
