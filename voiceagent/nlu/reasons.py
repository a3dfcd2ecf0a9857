"""A command with its reason beside it: `I am off to bed so turn off the lights`.

What a reason may look like is a closed table; whatever asks, tells of others, supposes,
or names a time or a number is none, and the command beside it is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from voiceagent.lang.cues import at_start, somewhere
from voiceagent.lang.languages import language
from voiceagent.lang.spoken import said_numbers

__all__ = ["places_in", "reasoned", "things_in"]

LANGUAGE = language()
WORDS, MANNERS = LANGUAGE.reasons, LANGUAGE.manners
SHORTEST, LONGEST = 2, 12
"""Words of a reason; without `so` it has one more at least."""
LONGEST_THING = 4


def reasoned(words: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Each way to see a reason in `words` (in spoken form), and the rest of them."""
    for at, word in enumerate(words):
        left, right = words[:at], words[at + 1 :]
        if word in MANNERS.hence and right and is_reason(left, so=True):
            yield left, right
        if word in MANNERS.because and left and is_reason(right, so=True):
            yield right, left
    for at in range(SHORTEST + 1, len(words)):
        verb = words[at] in LANGUAGE.commands.verbs
        if verb and is_reason(words[:at], so=False):
            yield words[:at], words[at:]


def is_reason(words: Sequence[str], *, so: bool) -> bool:
    """Whether that says no more than why; `so`: a word says that it is why."""
    if not SHORTEST <= len(words) <= LONGEST or words[0] not in WORDS.subjects:
        return False
    said = " ".join(words)
    if any(rule.search(said) for rule in _hazards()) or _timed(words):
        return False
    if so:
        return words[-1] not in WORDS.before_so
    known = {*words}
    verbal = bool(known & WORDS.verbs)
    return verbal and not known & WORDS.unsure and words[-1] not in WORDS.open


@cache
def _hazards() -> tuple[re.Pattern[str], ...]:
    guards = LANGUAGE.guards
    return (
        somewhere(guards.stories.reported),
        somewhere(guards.stories.conditions),
        somewhere(guards.stories.regularly),
        somewhere(guards.denials.forbidding),
        at_start(guards.questions.wondered),
        somewhere(guards.questions.asides),
    )


def _timed(words: Sequence[str]) -> bool:
    numbers = [at for _, at in said_numbers(words) if words[at - 1 : at] != ["no"]]
    return bool(LANGUAGE.calendar.times & {*words}) or bool(numbers)


def things_in(words: Sequence[str]) -> Iterator[str]:
    """Stretches that may be what `it` stands for."""
    for many in range(LONGEST_THING, 0, -1):
        for at in range(len(words) - many + 1):
            yield " ".join(words[at : at + many])


def places_in(words: Sequence[str]) -> Iterator[str]:
    """Stretches that may be the place that the command is meant for."""
    inside = LANGUAGE.parts.inside
    for at, word in enumerate(words):
        if word == inside:
            for many in range(LONGEST_THING, 1, -1):
                yield " ".join(words[at : at + many])
