"""One turn: from the end of speech to the answer, under one absolute deadline.

The answer ladder never ends in silence: the full answer; a sentence that says it will
come, and then the answer; an honest apology; an earcon.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from voiceagent.budget import Deadline
from voiceagent.clock import now
from voiceagent.errors import VoiceAgentError
from voiceagent.events import Event, Failed, ReplyReady, TurnCancelled, TurnEnded
from voiceagent.ledger import Ledger
from voiceagent.mouth import Mouth
from voiceagent.route import Route
from voiceagent.skill import Answer, LastTurn
from voiceagent.thinking import Thinker, Work
from voiceagent.utterance import Heard

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

    def all(self) -> tuple[str, ...]:
        """Every sentence, the likeliest first, for rendering ahead of time."""
        return self.unclear, self.wait, self.unknown, self.failed, self.late


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
        mouth: Mouth,
        emit: Callable[[Event], None],
        reserve: float = 0.08,
        sentences: Sentences | None = None,
    ) -> None:
        """`reserve`: seconds before the deadline at which waiting is announced."""
        self.cancel_reason = "cancelled"
        """Why the running turn is cancelled; set by whoever cancels it."""
        self.sentences = sentences or Sentences()
        self._thinker, self._mouth = thinker, mouth
        self._emit, self._reserve = emit, reserve
        self._ahead: asyncio.Task[None] | None = None
        self._ahead_text = ""

    @property
    def speaking(self) -> bool:
        """Whether a reply is being played."""
        return self._mouth.speaking

    async def warm(self) -> None:
        """Render the sentences that must be ready when time is up."""
        await self._mouth.warm(self.sentences.all())

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
        work = Work(request.utterance, request.hearing, ledger)
        try:
            return await self._answer(work)
        except asyncio.CancelledError:
            self._emit(TurnCancelled(turn=work.turn, reason=self.cancel_reason))
            raise
        finally:
            ledger.first_sound()
            self._close_books(work)
            self._remember(work)
            self._thinker.turn_ended()

    async def _answer(self, work: Work) -> bool:
        async with asyncio.TaskGroup() as group:
            thinking = group.create_task(self._think(work))
            try:
                answer, rung = await self._in_time(work, thinking)
                await self._say(work, answer.text, rung=rung)
            finally:
                # A turn that is cancelled or given up does not go on thinking.
                thinking.cancel()
        return answer.ask

    async def _in_time(self, work: Work, thinking: asyncio.Task[Said]) -> Said:
        """What is thought of by the deadline; waiting is announced, then given up."""
        # After a long endpoint wait little or nothing is left: "one moment" would then
        # only delay an answer that takes a moment anyway.
        soonest = now() + GRACE
        if await _done_by(thinking, max(work.deadline.at - self._reserve, soonest)):
            return thinking.result()
        work.ledger.rescued_by = "wait"
        await self._say(work, self.sentences.wait, rung="wait")
        if await _done_by(thinking, work.deadline.at + HARD_LIMIT):
            return thinking.result()
        return Answer(self.sentences.late), "late"

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
        words = self.sentences.unknown if understood else self.sentences.unclear
        return Answer(words)

    async def _say(self, work: Work, text: str, *, rung: str) -> None:
        self._emit(ReplyReady(turn=work.turn, pii_text=text, rung=rung))
        work.said = text
        if rung != "wait":
            # Everything is known at the first sample; only a sentence that bridges the
            # waiting is heard before that.
            work.ledger.on_first_sound = lambda: self._close_books(work)
        await self._mouth.say(
            text,
            ledger=work.ledger,
            waiting=self.sentences.wait,
            why=lambda: self.cancel_reason,
        )

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


async def _done_by(task: asyncio.Task[Said], at: float) -> bool:
    """Wait for `task` until loop time `at`; false when that comes first."""
    timeout = max(0.0, Deadline(at).left)
    done, _ = await asyncio.wait({task}, timeout=timeout)
    return bool(done)
