"""How timers and alarms are worded: set, listed, ringing, late."""

from __future__ import annotations

from datetime import datetime, tzinfo

from voiceagent.clock import SENSIBLE, instant, stands_twice
from voiceagent.lang.quantities import seconds_of
from voiceagent.lang.spoken import number_words
from voiceagent.nlu.intent import Intent
from voiceagent.skills.phrases import (
    LATE,
    ago_words,
    clock_words,
    duration_words,
    listed,
)
from voiceagent.skills.timers.recurrence import Recurrence
from voiceagent.skills.timers.table import Stamp, Timer

__all__ = [
    "UNSET",
    "again_words",
    "alarm_late",
    "change_words",
    "date_words",
    "intent_seconds",
    "label",
    "left_words",
    "time_ways",
    "timer_late",
    "timer_rings",
]

UNSET = ", but my clock is not set"
"""Added to what was set by a clock that shows 1970."""
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def intent_seconds(intent: Intent, prefix: str = "") -> float:
    """The while that was said, in slots that begin with `prefix`."""
    return seconds_of(intent.slots, prefix)


def label(name: str) -> str:
    """`pizza timer`, `timer`."""
    return f"{name} timer" if name else "timer"


def date_words(when: datetime, now: datetime) -> str:
    """A date as far as it is needed: `seven in the morning tomorrow`."""
    days = (when.date() - now.date()).days
    if days == 0:
        return clock_words(when)
    if days in NEAR:
        return f"{clock_words(when)} {NEAR[days]}"
    if 1 < days < 7:
        return f"{clock_words(when)} on {when:%A}"
    year = f" {when.year}" if when.year != now.year else ""
    return f"{clock_words(when)} on {when:%B} {when.day}{year}"


def time_ways(when: datetime) -> tuple[str, ...]:
    """What an alarm may be called by its time: `seven am`, `seven o'clock alarm`."""
    said, half = clock_words(when), "am" if when.hour < 12 else "pm"
    hour = number_words((when.hour - 1) % 12 + 1)
    minute = f" {when.minute:02}" if when.minute else ""
    exact = f"{hour}{minute}" if minute else f"{hour} o'clock"
    days = ("today", "tomorrow", f"{when:%A}")
    times = (said, f"{hour}{minute} {half}")
    return tuple(
        way
        for time in (*times, exact)
        for way in (time, f"{time} alarm", *(f"{time} {day}" for day in days))
    )


NEAR = {-1: "yesterday", 1: "tomorrow"}


def change_words(local: datetime, fold: int, zone: tzinfo) -> str:
    """What has to be said of a time at which the clocks change; else nothing."""
    shown = instant(local, zone, fold).astimezone(zone)
    if shown.replace(tzinfo=None, fold=0) != local:
        return ", as the clocks go forward"
    if stands_twice(local, zone):
        return f", {'after' if fold else 'before'} the clocks go back"
    return ""


def again_words(rules: Recurrence | None) -> str:
    """`, and then every Monday`; nothing where it rings once."""
    if rules is None:
        return ""
    parts = dict(part.split("=", 1) for part in rules.rule.split(";"))
    days = parts.get("BYDAY", "").split(",")
    often = ", and then every"
    match parts:
        case {"INTERVAL": number} if number != "1":
            return ", and again after that"
        case {"FREQ": "DAILY"}:
            return f"{often} day"
        case {"FREQ": "WEEKLY", "BYDAY": _} if set(days) == set(DAYS[:5]):
            return f"{often} weekday"
        case {"FREQ": "WEEKLY", "BYDAY": _} if all(day in DAYS for day in days):
            return f"{often} {listed([NAMES[DAYS.index(day)] for day in days])}"
        case {"FREQ": "WEEKLY"}:
            return f"{often} {NAMES[rules.start.weekday()]}"
    return ", and again after that"


def left_words(timer: Timer, now: Stamp) -> str:
    """`five minutes left on the pizza timer`."""
    name = timer.name or duration_words(timer.seconds)
    if timer.due is None:
        return f"{duration_words(timer.left(now))} left on the {name} timer, paused"
    if (late := timer.late(now)) >= LATE:
        return f"the {name} timer was done {ago_words(late)}"
    if late >= 0:
        return f"the {name} timer is done"
    return f"{duration_words(timer.left(now))} left on the {name} timer"


def timer_rings(timer: Timer) -> str:
    """What is said when it rings."""
    return "This is your alarm" if timer.kind == "alarm" else f"{_whose(timer)} is done"


def timer_late(timer: Timer, now: Stamp) -> str:
    """The same where it rings late, with `{ago}` for how late."""
    known = timer.set_at >= SENSIBLE.timestamp()
    if not known and timer.due and now.until(timer.due) == timer.due.date - now.date:
        # Nobody knows how long ago: the clock was not set when the timer was.
        return f"{_whose(timer)} ended while I was off"
    if timer.kind == "alarm":
        return "Your alarm was due {ago}"
    return f"{_whose(timer)} was done {{ago}}"


def alarm_late(local: datetime, name: str = "") -> str:
    """What is said of an alarm that rings late."""
    called = f"{name} " if name else ""
    return f"Your {called}alarm was for {clock_words(local)}, {{ago}}"


def _whose(timer: Timer) -> str:
    if timer.kind == "alarm":
        return "Your alarm"
    if timer.name:
        return f"Your {timer.name} timer"
    return f"Your timer for {duration_words(timer.seconds)}"
