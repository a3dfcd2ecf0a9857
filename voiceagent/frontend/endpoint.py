"""End of turn: how likely it is that the user has finished, re-scored every frame.

A complete command that nothing can follow ends fast; one that may go on ("a large
latte" ... "with milk") waits longer; a trailing "and", an open number or an unfinished
name waits longest. Silence, how far the sound has fallen, what was said and how this
speaker pauses are evidence for one question; the turn ends when the odds are good
enough. The decision is a pure function and its inputs go into the trace.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from voiceagent.lang.languages import language

__all__ = [
    "FLAT",
    "SOONEST",
    "UNHEARD",
    "WHOLE",
    "Completeness",
    "EndpointPolicy",
    "Moment",
    "EndpointVerdict",
    "Weights",
    "WordsSoFar",
    "decide",
    "evidence_of",
]


class Completeness(StrEnum):
    """How much of a command the words so far are."""

    COMPLETE = "complete"
    """A whole command, and no longer one starts like it."""
    EXTENSIBLE = "extensible"
    """A whole command that could still go on."""
    INCOMPLETE = "incomplete"
    """The beginning of a command."""
    DEAD = "dead"
    """No command starts like this."""
    UNKNOWN = "unknown"
    """The recogniser has not caught up with the audio, or it is not for us."""


WHOLE = (Completeness.COMPLETE, Completeness.EXTENSIBLE)
"""The words may be all of a command."""


@dataclass(frozen=True, slots=True)
class WordsSoFar:
    """What the recogniser makes of the words so far."""

    completeness: Completeness = Completeness.UNKNOWN
    settled: bool = False
    """By the final pass over all that was said, not by the live one."""
    sure: float = 0.0
    """Confidence of the final pass, 0..1."""
    hanging: bool = False
    """The last word wants another one: "and", "the", "um"."""
    answer: bool = False
    """All of it is one word that needs no more: "yes", "stop"."""
    late: float = 0.0
    """Seconds of silence in which the live pass has come upon them: a narrow search for
    whole commands completes in silence what was left open."""

    def ending(self, text: str) -> WordsSoFar:
        """The same, knowing how `text` ends."""
        words, known = text.split(), language().answers
        return replace(
            self,
            hanging=bool(words) and words[-1] in known.hanging,
            answer=len(words) == 1 and words[0] in known.at_once,
        )


UNHEARD = WordsSoFar()
"""The recogniser has not caught up."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the audio says, at one frame."""

    silence: float
    """Seconds since the last speech sample; 0 while speaking."""
    speech: float
    """Seconds of speech in the turn."""
    elapsed: float
    """Seconds since the gate opened."""
    tempo: float = 0.0
    """Logarithm of how much longer than usual this user pauses."""
    fall: float = 1.0
    """How far the sound has fallen, from the speech (0) to the noise floor (1)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Log odds that the user has finished, for each thing known besides the words."""

    silence: float = 3.0
    """For each factor e of silence: how fast the odds rise (the scale of the rest)."""
    live: float = 0.0
    """The words are the live pass's only."""
    late: float = 0.0
    """It came upon whole words in the silence, `LATE` seconds after the speech or more.
    """
    unsure: float = 0.0
    """For all of the doubt (1) of the final pass about whole words."""
    doubtful: float = 0.0
    """The final pass heard words that are as likely half a command as a whole one."""
    hanging: float = 0.0
    """The last word of an unfinished command wants another one."""
    tempo: float = 0.0
    """For each factor e that this user pauses longer than others."""
    loud: float = 0.0
    """The sound has not fallen at all."""
    brief: float = 0.0
    """For each factor e of speech below `BRIEF`."""


FLAT = Weights()
"""Nothing but the words and the silence counts."""
FITTED = Weights(
    silence=3.0,
    live=0.0,
    late=-3.0,
    unsure=-0.85,
    doubtful=-0.85,
    hanging=-0.85,
    tempo=-1.55,
    loud=-0.55,
    brief=-1.85,
)
"""By `scripts/fit_endpoint.py` on 232 turns with pauses, both recognisers listening,
rounded; the waits between what the two halves of them want."""
LATE = 0.06
"""Seconds after the speech after which the live pass hears nothing new that was said:
of 67 whole commands 2 are complete so late, of pauses taken for their end 5 in 8."""
BRIEF = 1.2
"""Seconds of speech that a usual command has."""
ENOUGH = math.log(0.95 / 0.05)
"""Log odds at which a turn ends: one in twenty may be cut off."""
SOONEST = 0.1
"""Seconds of silence under which no turn ends: as long as a consonant takes."""
LATEST = 2.5
"""Seconds of silence after which nothing more is waited for, times patience."""
ANSWERED = 0.3
"""Seconds that "yes", "no" and "stop" wait at most."""


