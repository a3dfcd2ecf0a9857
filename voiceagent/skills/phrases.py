"""How answers are worded: names, lists, numbers, durations, times of day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from voiceagent.lang.number_words import number_words
from voiceagent.lang.quantities import say_duration, say_time

__all__ = [
    "LATE",
    "ago_words",
    "asks_for_all",
    "be",
    "clock_words",
    "duration_words",
    "listed",
    "said_name",
    "says_all",
    "sentence",
    "shown_number",
]

DAY = 86_400
LATE = 60.0
"""Seconds from which on it is said how late something is."""
LONG_AGO = ((365.2425 * DAY, "year", 2), (30.4 * DAY, "month", 2), (DAY, "day", 1))
"""Seconds of a unit, its name, and of how many on it is used."""


def said_name(name: str) -> str:
    """A name within a sentence: `Bed Light` becomes `bed light`, `TV` stays."""
    return " ".join(word.lower() if word.istitle() else word for word in name.split())


def sentence(text: str) -> str:
    """With a capital in front."""
    return text[:1].upper() + text[1:]


def be(name: str) -> str:
    """`is` or `are`, whichever agrees with the name."""
    return "are" if name.endswith("s") and not name.endswith("ss") else "is"


def asks_for_all(text: str) -> bool:
    """Whether a question is about every one: `are the doors locked`, not `any`."""
    words = text.lower().split()
    every = words[:2] in (["is", "every"], ["is", "everything"])
    return every or (words[:1] == ["are"] and "any" not in words)


def says_all(text: str) -> bool:
    """Whether it says so: `are all the doors locked`."""
    return bool({"all", "every", "everything", "both"} & {*text.lower().split()})


def listed(names: Sequence[str], joint: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"


def shown_number(value: object) -> str:
    """A number without a needless fraction: `21.0` becomes `21`."""
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    return str(int(number)) if number.is_integer() else str(round(number, 1))


def duration_words(seconds: float) -> str:
    """A while in words: `one hour and one minute`."""
    return say_duration(seconds)


def ago_words(seconds: float) -> str:
    """How long since: `ten minutes ago`, as exact as a person would say it."""
    for size, unit, least in LONG_AGO:
        if seconds >= least * size:
            many = round(seconds / size)
            return f"{number_words(many)} {unit}{'' if many == 1 else 's'} ago"
    return f"{duration_words(max(1, round(seconds / 60)) * 60)} ago"


def clock_words(when: datetime) -> str:
    """A time of day in words: `seven thirty in the morning`."""
    return say_time(when.time())
