"""One turn: from the end of speech to the answer, under one absolute deadline.

The answer ladder never ends in silence: the full answer; a sentence that says it will
come, and then the answer; an honest apology; an earcon.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from voiceagent.agent.ledger import Ledger
from voiceagent.agent.missed import Missed
from voiceagent.agent.plans import PlanKeeper
from voiceagent.agent.playback import Playback
from voiceagent.agent.request import TurnRequest
from voiceagent.agent.sentences import Sentences
from voiceagent.agent.supervisor import Supervisor
from voiceagent.agent.thinking import Thinker
from voiceagent.agent.work import Work
from voiceagent.clock import now
from voiceagent.deadline import Deadline
from voiceagent.errors import RemoteFailed, VoiceAgentError
from voiceagent.nlu.decision import Route
from voiceagent.skills.skill import Answer, LastTurn
from voiceagent.stt.protocol import Recognition
from voiceagent.trace.events import Event, Failed, ReplyReady, TurnCancelled
from voiceagent.trace.trace import TraceError

__all__ = ["Responder"]

log = logging.getLogger(__name__)

WORDS = 3
"""Words that are no command and yet were said to us."""
HARD_LIMIT = 10.0
"""Seconds after the deadline at which a turn that still thinks is given up."""


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
        tasks: Supervisor,
        sentences: Sentences | None = None,
        patience: float = HARD_LIMIT,
        silence: Callable[[], None] = lambda: None,
        missed: Missed | None = None,
        plans: PlanKeeper | None = None,
    ) -> None:
        """`patience`: seconds after the deadline at which a turn that still thinks is
        given up; `silence()`: end whatever else makes sound; `missed`: what rang
        and is told with an answer; `plans`: what is carried out meanwhile."""
        self.sentences = sentences or Sentences()
        self._thinker, self._mouth = thinker, mouth
        self._emit, self._tasks, self._patience = emit, tasks, patience
        self._silence, self._missed, self._plans = silence, missed, plans
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

    def keep_open(self) -> None:
        """Keep the ways to larger tiers open while the session lasts, and plans in
        mind."""
        self._thinker.keep_open(self._tasks)
        if self._plans is not None:
            self._tasks.keep(self._plans.run, what="plans")

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
        self._ahead = self._tasks.spawn(self._prepare(text), what="a guess")

    async def read_out(self, text: str) -> None:
        """Say `text` outside any turn."""
        await self._mouth.read_out(text)

    @property
    def last_said(self) -> str:
        """The last reply; empty before the first one."""
        return self._thinker.last.said if self._thinker.last else ""

    def rest(self) -> None:
        """Give up what was only a guess."""
        if self._ahead is not None:
            self._ahead.cancel()

    async def close(self) -> None:
        """Wait for effects that still run."""
        self.rest()
        await self._thinker.close()
        await self._mouth.close()

    async def turn(self, request: TurnRequest) -> bool:
        """Answer one turn; true when the answer asks something back.

        Nothing but cancellation leaves this method: an error in a turn becomes an
        event and a spoken sentence, never the end of the session.
        """
        request.interruption.begun = True
        ledger = Ledger(request.ended, request.speech_end, request.deadline)
        ledger.mark("endpoint")
        self._ahead_text = ""
        work, cut = Work(request, ledger), True
        try:
            asks = await self._answer(work)
            cut = False
        except asyncio.CancelledError:
            self._emit(TurnCancelled(turn=work.turn, reason=work.interruption.reason))
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
                if self._missed is not None:
                    await self._missed.said()
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
        if await _done_by(thinking, max(work.deadline.spoken_by, soonest)):
            return thinking.result()
        work.ledger.rescued_by = "wait"
        await self._say(work, Answer(self.sentences.wait), rung="wait")
        if not await _done_by(thinking, work.deadline.at + self._patience):
            late = self.sentences.pending if work.acting else self.sentences.late
            return Answer(late), "late"
        answer, rung = thinking.result()
        if not work.leg:
            return answer, rung
        return replace(answer, text=f"{self.sentences.now} {answer.text}"), "late"

    async def _think(self, work: Work) -> Said:
        said = self.sentences.failed
        try:
            answer = await self._thinker.think(work)
            if answer is not None and answer.stop:
                self._silence()
                answer = replace(answer, text="", more=None, ask=False)
            if answer is not None and self._missed is not None:
                answer = await self._missed.told_with(answer)
        except VoiceAgentError as error:
            self._emit(Failed.by(error, work.turn))
            said = error.said or said
        except Exception as error:
            log.exception("turn failed", extra={"turn": work.turn})
            self._emit(Failed(turn=work.turn, code="bug", what=type(error).__name__))
        else:
            return (answer, "full") if answer else (self._excuse(work), "apology")
        work.route = Route("none", "failed")
        return Answer(said), "failed"

    def _excuse(self, work: Work) -> Answer:
        understood = work.recognition is not None and _heard(work.recognition)
        return Answer(self.sentences.excuse(work.why_not, understood=understood))

    async def _say(self, work: Work, answer: Answer, *, rung: str) -> None:
        self._emit(ReplyReady(turn=work.turn, pii_text=answer.text, rung=rung))
        work.said = answer.text
        # Everything is known at the first sample; only a sentence that bridges the
        # waiting is heard before that.
        known = rung != "wait"
        try:
            await self._mouth.say(
                answer.text,
                ledger=work.ledger,
                sounds=lambda: self._close_books(work) if known else None,
                waiting=self.sentences.wait,
                why=lambda: work.interruption.reason,
                more=self._told(work, answer.more, rung) if answer.more else None,
            )
        except RemoteFailed as error:
            # The beginning has been said: the user must know that it was not all.
            self._emit(Failed.by(error, work.turn))
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
        except Exception as error:  # of whatever skill was asked
            # Only a guess: the turn itself will meet the same error and announce it.
            log.debug("guess failed", extra={"error": type(error).__name__})
        else:
            await self._mouth.warm((answer.text,) if answer else ())

    def _close_books(self, work: Work) -> None:
        if work.finished is not None:
            return
        work.finished = work.ledger.finish(work.route.tier, work.route.reason)
        try:
            self._emit(work.finished)
        except TraceError as error:  # a bug of ours: told, and no turn is lost for it
            self._tasks.failed("the books of a turn", error)

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


def _heard(recognition: Recognition) -> bool:
    """Whether the words are known, though they may be no command: a recogniser of any
    words that was given noise finds one or two."""
    return recognition.accepted or len(recognition.transcript.split()) >= WORDS
