"""The agent: reads frames, lets the front end decide, and runs one task a turn.

    frame > front end > wake | speech | end of turn
                          |       |         `> turn task: recognise, answer, speak
                          |       `> barge-in: cancel the turn
                          `> open a turn: utterance > recogniser, while it is spoken

Events go forward; the only thing that goes back is cancellation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from voiceagent.agent.alarms import Alarms
from voiceagent.agent.open_turn import OpenTurn
from voiceagent.agent.state import Options, State
from voiceagent.agent.turn import Responder, TurnRequest
from voiceagent.audio.frames import FRAME_SAMPLES, FRAME_SECONDS, RATE, AudioFrame
from voiceagent.audio.source import Source
from voiceagent.clock import Compute, now
from voiceagent.deadline import Budget
from voiceagent.frontend.frontend import Frontend
from voiceagent.frontend.wake import WakeVerifier, WakeWord
from voiceagent.stt.utterance import Typed
from voiceagent.trace.events import (
    AudioGap,
    BargeIn,
    Degraded,
    Event,
    Muted,
    SessionEnded,
    SessionStarted,
    SpeechStarted,
    SpeechStopped,
    StopHeard,
    TurnEnded,
    TurnStarted,
    Unmuted,
    WakeCandidate,
    WakeDetected,
    WakeRejected,
)
from voiceagent.trace.trace import Trace

__all__ = ["Agent"]

DRIFT = 2e-4
"""Fastest that a sound card's clock may run against ours: twice the usual 100 ppm."""
CHIME_AFTER = 0.3
"""Seconds of silence after the wake word before the chime: a command in the same breath
must not be chimed into."""
VERIFIED = 0.05
"""Score of the second-stage verifier that lets a wake word pass: at 0.05 it kept all 82
real "alexa" at 10 dB and refused both false ones in 1.4 hours of other sound."""
STOP_SCORE = 0.5
"""Score at which the stop word counts."""


