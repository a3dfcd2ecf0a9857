"""Units turned into others, and what cannot be."""

from __future__ import annotations

from fractions import Fraction

from voiceagent.lang.numerals import numeral
from voiceagent.lang.sums import exact
from voiceagent.nlu.intent import Intent
from voiceagent.skills.knowing.saying import measured, told
from voiceagent.skills.knowing.unit_table import UNITS, Unit
from voiceagent.skills.phrases import sentence
from voiceagent.skills.skill import Answer, TurnContext

__all__ = ["convert", "converted"]

COLD = "Nothing is colder than absolute zero"
UNCLEAR = "I did not understand how much"
TEMPERATURE = "temperature"


def convert(intent: Intent, context: TurnContext) -> Answer:
    """`5 miles is about 8.05 kilometers`."""
    slots = intent.slots
    source, target = UNITS[str(slots["from"])], UNITS[str(slots["to"])]
    amount = _number(intent, "amount")
    if amount is None:
        return Answer(UNCLEAR)
    said = f"{told(amount)} {_named(source, amount)}"
    if "more" in slots:
        smaller, more = UNITS[str(slots["more_from"])], _number(intent, "more")
        if more is None or not _goes_on(source, smaller, more):
            return Answer(UNCLEAR)
        amount += more * smaller.size / source.size
        said += f" {told(more)} {_named(smaller, more)}"
    if source.dimension != target.dimension:
        return Answer(_apart(source, target))
    if amount < 0 and source.dimension != TEMPERATURE:
        return Answer(f"There is no such {source.dimension}")
    value = converted(amount, source, target)
    if source.dimension == TEMPERATURE and value * target.size + target.start < 0:
        return Answer(COLD)
    about = source.about != target.about
    result = measured(value, exact=not about)
    return Answer(f"{said} is {result} {_named(target, value)}")


def converted(amount: Fraction, source: Unit, target: Unit) -> Fraction:
    """The same in another unit of the dimension."""
    return (amount * source.size + source.start - target.start) / target.size


def _number(intent: Intent, slot: str) -> Fraction | None:
    number = numeral(str(intent.slots.get(slot, "one")))
    return None if number is None else exact(number)


def _goes_on(source: Unit, smaller: Unit, more: Fraction) -> bool:
    """Whether "six feet two inches" is said so: a smaller unit, and less than one."""
    same = source.dimension == smaller.dimension != TEMPERATURE
    return same and 0 <= more * smaller.size < source.size


def _named(unit: Unit, amount: Fraction) -> str:
    return unit.one if amount == 1 else unit.many


def _apart(source: Unit, target: Unit) -> str:
    return sentence(
        f"{source.many} measure {source.dimension} and {target.many} measure "
        f"{target.dimension}, so one is not the other"
    )
