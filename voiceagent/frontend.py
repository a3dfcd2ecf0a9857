"""The front end: frames in, events out, and nothing else.

Pure: it never awaits, never reads a clock and does no I/O, so a file, a microphone and
a socket give the same events for the same audio in any chunking. It holds the wake
gate, the voice activity smoother and the endpoint. What the recogniser makes of the
words so far comes back in as data (`note`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from voiceagent.endpoint import Completeness, EndpointPolicy, decide
from voiceagent.events import (
    Event,
    SpeechStarted,
    SpeechStopped,
    TurnEnded,
    WakeCandidate,
)
from voiceagent.frames import FRAME_SECONDS, RATE, AudioFrame
from voiceagent.vad import Vad, VadSmoother
from voiceagent.wake import WakeGate, WakeWord

__all__ = ["Frontend"]


class Frontend:
    """Wake gate, voice activity and endpoint over one stream of frames."""

    def __init__(
        self,
        *,
        wake: WakeWord | None,
        gate: WakeGate,
        vad: Vad,
        smoother: VadSmoother,
        policy: EndpointPolicy,
    ) -> None:
        """`wake=None`: no wake word is listened for (open microphone, typed wake)."""
        self.policy = policy
        self.hold_until = 0
        """No turn ends before this sample (a whole file taken as one command)."""
        self.speaking = False
        """Whether the user is speaking, by the smoother."""
        self.last_speech = 0
        """Sample after the last speech heard."""
        self._wake, self._gate = wake, gate
        self._vad, self._smoother = vad, smoother
        self._turn = 0
        self._opened: int | None = None
        self._speech_start: int | None = None
        self._speech_samples = 0
        self._completeness, self._noted = Completeness.UNKNOWN, 0

    @property
    def open(self) -> bool:
        """Whether a turn is open: what is said now is for us."""
        return self._opened is not None

    @property
    def heard(self) -> bool:
        """Whether enough was said in the open turn to be a command."""
        return self._speech_samples / RATE >= self.policy.min_speech

    def begin(self, turn: int, sample: int) -> None:
        """Open a turn: speech after `sample` belongs to it."""
        self._turn, self._opened = turn, sample
        self._speech_start, self._speech_samples = None, 0
        self._completeness, self._noted = Completeness.UNKNOWN, 0

    def end(self) -> None:
        """Close the turn; the wake word is wanted again."""
        self._opened = None

    def note(self, completeness: Completeness, upto: int) -> None:
        """What the recogniser makes of the words in the audio before sample `upto`."""
        self._completeness, self._noted = completeness, upto

    def push(self, frame: AudioFrame) -> Iterator[Event]:
        """Take the next frame and give the events that it causes."""
        yield from self._listen_for_wake(frame)
        yield from self._follow_speech(frame)
        if self._opened is not None and frame.end > self._opened:
            yield from self._look_for_end(frame)

    def finish(self, end: int, reason: str = "source-ended") -> Iterator[Event]:
        """Close an open turn at sample `end`: the stream ended, or a key was let go."""
        if self._opened is not None:
            yield self._ended(end, reason if self.heard else "no-speech", 0.0)

    def reset(self) -> None:
        """Forget everything, as if no frame had been seen."""
        for stage in (self._wake, self._gate, self._vad, self._smoother):
            if stage is not None:
                stage.reset()
        self.speaking, self.last_speech, self.hold_until = False, 0, 0
        self.end()

    def _listen_for_wake(self, frame: AudioFrame) -> Iterator[Event]:
        scores: Mapping[str, float] = self._wake.push(frame.pcm) if self._wake else {}
        hit = self._gate.push(scores, frame.end) if scores else None
        if hit is not None and self._opened is None:
            yield WakeCandidate(
                t=frame.end / RATE, word=hit.word, score=round(hit.score, 2)
            )

    def _follow_speech(self, frame: AudioFrame) -> Iterator[Event]:
        change = self._smoother.push(self._vad.push(frame.pcm), frame.end)
        self.speaking = self._smoother.speaking
        if self.speaking and self._smoother.quiet_frames == 0:
            self.last_speech = frame.end
        if change is None:
            return
        if not change.started:
            self.last_speech = change.sample
        t = change.sample / RATE
        kind = SpeechStarted if change.started else SpeechStopped
        yield kind(turn=self._turn if self.open else 0, t=t)

    def _look_for_end(self, frame: AudioFrame) -> Iterator[Event]:
        opened = self._opened or 0
        spoken = self.speaking and self._smoother.quiet_frames == 0
        if spoken and frame.start >= opened:
            self._speech_samples += frame.end - frame.start
            if self._speech_start is None:
                self._speech_start = frame.start
        verdict = decide(
            self.policy,
            completeness=self._current(),
            silence=(frame.end - max(self.last_speech, opened)) / RATE,
            speech=self._speech_samples / RATE,
            elapsed=(frame.end - opened) / RATE,
        )
        if verdict is not None and frame.end >= self.hold_until:
            yield self._ended(frame.end, verdict.reason, verdict.wait)

    def _current(self) -> Completeness:
        """What is known about the words, if the recogniser heard all the speech."""
        if self._noted + FRAME_SECONDS * RATE < self.last_speech:
            return Completeness.UNKNOWN
        return self._completeness

    def _ended(self, end: int, reason: str, wait: float) -> TurnEnded:
        opened = self._opened or 0
        last = max(self.last_speech, opened)
        event = TurnEnded(
            turn=self._turn,
            t=end / RATE,
            speech_start=(self._speech_start or opened) / RATE,
            speech_end=min(last, end) / RATE,
            reason=reason,
            silence=max(0, end - last) / RATE,
            wait=wait,
            completeness=self._current().value,
        )
        self.end()
        return event
