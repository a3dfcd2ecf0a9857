"""The agent: one session over one source of audio, one task a turn.

    frame > ears > wake | speech | end of turn
             |       |         `> turn task: recognise, answer, speak
             |       `> barge-in: cancel the turn
             `> open a turn: utterance > recogniser, while it is spoken

Events go forward; the only thing that goes back is cancellation. However a session
ends, effects that began are finished and its end is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from voiceagent.agent.alarms import Alarms
from voiceagent.agent.audio_clock import AudioClock
from voiceagent.agent.ears import EarParts, Ears
from voiceagent.agent.request import Interruption, TurnRequest
from voiceagent.agent.state import Options, State
from voiceagent.agent.supervisor import Supervisor
from voiceagent.agent.turn import Responder
from voiceagent.audio.frames import AudioFrame
from voiceagent.audio.source import Source
from voiceagent.clock import Compute, now
from voiceagent.deadline import Budget
from voiceagent.stt.utterance import Typed, Utterance
from voiceagent.trace.events import (
    AudioGap,
    Degraded,
    Muted,
    SessionEnded,
    SessionStarted,
    StateChanged,
    TurnEnded,
    TurnStarted,
    Unmuted,
)
from voiceagent.trace.trace import Record, Trace

__all__ = ["About", "Agent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is told at the start of a session."""

    engines: Mapping[str, str] = field(default_factory=dict)
    """Their names by stage."""
    notices: Sequence[Degraded] = ()


@dataclass(slots=True)
class _Turn:
    """The newest turn that is being answered."""

    task: asyncio.Task[None]
    interruption: Interruption


