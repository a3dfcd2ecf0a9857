"""A constant offset of the sound, as microphones and cheap converters add it.

It carries nothing, and makes every detector that looks at the loudness or the shape of
the sound hear another one. A recording tells its offset as a whole; a stream is
listened to for a second. What is smaller than the sway of usual speech is left alone,
so that a sound without an offset passes byte for byte.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from voiceagent.audio.arrays import Samples
from voiceagent.audio.frames import FRAME_SECONDS

__all__ = ["OffsetFilter", "steady", "without_offset"]

LEAST = 16.0
"""Steps of a sample under which the mean of a recording counts as none (-66 dB)."""
SHARE = 0.1
"""Of the loudness of a recording, that its mean must reach; speech itself sways by up
to half of that."""
LEAST_LIVE = 400.0
"""The same for a stream, of which only a second is known (-38 dB)."""
STEADY = 3.0
"""Times the sway of its frames that the mean of a stream must reach."""
SECONDS = 1.0
"""Of a stream that the mean is taken over."""


def without_offset(samples: Samples) -> Samples:
    """A recording without its offset; itself where there is none."""
    if not len(samples):
        return samples
    mean = float(samples.mean())
    if abs(mean) < LEAST or abs(mean) < SHARE * float(samples.std()):
        return samples
    return _shifted(samples, round(mean))


def steady(pcm: bytes) -> bytes:
    """Seconds of PCM16 without their offset."""
    samples = np.frombuffer(pcm, "<i2")
    shifted = without_offset(samples)
    return pcm if shifted is samples else shifted.tobytes()


class OffsetFilter:
    """Takes the offset off the frames of a stream, once that is sure to be one."""

    def __init__(self) -> None:
        self._means: deque[float] = deque(maxlen=round(SECONDS / FRAME_SECONDS))
        self._taken = False

    def push(self, pcm: bytes) -> bytes:
        """The next frame without the offset of the last second."""
        samples = np.frombuffer(pcm, "<i2")
        self._means.append(float(samples.mean()))
        # Once it is taken off, a little less is enough: no step up and down.
        ease = 0.5 if self._taken else 1.0
        least = LEAST_LIVE * ease
        ends = self._means[0], self._means[-1]
        self._taken = max(map(abs, ends)) >= least and self._is_offset(samples, ease)
        if not self._taken:
            return pcm
        return _shifted(samples, round(float(np.mean(self._means)))).tobytes()

    def _is_offset(self, samples: Samples, ease: float) -> bool:
        means = np.fromiter(self._means, float)
        # The first frames sway by what their own sound is.
        sway = max(float(means.std()), float(samples.std()) / len(means))
        least = max(LEAST_LIVE, STEADY * sway) * ease
        return abs(float(means.mean())) >= least

    def reset(self) -> None:
        """Forget the stream."""
        self._means.clear()
        self._taken = False


def _shifted(samples: Samples, offset: int) -> Samples:
    shifted = samples.astype(np.int32) - offset
    return np.clip(shifted, -32768, 32767).astype("<i2")
