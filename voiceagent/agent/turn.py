"""One turn: from the end of speech to the answer, under one absolute deadline.

The answer ladder never ends in silence: the full answer; a sentence that says it will
come, and then the answer; an honest apology; an earcon.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from voiceagent.agent.ledger import Ledger
from voiceagent.agent.playback import Playback
from voiceagent.agent.thinking import Thinker, Work
from voiceagent.clock import now
from voiceagent.deadline import Deadline
from voiceagent.errors import RemoteFailed, VoiceAgentError
from voiceagent.nlu.decision import Route
from voiceagent.routing.handover import WhyNot
from voiceagent.skills.skill import Answer, LastTurn
from voiceagent.stt.utterance import Heard
from voiceagent.trace.events import Event, Failed, ReplyReady, TurnCancelled, TurnEnded

__all__ = ["Responder", "Sentences", "TurnRequest"]

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
    now: str = "I have it now."
    """Before an answer that came after its deadline."""
    offline: str = "Sorry, I can't reach my region, so I can't answer that now."
    withheld: str = "Sorry, that question may not leave this device."
    dear: str = "Sorry, answering that would cost more than allowed."
    unanswered: str = "Sorry, my region did not answer."
    broken: str = "Sorry, the rest of the answer was lost."

    def all(self, *, escalates: bool = False) -> tuple[str, ...]:
        """Every sentence, the likeliest first, for rendering ahead of time."""
        own = self.unclear, self.wait, self.unknown, self.failed, self.late
        if not escalates:
            return own
        return (
            *own,
            self.now,
            self.offline,
            self.unanswered,
            self.broken,
            self.withheld,
            self.dear,
        )

    def excuse(self, why_not: WhyNot, *, understood: bool) -> str:
        """Why there is no answer, in words."""
        match why_not:
            case WhyNot.OFFLINE:
                return self.offline
            case WhyNot.WITHHELD:
                return self.withheld
            case WhyNot.DEAR:
                return self.dear
            case WhyNot.FAILED:
                return self.unanswered
            case _:
                return self.unknown if understood else self.unclear


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


GRACE = 0.25
"""Seconds that thinking has at least before waiting is announced."""
Said = tuple[Answer, str]
"""An answer and the rung of the ladder it stands on."""


class Responder:
    """Answers turns, one at a time."""

    def __init__(
        self,
        *,
        thinker: Thinker,
        mouth: Playback,
        emit: Callable[[Event], None],
        reserve: float = 0.08,
        sentences: Sentences | None = None,
        patience: float = HARD_LIMIT,
    ) -> None:
        """`reserve`: seconds before the deadline at which waiting is announced;
        `patience`: seconds after it at which a turn that still thinks is given up."""
        self.cancel_reason = "cancelled"
        """Why the running turn is cancelled; set by whoever cancels it."""
        self.sentences = sentences or Sentences()
        self._thinker, self._mouth = thinker, mouth
        self._emit, self._reserve, self._patience = emit, reserve, patience
        self._ahead: asyncio.Task[None] | None = None
        self._ahead_text = ""

    @property
    def speaking(self) -> bool:
        """Whether a reply is being played."""
        return self._mouth.speaking

    async def warm(self) -> None:
        """Render the sentences that must be ready when time is up."""
        escalates = self._thinker.escalates
        await self._mouth.warm(self.sentences.all(escalates=escalates))

    @property
    def escalates(self) -> bool:
        """Whether anybody but the device may answer."""
        return self._thinker.escalates

    async def run(self) -> None:
        """Keep the ways to larger tiers open until cancelled."""
        await self._thinker.run()

    async def chime(self, turn: int) -> None:
        """A short sound: we are listening."""
        await self._mouth.play_earcon("wake", turn, None)

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
            await asyncio.gather(self._ahead, return_exceptions=True)
        await self._thinker.close()
        await self._mouth.close()

    async def turn(self, request: TurnRequest) -> bool:
        """Answer one turn; true when the answer asks something back.

        Nothing but cancellation leaves this method: an error in a turn becomes an
        event and a spoken sentence, never the end of the session.
        """
        ledger = Ledger(request.ended, request.speech_end, request.deadline)
        ledger.mark("endpoint")
        self.cancel_reason, self._ahead_text = "cancelled", ""
        work, cut = Work(request.utterance, request.hearing, ledger), True
        try:
            asks = await self._answer(work)
            cut = False
        except asyncio.CancelledError:
            self._emit(TurnCancelled(turn=work.turn, reason=self.cancel_reason))
            raise
        else:
            return asks
        finally:
            self._thinker.ended(work, self._mouth.heard, cut=cut)
            ledger.first_sound()
            self._close_books(work)
            self._remember(work)
            self._thinker.turn_ended()

    async def _answer(self, work: Work) -> bool:
        async with asyncio.TaskGroup() as group:
            thinking = group.create_task(self._think(work))
            try:
                answer, rung = await self._in_time(work, thinking)
                await self._say(work, answer, rung=rung)
            finally:
                # A turn that is cancelled or given up does not go on thinking.
                thinking.cancel()
                await _drop(thinking)
        return answer.ask

    async def _in_time(self, work: Work, thinking: asyncio.Task[Said]) -> Said:
        """What is thought of by the deadline; waiting is announced, then given up."""
        # After a long endpoint wait little or nothing is left: "one moment" would then
        # only delay an answer that takes a moment anyway.
        soonest = now() + GRACE
        if await _done_by(thinking, max(work.deadline.at - self._reserve, soonest)):
            return thinking.result()
        work.ledger.rescued_by = "wait"
        await self._say(work, Answer(self.sentences.wait), rung="wait")
        if not await _done_by(thinking, work.deadline.at + self._patience):
            return Answer(self.sentences.late), "late"
        answer, rung = thinking.result()
        if not work.leg:
            return answer, rung
        return replace(answer, text=f"{self.sentences.now} {answer.text}"), "late"

    async def _think(self, work: Work) -> Said:
        try:
            answer = await self._thinker.think(work)
        except VoiceAgentError as error:
            self._emit(Failed(turn=work.turn, code=error.code, what=error.what))
        except Exception as error:
            log.exception("turn failed", extra={"turn": work.turn})
            self._emit(Failed(turn=work.turn, code="bug", what=type(error).__name__))
        else:
            return (answer, "full") if answer else (self._excuse(work), "apology")
        work.route = Route("none", "failed")
        return Answer(self.sentences.failed), "failed"

    def _excuse(self, work: Work) -> Answer:
        understood = work.recognition is not None and work.recognition.accepted
        return Answer(self.sentences.excuse(work.why_not, understood=understood))

    async def _say(self, work: Work, answer: Answer, *, rung: str) -> None:
        self._emit(ReplyReady(turn=work.turn, pii_text=answer.text, rung=rung))
        work.said = answer.text
        if rung != "wait":
            # Everything is known at the first sample; only a sentence that bridges the
            # waiting is heard before that.
            work.ledger.on_first_sound = lambda: self._close_books(work)
        try:
            await self._mouth.say(
                answer.text,
                ledger=work.ledger,
                waiting=self.sentences.wait,
                why=lambda: self.cancel_reason,
                more=self._told(work, answer.more, rung) if answer.more else None,
            )
        except RemoteFailed as error:
            # The beginning has been said: the user must know that it was not all.
            self._emit(Failed(turn=work.turn, code=error.code, what=error.what))
            await self._say(work, Answer(self.sentences.broken), rung="broken off")

    async def _told(
        self, work: Work, more: AsyncIterator[str], rung: str
    ) -> AsyncIterator[str]:
        """Further clauses, noted as they come."""
        try:
            async for clause in more:
                self._emit(ReplyReady(turn=work.turn, pii_text=clause, rung=rung))
                work.said += clause
                yield clause
        finally:
            await _close(more)

    async def _prepare(self, text: str) -> None:
        """Render what the answer to `text` would be."""
        try:
            answer = await self._thinker.plan(text)
        except VoiceAgentError as error:
            # Only a guess: the turn itself will meet the same error and announce it.
            log.debug("guess failed", extra={"code": error.code})
        else:
            await self._mouth.warm((answer.text,) if answer else ())

    def _close_books(self, work: Work) -> None:
        if work.finished is None:
            work.finished = work.ledger.finish(work.route.tier, work.route.reason)
            self._emit(work.finished)

    def _remember(self, work: Work) -> None:
        finished = work.finished
        assert finished is not None
        self._thinker.last = LastTurn(
            heard=work.text,
            said=self._mouth.heard or work.said,
            tier=finished.tier,
            reason=finished.reason,
            latency={k: v / 1000 for k, v in finished.latency_ms.items()},
            budget=finished.budget_ms / 1000,
            met=finished.budget_met,
            done=tuple(work.ledger.effects),
        )


async def _drop(thinking: asyncio.Task[Said]) -> None:
    """An answer that was thought of and is not said any further is cancelled."""
    await asyncio.wait({thinking})
    if not thinking.cancelled() and thinking.exception() is None:
        await _close(thinking.result()[0].more)


async def _close(more: AsyncIterator[str] | None) -> None:
    close = getattr(more, "aclose", None)
    if close is not None:
        await close()


async def _done_by(task: asyncio.Task[Said], at: float) -> bool:
    """Wait for `task` until loop time `at`; false when that comes first."""
    timeout = max(0.0, Deadline(at).left)
    done, _ = await asyncio.wait({task}, timeout=timeout)
    return bool(done)
