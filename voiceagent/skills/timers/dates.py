"""From the words of a clock time to the date that is meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from voiceagent.clock import instant, stands_twice
from voiceagent.lang.quantities import day_of, rule_of, times_of
from voiceagent.nlu.intent import SlotValue

__all__ = [
    "DAY_SLOTS",
    "REPEAT_SLOTS",
    "alarm_date",
    "impossible",
    "said_day",
    "times_of_day",
    "unsettable",
]

DAY_SLOTS = frozenset(("day", "weekday", "week", "later", "date", "month", "year"))
"""What a day is said with."""
REPEAT_SLOTS = frozenset(
    ("rule", "part", "every", "every_two", "every_three", "interval")
)
"""What comes again is said with."""


def impossible(slots: Mapping[str, SlotValue], now: datetime) -> str:
    """What is said where no calendar has such a day ("the thirtieth of February"), or
    no day such a time; nothing where both can be."""
    if DAY_SLOTS & slots.keys() and said_day(slots, now) is None:
        return "There is no such day"
    if "hour" in slots and not times_of(slots):
        return "There is no such time of day"
    return ""


def unsettable(slots: Mapping[str, SlotValue], now: datetime) -> str:
    """The same of what is to ring: not today where that time has passed."""
    if wrong := impossible(slots, now):
        return wrong
    today = "hour" in slots and slots.get("day") == 0 and not rule_of(slots)
    if today and not any(_later([now.date()], slots, now)):
        return "That time has passed today"
    return ""


def said_day(slots: Mapping[str, SlotValue], now: datetime) -> date | None:
    """The day that was said; None where none was, or none such is."""
    return day_of(slots, now.date())


def alarm_date(slots: Mapping[str, SlotValue], now: datetime) -> datetime:
    """When an alarm rings: the next moment that fits what was said, as the clocks show
    it where `now` is. The day that was said must exist (`impossible`).

    Without "am" or "pm" both halves of the day fit, and the nearer one is meant,
    except on another day, or on many, where it is the morning, or noon.
    """
    today = now.date()
    day = said_day(slots, now)
    days = [today, today + timedelta(days=1)] if day is None else [day]
    later = list(_later(days, slots, now))
    if not later and "date" in slots:  # "the tenth", said on its evening
        later = list(_later(filter(None, [day_of(slots, days[-1] + DAY)]), slots, now))
    # "Today at seven", said in the evening: the next time it is seven.
    later = later or list(_later((today + n * DAY for n in range(3)), slots, now))
    return min(later)[1].replace(tzinfo=now.tzinfo)


DAY = timedelta(days=1)


def times_of_day(slots: Mapping[str, SlotValue]) -> list[time]:
    """All that fit what was said."""
    found = list(times_of(slots))
    if not found:  # whoever asks the user refuses it before
        found = list(
            times_of({"hour": slots["hour"], "minute": slots.get("minute", 0)})
        )
    elsewhere = slots.get("day", 1) != 0 and DAY_SLOTS & slots.keys()
    if len(found) > 1 and (elsewhere or rule_of(slots)):
        return [max(found) if max(found).hour == NOON else min(found)]
    return found


NOON = 12


def _later(
    days: Iterable[date], slots: Mapping[str, SlotValue], now: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Moments still to come, each with what the clocks show then; twice where they
    show it twice."""
    zone = _zone(now)
    for day in days:
        for clock in times_of_day(slots):
            shown = datetime.combine(day, clock)
            twice = stands_twice(shown, zone)
            for fold in (0, 1)[: 1 + twice]:
                moment = instant(shown, zone, fold)
                if moment > now.astimezone(UTC):
                    yield moment, shown.replace(fold=fold)


def _zone(now: datetime) -> tzinfo:
    return now.tzinfo or UTC
