"""Alarms and reminders at another time: moved to it, by a while, or put off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from voiceagent.clock import instant
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.skills.plain import act
from voiceagent.skills.skill import Answer, TurnContext
from voiceagent.skills.timers.dates import (
    DAY_SLOTS,
    impossible,
    said_day,
    times_of_day,
)
from voiceagent.skills.timers.heard import said_times
from voiceagent.skills.timers.set_times import SetTime, SetTimes, stamp_of, zone_of
from voiceagent.skills.timers.words import again_words, date_words, intent_seconds
from voiceagent.skills.which import ask_either, ask_for

__all__ = ["TO_SLOTS", "moved_date", "moving"]

TO = "to_"
"""Slots of the new time begin so."""
TO_SLOTS = (
    frozenset(
        (
            "hour",
            "minute",
            "half",
            "part",
            "weeks",
            "days",
            "hours",
            "minutes",
            "seconds",
        )
    )
    | DAY_SLOTS
)
FRAMES = ("set an alarm for {}", "set an alarm {}", "wake me {}")


def moving(
    times: SetTimes, one: SetTime, intent: Intent, context: TurnContext
) -> Answer:
    """The answer to a wish that `one` rings at another time."""
    what = times.kind
    when = _wished(one, intent, context)
    if isinstance(when, Answer):
        return when
    now = context.now.astimezone(UTC)
    if when.astimezone(UTC) <= now:
        told = date_words(when, context.now)
        return Answer(f"I can't move it to {told}, that has passed")
    said = date_words(when, context.now)
    if one.recurs is None:
        return act(
            f"Your {what} is moved to {said}",
            f"{what}.move",
            lambda: times.move(one, when, stamp_of(context)),
        )
    return _one_of_many(times, one, when, intent, context)


def _one_of_many(
    times: SetTimes,
    one: SetTime,
    when: datetime,
    intent: Intent,
    context: TurnContext,
) -> Answer:
    """One that comes again: is it the next time alone, or every time?"""
    what, said = times.kind, date_words(when, context.now)
    match intent.slots.get("which"):
        case "once":

            def once() -> str | None:
                if not times.skip(one):
                    return f"That {what} is gone already"
                times.add(times.fresh(when, stamp_of(context), one.name))
                return None

            text = f"Only the next time your {what} is at {said}"
            return act(text, f"{what}.move", once)
        case "every":
            again = again_words(one.recurs)
            return act(
                f"Your {what} is moved to {said}{again}",
                f"{what}.move",
                lambda: times.move(one, when, stamp_of(context)),
            )
    ways = (
        ("only the next time", {"which": "once"}),
        ("every time", {"which": "every"}),
    )
    return ask_either("Only the next time, or every time?", intent, ways)


def _wished(one: SetTime, intent: Intent, context: TurnContext) -> datetime | Answer:
    """The new time, or the question for it."""
    slots = _new_slots(intent)
    if wrong := impossible(slots, context.now):
        return Answer(wrong)
    if "hour" in slots:
        return moved_date(slots, one.when, context.now)
    if seconds := intent_seconds(intent) or intent_seconds(intent, TO):
        if "sign" not in intent.slots:
            ways = (("earlier", {"sign": -1}), ("later", {"sign": 1}))
            return ask_either("Earlier or later?", intent, ways)
        change = timedelta(seconds=seconds * int(intent.slots["sign"]))
        later = one.when.astimezone(UTC) + change
        return later.astimezone(zone_of(context))
    text, heard = "To what time?", said_times()
    return ask_for(text, intent, FRAMES, TO_SLOTS, prefix=TO, heard=heard)


def _new_slots(intent: Intent) -> dict[str, SlotValue]:
    return {
        name.removeprefix(TO): value
        for name, value in intent.slots.items()
        if name.startswith(TO)
    }


def moved_date(
    slots: Mapping[str, SlotValue], old: datetime, now: datetime
) -> datetime:
    """The new time of what was set for `old`: of all that fit the words, the one that
    is nearest to the old one and still to come."""
    zone, day = now.tzinfo or UTC, said_day(slots, now)
    near = [old.date() + timedelta(days=n) for n in (-1, 0, 1)]
    dates = near if day is None else [day]
    bare = {name: value for name, value in slots.items() if name not in DAY_SLOTS}
    found = [
        datetime.combine(date, clock, zone)
        for date in dates
        for clock in times_of_day(bare)
    ]
    later = [date for date in found if _moment(date, zone) > now.astimezone(UTC)]
    target = old if day is None else datetime.combine(dates[0], old.time(), zone)
    same = [date for date in later if date.date() == target.date()]
    wanted = _moment(target, zone)
    # Where all have passed it is refused with the time that was understood.
    return min(
        same or later or found, key=lambda date: abs(_moment(date, zone) - wanted)
    )


def _moment(date: datetime, zone: tzinfo) -> datetime:
    return instant(date.replace(tzinfo=None), zone, date.fold)
