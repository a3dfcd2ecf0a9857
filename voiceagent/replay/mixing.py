"""Noise under speech at a given ratio, the way the published benchmarks mix it."""

from __future__ import annotations

import numpy as np

from voiceagent.audio.arrays import Samples

__all__ = ["mix", "mix_noise"]

PEAK = 0.5
"""Of full scale, after mixing."""


def mix_noise(
    speech: Samples, noise: Samples, snr_db: float, *, seed: int = 0
) -> Samples:
    """Speech with a stretch of noise from a seeded offset on."""
    offset = int(np.random.default_rng(seed).integers(max(1, len(noise))))
    return mix(speech, noise, snr_db=snr_db, offset=offset)


def mix(speech: Samples, noise: Samples, *, snr_db: float, offset: int) -> Samples:
    """Speech with noise from sample `offset` on, repeated as needed.

    Powers over the whole utterance are `snr_db` apart; the peak is half of full scale.
    """
    clean = speech.astype(np.float64)
    ground = np.resize(np.roll(noise, -offset), len(speech)).astype(np.float64)
    power = np.mean(clean**2) / max(float(np.mean(ground**2)), 1e-9)
    mixed = clean + ground * np.sqrt(power / 10 ** (snr_db / 10))
    peak = max(float(np.abs(mixed).max()), 1e-9)
    scaled: Samples = np.rint(mixed * (PEAK * 32767 / peak)).astype(np.int16)
    return scaled
