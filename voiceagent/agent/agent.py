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
from functools import partial
from typing import TYPE_CHECKING

from voiceagent.agent.alarms import Alarms
from voiceagent.agent.audio_clock import AudioClock
from voiceagent.agent.herald import Herald
from voiceagent.agent.life import Life, StateWatch
from voiceagent.agent.state import Options, State
from voiceagent.agent.supervisor import Supervisor
from voiceagent.agent.turn import Responder
from voiceagent.agent.turns import Turns
from voiceagent.audio.frames import AudioFrame
from voiceagent.audio.source import Source
from voiceagent.clock import Compute
from voiceagent.deadline import Budget
from voiceagent.stt.utterance import Utterance
from voiceagent.trace.events import (
    AudioGap,
    Degraded,
    Muted,
    SessionEnded,
    SessionStarted,
    TurnEnded,
    Unmuted,
)
from voiceagent.trace.trace import Trace

if TYPE_CHECKING:
    from voiceagent.agent.ears import EarParts, Ears

__all__ = ["About", "Agent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is told at the start of a session."""

    engines: Mapping[str, str] = field(default_factory=dict)
    """Their names by stage."""
    notices: Sequence[Degraded] = ()
    herald: Herald | None = None
    """Tells what happens to the books."""
    pace: str = ""
    budget: float = 0.0
    """Seconds."""

    def tell(self, trace: Trace, source: str) -> None:
        """The session begins."""
        trace.emit(
            SessionStarted(
                source=source,
                engines=dict(self.engines),
                pace=self.pace,
                budget_ms=self.budget * 1000,
            )
        )
        for notice in self.notices:
            trace.emit(notice)
        if self.herald is not None:
            self.herald.begin()


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
        self._compute, self._options = compute, options
        self._turns = Turns(responder, tasks, budget, trace.emit, self._follow_up)
        self.about = about or About()
        self.ears = self._listening(ears) if ears is not None else None
        """None where everything is typed."""
        self.life = Life()

    @property
    def state(self) -> State:
        """What the agent is doing."""
        if self.muted:
            return State.MUTED
        if self._sounding:
            return State.SPEAKING
        if self._turns.busy:
            return State.THINKING
        if self.ears is not None and self.ears.turn.listening:
            return State.LISTENING
        return State.IDLE if self.clock.running else State.ARMING

    async def run(self, source: Source, *, typed: str = "") -> None:
        """Listen until the source ends or `leave` is called; what was begun is
        finished. `typed`: words to begin with. Raises what the source raises."""
        source.on_event = self.notice
        self.life.begin()
        self.life.watch = StateWatch(self.trace, lambda: self.state)
        try:
            async with self._tasks:
                await self._live(source, typed)
        except asyncio.CancelledError:
            if not self.life.left():
                raise
        finally:
            # Cancelled by a signal or a key, ended or broken: nothing is half done.
            await self._responder.close()
            self._compute.close()
            if self.ears is not None:
                self.ears.turn.release()
            self.life.end()
            self.trace.emit(
                SessionEnded(
                    t=self.clock.t,
                    frames=self.clock.frames,
                    dropped_seconds=self.clock.lost,
                )
            )

    def leave(self) -> None:
        """End the session as if its source had ended now."""
        self.life.leave()

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
        if self.ears is None:
            turn = self._turns.count()
        else:
            self.ears.turn.drop("replaced")
            turn = self.ears.turn.count()
        self._turns.typed(turn, self.clock.t, text)
        return turn

    def answer_spoken(
        self, ended: TurnEnded, heard: tuple[Utterance, asyncio.Task[None]]
    ) -> None:
        """A spoken turn has ended: answer it."""
        speech_end = self.clock.loop_time(ended.speech_end)
        self._turns.spoken(ended, heard, speech_end)

    def release(self) -> bool:
        """The talk key was let go: the turn ends here. False where none is open."""
        return self.ears is not None and self.ears.finish(self.clock.end, "released")

    def interrupt(self, reason: str) -> None:
        """Silence: cancel the turn that speaks or thinks, and whatever rings."""
        self._turns.interrupt(reason)
        if self._alarms is not None:
            self._alarms.stop()

    def cancel(self) -> bool:
        """Give up the open turn, the answer and what rings; false if there is none."""
        listening = self.ears is not None and self.ears.turn.listening
        if not (listening or self._sounding or self._turns.busy):
            return False
        if self.ears is not None:
            self.ears.turn.drop("cancelled")
        self.interrupt("cancelled")
        return True

    @property
    def _sounding(self) -> bool:
        ringing = self._alarms is not None and self._alarms.ringing
        return self._responder.speaking or ringing

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
        from voiceagent.agent.ears import Ears

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
        self.about.tell(self.trace, source.name)
        if self._options.muted:
            self.mute()
        if self.ears is not None:
            self.ears.begin()
            if self._options.open_at_start:
                self.ears.open("open", 0)
        self._tasks.keep(self._responder.warm, what="speech")
        self._responder.keep_open()
        if self.ears is not None and (herald := self.about.herald) is not None:
            quiet = (State.ARMING, State.IDLE, State.MUTED)
            tells = partial(herald.run, lambda: self.state not in quiet)
            self._tasks.keep(tells, what="notices")
        if self._alarms is not None:
            self._tasks.keep(self._alarms.run, what="alarms")
        if typed:
            self.type(typed)
        async for frame in source.frames():
            self._hear(frame)
        await self._finish()
        self._responder.rest()
        self._tasks.rest()

    def _hear(self, frame: AudioFrame) -> None:
        self.clock.note(frame)
        if not self.muted and self.ears is not None:
            self.ears.hear(frame)
        self.life.look()

    def _follow_up(self) -> None:
        """An answer asked something back."""
        if not self.muted and self.ears is not None:
            self.ears.open("follow-up", self.clock.end)

    async def _finish(self) -> None:
        """The source ended: close what is open and wait for it to be answered."""
        while True:
            if self.ears is not None:
                self.ears.finish(self.clock.end, "source-ended")
            if not self._turns.busy:
                break
            await self._turns.wait()
        if self.ears is not None:
            self.ears.turn.drop("source ended")
