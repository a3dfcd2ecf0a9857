"""From the words of a clock time to the date that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from voiceagent.nlu.intent import SlotValue

__all__ = ["alarm_date"]


def alarm_date(slots: Mapping[str, SlotValue], now: datetime) -> datetime:
    """When an alarm rings: the next moment that fits what was said.

    Without "am" or "pm" both halves of the day fit, and the nearer one is meant,
    except tomorrow, where it is the morning.
    """
    hour, minute = int(slots["hour"]), int(slots.get("minute", 0))
    half, day = slots.get("half", ""), slots.get("day")
    times = [_of_day(hour, minute, half) for half in _halves(hour, str(half), day)]
    days = range(2) if day is None else (int(day),)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    dates = (midnight + timedelta(days=n) + time for n in days for time in times)
    later = sorted(date for date in dates if date > now)
    # "Today at seven", said in the evening: the next time it is seven.
    return later[0] if later else midnight + timedelta(days=1) + times[0]


def _halves(hour: int, half: str, day: SlotValue | None) -> tuple[str, ...]:
    if half:
        return (half,)
    if hour == 0:
        return ("am",)
    return ("am", "pm") if day != 1 else ("am",)


def _of_day(hour: int, minute: int, half: SlotValue) -> timedelta:
    """Time since midnight; minutes may be negative ("quarter to")."""
    hours = hour % 12 + (12 if half == "pm" else 0)
    return timedelta(minutes=(hours * 60 + minute) % (24 * 60))
