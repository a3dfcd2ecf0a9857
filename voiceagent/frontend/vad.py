"""Voice activity: detectors give probabilities, one smoother of ours decides."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from voiceagent.audio.frames import FRAME_SAMPLES, RATE

__all__ = ["GatedVad", "NoiseLevel", "SpeechEdge", "Vad", "VadSmoother"]


FULL_SCALE = 32768.0**2


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

    START, DROP = 0.5, 0.15
    """Probability at which speech starts, and how far below that it stops."""

    def __init__(
        self,
        *,
        start: float = START,
        stop: float = START - DROP,
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
        self.last_speech = 0

    speaking: bool
    """Whether speech has started and not stopped."""
    last_speech: int
    """Sample after the last frame at `stop` or more while speaking; 0 for none yet."""

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
        return self._turn(True, max(began, self.last_speech, 0), end)

    def _while_speaking(self, probability: float, end: int) -> SpeechEdge | None:
        if probability >= self._stop:
            self._run, self.last_speech = 0, end
            return None
        self._run += 1
        if self._run < self._hangover:
            return None
        return self._turn(False, self.last_speech, self.last_speech)

    def _turn(self, speaking: bool, sample: int, speech_end: int) -> SpeechEdge:
        self.speaking, self._run, self.last_speech = speaking, 0, speech_end
        return SpeechEdge(speaking, sample)


class NoiseLevel:
    """Loudness of frames and the noise floor under them, in dB below full scale."""

    FALL = 0.3
    """Share of the way down that the floor goes each frame under it."""
    RISE = 0.04
    """dB a frame that the floor rises otherwise (2 dB/s): talk does not lift it much,
    a fan that is switched on is learnt in some seconds."""
    LOUDEST_START = -45.0
    """dB of the floor at most after the first frame: the stream may begin in speech."""
    SILENCE = -80.0
    """dB of what is taken for digital silence; also the lowest floor."""

    def __init__(self) -> None:
        self.reset()

    level: float
    """dB of the newest frame."""
    floor: float
    """dB of the noise floor; a little above `level` while it falls."""

    def reset(self) -> None:
        """Forget the floor."""
        self.level = self.floor = self.SILENCE
        self._fresh = True

    def push(self, pcm: bytes) -> float:
        """dB of a frame."""
        samples = np.frombuffer(pcm, np.int16).astype(np.float32)
        mean = float(samples.sum()) / len(samples)
        power = float(samples @ samples) / len(samples) - mean * mean
        self.level = max(10 * math.log10(max(power, 1e-3) / FULL_SCALE), self.SILENCE)
        self.floor = self._next_floor(self.level)
        return self.level

    def _next_floor(self, level: float) -> float:
        if self._fresh:
            self._fresh = False
            return min(level, self.LOUDEST_START)
        if level < self.floor:
            return self.floor + self.FALL * (level - self.floor)
        return min(self.floor + self.RISE, level)


class GatedVad:
    """Loudness gate, then a cheap detector, then a good one only when undecided.

    The good detector's opinion is then weighed with how far the frame stands above the
    noise floor: it hears 32 ms at a time and lets go of speech late, loudness at once.
    """

    GATE = 3.0
    """dB above the noise floor that a frame must reach to be looked at."""
    QUIET = -70.0
    """dB below full scale under which a frame is never looked at."""
    DOUBT = 0.1
    """Probability under which the good detector has nothing to do."""
    EVEN = 10.0
    """dB above the noise floor at which loudness speaks neither for nor against."""
    WEIGHT = 0.1
    """Log odds for each dB from there, up to twice `EVEN`."""
    SURE = 1e-4
    """The good detector is taken for no surer than this: loudness must count too."""

    def __init__(
        self, cheap: Vad, good: Vad, *, ring: int = 16, stay: int = 25
    ) -> None:
        """`ring`: frames kept for the good detector to hear first when it is asked
        again; `stay`: frames in a row without doubt after which it sleeps."""
        self.name = f"{cheap.name}+{good.name}"
        self._cheap, self._good = cheap, good
        self._ring: deque[bytes] = deque(maxlen=ring)
        self._level = NoiseLevel()
        self._stay = stay
        self._awake = 0

    def push(self, pcm: bytes) -> float:
        """Probability 0..1 of speech in the next frame."""
        above = self._level.push(pcm) - self._level.floor
        # Always asked, at 3 microseconds: it has a noise floor of its own to follow.
        heard = self._cheap.push(pcm) > 0.5
        candidate = heard and above > self.GATE and self._level.level > self.QUIET
        if candidate and not self._awake:
            self._wake()
        self._ring.append(pcm)
        if not self._awake and not candidate:
            return 0.0
        probability = self._good.push(pcm)
        doubt = candidate or probability > self.DOUBT
        self._awake = self._stay if doubt else self._awake - 1
        return self._weigh(probability, above)

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

    def _weigh(self, probability: float, above: float) -> float:
        sure = min(max(probability, self.SURE), 1 - self.SURE)
        loud = min(above, 2 * self.EVEN) - self.EVEN
        odds = math.log(sure / (1 - sure)) + self.WEIGHT * loud
        return 1 / (1 + math.exp(-odds))
