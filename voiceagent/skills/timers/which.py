"""Which of several timers, alarms or reminders: by name, length, time or place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from voiceagent.nlu.intent import Intent
from voiceagent.skills.phrases import duration_words
from voiceagent.skills.skill import Answer, TurnContext
from voiceagent.skills.timers.set_times import SetTime
from voiceagent.skills.timers.table import Stamp, Timer
from voiceagent.skills.timers.words import date_words, time_ways
from voiceagent.skills.which import ask_which

__all__ = ["but", "called_so", "newest", "placed", "which_time", "which_timer"]

T = TypeVar("T", SetTime, Timer)
ARTICLES = ("the ", "my ", "a ", "an ")


def placed(
    found: Sequence[T], intent: Intent, made: Callable[[T], float] | None = None
) -> list[T]:
    """The one whose place was said, in the order in which they ring, or in which they
    were set: both are given where they differ."""
    place = intent.slots.get("place")
    if place is None:
        return list(found)
    if place == "last":
        latest = max(found, key=made) if made and found else None
        return [one for one in found if one in (found[-1], latest)]
    at = 0 if place == "next" else int(place) - 1
    ringing = found[at : at + 1]
    setting = sorted(found, key=made)[at : at + 1] if made else ringing
    if place == "next":
        return list(ringing)
    return [one for one in found if one in ringing or one in setting]


def but(found: Sequence[T], spared: Sequence[Sequence[T]]) -> list[T]:
    """Those that are not among what is to be left as it is."""
    kept = {one.id for some in spared for one in some}
    return [one for one in found if one.id not in kept]


def newest(one: SetTime) -> float:
    """When it was set."""
    if one.clock is not None:
        return one.clock.set_at.date
    return one.timer.set_at if one.timer else 0.0


def called_so(found: Sequence[T], name: str) -> list[T]:
    """Those of that name; else those in whose name all of its words stand."""
    name = name.lower()
    for article in ARTICLES:
        name = name.removeprefix(article)
    exact = [each for each in found if each.name.lower() == name]
    return exact or [each for each in found if _within(name, each.name.lower())]


def _within(part: str, name: str) -> bool:
    return set(part.split()) <= set(name.split())


def which_timer(
    found: Sequence[Timer], intent: Intent, now: Stamp, *, together: bool = False
) -> Answer:
    """The question which one is meant; `together`: also several."""
    alike = Counter(_called(timer) for timer in found)
    names = [_names(timer, now, alone=alike[_called(timer)] == 1) for timer in found]
    return ask_which(names, [t.id for t in found], intent, together=together)


def which_time(
    found: Sequence[SetTime],
    intent: Intent,
    context: TurnContext,
    *,
    together: bool = False,
) -> Answer:
    """The same of alarms and reminders."""
    told = [_told(one, context) for one in found]
    alike = Counter(told)
    names = []
    for one, said in zip(found, told, strict=True):
        when = date_words(one.when, context.now)
        also = (when, one.name, f"{one.name} at {when}", *time_ways(one.when))
        first = f"{said} at {when}" if one.name and alike[said] > 1 else said
        names.append((first, *filter(None, also)))
    return ask_which(names, [one.id for one in found], intent, together=together)


def _told(one: SetTime, context: TurnContext) -> str:
    if one.name and one.kept.kind == "reminder":
        return f"the one to {one.name}"
    if one.name:
        return f"the {one.name} one"
    return f"the one for {date_words(one.when, context.now)}"


def _called(timer: Timer) -> str:
    return timer.name or _single(duration_words(timer.seconds))


def _about(seconds: float) -> str:
    """What is left, as exact as is needed to tell two apart."""
    unit = 60 if seconds >= 90 else 1
    return duration_words(max(1, round(seconds / unit)) * unit)


def _single(length: str) -> str:
    """`ten minute`, as in `the ten minute timer`."""
    return " ".join(word.removesuffix("s") for word in length.split())


def _names(timer: Timer, now: Stamp, *, alone: bool) -> tuple[str, ...]:
    called, left = _called(timer), _about(timer.left(now))
    length = duration_words(timer.seconds)
    also = (
        *(called, f"{called} timer", length, f"{_single(length)} timer"),
        *(f"one with {left} left", left),
    )
    if alone:
        return (f"the {called} one", *also)
    more = f" {called}" if timer.name else ""
    return (f"the{more} one with {left} left", *also)
