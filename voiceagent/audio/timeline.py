"""What a player played, as one sound."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.clip import Clip
from voiceagent.audio.played import Played
from voiceagent.audio.speaker import FADE, samples_at
from voiceagent.errors import UsageError

__all__ = ["timeline"]

MAX_TIMELINE = 4 * 3600.0
"""Seconds of the longest timeline that is written."""


def timeline(played: Iterable[Played], *, origin: float, rate: int) -> Clip:
    """Every clip at its time after `origin` (loop seconds)."""
    pieces = [(round((one.at - origin) * rate), _heard(one, rate)) for one in played]
    length = max((at + len(piece) for at, piece in pieces), default=0)
    if length > MAX_TIMELINE * rate:
        raise UsageError(
            f"{length / rate:.0f} s are too long for one file",
            hint=f"give an `origin` within {MAX_TIMELINE:.0f} s of the end",
        )
    sound = np.zeros(length, np.float32)
    for at, piece in pieces:
        first = max(0, -at)
        sound[at + first : at + len(piece)] += piece[first:]
    return Clip(np.clip(sound, -32768, 32767).astype("<i2").tobytes(), rate)


def _heard(one: Played, rate: int) -> NDArray[np.float32]:
    samples = samples_at(one.clip, rate).astype(np.float32) * np.float32(one.volume)
    heard = samples[: round(one.heard * rate)]
    if len(heard) < len(samples):
        fade = min(len(heard), round(FADE * rate))
        heard[len(heard) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return heard
