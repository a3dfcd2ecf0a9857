"""The room that a recording was made in, for detectors that have to learn it first.

A stream begins long before somebody speaks, and a detector that follows the noise
floor knows the room by then. A recording that begins in speech would have that speech
for its room. So its quietest frames tell how loud the room is, and that much noise is
listened to before its first sample.
"""

from __future__ import annotations

import numpy as np

from voiceagent.audio.arrays import Doubles, Samples
from voiceagent.audio.frames import FRAME_BYTES, FRAME_SAMPLES, FRAME_SECONDS
from voiceagent.frontend.vad import FULL_SCALE, NoiseLevel

__all__ = ["room_before"]

SECONDS = 1.2
"""What WebRTC's detector needs to follow the floor of a quiet room."""
LEAD = 0.3
"""Seconds in which a recording that begins in speech becomes loud."""
HEIGHT = 9.0
"""dB over its quietest frames from which a recording is loud."""
QUIETEST, LOUDEST = 5.0, 90.0
"""Percent of the frames that count as the quietest, and that the loudest exceed."""
LOUD = -34.0
"""dB of the loudest frames from which a recording needs no room: above the loudest
floor that a stream can begin with (-45 dB) its speech stands out from the first frame.
Many such recordings begin with the noise of a hand, which must not become speech."""


def room_before(samples: Samples) -> list[bytes]:
    """Frames of the room of a recording, to be heard before it; none where it begins
    with enough of it."""
    whole = len(samples) // FRAME_SAMPLES
    if whole < 3:
        return []
    levels = _levels(samples[: whole * FRAME_SAMPLES])
    floor, loud = np.percentile(levels, (QUIETEST, LOUDEST))
    if (
        loud >= LOUD
        or _median(levels[: round(LEAD / FRAME_SECONDS)]).max() < floor + HEIGHT
    ):
        return []
    return _noise(min(float(floor), NoiseLevel.LOUDEST_START))


def _levels(samples: Samples) -> Doubles:
    """dB of each frame, its offset taken off."""
    frames = samples.reshape(-1, FRAME_SAMPLES).astype(np.float64)
    power = np.maximum(frames.var(axis=1), 1e-3) / FULL_SCALE
    return np.asarray(np.maximum(10 * np.log10(power), NoiseLevel.SILENCE))


def _median(levels: Doubles) -> Doubles:
    """Of three frames each, so that a click does not count."""
    three = np.stack((levels[:-2], levels[1:-1], levels[2:]))
    return np.asarray(np.median(three, axis=0))


def _noise(level: float) -> list[bytes]:
    """White noise of a loudness in dB, always the same."""
    count = round(SECONDS / FRAME_SECONDS)
    values = np.random.default_rng(0).normal(size=count * FRAME_SAMPLES)
    loud = values * np.sqrt(FULL_SCALE * 10 ** (level / 10))
    pcm = np.clip(np.rint(loud), -32768, 32767).astype("<i2").tobytes()
    return [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES)]