@dataclass(frozen=True, slots=True)
class EndpointPolicy:
    """Seconds of silence that usually end a turn, by what the words are.

    The other evidence makes them shorter or longer; `patience` stretches all of them.
    """

    complete: float = 0.09
    extensible: float = 0.45
    incomplete: float = 1.65
    dead: float = 0.6
    unknown: float = 0.55
    latest: float = LATEST
    """After which nothing more is waited for."""
    no_speech: float = 4.0
    """After the gate opened, when nothing is said at all."""
    answer: float = 6.0
    """The same where a question of ours is listened to, without a wake word."""
    max_turn: float = 15.0
    """Longest turn; it is ended and acted upon as it stands."""
    min_speech: float = 0.2
    """Less speech than this after the wake word counts as none."""
    patience: float = 1.0
    """Factor on all waits: above 1 for people who take their time."""
    weights: Weights = FITTED

    @property
    def answering(self) -> EndpointPolicy:
        """The same while an answer is waited for."""
        return replace(self, no_speech=self.answer)

    def wait(self, words: WordsSoFar, moment: Moment) -> float:
        """Seconds of silence that end the turn, as things stand."""
        asked = self.patience * self.asked(words, moment)
        return min(max(asked, SOONEST), self.longest(words))

    def asked(self, words: WordsSoFar, moment: Moment) -> float:
        """The same for a patience of 1 and without bounds."""
        usual: float = getattr(self, words.completeness.value)
        evidence = evidence_of(self.weights, words, moment)
        return usual * math.exp(-evidence / self.weights.silence)

    def longest(self, words: WordsSoFar) -> float:
        """Seconds of silence after which nothing more is waited for."""
        if words.answer and words.completeness in WHOLE:
            return ANSWERED
        return self.latest * self.patience

    def odds(self, words: WordsSoFar, moment: Moment) -> float:
        """Log odds that the user has finished, over those that end the turn."""
        ratio = max(0.0, moment.silence) / self.wait(words, moment)
        if not ratio:  # also where the silence is as short as a float can be
            return -math.inf
        return self.weights.silence * math.log(ratio)


def evidence_of(weights: Weights, words: WordsSoFar, moment: Moment) -> float:
    """Log odds from all but the kind of words and the silence."""
    whole = words.completeness in WHOLE
    return (
        weights.live * (not words.settled)
        + weights.late * min(words.late / LATE, 1.0) * (whole and not words.settled)
        + weights.unsure * (1.0 - words.sure) * (whole and words.settled)
        + weights.doubtful * (not whole and words.settled and words.sure > 0.0)
        + weights.hanging * (words.hanging and not whole)
        + weights.tempo * moment.tempo
        + weights.loud * (1.0 - moment.fall)
        + weights.brief * max(0.0, math.log(BRIEF / max(moment.speech, 0.1)))
    )


@dataclass(frozen=True, slots=True)
class EndpointVerdict:
    """The turn is over, and why."""

    reason: str
    silence: float
    wait: float
    """Seconds of silence that were asked for."""
    chance: float = 1.0
    """That the user has finished, 0..1."""


def decide(
    policy: EndpointPolicy, words: WordsSoFar, moment: Moment
) -> EndpointVerdict | None:
    """Whether the turn ends now; `None` while the user may still go on."""
    silence = moment.silence
    if moment.elapsed >= policy.max_turn:
        return EndpointVerdict("max-length", silence, policy.max_turn)
    if moment.speech < policy.min_speech:
        wait = policy.no_speech * policy.patience
        quiet = min(silence, moment.elapsed)
        return EndpointVerdict("no-speech", quiet, wait) if quiet >= wait else None
    wait = policy.wait(words, moment)
    if silence < wait:
        return None
    chance = 1 / (1 + math.exp(-ENOUGH - policy.odds(words, moment)))
    return EndpointVerdict(words.completeness.value, silence, wait, round(chance, 3))
