"""What a turn's words come to: the reading, and who is needed to find it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from voiceagent.frontend.endpoint import Completeness
from voiceagent.lang.spoken import as_said, spoken
from voiceagent.nlu.clarify import Question
from voiceagent.nlu.decision import DecisionStep, Opinion, Route
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm.protocol import Guess
from voiceagent.stt.protocol import Recognition

__all__ = [
    "Decide",
    "Doubts",
    "Reading",
    "Understanding",
    "left_alone",
    "ours",
    "unclear",
]

UNCLEAR = "I don't know what you mean by {words}."
"""What is said of words that nothing explains."""


class Understanding(Protocol):
    """Turns words into meaning; blocking and quick."""

    def progress(self, text: str) -> Completeness:
        """How much of a command `text` is."""
        ...

    def parse(self, text: str) -> Intent | None:
        """The intent that `text` says."""
        ...

    def answers(self, intent: str) -> bool:
        """Whether anybody answers that intent."""
        ...


class Decide(Protocol):
    """Who answers: `voiceagent.nlu.decision.route`, or stricter."""

    def __call__(
        self,
        recognition: Recognition,
        intent: Intent | None,
        opinion: Opinion | None = None,
        *,
        heard: float = 0.0,
    ) -> Route:
        """A pure function of its inputs."""
        ...


@dataclass(frozen=True, slots=True)
class Doubts:
    """How doubt is put into words."""

    heard: float = 0.0
    """The recogniser's confidence below which is asked "did you say ..."."""
    phrase: Callable[[Intent], str] = lambda intent: ""
    """An intent in the words of the pack; empty where there are none."""
    agreed: bool = False
    """Whatever a skill asks about first is agreed to beforehand."""
    corrected: Callable[[str, bool], Question | None] = lambda text, sure: None
    """What to ask about words that may take back what stands before them."""
    single: Callable[[str], Intent | None] | None = None
    """The one command that a text is, where many are tried; None: as any other."""
    told: Callable[[str, bool], str] = lambda text, all_of_it: ""
    """Why words cannot be meant so, by their numbers or by all of it; empty where that
    is not known."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words mean, and what follows from it."""

    route: Route
    intent: Intent | None = None
    """What is to be done; None where nothing is."""
    confidence: float = 1.0
    by: str = "templates"
    question: Question | None = None
    """What is asked back instead of acting."""
    reply: str = ""
    """Words to say as they are."""
    guess: Guess | None = None
    """The model's word where it was not sure enough to act or to ask."""
    agreed: bool = False
    """The user has said yes to the very thing."""

    @property
    def handed_over(self) -> bool:
        """Whether the device leaves it to somebody else."""
        return self.route.step is DecisionStep.HAND_OVER


def left_alone(text: str, found: Route, guess: Guess) -> Reading:
    """Nothing is done on the model's word; what nobody knows is said back."""
    if not found.unknown:
        return Reading(found, guess=guess)
    return Reading(found, reply=unclear(text, found.unknown))


def unclear(text: str, unknown: str) -> str:
    """The sentence that says which words were not understood."""
    words, wanted = spoken(text).split(), unknown.split()
    places = range(len(words) - len(wanted) + 1)
    hits = (at for at in places if words[at : at + len(wanted)] == wanted)
    first = next(hits, 0)
    return UNCLEAR.format(words=as_said(text, first, unknown))


def ours(opinion: Opinion | None, answers: Callable[[str], bool]) -> Opinion | None:
    """A model may know intents that this pack does not; `answers`: whether it does."""
    if opinion is None or opinion.guess is None or opinion.guess.intent is None:
        return opinion
    if answers(opinion.guess.intent.name):
        return opinion
    return replace(opinion, guess=Guess(None, reason="not in this pack"))
