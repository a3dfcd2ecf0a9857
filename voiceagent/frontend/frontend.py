"""The front end: frames in, events out, and nothing else.

Pure: it never awaits, never reads a clock and does no I/O, so a file, a microphone and
a socket give the same events for the same audio in any chunking. It holds the wake
gate, the voice activity smoother and the endpoint. What the recogniser makes of the
words so far comes back in as data (`note`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from voiceagent.audio.frames import FRAME_SECONDS, RATE, AudioFrame
from voiceagent.audio.offset import OffsetFilter
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


@dataclass(slots=True)
class _Turn:
    """The open turn; none where `opened` is None."""

    number: int = 0
    opened: int | None = None
    """Sample that it was opened at."""
    speech_start: int | None = None
    answer: bool = False
    """It is to answer a question of ours."""


@dataclass(slots=True)
class _Tail:
    """Where the speech ends, as far as is known."""

    last_speech: int = 0
    """Sample after the last speech that the detector heard."""
    speech_end: int = 0
    """Sample after the last speech, by its loudness too."""
    letting_go: bool = False
    eased: int = 0
    """Frames in a row in which the detector was less sure."""


@dataclass(frozen=True, slots=True)
class _Words:
    """What the recogniser makes of the words so far."""

    words: WordsSoFar = UNHEARD
    upto: int = 0
    """Sample before which it has heard the audio."""
    since: int = 0


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
        self._wake, self._gate = wake, gate
        self._vad, self._smoother = vad, smoother
        self._offset = OffsetFilter()
        self._turn, self._tail, self._said = _Turn(), _Tail(), _Words()
        self._pacing = Pacing()

    @property
    def open(self) -> bool:
        """Whether a turn is open: what is said now is for us."""
        return self._turn.opened is not None

    @property
    def heard(self) -> bool:
        """Whether enough was said in the open turn to be a command."""
        return self._pacing.speech >= self.policy.min_speech

    def begin(self, turn: int, sample: int, *, answer: bool = False) -> None:
        """Open a turn: speech after `sample` belongs to it; `answer`: it is to answer
        a question of ours."""
        self._turn, self._said = _Turn(turn, sample, answer=answer), _Words()
        self._pacing.begin()

    def end(self) -> None:
        """Close the turn; the wake word is wanted again."""
        self._turn.opened = None

    def note(self, words: WordsSoFar, upto: int, *, since: int = 0) -> None:
        """What the recogniser makes of the words in the audio before sample `upto`;
        `since`: it has made the same of all since the audio before that sample."""
        self._said = _Words(words, upto, since)

    @property
    def noted(self) -> WordsSoFar:
        """What was noted last."""
        return self._said.words

    @property
    def since(self) -> int:
        """Sample since which the recogniser has made the same of all."""
        return self._said.since

    def learn(self, room: Iterable[bytes]) -> None:
        """Know the room of a recording, in frames, before its first sample is heard."""
        for pcm in room:
            self._pacing.hear(pcm)
            self._vad.push(pcm)
            if self._wake is not None:
                self._wake.push(pcm)

    def push(self, frame: AudioFrame) -> Iterator[Event]:
        """Take the next frame and give the events that it causes."""
        frame = replace(frame, pcm=self._offset.push(frame.pcm))
        self._pacing.hear(frame.pcm)
        yield from self._listen_for_wake(frame)
        yield from self._follow_speech(frame)
        if self._turn.opened is not None and frame.end > self._turn.opened:
            yield from self._look_for_end(frame)

    def finish(self, end: int, reason: str = "source-ended") -> Iterator[Event]:
        """Close an open turn at sample `end`: the stream ended, or a key was let go."""
        if self._turn.opened is not None:
            reason = reason if self.heard else "no-speech"
            yield self._ended(end, EndpointVerdict(reason, 0.0, 0.0, chance=0.0))

    def reset(self) -> None:
        """Forget everything, as if no frame had been seen."""
        for stage in (self._wake, self._gate, self._vad, self._smoother):
            if stage is not None:
                stage.reset()
        self.speaking, self.hold_until, self._tail = False, 0, _Tail()
        self._pacing.reset()
        self._offset.reset()
        self.end()

    def _listen_for_wake(self, frame: AudioFrame) -> Iterator[Event]:
        scores: Mapping[str, float] = self._wake.push(frame.pcm) if self._wake else {}
        hit = self._gate.push(scores, frame.end) if scores else None
        if hit is not None and self._turn.opened is None:
            yield WakeCandidate(
                t=frame.end / RATE, word=hit.word, score=round(hit.score, 2)
            )

    def _follow_speech(self, frame: AudioFrame) -> Iterator[Event]:
        chance = self._vad.push(frame.pcm)
        self._tail.eased = self._tail.eased + 1 if chance < EASING else 0
        change = self._smoother.push(chance, frame.end)
        self.speaking = self._smoother.speaking
        if self.speaking and self._smoother.quiet_frames == 0:
            self._tail.last_speech = frame.end
        if change is not None and not change.started:
            self._tail.last_speech = change.sample
        self._find_end(frame.end)
        if change is None:
            return
        t = change.sample / RATE
        kind = SpeechStarted if change.started else SpeechStopped
        yield kind(turn=self._turn.number if self.open else 0, t=t)

    def _look_for_end(self, frame: AudioFrame) -> Iterator[Event]:
        spoken = self.speaking and self._smoother.quiet_frames == 0
        spoken = spoken and frame.start >= (self._turn.opened or 0)
        if spoken and self._turn.speech_start is None:
            self._turn.speech_start = frame.start
        self._pacing.follow(spoken)
        policy = self.policy.answering if self._turn.answer else self.policy
        verdict = decide(policy, self.words, self.moment(frame.end))
        if verdict is not None and frame.end >= self.hold_until:
            yield self._ended(frame.end, verdict)

    @property
    def words(self) -> WordsSoFar:
        """What is known about the words, if the recogniser heard all the speech."""
        if self._said.upto + FRAME_SECONDS * RATE < self._tail.speech_end:
            return UNHEARD
        late = self.since - self._tail.speech_end
        return replace(self.noted, late=late / RATE) if late > 0 else self.noted

    @property
    def hushed(self) -> bool:
        """The sound of the open turn has ended, as far as its loudness tells: a reason
        to begin work, not to end the turn."""
        ending = self._pacing.hush >= EARLY or self._tail.eased >= EASED
        return self.open and self.heard and ending

    def moment(self, end: int) -> Moment:
        """What the audio of the open turn says up to sample `end`."""
        opened = self._turn.opened or 0
        return Moment(
            silence=(end - max(self._tail.speech_end, opened)) / RATE,
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
        if self._tail.last_speech == end:
            self._tail.speech_end = end
        elif self._tail.letting_go:
            fell = end - round(self._pacing.hush * RATE)
            earliest = self._tail.last_speech - round(LATE * RATE)
            self._tail.speech_end = max(min(fell, self._tail.last_speech), earliest, 0)
        self._tail.letting_go = self._tail.last_speech == end

    def _ended(self, end: int, verdict: EndpointVerdict) -> TurnEnded:
        opened = self._turn.opened or 0
        last = max(self._tail.speech_end, opened)
        event = TurnEnded(
            turn=self._turn.number,
            t=end / RATE,
            speech_start=(self._turn.speech_start or opened) / RATE,
            speech_end=min(last, end) / RATE,
            reason=verdict.reason,
            silence=max(0, end - last) / RATE,
            wait=round(verdict.wait, 3),
            completeness=self.words.completeness.value,
            chance=verdict.chance,
            evidence=_evidence(self.words, self.moment(end)),
        )
        self.end()
        return event


def _evidence(words: WordsSoFar, moment: Moment) -> dict[str, float]:
    """The inputs of the decision, for the trace."""
    return {
        "settled": float(words.settled),
        "sure": round(words.sure, 2),
        "hanging": float(words.hanging),
        "late": round(words.late, 2),
        "tempo": round(moment.tempo, 2),
        "fall": round(moment.fall, 2),
        "speech": round(moment.speech, 2),
    }
