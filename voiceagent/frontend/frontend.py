"""The front end: frames in, events out, and nothing else.

Pure: it never awaits, never reads a clock and does no I/O, so a file, a microphone and
a socket give the same events for the same audio in any chunking. It holds the wake
gate, the voice activity smoother and the endpoint. What the recogniser makes of the
words so far comes back in as data (`note`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from voiceagent.audio.frames import FRAME_SECONDS, RATE, AudioFrame
from voiceagent.frontend.endpoint import (
    UNHEARD,
    EndpointPolicy,
    EndpointVerdict,
    Moment,
    WordsSoFar,
    decide,
)
from voiceagent.frontend.speaking_pace import Pacing
from voiceagent.frontend.vad import Vad, VadSmoother
from voiceagent.frontend.wake import WakeGate, WakeWord
from voiceagent.trace.events import (
    Event,
    SpeechStarted,
    SpeechStopped,
    TurnEnded,
    WakeCandidate,
)

__all__ = ["Frontend"]

EARLY = 0.06
"""Seconds at the noise floor after which the final recognition may begin."""
EASING = 0.7
"""Probability of speech below which it may be ending: a detector that hears 32 ms at a
time and remembers more comes down in steps."""
EASED = 4
"""Frames in a row below `EASING` after which the final recognition may begin."""
LATE = 0.2
"""Seconds that a detector at most lets go of speech too late."""


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
        self._speech_end, self._letting_go, self._eased = 0, False, 0
        self._pacing = Pacing()
        self.noted, self._upto, self.since = UNHEARD, 0, 0

    @property
    def open(self) -> bool:
        """Whether a turn is open: what is said now is for us."""
        return self._opened is not None

    @property
    def heard(self) -> bool:
        """Whether enough was said in the open turn to be a command."""
        return self._pacing.speech >= self.policy.min_speech

    def begin(self, turn: int, sample: int) -> None:
        """Open a turn: speech after `sample` belongs to it."""
        self._turn, self._opened = turn, sample
        self._speech_start = None
        self._pacing.begin()
        self.noted, self._upto, self.since = UNHEARD, 0, 0

    def end(self) -> None:
        """Close the turn; the wake word is wanted again."""
        self._opened = None

    def note(self, words: WordsSoFar, upto: int, *, since: int = 0) -> None:
        """What the recogniser makes of the words in the audio before sample `upto`;
        `since`: it has made the same of all since the audio before that sample."""
        self.noted, self._upto, self.since = words, upto, since

    def push(self, frame: AudioFrame) -> Iterator[Event]:
        """Take the next frame and give the events that it causes."""
        self._pacing.hear(frame.pcm)
        yield from self._listen_for_wake(frame)
        yield from self._follow_speech(frame)
        if self._opened is not None and frame.end > self._opened:
            yield from self._look_for_end(frame)

    def finish(self, end: int, reason: str = "source-ended") -> Iterator[Event]:
        """Close an open turn at sample `end`: the stream ended, or a key was let go."""
        if self._opened is not None:
            reason = reason if self.heard else "no-speech"
            yield self._ended(end, EndpointVerdict(reason, 0.0, 0.0, chance=0.0))

    def reset(self) -> None:
        """Forget everything, as if no frame had been seen."""
        for stage in (self._wake, self._gate, self._vad, self._smoother):
            if stage is not None:
                stage.reset()
        self.speaking, self.last_speech, self.hold_until = False, 0, 0
        self._speech_end, self._letting_go, self._eased = 0, False, 0
        self._pacing.reset()
        self.end()

    def _listen_for_wake(self, frame: AudioFrame) -> Iterator[Event]:
        scores: Mapping[str, float] = self._wake.push(frame.pcm) if self._wake else {}
        hit = self._gate.push(scores, frame.end) if scores else None
        if hit is not None and self._opened is None:
            yield WakeCandidate(
                t=frame.end / RATE, word=hit.word, score=round(hit.score, 2)
            )

    def _follow_speech(self, frame: AudioFrame) -> Iterator[Event]:
        chance = self._vad.push(frame.pcm)
        self._eased = self._eased + 1 if chance < EASING else 0
        change = self._smoother.push(chance, frame.end)
        self.speaking = self._smoother.speaking
        if self.speaking and self._smoother.quiet_frames == 0:
            self.last_speech = frame.end
        if change is not None and not change.started:
            self.last_speech = change.sample
        self._find_end(frame.end)
        if change is None:
            return
        t = change.sample / RATE
        kind = SpeechStarted if change.started else SpeechStopped
        yield kind(turn=self._turn if self.open else 0, t=t)

    def _look_for_end(self, frame: AudioFrame) -> Iterator[Event]:
        spoken = self.speaking and self._smoother.quiet_frames == 0
        spoken = spoken and frame.start >= (self._opened or 0)
        if spoken and self._speech_start is None:
            self._speech_start = frame.start
        self._pacing.follow(spoken)
        verdict = decide(self.policy, self.words, self.moment(frame.end))
        if verdict is not None and frame.end >= self.hold_until:
            yield self._ended(frame.end, verdict)

    @property
    def words(self) -> WordsSoFar:
        """What is known about the words, if the recogniser heard all the speech."""
        if self._upto + FRAME_SECONDS * RATE < self._speech_end:
            return UNHEARD
        late = self.since - self._speech_end
        return replace(self.noted, late=late / RATE) if late > 0 else self.noted

    @property
    def hushed(self) -> bool:
        """The sound of the open turn has ended, as far as its loudness tells: a reason
        to begin work, not to end the turn."""
        ending = self._pacing.hush >= EARLY or self._eased >= EASED
        return self.open and self.heard and ending

    def moment(self, end: int) -> Moment:
        """What the audio of the open turn says up to sample `end`."""
        opened = self._opened or 0
        return Moment(
            silence=(end - max(self._speech_end, opened)) / RATE,
            speech=self._pacing.speech,
            elapsed=(end - opened) / RATE,
            tempo=self._pacing.tempo,
            fall=self._pacing.fall,
        )

    def _find_end(self, end: int) -> None:
        """Where the speech before sample `end` ended.

        The detector lets go late; when it does, the loudness tells how late. Noise
        afterwards changes nothing.
        """
        if self.last_speech == end:
            self._speech_end = end
        elif self._letting_go:
            fell = end - round(self._pacing.hush * RATE)
            earliest = self.last_speech - round(LATE * RATE)
            self._speech_end = max(min(fell, self.last_speech), earliest, 0)
        self._letting_go = self.last_speech == end

    def _evidence(self, end: int) -> dict[str, float]:
        """The inputs of the decision, for the trace."""
        words, moment = self.words, self.moment(end)
        return {
            "settled": float(words.settled),
            "sure": round(words.sure, 2),
            "hanging": float(words.hanging),
            "late": round(words.late, 2),
            "tempo": round(moment.tempo, 2),
            "fall": round(moment.fall, 2),
            "speech": round(moment.speech, 2),
        }

    def _ended(self, end: int, verdict: EndpointVerdict) -> TurnEnded:
        opened = self._opened or 0
        last = max(self._speech_end, opened)
        event = TurnEnded(
            turn=self._turn,
            t=end / RATE,
            speech_start=(self._speech_start or opened) / RATE,
            speech_end=min(last, end) / RATE,
            reason=verdict.reason,
            silence=max(0, end - last) / RATE,
            wait=round(verdict.wait, 3),
            completeness=self.words.completeness.value,
            chance=verdict.chance,
            evidence=self._evidence(end),
        )
        self.end()
        return event
