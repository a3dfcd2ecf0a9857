"""Thinking: from the words of a turn to an answer whose effects have been committed.

Side effects run in a small shielded commit, so that a barge-in can neither half-do nor
repeat them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from voiceagent.budget import Deadline
from voiceagent.clock import Compute, local
from voiceagent.endpoint import Completeness
from voiceagent.errors import VoiceAgentError
from voiceagent.events import (
    Committed,
    Event,
    IntentMatched,
    IntentMissed,
    Routed,
    Transcript,
    TurnFinished,
)
from voiceagent.intent import Intent
from voiceagent.ledger import Ledger
from voiceagent.route import Route, route
from voiceagent.skill import Answer, LastTurn, Skill, TurnContext
from voiceagent.stt import Recognition
from voiceagent.utterance import Heard

__all__ = ["Thinker", "Understanding", "Work"]


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


class Work:
    """What is known so far about the turn being answered."""

    def __init__(
        self, heard: Heard, hearing: asyncio.Task[None] | None, ledger: Ledger
    ) -> None:
        """`hearing`: the task that still listens; None where the words are known."""
        self.heard, self.hearing, self.ledger = heard, hearing, ledger
        self.turn = ledger.ended.turn
        self.deadline: Deadline = ledger.deadline
        self.route = Route("none", "not answered")
        self.recognition: Recognition | None = None
        self.finished: TurnFinished | None = None
        """The closed books, from the first audible sample on."""
        self.said = ""

    @property
    def text(self) -> str:
        """The final words; empty while they are not known."""
        return self.recognition.text if self.recognition else ""


class Thinker:
    """Understands, routes, acts."""

    def __init__(
        self,
        understanding: Understanding,
        compute: Compute,
        emit: Callable[[Event], None],
        *,
        area: str = "",
    ) -> None:
        """`area`: where the device stands."""
        self.last: LastTurn | None = None
        """The turn before, for skills that explain it."""
        self.committed: Callable[[], None] = lambda: None
        """Called after effects ran."""
        self._understanding, self._compute = understanding, compute
        self._emit, self._area = emit, area
        self._commits: set[asyncio.Task[str | None]] = set()

    async def think(self, work: Work) -> Answer | None:
        """The answer, its effects done; None where nobody can answer.

        Raises `VoiceAgentError` and whatever an engine or skill raises.
        """
        if work.hearing is not None:
            await asyncio.wait({work.hearing})
        recognition = work.recognition = work.heard.result()
        self._note_words(work, recognition)
        intent = None
        if recognition.accepted:
            intent = await self._compute(
                "intent", self._understanding.parse, recognition.text
            )
        self._note_meaning(work, recognition, intent)
        work.ledger.mark("intent")
        work.route = route(recognition, intent)
        self._note_route(work)
        work.ledger.mark("route")
        if intent is None or work.route.tier == "none":
            return None
        return await self._act(work, intent)

    async def plan(self, text: str) -> Answer | None:
        """What the answer to `text` would be; changes nothing."""
        intent = await self._compute("intent", self._understanding.parse, text)
        return await self._ask_skill(intent) if intent else None

    async def close(self) -> None:
        """Wait for effects that still run."""
        await asyncio.gather(*self._commits, return_exceptions=True)

    async def _ask_skill(self, intent: Intent) -> Answer:
        skill = self._understanding.skill_for(intent.name)
        if skill is None:
            raise VoiceAgentError(f"no skill answers `{intent.name}`")
        context = TurnContext(now=local(), area=self._area, last=self.last)
        return await self._compute("skill", skill.answer, intent, context)

    async def _act(self, work: Work, intent: Intent) -> Answer:
        answer = await self._ask_skill(intent)
        said = await self._commit(work, answer)
        work.ledger.mark("act")
        return Answer(said, ask=answer.ask) if said is not None else answer

    async def _commit(self, work: Work, answer: Answer) -> str | None:
        """Run the effects once, shielded; a sentence of theirs replaces the answer."""
        if not answer.effects:
            return None
        task = asyncio.create_task(self._run_effects(work, answer))
        self._commits.add(task)
        task.add_done_callback(self._commits.discard)
        return await asyncio.shield(task)

    async def _run_effects(self, work: Work, answer: Answer) -> str | None:
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

    def _note_words(self, work: Work, recognition: Recognition) -> None:
        self._emit(
            Transcript(
                turn=work.turn,
                pii_text=recognition.text,
                confidence=round(recognition.confidence, 2),
                accepted=recognition.accepted,
                reason=recognition.reason,
            )
        )
        work.ledger.mark("stt")

    def _note_meaning(
        self, work: Work, recognition: Recognition, intent: Intent | None
    ) -> None:
        if intent is None:
            reason = "no template" if recognition.accepted else "rejected"
            self._emit(IntentMissed(turn=work.turn, reason=reason))
            return
        self._emit(
            IntentMatched(
                turn=work.turn,
                name=intent.name,
                pii_slots=dict(intent.slots),
                confidence=round(min(intent.confidence, recognition.confidence), 2),
            )
        )

    def _note_route(self, work: Work) -> None:
        self._emit(
            Routed(
                turn=work.turn,
                tier=work.route.tier,
                reason=work.route.reason,
                left_ms=round(work.deadline.left * 1000, 3),
            )
        )
