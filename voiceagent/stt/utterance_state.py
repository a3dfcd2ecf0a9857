"""What an utterance is about, and every way from one to the next.

           resume                    pause                look
QUIET ----------------> SPEECH ----------------> PAUSED -------> LOOKING
                                                   ^   not good     |  sure
                                                   |`------------ AGAIN
a result that was looked for: looked -> QUIET; where speech went on meanwhile:
OUTDATED, and dropped: looked -> SPEECH; and where it has stopped again by then:
OVERTAKEN, looked -> PAUSED
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

__all__ = ["BUSY", "Cue", "UtteranceState", "TRANSITIONS", "after"]


class UtteranceState(StrEnum):
    """Exactly one at a time."""

    QUIET = "quiet"
    """Nobody speaks, and nothing is wanted: what is silent is not looked for words."""
    SPEECH = "speech"
    """The recogniser is fed as the audio comes."""
    PAUSED = "paused"
    """Speech has stopped for now: the final result is to be looked for."""
    LOOKING = "looking"
    """The recogniser works it out."""
    AGAIN = "again"
    """The same, from before speech had stopped for certain: it may not do."""
    OUTDATED = "outdated"
    """The same, but speech goes on: it is dropped."""
    OVERTAKEN = "overtaken"
    """Speech went on meanwhile and has stopped again: it is looked for anew."""


class Cue(StrEnum):
    """What may happen."""

    RESUME = "resume"
    """Speech begins or goes on."""
    PAUSE = "pause"
    """It stops, and there is no result that would do."""
    SEEMS = "seems"
    """While a result is looked for: it seems to have stopped."""
    SURE = "sure"
    """While a result is looked for: it has stopped for certain."""
    LOOK = "look"
    """What there is has been fed: ask for the final result, if it is still wanted."""
    LOOKED = "looked"
    """It has answered."""
    LACKING = "lacking"
    """It has answered, and the answer does not do."""
    LOST = "lost"
    """The recogniser is gone; what it was asked for is still wanted."""


TRANSITIONS: Mapping[Cue, Mapping[UtteranceState, UtteranceState]] = {
    Cue.RESUME: {
        UtteranceState.QUIET: UtteranceState.SPEECH,
        UtteranceState.SPEECH: UtteranceState.SPEECH,
        UtteranceState.PAUSED: UtteranceState.SPEECH,
        UtteranceState.LOOKING: UtteranceState.OUTDATED,
        UtteranceState.AGAIN: UtteranceState.OUTDATED,
        UtteranceState.OUTDATED: UtteranceState.OUTDATED,
        UtteranceState.OVERTAKEN: UtteranceState.OUTDATED,
    },
    Cue.PAUSE: {
        UtteranceState.QUIET: UtteranceState.PAUSED,
        UtteranceState.SPEECH: UtteranceState.PAUSED,
        UtteranceState.PAUSED: UtteranceState.PAUSED,
        UtteranceState.OUTDATED: UtteranceState.OVERTAKEN,
        UtteranceState.OVERTAKEN: UtteranceState.OVERTAKEN,
    },
    Cue.SEEMS: {
        UtteranceState.LOOKING: UtteranceState.LOOKING,
        UtteranceState.AGAIN: UtteranceState.LOOKING,
    },
    Cue.SURE: {
        UtteranceState.LOOKING: UtteranceState.AGAIN,
        UtteranceState.AGAIN: UtteranceState.AGAIN,
    },
    Cue.LOOK: {
        UtteranceState.PAUSED: UtteranceState.LOOKING,
        UtteranceState.SPEECH: UtteranceState.SPEECH,
    },
    Cue.LOOKED: {
        UtteranceState.LOOKING: UtteranceState.QUIET,
        UtteranceState.AGAIN: UtteranceState.QUIET,
        UtteranceState.OUTDATED: UtteranceState.SPEECH,
        UtteranceState.OVERTAKEN: UtteranceState.PAUSED,
    },
    Cue.LACKING: {UtteranceState.AGAIN: UtteranceState.PAUSED},
    Cue.LOST: {
        UtteranceState.QUIET: UtteranceState.QUIET,
        UtteranceState.SPEECH: UtteranceState.SPEECH,
        UtteranceState.PAUSED: UtteranceState.PAUSED,
        UtteranceState.LOOKING: UtteranceState.PAUSED,
        UtteranceState.AGAIN: UtteranceState.PAUSED,
        UtteranceState.OUTDATED: UtteranceState.SPEECH,
        UtteranceState.OVERTAKEN: UtteranceState.PAUSED,
    },
}
"""From which state each cue leads to which; from the others it may not come."""

BUSY = frozenset({UtteranceState.LOOKING, UtteranceState.AGAIN})
"""A result is being looked for that still counts."""


def after(state: UtteranceState, cue: Cue) -> UtteranceState:
    """The state that follows; an error of ours where there is none."""
    ways = TRANSITIONS[cue]
    if state not in ways:
        wanted = ", ".join(f"`{one}`" for one in ways)
        raise RuntimeError(f"an utterance that is `{state}` has no `{cue}`: {wanted}")
    return ways[state]
