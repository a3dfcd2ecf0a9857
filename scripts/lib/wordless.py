"""Sounds in which nobody says anything: `sounds()` names and makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["KINDS", "RATE", "wordless"]

RATE = 24_000
Wave = NDArray[np.float64]
"""Full scale 1.0."""
Make = Callable[[int, np.random.Generator], Wave]
SCALE = (220.0, 247.0, 262.0, 294.0, 330.0, 349.0, 392.0, 440.0)


def _noise(level: float, power: float = 0.0) -> Make:
    """`power`: how its spectrum falls: 0 white, 1 pink, 2 brown."""

    def make(count: int, random: np.random.Generator) -> Wave:
        spectrum = np.fft.rfft(random.standard_normal(count))
        spectrum[1:] /= np.arange(1, len(spectrum)) ** (power / 2)
        wave = np.fft.irfft(spectrum, count)
        return 10 ** (level / 20) * wave / np.sqrt((wave**2).mean())

    return make


def _clicks(count: int, random: np.random.Generator) -> Wave:
    wave = np.zeros(count)
    at = 0
    while (at := at + int(random.uniform(0.08, 0.9) * RATE)) < count - 400:
        decay = np.exp(-np.arange(400) / random.uniform(5, 60))
        wave[at : at + 400] += random.uniform(0.2, 0.9) * decay * random.choice([-1, 1])
    return wave


def _tones(*frequencies: float) -> Make:
    def make(count: int, random: np.random.Generator) -> Wave:
        t = np.arange(count) / RATE
        waves = [np.sin(2 * np.pi * f * t) for f in frequencies]
        return 0.6 * np.mean(waves, axis=0)

    return make


def _dialled(count: int, random: np.random.Generator) -> Wave:
    low, high = (697, 770, 852, 941), (1209, 1336, 1477)
    t, wave = np.arange(count) / RATE, np.zeros(count)
    for at in range(0, count, RATE // 5):
        part = t[at : at + RATE // 10]
        pair = random.choice(low), random.choice(high)
        wave[at : at + len(part)] = sum(np.sin(2 * np.pi * f * part) for f in pair)
    return 0.3 * wave


def _sweep(count: int, random: np.random.Generator) -> Wave:
    t = np.arange(count) / RATE
    return 0.5 * np.sin(2 * np.pi * (1000 * t - 150 * np.cos(2 * np.pi * 0.5 * t)))


def _chords(count: int, random: np.random.Generator) -> Wave:
    """An organ: a chord a second, with overtones."""
    t, wave = np.arange(count) / RATE, np.zeros(count)
    for at in range(0, count, RATE):
        part = t[at : at + RATE]
        for root in random.choice(SCALE, 3, replace=False):
            for overtone in (1, 2, 3, 4):
                wave[at : at + RATE] += np.sin(2 * np.pi * root * overtone * part) / (
                    overtone**1.5
                )
    return 0.12 * wave


def _plucked(count: int, random: np.random.Generator) -> Wave:
    """A guitar: strings one after the other (Karplus and Strong)."""
    wave = np.zeros(count)
    for at in range(0, count, RATE // 3):
        string = random.uniform(-1, 1, round(RATE / random.choice(SCALE)))
        left = min(RATE, count - at)
        note = np.empty(0)
        while len(note) < left:
            note = np.concatenate([note, string])
            string = 0.498 * (string + np.roll(string, 1))
        wave[at : at + left] += 0.4 * note[:left]
    return wave


def _drums(count: int, random: np.random.Generator) -> Wave:
    """A kick and a hat."""
    wave = np.zeros(count)
    for number, at in enumerate(range(0, count, RATE // 4)):
        t = np.arange(min(RATE // 4, count - at)) / RATE
        if number % 2:
            wave[at : at + len(t)] = (
                0.2 * np.exp(-t * 60) * random.standard_normal(len(t))
            )
        else:
            wave[at : at + len(t)] = 0.8 * np.exp(-t * 12) * np.sin(2 * np.pi * 60 * t)
    return wave


KINDS: Mapping[str, Make] = {
    "zeros": lambda count, random: np.zeros(count),
    "dither": _noise(-90.0),
    "quiet white noise": _noise(-60.0),
    "white noise": _noise(-30.0),
    "loud white noise": _noise(-12.0),
    "pink noise": _noise(-25.0, 1.0),
    "brown noise": _noise(-20.0, 2.0),
    "clicks": _clicks,
    "tone": _tones(440.0),
    "hum": _tones(50.0, 100.0, 150.0),
    "dialled": _dialled,
    "sweep": _sweep,
    "chords": _chords,
    "plucked": _plucked,
    "drums": _drums,
}


def wordless(kind: str, seconds: int, seed: int = 1) -> bytes:
    """PCM16 at 24 kHz."""
    wave = KINDS[kind](seconds * RATE, np.random.default_rng(seed))
    return (np.clip(wave, -1, 1) * 32767).astype("<i2").tobytes()