class Agent:
    """One session: what is heard becomes turns, and turns are answered."""

    def __init__(
        self,
        *,
        responder: Responder,
        tasks: Supervisor,
        compute: Compute,
        trace: Trace,
        budget: Budget,
        options: Options,
        alarms: Alarms | None = None,
        ears: EarParts | None = None,
        about: About | None = None,
    ) -> None:
        """`ears`: None where everything is typed."""
        self.trace, self.muted = trace, False
        self.clock = AudioClock()
        self._responder, self._tasks, self._alarms = responder, tasks, alarms
        self._compute, self._budget, self._options = compute, budget, options
        self._about = about or About()
        self.ears = self._listening(ears) if ears is not None else None
        """None where everything is typed."""
        self._typed = 0
        self._turn: _Turn | None = None
        self._life = _Life()

    @property
    def state(self) -> State:
        """What the agent is doing."""
        if self.muted:
            return State.MUTED
        if self._responder.speaking or (self._alarms and self._alarms.ringing):
            return State.SPEAKING
        if self._turn is not None and not self._turn.task.done():
            return State.THINKING
        if self.ears is not None and self.ears.turn.listening:
            return State.LISTENING
        return State.IDLE if self.clock.running else State.ARMING

    async def run(self, source: Source, *, typed: str = "") -> None:
        """Listen until the source ends or `leave` is called; what was begun is
        finished. `typed`: words to begin with. Raises what the source raises."""
        source.on_event = self.notice
        self._life.task = asyncio.current_task()
        settle = self.trace.subscribe(self._settled)
        try:
            async with self._tasks:
                await self._live(source, typed)
        except asyncio.CancelledError:
            if not self._life.leave():
                raise
        finally:
            # Cancelled by a signal or a key, ended or broken: nothing is half done.
            await self._responder.close()
            self._compute.close()
            settle()
            self.trace.emit(
                SessionEnded(
                    t=self.clock.t,
                    frames=self.clock.frames,
                    dropped_seconds=self.clock.lost,
                )
            )

    def leave(self) -> None:
        """End the session as if its source had ended now."""
        self._life.leaving = True
        if self._life.task is not None:
            self._life.task.cancel()

    def mute(self, muted: bool = True) -> None:
        """No engine receives a frame while muted; timers still ring."""
        if muted == self.muted:
            return
        self.muted = muted
        self.trace.emit(Muted() if muted else Unmuted())
        if muted:
            if self.ears is not None:
                self.ears.forget("muted")
            self.interrupt("muted")

    def push_to_talk(self) -> bool:
        """Open a turn now, whatever is going on; nothing said just before is lost.
        False, and nothing happens, while muted or where nothing is heard."""
        if self.muted or self.ears is None:
            return False
        self.interrupt("replaced")
        self.ears.open("push-to-talk", self.clock.end)
        return True

    def type(self, text: str) -> int:
        """Answer `text` as if it had been said: everything also works by hand. The
        number of its turn."""
        self.interrupt("replaced")
        turn, t = self._next_turn(), self.clock.t
        self.trace.emit(TurnStarted(turn=turn, t=t, by="text"))
        ended = TurnEnded(turn=turn, t=t, speech_start=t, speech_end=t, reason="typed")
        self.trace.emit(ended)
        began = now()
        request = TurnRequest(
            ended=ended,
            utterance=Typed(text),
            hearing=None,
            speech_end=began,
            deadline=self._budget.start(began),
        )
        self._answer(request)
        return turn

    def answer_spoken(
        self, ended: TurnEnded, heard: tuple[Utterance, asyncio.Task[None]]
    ) -> None:
        """A spoken turn has ended: answer it."""
        speech_end = self.clock.loop_time(ended.speech_end)
        request = TurnRequest(
            ended=ended,
            utterance=heard[0],
            hearing=heard[1],
            speech_end=speech_end,
            deadline=self._budget.start(speech_end),
        )
        self._answer(request)

    def release(self) -> bool:
        """The talk key was let go: the turn ends here. False where none is open."""
        return self.ears is not None and self.ears.finish(self.clock.end, "released")

    def interrupt(self, reason: str) -> None:
        """Silence: cancel the turn that speaks or thinks, and whatever rings."""
        if self._turn is not None and not self._turn.task.done():
            self._turn.interruption.reason = reason
            self._turn.task.cancel()
        if self._alarms is not None:
            self._alarms.stop()

    def say(self, text: str) -> None:
        """Say `text` aloud, outside any turn, instead of what is being said."""
        self.interrupt("replaced")
        self._tasks.spawn(self._responder.read_out(text), what="speech")

    @property
    def last_said(self) -> str:
        """The last reply; empty before the first one."""
        return self._responder.last_said

    def notice(self, event: AudioGap | Degraded) -> None:
        """The source tells of lost audio or of trouble with a device."""
        if isinstance(event, AudioGap):
            self.clock.lost += event.seconds
        self.trace.emit(event)

    def _listening(self, parts: EarParts) -> Ears:
        return Ears(
            parts,
            self,
            self._options,
            compute=self._compute,
            tasks=self._tasks,
            emit=self.trace.emit,
            chime=self._responder.chime,
        )

    async def _live(self, source: Source, typed: str) -> None:
        self._started(source.name)
        self._tasks.keep(self._responder.warm, what="speech")
        if self._responder.escalates:
            self._responder.keep_open()
        if self._alarms is not None:
            self._tasks.keep(self._alarms.run, what="alarms")
        if typed:
            self.type(typed)
        async for frame in source.frames():
            self._hear(frame)
        await self._finish()
        self._responder.rest()
        self._tasks.rest()

    def _started(self, source: str) -> None:
        self.trace.emit(
            SessionStarted(
                source=source,
                engines=dict(self._about.engines),
                pace=self._compute.pace.value,
                budget_ms=self._budget.total * 1000,
            )
        )
        for notice in self._about.notices:
            self.trace.emit(notice)
        if self._options.open_at_start and self.ears is not None:
            self.ears.open("open", 0)

    def _hear(self, frame: AudioFrame) -> None:
        self.clock.note(frame)
        if not self.muted and self.ears is not None:
            self.ears.hear(frame)
        self._settle()

    def _next_turn(self) -> int:
        if self.ears is None:
            self._typed += 1
            return self._typed
        self.ears.turn.drop("replaced")
        return self.ears.turn.count()

    def _answer(self, request: TurnRequest) -> None:
        task = self._tasks.spawn(self._respond(request), what="a turn")
        self._turn = _Turn(task, request.interruption)

    async def _respond(self, request: TurnRequest) -> None:
        """A turn; a question of ours is listened for without a wake word."""
        asks = await self._responder.turn(request)
        if asks and not self.muted and self.ears is not None:
            self.ears.open("follow-up", self.clock.end)

    async def _finish(self) -> None:
        """The source ended: close what is open and wait for it to be answered."""
        self._close_turn()
        while self._turn is not None and not self._turn.task.done():
            await asyncio.wait({self._turn.task})
            self._close_turn()
        if self.ears is not None:
            self.ears.turn.drop("source ended")

    def _close_turn(self) -> None:
        if self.ears is not None:
            self.ears.finish(self.clock.end, "source-ended")

    def _settled(self, record: Record) -> None:
        if not isinstance(record.event, StateChanged):
            self._settle()

    def _settle(self) -> None:
        """Tell when the agent does something else than before."""
        state = self.state
        if state is not self._life.shown:
            self._life.shown = state
            self.trace.emit(StateChanged(state=state.value))


@dataclass(slots=True)
class _Life:
    """How the session goes on and ends."""

    task: asyncio.Task[None] | None = None
    leaving: bool = False
    shown: State | None = None
    """The state that was told last."""

    def leave(self) -> bool:
        """Whether a cancellation was ours; it is then taken back."""
        if self.leaving and self.task is not None:
            self.task.uncancel()
        return self.leaving
