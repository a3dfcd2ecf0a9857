"""Durations, times of day, days and what comes again: understood and said.

    whole("duration", "an hour and a half").seconds   # 5400.0
    whole("time", "quarter to seven").times           # (06:45, 18:45)
    found("duration", "dim it in ten minutes".split())
    # (Quantity("duration", {"minutes": 10}, 3, 5),)
    say_duration(5400)                                # "one hour and thirty minutes"

Slots are those that commands have, so that a skill reads a template's slots with the
same functions: `seconds_of`, `times_of`, `day_of`, `rule_of`. For numbers alone see
`lang/numerals.py`. Nothing here reads a clock: whoever asks for a day says which day
it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cache
from typing import Literal

from voiceagent.lang.languages import language
from voiceagent.lang.number_words import NUMBER_VALUES, number_words, rank_words
from voiceagent.lang.phrase_grammar import PhraseGrammar
from voiceagent.lang.spoken import spoken

__all__ = [
    "Quantity",
    "QuantityKind",
    "day_of",
    "explained",
    "found",
    "grammar",
    "rule_of",
    "say_day",
    "say_duration",
    "say_time",
    "seconds_of",
    "times_of",
    "whole",
]

QuantityKind = Literal["duration", "length", "time", "day", "repeat"]
"""`length` is a duration before a noun: "ten minute"."""
SlotWord = str | int | float
WORDS = language().quantities
SAY = WORDS.say
CALENDAR = language().calendar
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NOON, MIDNIGHT = "noon", "midnight"
DAY_MINUTES = 24 * 60
NIGHT = (17, 5)
"""From which hour to which a time is called one "at night"."""
YEARS_AHEAD = 9
"""In which every date comes once."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One that was said, and where."""

    kind: QuantityKind
    slots: Mapping[str, str | int] = field(default_factory=dict)
    start: int = 0
    """Its first word."""
    end: int = 0
    """The place behind its last one."""

    @property
    def seconds(self) -> float:
        """Of a duration."""
        return seconds_of(self.slots)

    @property
    def times(self) -> tuple[time, ...]:
        """Of a time: both, where both halves of the day fit."""
        return times_of(self.slots)

    @property
    def rule(self) -> str:
        """Of what comes again."""
        return rule_of(self.slots)

    def day(self, today: date) -> date | None:
        """Of a day; None where the calendar has none such."""
        return day_of(self.slots, today)


@cache
def grammar() -> PhraseGrammar:
    """The rules of the language, read once."""
    return PhraseGrammar(WORDS.rules, WORDS.lists)


def whole(kind: QuantityKind, text: str) -> Quantity | None:
    """What all of `text` says; None where it says none, or more than that."""
    words = spoken(text).split()
    for slots in grammar().whole(WORDS.kinds[kind], words):
        quantity = Quantity(kind, dict(slots), 0, len(words))
        if _is_sound(quantity):
            return quantity
    return None


def found(kind: QuantityKind, words: Sequence[str]) -> tuple[Quantity, ...]:
    """Every one in `words` (in spoken form), each as long as it can be read."""
    quantities, at, walk = [], 0, grammar().over(words)
    while at < len(words):
        ways = walk.match(WORDS.kinds[kind], at)
        every = (Quantity(kind, dict(way.slots), at, way.end) for way in ways)
        fitting = (one for one in every if _is_sound(one) and _is_meant(one, words))
        best = max(fitting, key=lambda one: one.end, default=None)
        at = best.end if best else at + 1
        quantities += [best] if best else []
    return tuple(quantities)


def _is_sound(quantity: Quantity) -> bool:
    """Whether it can be: no time at all is no duration, noon is in no evening."""
    if quantity.kind in ("duration", "length"):
        return quantity.seconds > 0
    return quantity.kind != "time" or bool(quantity.times)


def _is_meant(quantity: Quantity, words: Sequence[str]) -> bool:
    """Whether it is more than a number that may count anything."""
    if quantity.kind != "time" or list(quantity.slots) != ["hour"]:
        return True
    behind_cue = quantity.start and words[quantity.start - 1] in WORDS.time_cues
    said = words[quantity.start : quantity.end]
    return bool(behind_cue) or not all(word in NUMBER_VALUES for word in said)


def explained(words: Sequence[str], slots: Mapping[str, SlotWord]) -> frozenset[int]:
    """The places of words that say a quantity which is in `slots` as it was said."""
    held = {(name, value) for name, value in slots.items()}
    shorter = {
        (name.removeprefix(prefix), value)
        for name, value in held
        for prefix in PREFIXES
        if name.startswith(prefix)
    }
    places: set[int] = set()
    for at, way in grammar().everywhere(WORDS.kinds.values(), words):
        if held.issuperset(way.slots) or shorter.issuperset(way.slots):
            places.update(range(at, way.end))
    return frozenset(places)


PREFIXES = ("to_", "total_")
"""Of slots for a second quantity in a command."""


