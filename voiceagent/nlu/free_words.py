"""Words that were heard freely, believed as far as their recogniser is sure of them.

A recogniser of commands knows only some ways to say a thing, one of any words hears all
of them. Where it is sure of every word, they are read as if they had been typed; where
it is less so, and a template says them, they are spoken back first. A number that
sounds like another is never believed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from voiceagent.lang.spoken import spoken
from voiceagent.lang.twins import twin_of
from voiceagent.nlu.decision import DecisionStep
from voiceagent.nlu.guards.hearing import otherwise
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.reading import Reading
from voiceagent.nlu.replanned import for_later
from voiceagent.stt.protocol import Recognition

__all__ = ["BELIEVED", "DOUBTED", "as_typed", "spoken_back", "sure_words"]

BELIEVED = 0.5
"""How sure it has to be of words that are acted upon."""
DOUBTED = 0.3
"""... and of those that are spoken back."""


def sure_words(recognition: Recognition) -> Recognition | None:
    """The words heard freely as what was heard, where they are believed."""
    said = otherwise(recognition)
    if not said or recognition.certain < BELIEVED or twin_of(spoken(said)):
        return None
    return _as_heard(said, recognition.certain)


async def as_typed(
    recognition: Recognition, read: Callable[[Recognition], Awaitable[Reading]]
) -> Reading | None:
    """What sure words come to; None where that is nothing."""
    words = sure_words(recognition)
    reading = await read(words) if words else None
    if reading is None or reading.question is not None or reading.reply:
        return reading
    if asked := for_later(reading.intent, words.text if words else ""):
        return asked
    acts = reading.intent is not None and reading.route.step is DecisionStep.ACT
    return reading if acts else None


async def spoken_back(
    recognition: Recognition,
    *,
    parse: Callable[[str], Awaitable[Intent | None]],
    weigh: Callable[[Recognition, Intent, None], Awaitable[Reading]],
) -> Reading | None:
    """The question whether words that are less sure were said, where they mean
    something by themselves."""
    said = otherwise(recognition)
    if not said or recognition.certain < DOUBTED:
        return None
    intent = await parse(said)
    if asked := for_later(intent, said):
        return asked
    return await weigh(_as_heard(said, 0.0), intent, None) if intent else None


def _as_heard(said: str, sure: float) -> Recognition:
    return Recognition(said, sure, True, "heard in any words", certain=sure)
