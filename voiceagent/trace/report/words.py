"""What the events say, in words that people know."""

from __future__ import annotations

import re

__all__ = [
    "ENDED_BECAUSE",
    "ENDED_BY",
    "STAGES_IN_WORDS",
    "UNWAITED",
    "heard_in_words",
]

STAGES_IN_WORDS = {
    "endpoint": "pause",
    "stt": "hearing",
    "intent": "meaning",
    "route": "choice",
    "remote": "elsewhere",
    "act": "doing",
    "tts": "voice",
}
"""Stages of a turn: waiting whether more is said, then what is done about it."""
ENDED_BECAUSE = {
    "complete": "the sentence was complete",
    "extensible": "the sentence could have gone on",
    "incomplete": "the sentence was not finished",
    "unknown": "no command begins like this",
    "silence": "nothing more was said",
    "max-length": "it had gone on for too long",
    "no-speech": "nothing was said",
    "source-ended": "the sound ended",
    "released": "the key was let go",
}
UNWAITED = frozenset({"max-length", "source-ended", "released"})
"""Ends that no silence was waited for."""
ENDED_BY = {
    "barge-in": "you spoke over it",
    "stop": "stopped by “stop”",
    "replaced": "gave way to the next",
    "muted": "muted",
    "no speech": "nothing was said",
    "broken off": "broken off",
}
"""Why a reply or a turn ended before its end."""
AGREED = re.compile(r"(\d+) % agree")


def heard_in_words(reason: str) -> str:
    """Why the recogniser is as sure as it is, without its log likelihoods."""
    if reason.startswith("both hear it"):
        return "both recognisers heard it"
    if reason.startswith("they differ"):
        return "the recognisers differ"
    if share := AGREED.match(reason):
        return f"{share[1]} % of the models heard it"
    return "none of its commands" if reason == "outside the grammar" else reason
