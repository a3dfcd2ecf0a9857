"""Makes recordings look like what the acoustic model was trained on.

Noise-gated audio has digital silence between words, which no microphone gives and which
the model has never seen: without a noise floor it costs 10 points of commands. Silence
around the speech costs time and spoils the estimate of the channel, so it is cut.
"""

from __future__ import annotations

import numpy as np

from voiceagent.audio.arrays import Samples
from voiceagent.audio.frames import RATE

__all__ = [
    "MARGIN",
    "Samples",
    "condition",
    "dithered",
    "noise_floor",
    "speech_span",
]


LIVE_FLOOR = 20.0
"""Noise floor of the live pass: rms in units of 16 bit (-64 dBFS)."""
FLOOR_DB = 35.0
"""Noise floor under speech, dB below its level, in the final pass."""
LEAST_FLOOR = 4.0
MARGIN = 0.3
"""Seconds kept around the speech, for soft first and last sounds."""
CELL = RATE // 100
ABOVE_FLOOR_DB = 6.0
SHARE = 0.3
"""Of the way from the noise floor to the speech level, above which a cell is speech."""
RANGE_DB = 35.0
"""Nothing that much below the loudest part is speech, however silent the rest."""
_NOISE = np.random.default_rng(16).standard_normal(1 << 16)


def dithered(
    samples: Samples, *, floor: float = LIVE_FLOOR, offset: int = 0
) -> Samples:
    """`samples` over a noise floor of `floor` rms; the same noise at the same place."""
    places = (np.arange(len(samples)) + offset) % len(_NOISE)
    noisy = samples + floor * _NOISE[places]
    ready: Samples = np.clip(np.rint(noisy), -32768, 32767).astype("<i2")
    return ready


def condition(samples: Samples, *, floor_db: float = FLOOR_DB) -> Samples:
    """The speech in a whole utterance, over a noise floor that suits its level."""
    first, last = speech_span(samples)
    speech = samples[first:last]
    return dithered(speech, floor=noise_floor(speech, floor_db=floor_db))


def noise_floor(speech: Samples, *, floor_db: float = FLOOR_DB) -> float:
    """Rms of the noise that suits the level of `speech`."""
    if not len(speech):
        return LEAST_FLOOR
    level = float(np.sqrt(np.mean(speech.astype(np.float64) ** 2)))
    return max(LEAST_FLOOR, level * 10 ** (-floor_db / 20))


def speech_span(samples: Samples, *, margin: float = MARGIN) -> tuple[int, int]:
    """From the first loud cell to the last one, with `margin` seconds around; all
    where unclear."""
    cells = len(samples) // CELL
    if cells < 30:
        return 0, len(samples)
    power = np.mean(
        samples[: cells * CELL].reshape(cells, CELL).astype(np.float64) ** 2, axis=1
    )
    level = np.convolve(10 * np.log10(power + 1.0), np.ones(5) / 5, "same")
    quiet, loud = np.percentile(level, (10, 98))
    above = max(ABOVE_FLOOR_DB, SHARE * (loud - quiet), loud - quiet - RANGE_DB)
    speech = np.flatnonzero(level > quiet + above)
    if not len(speech):
        return 0, len(samples)
    around = int(margin * RATE)
    first, last = int(speech[0]) * CELL, (int(speech[-1]) + 1) * CELL
    return max(0, first - around), min(len(samples), last + around)