def seconds_of(slots: Mapping[str, SlotWord], prefix: str = "") -> float:
    """The duration in slots whose names begin with `prefix`."""
    said = ((slots.get(prefix + unit, 0), size) for unit, (*_, size) in UNITS)
    return sum(float(value) * size for value, size in said)


UNITS = tuple(SAY.units.items())


def times_of(slots: Mapping[str, SlotWord]) -> tuple[time, ...]:
    """All times of a day that fit what was said, from midnight on."""
    hour, minute = slots["hour"], int(slots.get("minute", 0))
    halves = [str(slots[name]) for name in ("half", "part") if name in slots]
    every = (_time(60 * hours + minute) for hours in _hours(hour))
    return tuple(one for one in every if all(_in_half(one, h) for h in halves))


def _hours(said: SlotWord) -> tuple[int, ...]:
    if said in (NOON, MIDNIGHT):
        return (12,) if said == NOON else (0,)
    hour = int(said)
    if 1 <= hour <= 12:
        return (hour % 12, hour % 12 + 12)
    return (hour % 24,)


def _time(minutes: int) -> time:
    hour, minute = divmod(minutes % DAY_MINUTES, 60)
    return time(hour, minute)


def _in_half(one: time, half: str) -> bool:
    if half == "night":
        return one.hour >= NIGHT[0] or one.hour < NIGHT[1]
    return not half or (half == "am") == (one.hour < 12)


def day_of(slots: Mapping[str, SlotWord], today: date) -> date | None:
    """The day that is meant; None where the calendar has none such."""
    if "day" in slots:
        return today + timedelta(days=int(slots["day"]))
    if "date" in slots:
        return _dated(slots, today)
    if "weekday" not in slots:
        return today if "part" in slots and not rule_of(slots) else None
    ahead = (CODES.index(str(slots["weekday"])) - today.weekday()) % 7 or 7
    if slots.get("week") == "next":  # the one of the next week, from its Monday on
        ahead = 7 - today.weekday() + CODES.index(str(slots["weekday"]))
    return today + timedelta(days=ahead + 7 * int(slots.get("later", 0)))


def _dated(slots: Mapping[str, SlotWord], today: date) -> date | None:
    number, weekday = int(slots["date"]), slots.get("weekday")
    first = int(slots.get("year", today.year))
    for year in range(first, first + (1 if "year" in slots else YEARS_AHEAD)):
        for month in range(1, 13):
            if int(slots.get("month", month)) != month:
                continue
            day = _exists(year, month, number)
            if day is not None and day >= today:
                fits = weekday is None or CODES[day.weekday()] == weekday
                return day if fits else None
    return None


def _exists(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def rule_of(slots: Mapping[str, SlotWord]) -> str:
    """What comes again as a rule of RFC 5545; empty where nothing does."""
    if "interval" in slots:
        return f"FREQ=DAILY;INTERVAL={slots['interval']}"
    rule = str(slots.get("rule", ""))
    names = ("every", "every_two", "every_three")
    days = sorted(
        {str(slots[name]) for name in names if name in slots}, key=CODES.index
    )
    if days:
        return f"{rule or 'FREQ=WEEKLY'};BYDAY={','.join(days)}"
    if rule == "FREQ=MONTHLY":
        return f"{rule};BYMONTHDAY={slots['date']}"
    return rule


def say_duration(seconds: float) -> str:
    """A while in words, to the second: `one hour and one minute`."""
    left = max(0, round(seconds))
    # Nobody counts weeks. Two days are said as hours by nobody; one day may be "twenty
    # four hours".
    units = UNITS[1:] if left >= 2 * UNITS[1][1][2] else UNITS[2:]
    parts = []
    for _, (one, several, size) in units:
        many, left = divmod(left, size)
        if many:
            parts.append(f"{number_words(many)} {one if many == 1 else several}")
    if not parts:
        return SAY.nothing
    before = ", ".join(parts[:-1])
    return f"{before} {SAY.joint} {parts[-1]}" if before else parts[0]


def say_time(when: time) -> str:
    """A time of day in words: `seven thirty in the morning`."""
    hour, minute = when.hour, when.minute
    if minute == 0 and hour in (0, 12):
        return SAY.midnight if hour == 0 else SAY.noon
    said = number_words((hour - 1) % 12 + 1)
    if minute:
        said += f" {SAY.oh}" if minute < 10 else ""
        said += f" {number_words(minute)}"
    part = [name for first, name in SAY.parts_of_day if hour >= first][-1]
    return f"{said} {part}"


def say_day(day: date, today: date) -> str:
    """A day as far as it is needed: `tomorrow`, `on Friday`, `on the third of May`."""
    ahead = (day - today).days
    if ahead in SAY.near:
        return SAY.near[ahead]
    if 1 < ahead < 7:
        return f"{SAY.on} {CALENDAR.weekdays[day.weekday()].title()}"
    month = CALENDAR.months[day.month - 1].title()
    year = f" {number_words(day.year)}" if day.year != today.year else ""
    return f"{SAY.on} {SAY.the} {rank_words(day.day)} {WORDS.of} {month}{year}"
