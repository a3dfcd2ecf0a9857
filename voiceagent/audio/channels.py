"""How the channels of a recording become one.

Judged on up to 60 seconds spread evenly over the file. Two: their mean, since a stereo
recording may hold a speaker on each side. More: the loudest, since microphones apart
from each other hear a voice at different times and their sum cancels parts of it.
Channels 40 dB below the loudest count as not connected. Where the mean would cancel (a
side wired the wrong way round) the loudest is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.decode import DecodeFailed, Reader

__all__ = ["LOUDEST", "audible", "choose_channels", "is_sound"]

LOUDEST = 64.0
"""No sound is 36 dB above full scale: such floats are another unit, or damage."""
PROBES = 60
"""Seconds of a file with several channels that are looked at to mix them."""


def is_sound(values: NDArray[np.float32]) -> bool:
    """Whether all are within bounds; comparisons with NaN are false."""
    low, high = values.min(initial=0), values.max(initial=0)
    return bool(low >= -LOUDEST and high <= LOUDEST)


def audible(reader: Reader) -> list[int]:
    """Look at the channels of a file and choose; damage is for reading to report."""
    power, mean_power = np.zeros(reader.channels), 0.0
    with suppress(DecodeFailed, OSError):
        for values in _probes(reader):
            if not is_sound(values):
                break
            power += np.einsum("ij,ij->j", values, values)
            mean_power += float(np.square(values.mean(axis=1)).sum())
    return choose_channels(power, mean_power)


def _probes(reader: Reader) -> Iterator[NDArray[np.float32]]:
    """Seconds spread evenly over a file, or its beginning where it cannot be sought."""
    step = max(reader.present // PROBES, reader.rate)
    starts = range(0, max(reader.present, 1), step) if reader.seeks else range(PROBES)
    for start in starts:
        if reader.seeks:
            reader.seek(start)
        yield reader.read(reader.rate)


def choose_channels(power: NDArray[np.float64], mean_power: float) -> list[int]:
    """The channels whose mean is taken, by their power and that of their mean."""
    loudest = int(np.argmax(power))
    live = np.flatnonzero(power >= power[loudest] * 1e-4)
    # Two voices of equal strength lose 3 dB in the mean; 10 dB is cancellation.
    if len(power) > 2 or len(live) < 2 or mean_power < 0.1 * power[loudest]:
        return [loudest]
    return [int(channel) for channel in live]
