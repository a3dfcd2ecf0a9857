"""The turns of a session: one at a time, each a task that can be interrupted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from voiceagent.agent.request import Interruption, TurnRequest
from voiceagent.agent.supervisor import Supervisor
from voiceagent.agent.turn import Responder
from voiceagent.clock import now
from voiceagent.deadline import Budget
from voiceagent.stt.utterance import Typed, Utterance
from voiceagent.trace.events import Event, TurnCancelled, TurnEnded, TurnStarted

__all__ = ["Turns"]


@dataclass(slots=True)
class _Newest:
    """The turn that was begun last."""

    task: asyncio.Task[None]
    interruption: Interruption


class Turns:
    """Begins turns under their deadline and ends them early when told to."""

    def __init__(
        self,
        responder: Responder,
        tasks: Supervisor,
        budget: Budget,
        emit: Callable[[Event], None],
        follow_up: Callable[[], None],
    ) -> None:
        """`follow_up()`: an answer asked something back, so listen."""
        self.budget = budget
        self._responder, self._tasks, self._emit = responder, tasks, emit
        self._follow_up = follow_up
        self._newest: _Newest | None = None
        self._number = 0

    def count(self) -> int:
        """The number of a new turn, where nothing but typed ones are counted."""
        self._number += 1
        return self._number

    @property
    def busy(self) -> bool:
        """Whether a turn is being answered."""
        return self._newest is not None and not self._newest.task.done()

    def typed(self, turn: int, t: float, text: str) -> None:
        """Answer `text`, typed at second `t` of the audio."""
        self._emit(TurnStarted(turn=turn, t=t, by="text"))
        ended = TurnEnded(turn=turn, t=t, speech_start=t, speech_end=t, reason="typed")
        self._emit(ended)
        self._begin(ended, Typed(text), None, now())

    def spoken(
        self,
        ended: TurnEnded,
        heard: tuple[Utterance, asyncio.Task[None]],
        speech_end: float,
    ) -> None:
        """Answer what was heard; `speech_end`: loop time of its last sample."""
        self._begin(ended, *heard, speech_end)

    def interrupt(self, reason: str) -> None:
        """Cancel the turn that thinks or speaks, if any."""
        if self._newest is not None and self.busy:
            self._newest.interruption.reason = reason
            self._newest.task.cancel()

    async def wait(self) -> None:
        """Until the newest turn has been answered."""
        if self._newest is not None:
            await asyncio.wait({self._newest.task})

    def _begin(
        self,
        ended: TurnEnded,
        utterance: Utterance | Typed,
        hearing: asyncio.Task[None] | None,
        speech_end: float,
    ) -> None:
        request = TurnRequest(
            ended=ended,
            utterance=utterance,
            hearing=hearing,
            speech_end=speech_end,
            deadline=self.budget.start(speech_end),
        )
        task = self._tasks.spawn(self._answer(request), what="a turn")
        self._newest = _Newest(task, request.interruption)
        task.add_done_callback(lambda done: self._ended(request))

    async def _answer(self, request: TurnRequest) -> None:
        """A turn; a question of ours is listened for without a wake word."""
        if await self._responder.turn(request):
            self._follow_up()

    def _ended(self, request: TurnRequest) -> None:
        """A turn that was cancelled before it began is told of all the same."""
        told = request.interruption
        if not told.begun:
            turn = request.ended.turn
            self._emit(TurnCancelled(turn=turn, reason=told.reason))
