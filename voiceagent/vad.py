"""Voice activity: detectors give probabilities, one smoother of ours decides."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from voiceagent.frames import FRAME_SAMPLES, RATE

__all__ = ["GatedVad", "Level", "SpeechEdge", "Vad", "VadSmoother"]


class Vad(Protocol):
    """Gives the probability that a frame holds speech; must be cheap."""

    name: str

    def push(self, pcm: bytes) -> float:
        """Probability 0..1 for the next frame (`FRAME_BYTES` bytes)."""
        ...

    def reset(self) -> None:
        """Forget all state, as if no frame had been seen."""
        ...


@dataclass(frozen=True, slots=True)
class SpeechEdge:
    """Speech began or stopped."""

    started: bool
    sample: int
    """Stream position of the first speech sample, or of the sample after the last."""

    @property
    def t(self) -> float:
        """The same in seconds."""
        return self.sample / RATE


class VadSmoother:
    """Onset, hangover and hysteresis over any detector, counted in frames."""

    def __init__(
        self,
        *,
        start: float = 0.5,
        stop: float = 0.35,
        onset: int = 3,
        hangover: int = 5,
        prefill: int = 3,
    ) -> None:
        """Speech starts after `onset` frames in a row at `start` or more and stops
        after `hangover` frames in a row below `stop`; `prefill` frames before the
        onset are counted as speech, since detectors hear a soft first sound late."""
        if not 0.0 <= stop <= start <= 1.0:
            raise ValueError(f"thresholds start {start}, stop {stop}")
        if min(onset, hangover) < 1 or prefill < 0:
            raise ValueError(f"onset {onset}, hangover {hangover}, prefill {prefill}")
        self._start, self._stop = start, stop
        self._onset, self._hangover, self._prefill = onset, hangover, prefill
        self.reset()

    def reset(self) -> None:
        """Back to silence, as at the start of a stream."""
        self.speaking = False
        self._run = 0
        self._speech_end = 0

    speaking: bool
    """Whether speech has started and not stopped."""

    @property
    def quiet_frames(self) -> int:
        """Frames in a row below `stop` while speaking: silence before it is decided."""
        return self._run if self.speaking else 0

    def push(self, probability: float, frame_end_sample: int) -> SpeechEdge | None:
        """The edge that this frame decides, if any."""
        if self.speaking:
            return self._while_speaking(probability, frame_end_sample)
        return self._while_silent(probability, frame_end_sample)

    def _while_silent(self, probability: float, end: int) -> SpeechEdge | None:
        self._run = self._run + 1 if probability >= self._start else 0
        if self._run < self._onset:
            return None
        began = end - (self._onset + self._prefill) * FRAME_SAMPLES
        # Never before the end of the speech before: edges must not overlap.
        return self._turn(True, max(began, self._speech_end, 0), end)

    def _while_speaking(self, probability: float, end: int) -> SpeechEdge | None:
        if probability >= self._stop:
            self._run, self._speech_end = 0, end
            return None
        self._run += 1
        if self._run < self._hangover:
            return None
        return self._turn(False, self._speech_end, self._speech_end)

    def _turn(self, speaking: bool, sample: int, speech_end: int) -> SpeechEdge:
        self.speaking, self._run, self._speech_end = speaking, 0, speech_end
        return SpeechEdge(speaking, sample)


class Level:
    """Loudness of frames and the noise floor under them, in dB below full scale."""

    FALL = 0.3
    """Share of the way down that the floor goes each frame under it."""
    RISE = 0.04
    """dB a frame that the floor rises otherwise (2 dB/s): talk does not lift it much,
    a fan that is switched on is learnt in some seconds."""
    SILENCE = -80.0
    """dB of what is taken for digital silence; also the lowest floor."""

    def __init__(self) -> None:
        self.reset()

    floor: float
    """dB of the noise floor."""

    def reset(self) -> None:
        """Forget the floor."""
        self.floor = 0.0
        self._fresh = True

    def push(self, pcm: bytes) -> float:
        """dB of a frame."""
        samples = np.frombuffer(pcm, np.int16).astype(np.float32)
        samples -= samples.mean()
        power = float(samples @ samples) / (len(samples) * 32768.0**2)
        level = max(10 * math.log10(power + 1e-12), self.SILENCE)
        self._follow(level)
        return level

    def _follow(self, level: float) -> None:
        if self._fresh:
            self.floor, self._fresh = min(level, -45.0), False
        elif level < self.floor:
            self.floor += self.FALL * (level - self.floor)
        else:
            self.floor = min(self.floor + self.RISE, level)


class GatedVad:
    """Loudness gate, then a cheap detector, then a good one only when undecided."""

    GATE = 5.0
    """dB above the noise floor that a frame must reach to be looked at."""
    QUIET = -65.0
    """dB below full scale under which a frame is never looked at."""
    DOUBT = 0.1
    """Probability under which the good detector has nothing to do."""

    def __init__(
        self, cheap: Vad, good: Vad, *, ring: int = 16, stay: int = 25
    ) -> None:
        """`ring`: frames kept for the good detector to hear first when it is asked
        again; `stay`: frames in a row without doubt after which it sleeps."""
        self.name = f"{cheap.name}+{good.name}"
        self._cheap, self._good = cheap, good
        self._ring: deque[bytes] = deque(maxlen=ring)
        self._level = Level()
        self._stay = stay
        self._awake = 0

    def push(self, pcm: bytes) -> float:
        """Probability 0..1 of speech in the next frame."""
        level = self._level.push(pcm)
        loud = level > max(self.QUIET, self._level.floor + self.GATE)
        heard = self._cheap.push(pcm) > 0.5
        if self._awake:
            return self._ask(pcm, loud and heard)
        if loud and heard:
            self._wake()
            return self._ask(pcm, True)
        self._ring.append(pcm)
        return 0.0

    def reset(self) -> None:
        """Forget all state, as if no frame had been seen."""
        self._level.reset()
        self._cheap.reset()
        self._ring.clear()
        self._awake = 0

    def _wake(self) -> None:
        self._good.reset()
        for pcm in self._ring:
            self._good.push(pcm)
        self._ring.clear()

    def _ask(self, pcm: bytes, candidate: bool) -> float:
        self._ring.append(pcm)
        probability = self._good.push(pcm)
        doubt = candidate or probability > self.DOUBT
        self._awake = self._stay if doubt else self._awake - 1
        return probability
