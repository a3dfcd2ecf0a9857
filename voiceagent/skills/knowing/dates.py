"""Days: which it is, how far away, and how many lie between two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from voiceagent.lang.numerals import numeral
from voiceagent.lang.quantities import day_of
from voiceagent.lang.years import year_of
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.skills.knowing.days import feast
from voiceagent.skills.knowing.saying import counted
from voiceagent.skills.skill import Answer, TurnContext

__all__ = ["ahead", "between", "since", "until", "weekday"]

NONE = "There is no such day"
FAR = "That is too far away for a calendar"
WEEK = 7
FURTHEST = 10_000
"""Of days, weeks, months or years that are counted from today."""


def until(intent: Intent, context: TurnContext) -> Answer:
    """How many days or weeks it is to a day."""
    today = context.now.date()
    day = _day(intent.slots, today)
    if day is None:
        return Answer(NONE)
    if day == today:
        return Answer("That is today")
    if day < today:
        return Answer(f"That was {_span(today, day, intent)} ago, {_named(day, today)}")
    return Answer(f"{_span(today, day, intent)}, it is {_named(day, today)}")


def since(intent: Intent, context: TurnContext) -> Answer:
    """How long ago a day was: the last one, where it comes every year."""
    today = context.now.date()
    day = _last(intent.slots, today)
    if day is None:
        return Answer(NONE)
    return Answer(f"{_span(day, today, intent)}, it was {_named(day, today)}")


def weekday(intent: Intent, context: TurnContext) -> Answer:
    """Which day it is, or was."""
    today = context.now.date()
    slots = intent.slots
    day = _last(slots, today) if "past" in slots else _day(slots, today)
    if day is None:
        return Answer(NONE)
    return Answer(f"It {'was' if day < today else 'is'} {_named(day, today)}")


def between(intent: Intent, context: TurnContext) -> Answer:
    """How many days or weeks lie between two."""
    today = context.now.date()
    ours = {n: v for n, v in intent.slots.items() if not n.startswith("to_")}
    theirs = {n[3:]: v for n, v in intent.slots.items() if n.startswith("to_")}
    first = _day(ours, today)
    # The second is the next one behind the first: "between May and March".
    last = None if first is None else _day(theirs, first)
    if "day" in theirs:
        last = _day(theirs, today)
    if first is None or last is None:
        return Answer(NONE)
    span = _span(min(first, last), max(first, last), intent)
    return Answer(f"{span} from {_named(first, today)} to {_named(last, today)}")


def ahead(intent: Intent, context: TurnContext) -> Answer:
    """Which day it is in a while, or was a while ago."""
    from dateutil.relativedelta import relativedelta  # not for every typed turn

    today = context.now.date()
    many = numeral(str(intent.slots.get("many", "one"))) or 0
    if many != int(many) or not 0 <= many <= FURTHEST:
        return Answer("Tell me a whole number of days, weeks, months or years")
    count = int(many) * (-1 if "past" in intent.slots else 1)
    span = str(intent.slots["span"])
    try:
        day = today + relativedelta(**{span: count})  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        return Answer(FAR)
    return Answer(f"It {'was' if count < 0 else 'is'} {_named(day, today)}")


def _day(slots: Mapping[str, SlotValue], today: date) -> date | None:
    if "holiday" in slots:
        return feast(str(slots["holiday"]), today)
    if "of_year" in slots:
        year = year_of(str(slots["of_year"]))
        return None if year is None else _exists(year, slots)
    return day_of(slots, today)


def _last(slots: Mapping[str, SlotValue], today: date) -> date | None:
    """The last such day that is over, or today."""
    if {"of_year", "day"} & slots.keys():
        return _day(slots, today)
    if "holiday" in slots:
        starts = (date(today.year - ago, 1, 1) for ago in (0, 1))
        days = (feast(str(slots["holiday"]), start) for start in starts)
        return next(day for day in days if day <= today)
    if "weekday" in slots and "date" not in slots:
        day = day_of({"weekday": slots["weekday"]}, today)
        return None if day is None else date.fromordinal(day.toordinal() - WEEK)
    years = (
        [int(slots["year"])]
        if "year" in slots
        else range(today.year, today.year - 9, -1)
    )
    found = (_exists(year, slots) for year in years)
    return next(
        (day for day in found if day and ("year" in slots or day <= today)), None
    )


def _exists(year: int, slots: Mapping[str, SlotValue]) -> date | None:
    if "month" not in slots:
        return None
    try:
        return date(year, int(slots["month"]), int(slots["date"]))
    except ValueError:
        return None


def _named(day: date, today: date) -> str:
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day:%A}, {day:%B} {day.day}{year}"


def _span(first: date, last: date, intent: Intent) -> str:
    days = abs((last - first).days)
    if int(intent.slots.get("count", 1)) == WEEK and days >= WEEK:
        weeks, rest = divmod(days, WEEK)
        more = f" and {counted(rest, 'day')}" if rest else ""
        return f"{counted(weeks, 'week')}{more}"
    return counted(days, "day")
