"""Which of several timers: each told apart by its name, its length, or what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from voiceagent.nlu.intent import Intent
from voiceagent.skills.phrases import duration_words
from voiceagent.skills.skill import Answer
from voiceagent.skills.timers.table import Stamp, Timer
from voiceagent.skills.which import ask_which, picked

__all__ = ["ask_which", "picked", "which_timer"]


def which_timer(
    found: Sequence[Timer], intent: Intent, now: Stamp, *, together: bool = False
) -> Answer:
    """The question which one is meant; `together`: also several."""
    alike = Counter(_called(timer) for timer in found)
    names = [_names(timer, now, alone=alike[_called(timer)] == 1) for timer in found]
    return ask_which(names, [t.id for t in found], intent, together=together)


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
