"""Room tone, pauses put into recordings, and the silences that are in them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "RATE",
    "Sound",
    "Span",
    "insert",
    "level",
    "mixed",
    "quiet_place",
    "room_tone",
    "spans_of",
    "with_room",
]

RATE = 16_000
CELL = RATE // 100
"""Samples of a cell of 10 ms."""
SHORTEST = 0.1
"""Seconds of silence that count as a span (eot-bench)."""
FADE = round(0.012 * RATE)
PEAK = 10 ** (-12 / 20)
FLOOR = 10 ** (-62 / 20)
"""Room tone is at least this loud (rms of full scale): gated recordings have digital
silence between words, which no microphone gives."""
TONE_SECONDS = 0.08
TONE_AT_MOST = 10 ** (-25 / 20)
"""Of the loudest part: where nobody pauses, the quietest stretch is still speech."""
BLOCK = np.ones(RATE // 50) / (RATE // 50)
BELOW_PEAK_DB = 36.0
ABOVE_TONE_DB = 9.0
CLICK, ALONE = 7, 18
"""Cells: less sound than that, so far from other sound, is a click and no speech."""

Sound = NDArray[np.float64]
Span = tuple[float, float]
"""Start and end in seconds."""


def room_tone(sound: Sound, count: int, random: np.random.Generator) -> Sound:
    """`count` samples of noise with the colour and level of the quietest stretch."""
    size = min(len(sound), round(TONE_SECONDS * RATE))
    starts = range(0, max(1, len(sound) - size), CELL)
    power = [float(np.mean(sound[at : at + size] ** 2)) for at in starts]
    quiet = sound[starts[int(np.argmin(power))] :][:size]
    colour = np.abs(np.fft.rfft(quiet * np.hanning(len(quiet))))
    places = np.linspace(0, len(colour) - 1, count // 2 + 1)
    wanted = np.interp(places, np.arange(len(colour)), colour) + 1e-9
    phases = np.exp(2j * np.pi * random.random(len(wanted)))
    tone = np.fft.irfft(wanted * phases, count) if count else np.zeros(0)
    most = float(np.sqrt(np.max(np.convolve(sound**2, BLOCK, "same")))) * TONE_AT_MOST
    loud = min(max(float(np.sqrt(np.mean(quiet**2))), FLOOR), max(most, FLOOR))
    return np.asarray(tone * loud / max(float(np.sqrt(np.mean(tone**2))), 1e-12))


def level(sound: Sound) -> Sound:
    """dB of full scale by cell, smoothed over three."""
    cells = len(sound) // CELL
    power = np.mean(sound[: cells * CELL].reshape(cells, CELL) ** 2, axis=1)
    padded = np.pad(10 * np.log10(power + 1e-12), 1, "edge")
    return np.convolve(padded, np.ones(3) / 3, "valid")


def spans_of(sound: Sound) -> tuple[Span, list[Span]]:
    """Where speech begins and ends, and every silence of `SHORTEST` or more inside."""
    db = level(sound)
    floor, peak = np.percentile(db, (10, 99))
    above = max(peak - BELOW_PEAK_DB, min(floor + ABOVE_TONE_DB, peak - 12))
    loud = _without_clicks(db > above)
    if not len(loud):
        return (0.0, 0.0), []
    least = round(SHORTEST * RATE / CELL)
    gaps = [
        (round((a + 1) / 100, 2), round(b / 100, 2))
        for a, b in pairwise(loud.tolist())
        if b - a - 1 >= least
    ]
    return (int(loud[0]) / 100, (int(loud[-1]) + 1) / 100), gaps


def _without_clicks(loud: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Loud cells, without short runs that stand alone."""
    edges = np.flatnonzero(np.diff(np.pad(loud.astype(np.int8), 1)))
    runs = zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True)
    groups: list[list[int]] = []
    for begin, end in runs:
        if not groups or begin - groups[-1][-1] >= ALONE:
            groups.append([])
        groups[-1] += range(begin, end)
    kept = [cell for group in groups if len(group) >= CLICK for cell in group]
    return np.array(kept, np.int64)


def quiet_place(sound: Sound, near: int, *, within: float = 0.05) -> int:
    """The sample of the quietest cell around a word boundary."""
    db, reach = level(sound), round(within * 100)
    first = max(0, near // CELL - reach)
    here = db[first : near // CELL + reach + 1]
    if not len(here):
        return near
    return (first + int(np.argmin(here))) * CELL + CELL // 2


def insert(
    sound: Sound, pauses: Sequence[tuple[int, float]], random: np.random.Generator
) -> Sound:
    """`sound` with room tone of so many seconds at those samples, faded in and out."""
    parts, at = [], 0
    for sample, seconds in sorted(pauses):
        parts += [
            sound[at:sample],
            room_tone(sound, round(seconds * RATE), random),
        ]
        at = sample
    parts.append(sound[at:])
    out = parts[0]
    for part in parts[1:]:
        out = _joined(out, part)
    return out


def _joined(before: Sound, after: Sound) -> Sound:
    """One after the other, faded over a few milliseconds so that nothing clicks."""
    size = min(FADE, len(before), len(after))
    if not size:
        return np.concatenate([before, after])
    ramp = np.linspace(1.0, 0.0, size)
    middle = before[-size:] * ramp + after[:size] * ramp[::-1]
    return np.concatenate([before[:-size], middle, after[size:]])


def with_room(
    sound: Sound, *, lead: float, tail: float, random: np.random.Generator
) -> Sound:
    """The speech at a usual loudness, with room tone before, after and under it."""
    body = sound * (PEAK / max(float(np.abs(sound).max(initial=0.0)), 1e-9))
    before = room_tone(body, round(lead * RATE), random)
    after = room_tone(body, round(tail * RATE), random)
    whole = _joined(_joined(before, body), after)
    return whole + FLOOR / 2 * random.standard_normal(len(whole))


def mixed(
    sound: Sound, noise: Sound, snr_db: float, random: np.random.Generator
) -> Sound:
    """Noise from a random place on, so many dB under the speech (pauses left out)."""
    db = level(sound)
    loud = np.repeat(db > np.percentile(db, 99) - BELOW_PEAK_DB, CELL)
    speech = float(np.mean(sound[: len(loud)][loud] ** 2))
    ground = np.resize(np.roll(noise, -int(random.integers(len(noise)))), len(sound))
    gain = np.sqrt(speech / max(float(np.mean(ground**2)), 1e-12))
    return np.asarray(sound + ground * gain * 10 ** (-snr_db / 20))
