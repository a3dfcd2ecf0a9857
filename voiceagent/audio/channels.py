"""How the channels of a recording become one: the one with the speech in it.

Judged on up to 60 seconds spread evenly over the file, offsets taken off: a dead input
may have a loud one. Channels 40 dB below the loudest count as not connected, and those
that hold much less speech than the best one as something else: an echo reference, the
music that plays. Of what is left: two are averaged, since a stereo recording may hold
a speaker on each side, unless that would cancel (a side wired the wrong way round). Of
more, the loudest of those that hear the same is taken, since microphones apart from
each other hear a voice at different times and their sum cancels parts of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.arrays import Doubles, Samples
from voiceagent.audio.decode import DecodeFailed, Reader
from voiceagent.audio.frames import FRAME_SAMPLES, RATE
from voiceagent.audio.resample import Resampler

__all__ = [
    "FAINT",
    "LOUDEST",
    "PAUSE",
    "SAME",
    "Flags",
    "Likeness",
    "audible",
    "choose_channels",
    "is_sound",
    "pauses",
    "pauses_like_speech",
    "speaking",
]

Flags = NDArray[np.bool_]
"""One for each channel."""
Likeness = Callable[[Samples], float]
"""How much speech there is in a sound, 0 for none; compared among channels only."""
LOUDEST = 64.0
"""No sound is 36 dB above full scale: such floats are another unit, or damage."""
PROBES = 60
"""Seconds of a file with several channels that are looked at to mix them."""
VALUES = 8 * PROBES
"""Seconds of all channels together that are looked at: bounds the memory."""
FAINT = 1e-7
"""Power beside that of the loudest channel from which one may hold the speech: music
that plays may be far louder than a voice in the room."""
SPEECH = 0.5
"""Share of the best channel's speech that another one must hold."""
SAME = 0.9
"""Correlation of the loudness of channels that hear the same."""
LEAST = 10
"""Frames under which loudness tells nothing of who hears the same."""
PAUSE = 15.0
"""dB under the loud parts of a sound at which a pause begins."""


def audible(reader: Reader, likeness: Likeness | None = None) -> list[int]:
    """Look at the channels of a file and choose; damage is for reading to report."""
    sounds, mean_power = _heard(reader)
    power = np.square(sounds.astype(np.float64)).sum(axis=1)
    live = power >= max(float(power.max()) * FAINT, 1.0)
    if np.count_nonzero(live) < 2:
        return choose_channels(power, mean_power)
    speak = _speaking(sounds, live, likeness or pauses_like_speech)
    return choose_channels(np.where(speak, power, 0.0), mean_power)


def _heard(reader: Reader) -> tuple[Samples, float]:
    """Each channel at 16 kHz without its offset, and the power of their mean."""
    pieces: list[Samples] = []
    mean_power = 0.0
    with suppress(DecodeFailed, OSError):
        for values in _probes(reader):
            if not is_sound(values):
                break
            values = values - values.mean(axis=0) if len(values) else values
            mean_power += float(np.square(values.mean(axis=1)).sum())
            pieces.append(_at_our_rate(values, reader.rate))
    if not pieces:
        return np.zeros((reader.channels, 0), np.int16), 0.0
    # In the units of samples, as the power of the channels is.
    scale = 32768.0**2 * RATE / reader.rate
    return np.concatenate(pieces, axis=1), mean_power * scale


def _at_our_rate(values: NDArray[np.float32], rate: int) -> Samples:
    columns = [np.ascontiguousarray(column) for column in values.T]
    return np.stack([Resampler(rate).feed(column, last=True) for column in columns])


def _probes(reader: Reader) -> Iterator[NDArray[np.float32]]:
    """Seconds spread evenly over a file, or its beginning where it cannot be sought."""
    most = max(1, min(PROBES, VALUES // reader.channels))
    step = max(reader.present // most, reader.rate)
    starts = range(0, max(reader.present, 1), step) if reader.seeks else range(most)
    for start in starts:
        if reader.seeks:
            reader.seek(start)
        yield reader.read(reader.rate)


def _speaking(sounds: Samples, live: Flags, likeness: Likeness) -> Flags:
    """The channels with the speech, as far as any holds some."""
    scores = np.array(
        [likeness(sound) if on else 0.0 for sound, on in zip(sounds, live, strict=True)]
    )
    return speaking(live, scores, lambda among: _loudness(sounds[among]))


def speaking(
    live: Flags, scores: Doubles, loudness: Callable[[NDArray[np.intp]], Doubles]
) -> Flags:
    """The channels with the speech, by how much of it each holds; `loudness`: of each
    frame of those channels."""
    speak = live & (scores >= SPEECH * scores.max())
    among = np.flatnonzero(speak)
    return speak if len(among) < 3 else _together(loudness(among), speak)


def _together(loud: Doubles, speak: Flags) -> Flags:
    """Of several microphones, those that hear what most of them hear."""
    if loud.shape[1] < LEAST:
        return speak
    among = np.flatnonzero(speak)
    alike = (np.corrcoef(loud) >= SAME).sum(axis=1)
    most = np.zeros_like(speak)
    most[among[alike == alike.max()]] = True
    return most


def _loudness(sounds: Samples) -> Doubles:
    """Amplitude of each frame of each channel; a little noise, so that none is flat."""
    whole = sounds.shape[1] // FRAME_SAMPLES * FRAME_SAMPLES
    frames = sounds[:, :whole].astype(np.float64)
    frames = frames.reshape(len(sounds), -1, FRAME_SAMPLES)
    noise = np.random.default_rng(0).uniform(0, 0.01, frames.shape[:2])
    return np.asarray(np.sqrt(np.square(frames).mean(axis=2)) + noise)


def pauses_like_speech(sound: Samples) -> float:
    """0 to 1: speech has many frames far under its loud ones, music and noise few, a
    click nothing but such frames."""
    if len(sound) < FRAME_SAMPLES:
        return 0.0
    return pauses(_loudness(sound[np.newaxis])[0])


def pauses(loud: Doubles) -> float:
    """The same, by the loudness of its frames."""
    levels = 20 * np.log10(np.maximum(loud, 1.0))
    low = float(np.mean(levels < np.percentile(levels, 95) - PAUSE))
    return 2 * min(low, 1 - low)


def choose_channels(power: Doubles, mean_power: float) -> list[int]:
    """The channels whose mean is taken, by their power and that of their mean."""
    loudest = int(np.argmax(power))
    live = np.flatnonzero(power >= power[loudest] * 1e-4)
    # Two voices of equal strength lose 3 dB in the mean; 10 dB is cancellation.
    if len(power) > 2 or len(live) < 2 or mean_power < 0.1 * power[loudest]:
        return [loudest]
    return [int(channel) for channel in live]


def is_sound(values: NDArray[np.float32]) -> bool:
    """Whether all are within bounds; comparisons with NaN are false."""
    low, high = values.min(initial=0), values.max(initial=0)
    return bool(low >= -LOUDEST and high <= LOUDEST)
