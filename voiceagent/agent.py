"""The agent: reads frames, lets the front end decide, and runs one task a turn.

    frame -> front end -> wake | speech | end of turn
                            |        |         `-> turn task: recognise, answer, speak
                            |        `-> barge-in: cancel the turn
                            `-> open a turn: utterance -> recogniser, while spoken

Events go forward; the only thing that goes back is cancellation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from voiceagent.alarms import Alarms
from voiceagent.budget import Budget
from voiceagent.clock import Compute, now
from voiceagent.endpoint import Completeness
from voiceagent.events import (
    AudioGap,
    BargeIn,
    Event,
    Muted,
    PartialTranscript,
    SessionEnded,
    SessionStarted,
    SpeechStarted,
    StopHeard,
    TurnCancelled,
    TurnEnded,
    TurnStarted,
    Unmuted,
    WakeCandidate,
    WakeDetected,
    WakeRejected,
)
from voiceagent.frames import FRAME_SECONDS, RATE, AudioFrame, PreRoll
from voiceagent.frontend import Frontend
from voiceagent.source import Source
from voiceagent.stt import Stt
from voiceagent.trace import Trace
from voiceagent.turn import Responder, Understanding
from voiceagent.utterance import Utterance
from voiceagent.wake import WakeVerifier, WakeWord

__all__ = ["Agent", "Listening", "State"]

PREROLL_SECONDS = 2.0
"""Enough for a wake word and what was said in the same breath."""
DRIFT = 2e-4
"""Fastest that a sound card's clock may run against ours: twice the usual 100 ppm."""
STOP_SCORE = 0.5


class State(StrEnum):
    """What a display shows; exactly one at a time."""

    ARMING = "arming"
    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Listening:
    """How the agent listens."""

    open_at_start: bool = False
    """Take what comes as one command, without a wake word."""
    lookback: float = 0.3
    """Seconds before a wake hit that the recogniser is given too."""
    full_duplex: bool = False
    """True where our own sound does not reach the microphone (headset, echo canceller):
    then any speech interrupts. Otherwise only the wake word and the stop word do."""


