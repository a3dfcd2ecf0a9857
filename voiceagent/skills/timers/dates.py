"""From the words of a clock time to the date that is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo

from voiceagent.clock import instant, stands_twice
from voiceagent.nlu.intent import SlotValue

__all__ = ["alarm_date", "times_of_day"]


def alarm_date(slots: Mapping[str, SlotValue], now: datetime) -> datetime:
    """When an alarm rings: the next moment that fits what was said, as the clocks show
    it where `now` is.

    Without "am" or "pm" both halves of the day fit, and the nearer one is meant,
    except tomorrow, where it is the morning.
    """
    day = slots.get("day")
    days = range(2) if day is None else (int(day),)
    found = [(instant(date, _zone(now), date.fold), date) for date in _of(slots, now)]
    fitting = {now.date() + timedelta(days=n) for n in days}
    later = [pair for pair in found if pair[0] > now.astimezone(UTC)]
    meant = [pair for pair in later if pair[1].date() in fitting] or later
    # "Today at seven", said in the evening: the next time it is seven.
    return min(meant)[1].replace(tzinfo=now.tzinfo)


def times_of_day(slots: Mapping[str, SlotValue]) -> list[time]:
    """All that fit what was said."""
    hour, minute = int(slots["hour"]), int(slots.get("minute", 0))
    halves = _halves(hour, str(slots.get("half", "")), slots.get("day"))
    return [_time(hour, minute, half) for half in halves]


def _of(slots: Mapping[str, SlotValue], now: datetime) -> Iterator[datetime]:
    """Local times of today and the next two days; twice where the clocks show it
    twice."""
    for n in range(3):
        for clock in times_of_day(slots):
            date = datetime.combine(now.date() + timedelta(days=n), clock)
            yield date
            if stands_twice(date, _zone(now)):
                yield date.replace(fold=1)


def _zone(now: datetime) -> tzinfo:
    return now.tzinfo or UTC


def _halves(hour: int, half: str, day: SlotValue | None) -> tuple[str, ...]:
    if half:
        return (half,)
    if hour == 0:
        return ("am",)
    return ("am", "pm") if day != 1 else ("am",)


def _time(hour: int, minute: int, half: str) -> time:
    """Minutes may be negative ("quarter to")."""
    hours = hour % 12 + (12 if half == "pm" else 0)
    all_minutes = (hours * 60 + minute) % (24 * 60)
    return time(all_minutes // 60, all_minutes % 60)
