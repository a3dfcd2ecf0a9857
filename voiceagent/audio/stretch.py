"""Said faster or slower at the same pitch: waveform-similarity overlap-add (WSOLA).

Windows of the sound are laid over each other at another distance than they were taken
at, each moved a little to where it goes on best from the one before.
"""

from __future__ import annotations

import numpy as np

from voiceagent.audio.arrays import Floats

__all__ = ["stretched"]

WINDOW, SEARCH = 0.03, 0.008
"""Seconds of a window, and how far it may be moved to fit: a period of a low voice."""


def stretched(pcm: bytes, rate: int, speed: float) -> bytes:
    """PCM16 said `speed` times as fast."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    hop, reach = round(WINDOW / 2 * rate), round(SEARCH * rate)
    wanted = round(len(samples) / speed)
    if speed == 1.0 or len(samples) < 2 * hop or wanted < 2 * hop:
        return pcm
    padded = np.concatenate(
        [samples, np.zeros(4 * hop + 2 * reach + round(hop * speed), np.float32)]
    )
    window = np.hanning(2 * hop + 1)[:-1].astype(np.float32)
    made = np.zeros(wanted + 4 * hop, np.float32)
    made[:hop] = padded[:hop] * window[hop:]
    at = -hop  # the first window has nothing before it
    for place in range(0, wanted, hop):
        follows = padded[max(0, at + hop) :][: 2 * hop]
        at = _best(padded, round(place * speed), follows, reach)
        made[place : place + 2 * hop] += padded[at : at + 2 * hop] * window
    return np.clip(np.rint(made[:wanted]), -32_768, 32_767).astype("<i2").tobytes()


def _best(padded: Floats, near: int, follows: Floats, reach: int) -> int:
    """Where near that place the sound is most like what would follow."""
    first = max(0, near - reach)
    last = min(near + reach, len(padded) - len(follows))
    around = padded[first : last + len(follows)]
    likeness = np.correlate(around, follows, "valid")
    energy = np.convolve(around**2, np.ones(len(follows), np.float32), "valid")
    return first + int(np.argmax(likeness / np.sqrt(energy + 1.0)))
