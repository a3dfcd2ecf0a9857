"""One turn: from the end of speech to the answer, under one absolute deadline.

The answer ladder never ends in silence: the full answer; a sentence that says it will
come, and then the answer; an honest apology; an earcon. Side effects run in a small
shielded commit, so that a barge-in can neither half-do nor repeat them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from voiceagent.budget import Deadline
from voiceagent.clock import Compute, local
from voiceagent.endpoint import Completeness
from voiceagent.errors import VoiceAgentError
from voiceagent.events import (
    Committed,
    Event,
    Failed,
    IntentMatched,
    IntentMissed,
    ReplyReady,
    Routed,
    Transcript,
    TurnCancelled,
    TurnEnded,
)
from voiceagent.intent import Intent
from voiceagent.ledger import Ledger
from voiceagent.mouth import Mouth
from voiceagent.route import Route, route
from voiceagent.skill import Answer, LastTurn, Skill, TurnContext
from voiceagent.stt import Recognition
from voiceagent.utterance import Heard

__all__ = ["Responder", "Sentences", "TurnRequest", "Understanding"]

log = logging.getLogger(__name__)

HARD_LIMIT = 10.0
"""Seconds after the deadline at which a turn that still thinks is given up."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """What the agent says when it has no better words; kept rendered."""

    wait: str = "One moment."
    late: str = "Sorry, that took too long."
    unclear: str = "Sorry, I didn't catch that."
    unknown: str = "Sorry, I can't help with that."
    failed: str = "Sorry, something went wrong."

    def all(self) -> tuple[str, ...]:
        """Every sentence, for rendering ahead of time."""
        return self.unclear, self.wait, self.unknown, self.failed, self.late


class Understanding(Protocol):
    """Turns words into meaning; blocking and quick."""

    def progress(self, text: str) -> Completeness:
        """How much of a command `text` is."""
        ...

    def parse(self, text: str) -> Intent | None:
        """The intent that `text` says."""
        ...

    def skill_for(self, intent: str) -> Skill | None:
        """Who answers that intent."""
        ...


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """Everything a turn starts from."""

    ended: TurnEnded
    utterance: Heard
    hearing: asyncio.Task[None] | None
    """The task that still listens; None where the words are known."""
    speech_end: float
    """Loop time of the last speech sample."""
    deadline: Deadline
    by: str = "wake"
    """What opened the turn."""


class Responder:
    """Answers turns, one at a time."""

    def __init__(
        self,
        *,
        understanding: Understanding,
        mouth: Mouth,
        compute: Compute,
        emit: Callable[[Event], None],
        area: str = "",
        reserve: float = 0.08,
        sentences: Sentences | None = None,
    ) -> None:
        """`reserve`: seconds before the deadline at which waiting is announced."""
        self.cancel_reason = "cancelled"
        """Why the running turn is cancelled; set by whoever cancels it."""
        self.committed: Callable[[], None] = lambda: None
        """Called after effects ran."""
        self.last: LastTurn | None = None
        self.sentences = sentences or Sentences()
        self._understanding, self._mouth, self._compute = understanding, mouth, compute
        self._emit, self._area, self._reserve = emit, area, reserve
        self._commits: set[asyncio.Task[str | None]] = set()
        self._ahead: asyncio.Task[None] | None = None
        self._ahead_text = ""

    @property
    def speaking(self) -> bool:
        """Whether a reply is being played."""
        return self._mouth.speaking

    async def warm(self) -> None:
        """Render the sentences that must be ready when time is up."""
        await self._mouth.warm(self.sentences.all())

    def expect(self, text: str) -> None:
        """The user will probably have said `text`: render the likely reply already.

        Reads state only, so guessing wrong costs some work and nothing else.
        """
        if text == self._ahead_text:
            return
        if self._ahead is not None:
            self._ahead.cancel()
        self._ahead_text = text
        self._ahead = asyncio.create_task(self._prepare(text))

    async def close(self) -> None:
        """Wait for effects that still run; give up what was only a guess."""
        if self._ahead is not None:
            self._ahead.cancel()
        tasks = [*self._commits, *([self._ahead] if self._ahead else [])]
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._mouth.close()

    async def turn(self, request: TurnRequest) -> bool:
        """Answer one turn; true when the answer asks something back.

        Nothing but cancellation leaves this method: an error in a turn becomes an
        event and a spoken sentence, never the end of the session.
        """
        ledger = Ledger(request.ended, request.speech_end, request.deadline)
        ledger.mark("endpoint")
        self.cancel_reason = "cancelled"
        work = _Work(request, ledger)
        try:
            return await self._answer(work)
        except asyncio.CancelledError:
            self._emit(
                TurnCancelled(turn=request.ended.turn, reason=self.cancel_reason)
            )
            raise
        finally:
            self._close_books(work)

    async def _answer(self, work: _Work) -> bool:
        async with asyncio.TaskGroup() as group:
            thinking = group.create_task(self._think_safely(work))
            try:
                if not await _done_by(thinking, work.deadline.at - self._reserve):
                    await self._announce_wait(work)
                    if not await _done_by(thinking, work.deadline.at + HARD_LIMIT):
                        thinking.cancel()
                        await self._say(work, self.sentences.late, rung="late")
                        return False
                answer = thinking.result()
                await self._say(work, answer.text, rung=work.rung)
            except asyncio.CancelledError:
                thinking.cancel()
                raise
        return answer.ask

    async def _announce_wait(self, work: _Work) -> None:
        work.ledger.rescued_by = "wait"
        await self._say(work, self.sentences.wait, rung="wait")

    async def _think_safely(self, work: _Work) -> Answer:
        try:
            return await self._think(work)
        except VoiceAgentError as error:
            self._emit(Failed(turn=work.turn, code=error.code, what=error.what))
        except Exception as error:
            log.exception("turn failed", extra={"turn": work.turn})
            self._emit(Failed(turn=work.turn, code="bug", what=type(error).__name__))
        work.rung, work.route = "failed", Route("none", "failed")
        return Answer(self.sentences.failed)

    async def _think(self, work: _Work) -> Answer:
        if work.request.hearing is not None:
            await asyncio.wait({work.request.hearing})
        recognition = work.request.utterance.result()
        work.heard(recognition, self._emit)
        intent = None
        if recognition.accepted:
            text = recognition.text
            intent = await self._compute("intent", self._understanding.parse, text)
        self._understood(work, recognition, intent)
        if intent is None or work.route.tier == "none":
            work.rung = "apology"
            return Answer(self._excuse(recognition))
        return await self._act(work, intent)

    def _understood(
        self, work: _Work, recognition: Recognition, intent: Intent | None
    ) -> None:
        if intent is not None:
            self._emit(
                IntentMatched(
                    turn=work.turn,
                    name=intent.name,
                    pii_slots=dict(intent.slots),
                    confidence=round(min(intent.confidence, recognition.confidence), 2),
                )
            )
        else:
            reason = "rejected" if not recognition.accepted else "no template"
            self._emit(IntentMissed(turn=work.turn, reason=reason))
        work.ledger.mark("intent")
        work.route = route(recognition, intent)
        left = round(work.deadline.left * 1000, 3)
        self._emit(
            Routed(
                turn=work.turn,
                tier=work.route.tier,
                reason=work.route.reason,
                left_ms=left,
            )
        )
        work.ledger.mark("route")

    def _excuse(self, recognition: Recognition) -> str:
        if recognition.accepted:
            return self.sentences.unknown
        return self.sentences.unclear

    async def _act(self, work: _Work, intent: Intent) -> Answer:
        skill = self._understanding.skill_for(intent.name)
        if skill is None:
            raise VoiceAgentError(f"no skill answers `{intent.name}`")
        context = TurnContext(now=local(), area=self._area, last=self.last)
        answer = await self._compute("skill", skill.answer, intent, context)
        said = await self._commit(work, answer)
        work.ledger.mark("act")
        return Answer(said, ask=answer.ask) if said is not None else answer

    async def _commit(self, work: _Work, answer: Answer) -> str | None:
        """Run the effects once, shielded; a sentence of theirs replaces the answer."""
        if not answer.effects:
            return None
        task = asyncio.create_task(self._run_effects(work, answer))
        self._commits.add(task)
        task.add_done_callback(self._commits.discard)
        return await asyncio.shield(task)

    async def _run_effects(self, work: _Work, answer: Answer) -> str | None:
        said = None
        for effect in answer.effects:
            if effect.key in work.ledger.effects:
                continue
            work.ledger.effects.append(effect.key)
            try:
                said = await self._compute("act", effect.run) or said
            except VoiceAgentError:
                self._emit(Committed(turn=work.turn, key=effect.key, ok=False))
                raise
            self._emit(Committed(turn=work.turn, key=effect.key))
        self.committed()
        return said

    async def _say(self, work: _Work, text: str, *, rung: str) -> None:
        self._emit(ReplyReady(turn=work.turn, pii_text=text, rung=rung))
        work.said = text
        await self._mouth.say(
            text,
            ledger=work.ledger,
            waiting=self.sentences.wait,
            why=lambda: self.cancel_reason,
        )

    async def _prepare(self, text: str) -> None:
        """Render what the answer to `text` would be."""
        try:
            intent = await self._compute("intent", self._understanding.parse, text)
            skill = self._understanding.skill_for(intent.name) if intent else None
            if intent is None or skill is None:
                return
            context = TurnContext(now=local(), area=self._area, last=self.last)
            answer = await self._compute("skill", skill.answer, intent, context)
            await self._mouth.warm((answer.text,))
        except VoiceAgentError as error:
            # Only a guess: the turn itself will meet the same error and announce it.
            log.debug("guess failed", extra={"code": error.code})

    def _close_books(self, work: _Work) -> None:
        ledger = work.ledger
        ledger.first_sound()
        finished = ledger.finish(work.route.tier, work.route.reason)
        self._emit(finished)
        self.last = LastTurn(
            heard=work.text,
            said=self._mouth.heard or work.said,
            tier=finished.tier,
            reason=finished.reason,
            latency={k: v / 1000 for k, v in finished.latency_ms.items()},
            budget=finished.budget_ms / 1000,
            met=finished.budget_met,
            done=tuple(ledger.effects),
        )


class _Work:
    """What is known so far about the turn being answered."""

    def __init__(self, request: TurnRequest, ledger: Ledger) -> None:
        self.request, self.ledger = request, ledger
        self.turn = request.ended.turn
        self.deadline = request.deadline
        self.route = Route("none", "not answered")
        self.rung = "full"
        self.text = self.said = ""

    def heard(self, recognition: Recognition, emit: Callable[[Event], None]) -> None:
        """Note the final words."""
        self.text = recognition.text
        emit(
            Transcript(
                turn=self.turn,
                pii_text=recognition.text,
                confidence=round(recognition.confidence, 2),
                accepted=recognition.accepted,
                reason=recognition.reason,
            )
        )
        self.ledger.mark("stt")


async def _done_by(task: asyncio.Task[Answer], at: float) -> bool:
    """Wait for `task` until loop time `at`; false when that comes first."""
    timeout = max(0.0, Deadline(at).left)
    done, _ = await asyncio.wait({task}, timeout=timeout)
    return bool(done)
