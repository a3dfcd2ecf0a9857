"""What the words mean, and whether that is sure enough to act on.

a question of ours is open?  yes, no, what is offered, or the value that it wants
templates                    mean what they say; asked back where heard in doubt
language model               acts, asks back or hands over, by its probability
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from voiceagent.clock import Compute, now
from voiceagent.deadline import Deadline
from voiceagent.lang.spoken import spoken
from voiceagent.lang.twins import twin_of
from voiceagent.nlu.clarify import Question, confirm, repeat_back, which
from voiceagent.nlu.correction import is_rest
from voiceagent.nlu.decision import DecisionStep, Opinion, Route, route
from voiceagent.nlu.free_words import as_typed, spoken_back
from voiceagent.nlu.guards.hearing import otherwise
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.last_command import LastCommand, Referred
from voiceagent.nlu.models.swap import ModelSwitch
from voiceagent.nlu.open_question import OpenQuestion, settled
from voiceagent.nlu.reading import (
    Decide,
    Doubts,
    Reading,
    Understanding,
    left_alone,
    ours,
    unclear,
)
from voiceagent.nlu.referring import TARGETS
from voiceagent.nlu.replanned import for_later
from voiceagent.nlu.slm.protocol import Guess
from voiceagent.stt.protocol import Recognition

__all__ = ["Interpreter"]

GRACE = 0.25
"""Seconds that a model has at least, however late the turn is already."""
AHEAD = 0.2
"""Seconds that a model has for words that are only a guess yet."""
MAYBE = 0.3
"""Probability from which on a guess is worth asking about where nobody else answers."""


class Interpreter:
    """Reads one turn after the other."""

    def __init__(
        self,
        understanding: Understanding,
        compute: Compute,
        *,
        models: ModelSwitch | None = None,
        doubts: Doubts | None = None,
        decide: Decide = route,
        limit: float | None = None,
    ) -> None:
        """`decide`: who answers, with guards of a pack or without; `limit`: seconds
        that the model has in a turn; None: until the answer must be spoken."""
        self._understanding, self._compute = understanding, compute
        self._models, self._doubts = models, doubts or Doubts()
        self._decide, self._limit = decide, limit
        self._open = OpenQuestion(self._parse)
        self._conversation = LastCommand()
        self._free = partial(spoken_back, parse=self._parse, weigh=self._weigh)

    def ask(self, question: Question, turn: int) -> None:
        """The turn ends in this question."""
        self._open.ask(question, turn)

    def did(self, intent: Intent) -> None:
        """It was done: what is said next may refer to it."""
        self._conversation.did(intent, now())

    def answers(self, turn: int) -> Sequence[str]:
        """Short answers to the open question that a spoken turn may bring."""
        return self._open.answers(turn)

    async def read(
        self, recognition: Recognition, *, turn: int, typed: bool, deadline: Deadline
    ) -> Reading:
        """What was meant; `deadline`: the turn's."""
        given = await self._open.take(recognition, turn=turn, typed=typed)
        if given is not None:
            return settled(given, recognition.confidence)
        read = partial(self._read, turn=turn, deadline=deadline)
        if reading := await as_typed(recognition, read):
            return reading
        if not recognition.accepted:
            return await self._unheard(recognition, turn, deadline)
        reading = await self._read(recognition, turn, deadline)
        doubt = reading.route.step is DecisionStep.ASK and otherwise(recognition)
        return (await self._free(recognition) if doubt else None) or reading

    async def _read(
        self, recognition: Recognition, turn: int, deadline: Deadline
    ) -> Reading:
        """What words mean that answer no question."""
        intent, free = await self._parse(recognition.text), otherwise(recognition)
        if free and (asked := for_later(await self._parse(free), free)):
            return asked
        if referred := await self._what_it_refers_to(recognition, intent):
            return await self._meant(referred, recognition)
        if intent is None and (
            asked := await self._corrected(recognition.text, sure=True)
        ):
            return asked
        if intent is None and (told := await self._told(recognition)):
            return told
        opinion = None
        if intent is None and self._models is not None:
            until = self._until(deadline)
            opinion = await self._models.ask(recognition.text, turn=turn, until=until)
        reading = await self._weigh(recognition, intent, opinion)
        if not reading.handed_over:
            return reading
        return await self._told(recognition, reading.route.reason) or reading

    async def _told(self, recognition: Recognition, why: str = "") -> Reading | None:
        """Why it cannot be meant so; `why`: nobody knows what it means."""
        told = self._doubts.told
        said = await self._compute("intent", told, recognition.text, bool(why))
        reason = f"{why}, and it is told why" if why else "a number beyond its range"
        return (
            Reading(Route("device", reason), by="telling", reply=said) if said else None
        )

    async def _what_it_refers_to(
        self, recognition: Recognition, intent: Intent | None
    ) -> Referred | None:
        told = partial(self._referred, at=now())  # no thread has the loop's clock
        return await self._compute("intent", told, recognition, intent)

    def _referred(
        self, recognition: Recognition, intent: Intent | None, *, at: float
    ) -> Referred | None:
        """What is meant by words that refer to what was said before."""
        text, parse = recognition.text, self._understanding.parse
        if intent is not None and {*TARGETS, "scope"} & {*intent.slots}:
            return None
        found = self._conversation.read(text, parse, at, self._doubts.single)
        if intent is not None and found is not None:
            return found if found.anyway or found.intent.name == intent.name else None
        return found

    async def _meant(self, referred: Referred, recognition: Recognition) -> Reading:
        intent, confidence = referred.intent, recognition.confidence
        agreed, besides = self._doubts.agreed, otherwise(recognition)
        found = route(recognition, intent, heard=self._doubts.heard)
        reading = Reading(found, intent, confidence, by="conversation", agreed=agreed)
        if referred.sure and not (found.step is DecisionStep.ASK or besides):
            return reading
        reason = f"{found.reason}, which is a correction"
        words = await self._compute("intent", self._doubts.phrase, intent)
        asked = confirm(intent, words, reason=reason)
        asked = asked or repeat_back(intent, spoken(intent.text), reason=reason)
        found = Route("device", reason, DecisionStep.ASK)
        return replace(reading, route=found, question=asked)

    async def _unheard(
        self, recognition: Recognition, turn: int, deadline: Deadline
    ) -> Reading:
        """It was no command; where its words are known, the model may know better, and
        is asked about: nobody is as sure of them as of a command."""
        said, refused = recognition.transcript, Reading(route(recognition, None))
        if asked := await self._corrected(said, sure=False):
            return asked
        if asked := await self._free(recognition):
            return asked
        if said and (asked := for_later(await self._parse(said), said)):
            return asked
        if not said or self._models is None:
            return refused
        opinion = await self._models.ask(said, turn=turn, until=self._until(deadline))
        free = replace(recognition, text=said, confidence=0.0, accepted=True)
        reading = await self._weigh(free, None, opinion)
        if reading.question is not None or reading.reply:
            return reading
        return replace(refused, guess=reading.guess)

    async def _corrected(self, text: str, *, sure: bool) -> Reading | None:
        """What may be corrected in itself is asked about; not `sure`: heard by an ear
        that knows no commands, so that even what is plain is asked about."""
        asked = await self._compute("intent", self._doubts.corrected, text, sure)
        if asked is None:
            return None
        found = Route("device", asked.reason, DecisionStep.ASK)
        return Reading(found, asked.options[0].intent, question=asked)

    async def fallback(self, reading: Reading) -> Reading | None:
        """The smaller answer, where nobody else gives a better one: whether the model's
        best guess was meant."""
        guess = reading.guess
        if reading.reply:
            return reading
        if guess is None or guess.intent is None or guess.probability < MAYBE:
            return None
        words = await self._compute("intent", self._doubts.phrase, guess.intent)
        question = confirm(guess.intent, words, reason="nobody else can answer")
        if question is None:
            return None
        found = Route("device", f"{reading.route.reason}; asked back", DecisionStep.ASK)
        return replace(reading, route=found, intent=guess.intent, question=question)

    async def foresee(self, text: str) -> Reading:
        """What `text` would come to if it were all; changes nothing."""
        recognition = Recognition(text, 1.0, True)
        given = await self._open.foresee(recognition)
        if given is not None:
            return settled(given, recognition.confidence)
        intent = await self._parse(text)
        if referred := await self._what_it_refers_to(recognition, intent):
            return await self._meant(referred, recognition)
        opinion = None
        if intent is None and self._models is not None:
            opinion = await self._models.foresee(text, until=now() + AHEAD)
        return await self._weigh(recognition, intent, opinion)

    async def _parse(self, text: str) -> Intent | None:
        return await self._compute("intent", self._understanding.parse, text)

    def _until(self, deadline: Deadline) -> float:
        if self._limit is not None:
            return now() + self._limit
        return max(deadline.spoken_by, now() + GRACE)

    async def _weigh(
        self, recognition: Recognition, intent: Intent | None, opinion: Opinion | None
    ) -> Reading:
        if intent is not None and is_rest(intent.text, recognition.text):
            recognition = replace(recognition, text=intent.text)
        others = await self._others(recognition) if intent else []
        recognition = replace(recognition, alternatives=tuple(i.text for i in others))
        opinion = ours(opinion, self._understanding.answers)
        found = self._decide(recognition, intent, opinion, heard=self._doubts.heard)
        guess = opinion.guess if opinion else None
        if intent is not None:
            agreed = self._doubts.agreed
            reading = Reading(found, intent, recognition.confidence, agreed=agreed)
            if found.step is not DecisionStep.ASK:
                return reading
            either = which([intent, *others], reason=found.reason)
            again = await self._repeated(intent, recognition.text, found.reason)
            return replace(reading, question=either or again)
        if opinion is None or guess is None:
            return Reading(found)
        if found.step is DecisionStep.HAND_OVER:
            return left_alone(recognition.text, found, guess)
        return await self._guessed(recognition, found, opinion, guess)

    async def _repeated(self, intent: Intent, text: str, reason: str) -> Question:
        """Whether it was heard right; if not, whether it was the number that sounds
        like this one."""
        asked, twin = repeat_back(intent, text, reason=reason), twin_of(text)
        other = await self._parse(twin) if twin else None
        if other is None:
            return asked
        return replace(asked, instead=repeat_back(other, twin, reason=reason))

    async def _guessed(
        self, recognition: Recognition, found: Route, opinion: Opinion, guess: Guess
    ) -> Reading:
        """The model is sure, or sure enough to ask."""
        by = f"model {opinion.model} {opinion.version}"
        if guess.intent is None:
            return Reading(found, by=by, reply=guess.reply)
        confidence = min(guess.probability, recognition.confidence)
        agreed = self._doubts.agreed
        reading = Reading(found, guess.intent, confidence, by, agreed=agreed)
        if (
            found.step is DecisionStep.ACT
            and recognition.confidence >= self._doubts.heard
        ):
            return reading
        words = await self._compute("intent", self._doubts.phrase, guess.intent)
        question = confirm(guess.intent, words, reason=found.reason)
        if question is not None and found.unknown:
            said = unclear(recognition.text, found.unknown)
            question = replace(question, text=f"{said} {question.text}")
        if question is None:
            reason = f"{found.reason}, and no words to ask back"
            return Reading(Route("none", reason, DecisionStep.HAND_OVER))
        return replace(reading, question=question)

    async def _others(self, recognition: Recognition) -> list[Intent]:
        """What the near readings of the recogniser mean, where they mean another."""
        found = [await self._parse(text) for text in recognition.alternatives[:2]]
        first = await self._parse(recognition.text) if any(found) else None
        return [i for i in found if i and first and _meaning(i) != _meaning(first)]


def _meaning(intent: Intent) -> tuple[str, object]:
    return intent.name, dict(intent.slots)
