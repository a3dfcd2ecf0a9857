"""The question that is open: who waits for its answer, and for how long.

A question is forgotten after the next turn, answered or not, unless that turn asks it
again. What comes when nobody waits for it any more is no answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from voiceagent.clock import now
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.clarify import Option, Question, Reply, WantedValue
from voiceagent.nlu.decision import DecisionStep, Route
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.manners import without_manners
from voiceagent.nlu.reading import Reading
from voiceagent.stt.protocol import Recognition

__all__ = ["DECLINED", "LATE", "LEFT", "AnswerGiven", "OpenQuestion", "settled"]

DECLINED = "All right."
"""What is said to a "no"."""
LEFT = "I leave it as it is."
"""What is said where an answer stays unclear."""
LATE = "That was too late, I had stopped waiting. Please say the whole again."
"""What is said to the answer to a question that is not open any more."""
TYPED = 120.0
"""Seconds in which a question is answered by typing; spoken answers are listened for
in the turn that follows, and in that one only."""
GOES_ON = 12
"""Letters more than an answer has from which what was heard in any words is another
sentence that begins like it: manners are shorter."""


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """What the words of a turn settle."""

    question: Question
    reply: Intent | Reply | Question
    """Never `Reply.OTHER`."""
    late: bool = False
    """Nobody waited for it any more: nothing may follow from it."""

    @property
    def said(self) -> str:
        """What is said where nothing else follows; empty where something does."""
        if self.late:
            return LATE
        if not isinstance(self.reply, Reply):
            return ""
        return LEFT if self.reply is Reply.GIVEN_UP else DECLINED


class OpenQuestion:
    """The last question of ours, while it may be answered."""

    def __init__(self, parse: Callable[[str], Awaitable[Intent | None]]) -> None:
        """`parse(text)`: the command that a text is."""
        self._parse = parse
        self._question: Question | None = None

    def ask(self, question: Question, turn: int) -> None:
        """The turn ends in this question: the next one may answer it."""
        self._question = replace(question, turn=turn, until=now() + TYPED)

    def answers(self, turn: int) -> Sequence[str]:
        """Short answers that a spoken turn may bring."""
        question = self._question
        if question is None or not question.open_for(turn, typed=False):
            return ()
        return question.answers()

    async def take(
        self, recognition: Recognition, *, turn: int, typed: bool
    ) -> AnswerGiven | None:
        """What a turn settles; the question is closed by it. None: it is no answer."""
        question, self._question = self._question, None
        if question is None:
            return None
        late = now() > question.until or not question.open_for(turn, typed=typed)
        given = await self._given(question, recognition)
        if given is None or not late:
            return given
        # What asks for the question, or leaves it open, is nothing without it; what is
        # a command by itself is one.
        if not isinstance(given.reply, Intent) or await self._parse(recognition.text):
            return None
        return replace(given, late=True)

    async def foresee(self, recognition: Recognition) -> AnswerGiven | None:
        """What an answer would settle; changes nothing."""
        question = self._question
        if question is None or now() > question.until:
            return None
        return await self._given(question, recognition)

    async def _given(
        self, question: Question, recognition: Recognition
    ) -> AnswerGiven | None:
        wanted = question.wants
        words = recognition.transcript if wanted and wanted.free else ""
        # The recogniser knows the short answers: what it refuses was something else.
        if not (recognition.accepted or words):
            return None
        words = words or recognition.text
        reply = question.settle(words)
        if isinstance(reply, Intent) and _goes_on(recognition):
            return None
        if reply is Reply.OTHER and wanted is not None:
            reply = await self._filled(wanted, words)
        if reply is Reply.NO and question.instead is not None:
            reply = question.instead
        return None if reply is Reply.OTHER else AnswerGiven(question, reply)

    async def _filled(
        self, wanted: WantedValue, words: str
    ) -> Intent | Reply | Question:
        """What a value comes to."""
        if wanted.free:
            made = wanted.make(Intent(wanted.about, {"text": words}, text=words))
            other = await self._parse(words) if made else None
            return (
                _either(wanted.free, made, other)
                if made and other
                else made or Reply.OTHER
            )
        for frame in wanted.frames:
            if made := await self._completed(wanted, frame, words):
                return made
        for frame, text in wanted.doubtful.items():
            if made := await self._completed(wanted, frame, words):
                said = text.format(words)
                asked = said[:1].upper() + said[1:]
                return Question(
                    asked, (Option(said, made),), "a unit that was not said"
                )
        return Reply.OTHER

    async def _completed(
        self, wanted: WantedValue, frame: str, words: str
    ) -> Intent | None:
        found = await self._parse(frame.format(words))
        return wanted.make(found) if found else None


def _either(free: str, one: Intent, other: Intent) -> Question:
    """What was said is a value as well as a command: which of both is meant?"""
    options = (
        Option(free, one, also=(free.split()[0], "later")),
        Option("do it now", other, also=("do it", "now", "do that now")),
    )
    text = f"Shall I {free}, or do it now?"
    return Question(text, options, "a value that is a command too")


def settled(given: AnswerGiven, confidence: float) -> Reading:
    """What follows from the answer to a question."""
    if given.said:
        reason = "a late answer" if given.late else "declined what was asked"
        return Reading(Route("device", reason), by="answer", reply=given.said)
    if isinstance(given.reply, Intent):
        found = Route("device", f"confirmed {given.reply.name}")
        agreed = len(given.question.options) == 1
        return Reading(found, given.reply, confidence, by="answer", agreed=agreed)
    assert isinstance(given.reply, Question)
    again = given.reply
    found = Route("device", "asked about the answer", DecisionStep.ASK)
    intent = again.options[0].intent if again.options else None
    return Reading(found, intent, confidence, question=again)


def _goes_on(recognition: Recognition) -> bool:
    """Whether a short answer was pulled out of a whole sentence."""
    bare = spoken(without_manners(recognition.free))
    return len(bare) - len(spoken(recognition.text)) >= GOES_ON