class Agent:
    """One session over one source of audio."""

    def __init__(
        self,
        *,
        frontend: Frontend,
        listener: OpenTurn,
        responder: Responder,
        compute: Compute,
        trace: Trace,
        budget: Budget,
        options: Options,
        alarms: Alarms | None = None,
        verifier: WakeVerifier | None = None,
        stop_word: WakeWord | None = None,
        engines: dict[str, str] | None = None,
        notices: Sequence[Degraded] = (),
    ) -> None:
        """`engines`: their names by stage; `notices`: announced at the start."""
        self.trace = trace
        self.muted = False
        self._frontend, self._listener, self._responder = frontend, listener, responder
        self._compute, self._budget, self._options = compute, budget, options
        self._alarms, self._verifier, self._stop_word = alarms, verifier, stop_word
        self._engines, self._notices = engines or {}, notices
        self._origin: float | None = None
        self._end = 0
        self._lost = 0.0
        self._busy = False
        self._turn: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup | None = None

    @property
    def state(self) -> State:
        """What the agent is doing."""
        if self.muted:
            return State.MUTED
        if self._responder.speaking or (self._alarms and self._alarms.ringing):
            return State.SPEAKING
        if self._turn is not None and not self._turn.done():
            return State.THINKING
        if self._listener.utterance is not None:
            return State.LISTENING
        return State.ARMING if self._origin is None else State.IDLE

    async def run(self, source: Source) -> None:
        """Listen until the source ends; what was begun is finished."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._started(source.name)
            background = [self._spawn(self._responder.warm())]
            if self._responder.escalates:
                background.append(self._spawn(self._responder.run()))
            if self._alarms is not None:
                background.append(self._spawn(self._alarms.run()))
            async for frame in source.frames():
                self._hear(frame)
            await self._finish()
            for task in background:
                task.cancel()
            await self._responder.close()
        frames = self._end // FRAME_SAMPLES
        ended = SessionEnded(
            t=self._end / RATE, frames=frames, dropped_seconds=self._lost
        )
        self._emit(ended)

    def mute(self, muted: bool = True) -> None:
        """No engine receives a frame while muted; timers still ring."""
        if muted == self.muted:
            return
        self.muted = muted
        self._emit(Muted() if muted else Unmuted())
        if muted:
            self._listener.drop("muted")
            self._listener.forget()
            self.interrupt("muted")

    def push_to_talk(self) -> None:
        """Open a turn now, whatever is going on; nothing said just before is lost."""
        self.interrupt("replaced")
        self._listener.open("push-to-talk", self._end, self._spawn)

    def type(self, text: str) -> None:
        """Answer `text` as if it had been said: everything also works by hand."""
        self.interrupt("replaced")
        self._listener.drop("replaced")
        turn, t = self._listener.number(), self._end / RATE
        self._emit(TurnStarted(turn=turn, t=t, by="text"))
        ended = TurnEnded(turn=turn, t=t, speech_start=t, speech_end=t, reason="typed")
        self._emit(ended)
        began = now()
        request = TurnRequest(
            ended=ended,
            utterance=Typed(text),
            hearing=None,
            speech_end=began,
            deadline=self._budget.start(began),
        )
        self._turn = self._spawn(self._answer(request))

    def release(self) -> None:
        """The talk key was let go: the turn ends here."""
        for event in self._frontend.finish(self._end, "released"):
            self._on(event)

    def interrupt(self, reason: str) -> None:
        """Silence: cancel the turn that speaks or thinks, and whatever rings."""
        if self._turn is not None and not self._turn.done():
            self._responder.cancel_reason = reason
            self._turn.cancel()
        if self._alarms is not None:
            self._alarms.stop()

    def notice(self, event: AudioGap | Degraded) -> None:
        """The source tells of lost audio or of trouble with a device."""
        if isinstance(event, AudioGap):
            self._lost += event.seconds
        self._emit(event)

    def _started(self, source: str) -> None:
        self._emit(
            SessionStarted(
                source=source,
                engines=self._engines,
                pace=self._compute.pace.value,
                budget_ms=self._budget.total * 1000,
            )
        )
        for notice in self._notices:
            self._emit(notice)
        if self._options.open_at_start:
            self._listener.open("open", 0, self._spawn)

    def _hear(self, frame: AudioFrame) -> None:
        self._end = frame.end
        heard = now() - frame.end / RATE
        late = float("inf") if self._origin is None else self._origin
        self._origin = min(heard, late + FRAME_SECONDS * DRIFT)
        if self.muted:
            return
        self._listener.add(frame)
        for event in self._frontend.push(frame):
            self._on(event)
        self._listen_for_stop(frame)

    def _on(self, event: Event) -> None:
        self._emit(event)
        if isinstance(event, SpeechStarted | SpeechStopped):
            speaking = isinstance(event, SpeechStarted)
            self._listener.speech(speaking, round(event.t * RATE))
        match event:
            case WakeCandidate():
                self._candidate(event)
            case SpeechStarted() if self._options.full_duplex:
                self._spoken_over(event)
            case TurnEnded():
                self._ended(event)

    def _candidate(self, hit: WakeCandidate) -> None:
        if self._verifier is None:
            self._awake(hit, verified=False)
        else:
            self._spawn(self._verify(self._verifier, hit))

    async def _verify(self, verifier: WakeVerifier, hit: WakeCandidate) -> None:
        pcm = self._listener.recent()
        score = await self._compute("wake", verifier.verify, hit.word, pcm)
        if score >= VERIFIED:
            self._awake(hit, verified=True)
        else:
            self._emit(WakeRejected(t=hit.t, word=hit.word, score=round(score, 2)))

    def _awake(self, hit: WakeCandidate, *, verified: bool) -> None:
        if self.state in (State.SPEAKING, State.THINKING):
            self._emit(BargeIn(t=hit.t, by="wake"))
            self.interrupt("barge-in")
        self._emit(
            WakeDetected(
                turn=self._listener.turn + 1,
                t=hit.t,
                word=hit.word,
                score=hit.score,
                verified=verified,
            )
        )
        self._listener.open("wake", round(hit.t * RATE), self._spawn)
        if self._options.wake_earcon:
            self._spawn(self._chime(self._listener.turn))

    async def _chime(self, turn: int) -> None:
        """A sound that we are listening, unless the command already follows."""
        await asyncio.sleep(CHIME_AFTER)
        waiting = self._listener.utterance is not None and turn == self._listener.turn
        if waiting and not self._frontend.speaking:
            await self._responder.chime(turn)

    def _spoken_over(self, event: SpeechStarted) -> None:
        if self.state is State.SPEAKING and self._listener.utterance is None:
            self._emit(BargeIn(t=event.t))
            self.interrupt("barge-in")
            self._listener.open("barge-in", round(event.t * RATE), self._spawn)

    def _ended(self, ended: TurnEnded) -> None:
        if ended.reason == "no-speech":
            self._listener.drop("no speech")
            return
        closed = self._listener.close()
        if closed is None:
            return
        speech_end = (self._origin or 0.0) + ended.speech_end
        request = TurnRequest(
            ended=ended,
            utterance=closed[0],
            hearing=closed[1],
            speech_end=speech_end,
            deadline=self._budget.start(speech_end),
        )
        self._turn = self._spawn(self._answer(request))

    async def _answer(self, request: TurnRequest) -> None:
        """A turn; a question of ours is listened for without a wake word."""
        if await self._responder.turn(request) and not self.muted:
            self._listener.open("follow-up", self._end, self._spawn)

    def _listen_for_stop(self, frame: AudioFrame) -> None:
        """While we make sound or think, the stop word passes every gate."""
        if self._stop_word is None:
            return
        was, self._busy = self._busy, self.state in (State.SPEAKING, State.THINKING)
        if not self._busy:
            return
        if not was:
            # What the user said before must not be taken for a "stop" now.
            self._stop_word.reset()
        scores = self._stop_word.push(frame.pcm)
        if max(scores.values(), default=0.0) >= STOP_SCORE:
            self._stop_word.reset()
            self._emit(StopHeard(turn=self._listener.turn, t=frame.end / RATE))
            self.interrupt("stop")

    async def _finish(self) -> None:
        """The source ended: close what is open and wait for it to be answered."""
        for event in self._frontend.finish(self._end):
            self._on(event)
        while self._turn is not None and not self._turn.done():
            await asyncio.wait({self._turn})
            for event in self._frontend.finish(self._end):
                self._on(event)
        self._listener.drop("source ended")

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        assert self._group is not None
        return self._group.create_task(coroutine)

    def _emit(self, event: Event) -> None:
        self.trace.emit(event)