class Agent:
    """One session over one source of audio."""

    def __init__(
        self,
        *,
        frontend: Frontend,
        stt: Stt,
        understanding: Understanding,
        responder: Responder,
        compute: Compute,
        trace: Trace,
        budget: Budget,
        listening: Listening,
        alarms: Alarms | None = None,
        verifier: WakeVerifier | None = None,
        stop_word: WakeWord | None = None,
        engines: dict[str, str] | None = None,
    ) -> None:
        self.trace = trace
        self.muted = False
        self._frontend, self._stt = frontend, stt
        self._understanding, self._responder = understanding, responder
        self._compute, self._budget, self._listening = compute, budget, listening
        self._alarms, self._verifier, self._stop_word = alarms, verifier, stop_word
        self._engines = engines or {}
        self._preroll = PreRoll(PREROLL_SECONDS)
        self._turns = 0
        self._origin: float | None = None
        self._end = 0
        self._utterance: Utterance | None = None
        self._hearing: asyncio.Task[object] | None = None
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
        if self._utterance is not None:
            return State.LISTENING
        return State.ARMING if self._origin is None else State.IDLE

    async def run(self, source: Source) -> None:
        """Listen until the source ends; what was begun is finished."""
        self._started(source.name)
        async with asyncio.TaskGroup() as group:
            self._group = group
            ringing = self._alarms and group.create_task(self._alarms.run())
            group.create_task(self._responder.warm())
            async for frame in source.frames():
                self._hear(frame)
            await self._finish()
            if ringing:
                ringing.cancel()
            await self._responder.close()
        gaps = sum(
            r.event.seconds for r in self.trace if isinstance(r.event, AudioGap)
        )
        frames = round(self._end / RATE / FRAME_SECONDS)
        self._emit(SessionEnded(t=self._end / RATE, frames=frames, dropped_seconds=gaps))

    def mute(self, muted: bool = True) -> None:
        """No engine receives a frame while muted; timers still ring."""
        if muted == self.muted:
            return
        self.muted = muted
        self._emit(Muted() if muted else Unmuted())
        if muted:
            self._drop_utterance("muted")
            self.interrupt("muted")
            self._preroll.clear()

    def push_to_talk(self) -> None:
        """Open a turn now, whatever is going on; nothing said just before is lost."""
        self.interrupt("replaced")
        self._open("push-to-talk", self._end)

    def release(self) -> None:
        """The talk key was let go: the turn ends here."""
        for event in self._frontend.finish(self._end):
            self._on(event)

    def interrupt(self, reason: str) -> None:
        """Silence: cancel the turn that speaks or thinks, and whatever rings."""
        self._responder.reason = reason
        if self._turn is not None and not self._turn.done():
            self._turn.cancel()
        if self._alarms is not None:
            self._alarms.stop()

    def gap(self, gap: AudioGap) -> None:
        """Audio was lost and silence took its place."""
        self._emit(gap)

    def _started(self, source: str) -> None:
        self._emit(
            SessionStarted(
                source=source,
                engines=self._engines,
                pace=self._compute.pace.value,
                budget_ms=self._budget.total * 1000,
            )
        )
        if self._listening.open_at_start:
            self._open("open", 0)

    def _hear(self, frame: AudioFrame) -> None:
        self._end = frame.end
        heard = now() - frame.end / RATE
        late = float("inf") if self._origin is None else self._origin
        self._origin = min(heard, late + FRAME_SECONDS * DRIFT)
        if self.muted:
            return
        self._preroll.push(frame)
        if self._utterance is not None:
            self._utterance.add(frame)
        for event in self._frontend.push(frame):
            self._on(event)
        self._listen_for_stop(frame)

    def _on(self, event: Event) -> None:
        self._emit(event)
        match event:
            case WakeCandidate():
                self._woken(event)
            case SpeechStarted() if self._listening.full_duplex:
                self._spoken_over(event)
            case TurnEnded():
                self._ended(event)

    def _woken(self, hit: WakeCandidate) -> None:
        sample = round(hit.t * RATE)
        if self._verifier is None:
            self._awake(hit, sample, verified=False)
        else:
            self._spawn(self._verify(self._verifier, hit, sample))

    async def _verify(
        self, verifier: WakeVerifier, hit: WakeCandidate, sample: int
    ) -> None:
        pcm = b"".join(frame.pcm for frame in self._preroll.since(0))
        score = await self._compute("wake", verifier.verify, hit.word, pcm)
        if score >= 0.5:
            self._awake(hit, sample, verified=True)
        else:
            self._emit(WakeRejected(t=hit.t, word=hit.word, score=round(score, 3)))

    def _awake(self, hit: WakeCandidate, sample: int, *, verified: bool) -> None:
        if self.state in (State.SPEAKING, State.THINKING):
            self._emit(BargeIn(t=hit.t, by="wake"))
            self.interrupt("barge-in")
        turn = self._turns + 1
        self._emit(
            WakeDetected(
                turn=turn, t=hit.t, word=hit.word, score=hit.score, verified=verified
            )
        )
        self._open("wake", sample)

    def _spoken_over(self, event: SpeechStarted) -> None:
        if self.state is State.SPEAKING:
            self._emit(BargeIn(t=event.t))
            self.interrupt("barge-in")
            self._open("barge-in", round(event.t * RATE))

    def _open(self, by: str, sample: int) -> None:
        """Open a turn for what is said from `sample` on."""
        self._drop_utterance("replaced")
        self._turns += 1
        turn = self._turns
        self._emit(TurnStarted(turn=turn, t=sample / RATE, by=by))
        self._frontend.begin(turn, sample)
        utterance = Utterance(
            self._stt, self._compute, lambda text, upto: self._partial(turn, text, upto)
        )
        for frame in self._preroll.since(sample - round(self._listening.lookback * RATE)):
            utterance.add(frame)
        self._utterance = utterance
        self._hearing = self._spawn(utterance.run())

    def _partial(self, turn: int, text: str, upto: int) -> None:
        if turn != self._turns or not self._frontend.open:
            return
        completeness = self._understanding.progress(text)
        self._frontend.note(completeness, upto)
        self._emit(
            PartialTranscript(
                turn=turn,
                t=upto / RATE,
                pii_text=text,
                completeness=completeness.value,
            )
        )
        if completeness in (Completeness.COMPLETE, Completeness.EXTENSIBLE):
            self._responder.expect(text)

    def _ended(self, ended: TurnEnded) -> None:
        utterance, hearing = self._utterance, self._hearing
        if utterance is None or hearing is None:
            return
        utterance.close()
        if ended.reason == "no-speech":
            self._drop_utterance("no speech")
            return
        self._utterance = self._hearing = None
        speech_end = (self._origin or now()) + ended.speech_end * 1.0
        deadline = self._budget.start(speech_end)
        self._turn = self._spawn(
            self._responder.turn(ended, hearing, speech_end, deadline, self._after)
        )

    def _after(self, ask: bool) -> None:
        """A turn has been answered; a question is listened for without a wake word."""
        if ask and not self.muted:
            self._open("follow-up", self._end)

    def _drop_utterance(self, reason: str) -> None:
        if self._hearing is None:
            return
        self._frontend.end()
        self._hearing.cancel()
        self._utterance = self._hearing = None
        self._emit(TurnCancelled(turn=self._turns, reason=reason))

    def _listen_for_stop(self, frame: AudioFrame) -> None:
        """While we make sound or think, the stop word passes every gate."""
        if self._stop_word is None or self.state not in (State.SPEAKING, State.THINKING):
            return
        if max(self._stop_word.push(frame.pcm).values(), default=0.0) >= STOP_SCORE:
            self._stop_word.reset()
            self._emit(StopHeard(turn=self._turns, t=frame.end / RATE))
            self.interrupt("stop")

    async def _finish(self) -> None:
        """The source ended: close what is open and wait for it."""
        for event in self._frontend.finish(self._end):
            self._on(event)
        tasks: Sequence[asyncio.Task[object] | None] = (self._hearing, self._turn)
        await asyncio.wait([task for task in tasks if task] or [_nothing()])
        self._drop_utterance("source ended")

    def _spawn(self, coroutine: object) -> asyncio.Task[object]:
        assert self._group is not None
        return self._group.create_task(coroutine)

    def _emit(self, event: Event) -> None:
        self.trace.emit(event)
