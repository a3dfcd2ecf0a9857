"""Telephone sound (G.711) as 24 kHz PCM16, and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.resample import resampled_pcm
from voiceagent.realtime.steps import RATE

__all__ = ["from_pcm", "to_pcm"]


def _mu_law() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent, mantissa = (code >> 4) & 7, code & 0x0F
    value = ((mantissa << 3) + 0x84 << exponent) - 0x84
    return np.where(code & 0x80, -value, value).astype(np.int16)


def _a_law() -> NDArray[np.int16]:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 0x0F
    value = np.where(
        exponent == 0,
        (mantissa << 4) + 8,
        (mantissa << 4) + 0x108 << np.maximum(exponent - 1, 0),
    )
    return np.where(code & 0x80, value, -value).astype(np.int16)


TABLES = {"audio/pcmu": _mu_law(), "audio/pcma": _a_law()}


def to_pcm(data: bytes, kind: str) -> bytes:
    """Bytes of `audio/pcmu` or `audio/pcma` at 8 kHz as PCM16 at 24 kHz: each sample
    thrice, which a recogniser at 16 kHz does not mind."""
    samples = TABLES[kind][np.frombuffer(data, np.uint8)]
    return np.repeat(samples, 3).astype("<i2").tobytes()


def from_pcm(pcm: bytes, kind: str) -> bytes:
    """24 kHz PCM16 as bytes of `audio/pcmu` or `audio/pcma` at 8 kHz: for each sample
    the code that says the nearest one."""
    samples = np.frombuffer(resampled_pcm(pcm, RATE, 8_000), "<i2")
    order = np.argsort(TABLES[kind], kind="stable").astype(np.uint8)
    said = TABLES[kind][order].astype(np.int32)
    between = (said[1:] + said[:-1]) / 2
    return order[np.searchsorted(between, samples)].tobytes()
