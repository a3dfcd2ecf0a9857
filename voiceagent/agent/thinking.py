"""Thinking: from the words of a turn to an answer whose effects have been committed.

Side effects run in a small shielded commit, so that a barge-in can neither half-do nor
repeat them.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from voiceagent.agent.effects import Effects
from voiceagent.agent.looking import Outlook
from voiceagent.agent.notes import note_meaning, note_route, note_words
from voiceagent.agent.planner import Planner
from voiceagent.agent.readings import asked_first, known_words
from voiceagent.agent.supervisor import Supervisor
from voiceagent.agent.work import Work
from voiceagent.clock import Compute, local, uptime
from voiceagent.errors import ToolRefused
from voiceagent.nlu.clarify import Question
from voiceagent.nlu.decision import Route
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.interpreter import Interpreter
from voiceagent.nlu.models.swap import ModelSwitch
from voiceagent.nlu.reading import Reading, Understanding
from voiceagent.routing.handover import DEVICE, Handover, RemoteOutcome
from voiceagent.skills.skill import Answer, LastTurn, Skill, TurnContext
from voiceagent.stt.protocol import Recognition
from voiceagent.stt.utterance import Typed
from voiceagent.trace.events import Asked, Event

if TYPE_CHECKING:
    from voiceagent.nlu.models.last_resort import LastResort
    from voiceagent.routing.escalation import Escalation
    from voiceagent.routing.till import Till

__all__ = ["Acting", "Thinker"]


class Acting(Understanding, Protocol):
    """Meaning, and whoever acts on it."""

    def skill_for(self, intent: str) -> Skill | None:
        """Who answers that intent."""
        ...


class Thinker:
    """Understands, routes, acts."""

    def __init__(
        self,
        understanding: Acting,
        compute: Compute,
        emit: Callable[[Event], None],
        *,
        area: str = "",
        models: ModelSwitch | None = None,
        interpreter: Interpreter | None = None,
        escalation: Escalation | None = None,
        till: Till | None = None,
        effects: Effects | None = None,
        outlook: Outlook | None = None,
        planner: Planner | None = None,
        last_resort: LastResort | None = None,
    ) -> None:
        """`area`: where the device stands; `interpreter`: templates alone if None;
        `escalation`: None where the device is alone; `till`: its turns count there
        then; `outlook`: what is not as it was set up, or not there yet; `last_resort`:
        guesses where nobody knows."""
        self.last: LastTurn | None = None
        """The turn before, for skills that explain it."""
        self._understanding, self._compute = understanding, compute
        self._emit, self._area, self._models = emit, area, models
        self._interpreter = interpreter or Interpreter(understanding, compute)
        self._escalation, self._outlook = escalation, outlook or Outlook()
        self._planner = planner or Planner(understanding.skill_for, compute)
        self._last_resort = last_resort
        self._effects, self._till = effects or Effects(compute, emit), till

    async def think(self, work: Work) -> Answer | None:
        """The answer, its effects done; None where nobody can answer.

        Raises `VoiceAgentError` and whatever an engine or skill raises.
        """
        if work.hearing is not None:
            try:
                await asyncio.wait({work.hearing})
            finally:
                work.hearing.cancel()  # a turn that is given up must not hear on
        recognition = work.recognition = work.heard.result()
        note_words(self._emit, work, recognition)
        if self._models is not None:
            self._models.turn_began()
        if self._escalation is None:
            reading = await self._read(work, recognition)
            reading = await self._own_words(work, reading) or reading
            if self._till is not None and not reading.handed_over:
                self._till.answered_here(work.turn, len(recognition.text))
            return await self._answer(work, self._routed(work, reading))
        handover = Handover(
            turn=work.turn,
            recognition=recognition,
            deadline=work.deadline,
            audio=work.heard.audio,
            act=partial(self._act_for, work),
        )
        found = await self._escalation.answer(
            handover, lambda: self._read(work, recognition)
        )
        return await self._found(work, found)

    async def _read(self, work: Work, recognition: Recognition) -> Reading:
        """What the device makes of the words."""
        reading = await self._interpreter.read(
            recognition,
            turn=work.turn,
            typed=isinstance(work.heard, Typed),
            deadline=work.deadline,
        )
        reading = self._outlook.refused(reading, recognition, work.turn, self._emit)
        note_meaning(self._emit, work, recognition, reading)
        work.ledger.mark("intent")
        return reading

    async def _own_words(self, work: Work, reading: Reading) -> Reading | None:
        """A guess of a model, where nobody knows."""
        if self._last_resort is None or work.recognition is None:
            return None
        ask = self._last_resort.answer
        return await ask(reading, work.recognition, work.turn, work.deadline)

    def _routed(self, work: Work, reading: Reading) -> Reading:
        work.route = reading.route
        note_route(self._emit, work)
        work.ledger.mark("route")
        return reading

    async def _found(self, work: Work, found: RemoteOutcome) -> Answer | None:
        """Whoever came first answers; where nobody did, whatever the device can."""
        reading = found.reading
        if found.leg == DEVICE and reading is not None:
            return await self._answer(work, self._routed(work, reading))
        work.ledger.mark("remote")
        if found.leg:
            work.ledger.mark("act")  # nothing is done: what follows is the voice
            work.leg = found.leg
            work.route = Route(found.leg, found.reason)
            note_route(self._emit, work)
            return Answer(found.words, more=found.more)
        work.why_not = found.why_not
        smaller = await self._interpreter.fallback(reading) if reading else None
        if smaller is None and reading is not None:
            smaller = await self._own_words(work, reading)
        if smaller is not None:
            work.ledger.rescued_by = "smaller answer"
            return await self._answer(work, self._routed(work, smaller))
        why = reading.route.reason if reading else "not answered"
        work.route = Route("none", f"{why}; {found.reason}" if found.reason else why)
        note_route(self._emit, work)
        return None

    async def plan(self, text: str) -> Answer | None:
        """What the answer to `text` would be; changes nothing."""
        reading = await self._interpreter.foresee(text)
        said = known_words(reading)
        if said is not None or reading.intent is None:
            return said
        answer = await self._ask_skill(reading.intent)
        asked = asked_first(answer, agreed=reading.agreed)
        return Answer(asked.text, ask=True) if asked else answer

    def answers(self, turn: int) -> Sequence[str]:
        """Short answers to a question of ours that a spoken turn may bring."""
        return self._interpreter.answers(turn)

    def turn_ended(self) -> None:
        """The turn is over, however it went: another model may take its place."""
        if self._models is not None:
            self._models.turn_ended()

    def keep_open(self, tasks: Supervisor) -> None:
        """Keep the ways to larger tiers open while the session lasts."""
        self._outlook.keep(tasks, self._compute, self._emit)
        if self._models is not None and self._models.arriving:
            tasks.spawn(self._models.open(), what="language model")
        if self._last_resort is not None and self._last_resort.arriving:
            tasks.spawn(self._last_resort.open(), what="guesses")
        if self._escalation is not None:
            for leg in self._escalation.legs:
                tasks.keep(leg.remote.run, what=leg.name)

    @property
    def escalates(self) -> bool:
        """Whether anybody but the device may answer."""
        return self._escalation is not None

    def ended(self, work: Work, said: str, *, cut: bool) -> None:
        """The turn is over; `said` is what the user heard of the answer, `cut`: there
        was more of it."""
        if self._escalation is None:
            return
        self._escalation.remember(work.text, said)
        if cut and work.leg:
            self._escalation.cut(work.turn, said)

    async def close(self) -> None:
        """Wait for effects that still run."""
        ends = self._effects, self._escalation, self._till, self._models
        for part in (*ends, self._last_resort):
            if part is not None:
                await part.close()

    async def _answer(self, work: Work, reading: Reading) -> Answer | None:
        if reading.question is not None:
            self._note_question(work, reading.question)
        said = known_words(reading)
        if said is not None or reading.intent is None:
            return said
        return await self._act(work, reading.intent, agreed=reading.agreed)

    async def _ask_skill(self, intent: Intent) -> Answer:
        context = TurnContext(local(), self._area, self.last, uptime())
        return await self._planner.answer(intent, context)

    async def _act(self, work: Work, intent: Intent, *, agreed: bool) -> Answer:
        answer = await self._ask_skill(intent)
        asked = asked_first(answer, agreed=agreed)
        if asked is not None:
            self._note_question(work, asked)
            work.ledger.mark("act")
            return Answer(asked.text, ask=True)
        work.acting = bool(answer.effects)
        said = await self._effects.commit(work, answer.effects, answer.text)
        work.acting = False
        self._interpreter.did(intent)
        work.ledger.mark("act")
        return Answer(said, ask=answer.ask) if said is not None else answer

    async def _act_for(self, work: Work, intent: Intent) -> str:
        """Do what a larger tier asks for; the sentence that it comes to. The same kind
        of effect may be wanted several times, of different things."""
        answer = await self._ask_skill(intent)
        if answer.question is not None:
            # A stranger's wish; whoever lives here has not been asked.
            raise ToolRefused("only the user may ask this device for that")
        from voiceagent.routing.device_tools import canonical

        mark = f"#{zlib.crc32(canonical(intent).encode()):08x}"
        effects = tuple(replace(e, key=e.key + mark) for e in answer.effects)
        said = await self._effects.commit(work, effects, answer.text)
        return said or answer.text

    def _note_question(self, work: Work, question: Question) -> None:
        """The next turn may answer it."""
        self._interpreter.ask(question, work.turn)
        self._emit(
            Asked(
                turn=work.turn,
                about=question.about,
                reason=question.reason,
                options=len(question.options),
            )
        )
