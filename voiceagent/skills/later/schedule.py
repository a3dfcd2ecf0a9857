"""From what was said of a time or of people to what a plan waits for, or why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from voiceagent.clock import SENSIBLE, Zone
from voiceagent.errors import VoiceAgentError
from voiceagent.lang.quantities import rule_of, seconds_of
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.nlu.occasions import ASK, CANNOT, PLACE, SORT, WHO
from voiceagent.skills.later.people import ALL, ANY, ME, People, Somebody
from voiceagent.skills.later.words import SMALL, at_words
from voiceagent.skills.phrases import duration_words
from voiceagent.skills.skill import Answer, TurnContext
from voiceagent.skills.timers.alarms import TIME_SLOTS
from voiceagent.skills.timers.clock_alarm import ClockAlarm
from voiceagent.skills.timers.dates import (
    DAY_SLOTS,
    alarm_date,
    impossible,
    said_day,
)
from voiceagent.skills.timers.heard import said_whens
from voiceagent.skills.timers.set_times import SetTimes, stamp_of, zone_of
from voiceagent.skills.timers.words import UNSET, again_words, change_words
from voiceagent.skills.which import ask_either, ask_for

__all__ = ["NOTHING", "Schedule", "scheduled"]

NOTHING = "so I have done nothing"
FARTHEST = 366 * 86_400.0
"""Seconds from now on in which a plan may lie."""
LIMIT = "That is too far away: I can plan a year ahead at most"
PASSED = f"That has passed, {NOTHING}"
NO_PEOPLE = f"Nobody tells me who is at home, {NOTHING}"
TWICE = f"I can't wait for a time and for somebody at once, {NOTHING}"
FRAMES = ("remind me at {}", "remind me {}")


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a plan waits for."""

    when: str
    """In words: `in ten minutes`, `when Anna comes home`."""
    seconds: float = 0.0
    """After which it is due; 0: at the time of `alarm`, or whenever people say so."""
    alarm: ClockAlarm | None = None
    somebody: Somebody | None = None
    sort: str = ""
    """Of people: `wait`, `each` or `if`."""
    at_once: bool = False
    """It waits for nothing: the condition holds now."""


def scheduled(
    intent: Intent, context: TurnContext, times: SetTimes, people: People
) -> Schedule | Answer:
    """What `intent` waits for; else what is to be said, or asked. Blocking, raises
    `VoiceAgentError`."""
    slots = intent.slots
    if CANNOT in slots:
        return Answer(f"{slots[CANNOT]}, {NOTHING}")
    somebody = _somebody(intent, people)
    if isinstance(somebody, Answer):
        return somebody
    timed = "hour" in slots or seconds_of(slots) > 0
    if timed or ASK in slots or DAY_SLOTS & slots.keys():
        if somebody is not None and slots[SORT] != "if":
            return Answer(TWICE)
        found = _at_time(intent, context, times) if timed else _ask_when(intent)
        if somebody is None or isinstance(found, Answer):
            return found
        when = f"{found.when}, if {somebody.so},"
        return replace(found, when=when, somebody=somebody, sort="if")
    assert somebody is not None, intent
    return _by_people(str(slots[SORT]), somebody, people)


def _at_time(
    intent: Intent, context: TurnContext, times: SetTimes
) -> Schedule | Answer:
    slots, now, here = intent.slots, stamp_of(context), zone_of(context)
    unset = UNSET if context.now < SENSIBLE else ""
    if "hour" not in slots:
        seconds = seconds_of(slots)
        if seconds > FARTHEST:
            return Answer(f"{LIMIT}, {NOTHING}")
        return Schedule(f"in {duration_words(seconds)}{unset}", seconds)
    if wrong := impossible(slots, context.now):
        return Answer(f"{wrong}, {NOTHING}")
    date = alarm_date(slots, context.now)
    if _missed(slots, date, context.now):
        return Answer(PASSED)
    if date - context.now > timedelta(seconds=FARTHEST):
        return Answer(f"{LIMIT}, {NOTHING}")
    alarm = times.fresh(date, now, rule=rule_of(slots))
    when = alarm.due(Zone(here)).astimezone(here)
    changes = change_words(alarm.local, alarm.fold, here)
    said = f"{at_words(when, context.now)}{again_words(alarm.recurs)}{changes}{unset}"
    return Schedule(said, alarm=alarm)


def _missed(slots: Mapping[str, SlotValue], date: datetime, now: datetime) -> bool:
    """Whether the time is over on the day that was said; the small hours of tonight
    are those of tomorrow."""
    if rule_of(slots):
        return False
    day = said_day(slots, now)
    if day is None or date.date() == day:
        return False
    return not (slots.get("part") == "night" and date - now < SMALL)


def _ask_when(intent: Intent) -> Answer:
    day = DAY_SLOTS & intent.slots.keys() or "part" in intent.slots
    text = "At what time?" if day or rule_of(intent.slots) else "When?"
    kept = {key: value for key, value in intent.slots.items() if key != ASK}
    bare = replace(intent, slots=kept)
    return ask_for(text, bare, FRAMES, TIME_SLOTS, heard=said_whens())


def _somebody(intent: Intent, people: People) -> Somebody | Answer | None:
    if WHO not in intent.slots:
        return None
    said, place = str(intent.slots[WHO]), str(intent.slots[PLACE])
    every = people.every
    if not every:
        return Answer(NO_PEOPLE)
    if said in (ALL, ANY):
        return Somebody(said, place)
    by_id = [one for one in every if one.id == said]
    found = by_id or list(people.named(said))
    if not found:
        known = " or ".join(one.name for one in every)
        return Answer(f"I only know where {known} is, {NOTHING}")
    if len(found) > 1:
        text = "Who are you?" if said == ME else "Who do you mean?"
        ways = [(one.name, {WHO: one.id}) for one in found]
        named = " or ".join(one.name for one in found)
        return ask_either(f"{text[:-1]}: {named}?", intent, ways)
    (one,) = found
    return Somebody(one.id, place, "" if said == ME else one.name)


def _by_people(sort: str, somebody: Somebody, people: People) -> Schedule | Answer:
    if sort != "if":
        when = "every time" if sort == "each" else "when"
        return Schedule(f"{when} {somebody.does}", somebody=somebody, sort=sort)
    try:
        holds = people.holds(somebody)
    except VoiceAgentError as error:
        return Answer(error.said or f"I can't tell whether {somebody.so}, {NOTHING}")
    if holds is None:
        return Answer(f"I can't tell whether {somebody.so}, {NOTHING}")
    if not holds:
        return Answer(f"It is not so that {somebody.so}, {NOTHING}")
    return Schedule("", at_once=True)
