"""Rendered sound, made ready to play: it begins at once and all voices are as loud.

A clause is cut to where its sound begins, so that the first sample out is the first
sound heard: programs put up to 250 ms of silence there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.clip import Clip

__all__ = ["levelled", "loudness", "trimmed"]

LEAD = 0.008
"""Seconds kept before the first sound, so that a soft consonant is not bitten off."""
QUIET = 0.01
"""Share of the clip's peak (-40 dB) under which a sample counts as silence."""
LOUDNESS = -21.0
"""dB of full scale; leaves the peaks of speech about 6 dB of room."""
CEILING = 0.89
"""Share of full scale (-1 dB) that no peak passes."""


def trimmed(clip: Clip, *, tail: float = 0.04) -> Clip:
    """Cut leading silence to `LEAD` and make the silence at the end last `tail` s."""
    samples = _samples(clip)
    loud = np.flatnonzero(np.abs(samples) > QUIET * np.abs(samples).max(initial=0))
    if not loud.size:
        return clip
    first = max(0, int(loud[0]) - round(LEAD * clip.rate))
    last = int(loud[-1]) + 1
    keep = round(tail * clip.rate)
    body = _fade(samples[first : last + keep].copy(), round(0.002 * clip.rate))
    return _clip(np.pad(body, (0, max(0, keep - (len(samples) - last)))), clip.rate)


def loudness(clip: Clip) -> float:
    """Loudness of the speech in dB of full scale, pauses left out; -inf for silence.

    After ITU-R BS.1770: a high-pass, a lift of the treble, short blocks, and a gate
    10 dB under the mean; by power spectra of the blocks, which takes under 1 ms.
    """
    samples = _samples(clip)
    if not samples.any():
        return -float("inf")
    block = 1 << max(4, round(np.log2(0.08 * clip.rate)))
    blocks = np.pad(samples, (0, -len(samples) % block)).reshape(-1, block)
    hertz = np.maximum(np.fft.rfftfreq(block, 1 / clip.rate), 1)
    decibels = 4 / (1 + (1500 / hertz) ** 4)
    weight = 10 ** (decibels / 10) / (1 + (60 / hertz) ** 4)
    power = (np.abs(np.fft.rfft(blocks)) ** 2 @ weight) * 2 / block**2
    return float(10 * np.log10(power[power >= power.mean() / 10].mean()))


def levelled(clip: Clip, *, target: float = LOUDNESS) -> Clip:
    """Bring `clip` to `target` dB of full scale; peaks are rounded off, not clipped."""
    now = loudness(clip)
    if now == -float("inf"):
        return clip
    return _clip(_limit(_samples(clip) * 10 ** ((target - now) / 20)), clip.rate)


def _limit(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    # Straight up to the knee, then bent towards the ceiling.
    knee = 0.7 * CEILING
    over = np.maximum(np.abs(samples) - knee, 0) / (CEILING - knee)
    bent = knee + (CEILING - knee) * np.tanh(over)
    return np.where(over > 0, np.sign(samples) * bent, samples)


def _fade(samples: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    length = min(length, len(samples) // 2)
    ramp = np.linspace(0, 1, length, endpoint=False)
    samples[:length] *= ramp
    samples[len(samples) - length :] *= ramp[::-1]
    return samples


def _samples(clip: Clip) -> NDArray[np.float32]:
    return np.frombuffer(clip.pcm, "<i2").astype(np.float32) / np.float32(32768)


def _clip(samples: NDArray[np.float32], rate: int) -> Clip:
    whole = np.clip(np.rint(samples * 32768), -32768, 32767)
    return Clip(whole.astype("<i2").tobytes(), rate)
