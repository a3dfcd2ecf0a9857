"""Words that were heard freely, believed as far as their recogniser is sure of them.

A recogniser of commands knows only some ways to say a thing, one of any words hears all
of them. What it writes is read as if it had been typed, where it is not quite unsure of
it: a sentence in which every word is explained is hardly ever what nobody said. What a
value comes from has to be sure by itself (`guards/free_values.py`); a number that
sounds like another is spoken back at most.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from voiceagent.lang.spoken import spoken
from voiceagent.lang.twins import twin_of
from voiceagent.nlu.decision import DecisionStep
from voiceagent.nlu.guards.hearing import otherwise
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.reading import Reading
from voiceagent.nlu.replanned import for_later
from voiceagent.stt.protocol import Recognition

__all__ = ["BELIEVED", "as_typed", "spoken_back", "sure_words"]

BELIEVED = 0.1
"""How sure it has to be of words that are read as if they were typed, where it is known
how likely each of them is; or that are spoken back."""
TAKEN = 0.5
"""How sure one may be, at least, of those that are read so; and how sure the recogniser
has to be where nothing else tells: of words of which none is known by itself, and of
such that refer to what was done before."""


def sure_words(recognition: Recognition) -> Recognition | None:
    """The words heard freely as what was heard, where they are believed."""
    said = otherwise(recognition)
    least = BELIEVED if recognition.sure else TAKEN
    if not said or recognition.certain < least or twin_of(spoken(said)):
        return None
    return _as_heard(recognition, said, max(recognition.certain, TAKEN))


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
    if reading.by == "conversation":  # in which a word or two say all
        acts = acts and recognition.certain >= TAKEN
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
    if not said or recognition.certain < BELIEVED:
        return None
    intent = await parse(said)
    if asked := for_later(intent, said):
        return asked
    return (
        await weigh(_as_heard(recognition, said, 0.0), intent, None) if intent else None
    )


def _as_heard(recognition: Recognition, said: str, sure: float) -> Recognition:
    heard = Recognition(said, sure, True, "heard in any words")
    return replace(heard, certain=recognition.certain, sure=recognition.sure)
