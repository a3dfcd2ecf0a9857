"""Which pass over an utterance comes next, and when what was found stands.

Every pass costs time that the user waits. What is beyond doubt is not looked for again,
and what nobody will accept is given up early. The order of the questions is what was
measured; it is a pure function of what is known so far, so that any result can be
explained by the value that it was decided from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from math import inf

from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.pocketsphinx.panel import PanelOpinion

__all__ = ["FoundSentence", "PassPolicy", "PassStep", "Passes", "next_pass"]


class PassStep(Enum):
    """What to do next: to ask (the first three), or what the result is."""

    LISTEN = auto()
    """End the search that was made while somebody spoke."""
    CONFIRM = auto()
    """Ask the plain model whether it hears the same in the whole utterance."""
    SEARCH = auto()
    """Have the plain model search the whole utterance."""
    BOTH = auto()
    """Ask the second recogniser as well: it decides over the rest."""
    NOTHING = auto()
    """There was no speech."""
    AHEAD = auto()
    """What was found while somebody spoke stands."""
    OUTSIDE = auto()
    """It is no sentence of ours."""
    UNFINISHED = auto()
    """It is the beginning of one."""
    FIRST = auto()
    """What the plain model found stands."""
    PANEL = auto()
    """All models are asked, and their vote stands."""


@dataclass(frozen=True, slots=True)
class PassPolicy:
    """What is enough for what; margins are over free phones, per frame."""

    shortest: float = 0.15
    """Seconds of sound below which there is nothing to recognise."""
    certain: float = 14.0
    """From it the search while speaking is not made again. Of 147 coffee orders 128
    reach it in clear and 73 in kitchen noise at 12 dB; 127 and 71 are right."""
    agreed: float = 7.0
    """From it the panel is not asked, if both searches find the same."""
    sure: float = 6.0
    """The same where the live pass alone heard the same words. Of 160 utterances of
    other speech (a third of them in noise) none comes near."""
    begun: float = -8.0
    """Below it an unfinished sentence is no sentence of ours."""
    hopeless: float = -inf
    """Below it nobody else is asked."""
    second: bool = False
    """There is a second recogniser."""

    def open_domain(self) -> PassPolicy:
        """The same where questions about anything are to be expected: what is no
        sentence of ours is somebody else's, and half a sentence must fit well.
        Unfinished commands of the samples have 8.9 to 9.1, such questions 0.4 to 3.2.
        """
        return replace(self, begun=5.0, hopeless=self.begun)


@dataclass(frozen=True, slots=True)
class FoundSentence:
    """What a pass has found."""

    opinion: PanelOpinion
    whole: bool
    """It is no unfinished sentence."""
    number: bool = False
    """It has a number: they are alike, and matter."""

    @property
    def text(self) -> str:
        """The words; none where it found nothing."""
        return self.opinion.text

    @property
    def margin(self) -> float:
        """By how much it explains the sound better than free phones do."""
        return self.opinion.evidence.margin


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """All that is known of an utterance so far."""

    samples: int
    """Of speech, cut out of the silence around it."""
    unfinished: bool
    """Somebody may still go on: half a sentence is one, too."""
    answering: bool = False
    """Short answers are expected, which were not looked for while speaking."""
    listened: bool = False
    """The search while speaking was asked."""
    ahead: FoundSentence | None = None
    """What it found."""
    confirmed: bool | None = None
    """Whether the plain model hears that too; None: it was not asked."""
    guess: str = ""
    """The text that was shown last."""
    first: FoundSentence | None = None
    """What the plain model finds in the whole utterance; None: it was not asked."""

    @property
    def usable(self) -> FoundSentence | None:
        """What was found while speaking, where it was looked for as it is now."""
        if self.ahead is None or self.answering:
            return None
        # It looked for sentences that may be unfinished.
        return self.ahead if self.unfinished or self.ahead.whole else None


def next_pass(policy: PassPolicy, known: Passes) -> PassStep:
    """What to do next, knowing that much."""
    if known.samples < policy.shortest * RATE:
        return PassStep.NOTHING
    if not known.listened:
        return PassStep.LISTEN  # its decoders are asked other questions only then
    if policy.second:
        return PassStep.BOTH
    certain = _certain(policy, known)
    if certain is not None:
        sure = known.confirmed or not certain.number
        return PassStep.AHEAD if sure else PassStep.CONFIRM
    if known.first is None:
        return PassStep.SEARCH
    return _searched(policy, known, known.first)


def _certain(policy: PassPolicy, known: Passes) -> FoundSentence | None:
    """What was found while speaking, where it is beyond doubt, or may turn out to be;
    a sentence with a number is always heard twice."""
    ahead = known.ahead
    if ahead is None or known.answering or not ahead.whole:
        return None
    if ahead.margin < policy.certain or known.confirmed is False:
        return None
    return ahead


def _searched(policy: PassPolicy, known: Passes, first: FoundSentence) -> PassStep:
    """What follows from the search of the plain model."""
    if first.margin < policy.hopeless:
        return PassStep.OUTSIDE  # somebody else may know what this is, and waits
    if known.unfinished and first.text and not first.whole:
        begun = first.margin >= policy.begun
        return PassStep.UNFINISHED if begun else PassStep.OUTSIDE
    enough = policy.sure if known.ahead is None else policy.agreed
    same = bool(first.text) and first.text == known.guess
    return PassStep.FIRST if same and first.margin >= enough else PassStep.PANEL
