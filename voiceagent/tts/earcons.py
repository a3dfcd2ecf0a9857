"""Short sounds instead of words, made by arithmetic when first asked for.

Soft sine tones with a little second harmonic, quick but smooth attacks and an
exponential decay that ends in silence, so that nothing clicks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.clip import Clip
from voiceagent.errors import UsageError

__all__ = ["NAMES", "earcon"]

RATE = 24_000
LEVEL = -18.0
"""dB of full scale of the loudest 50 ms."""
ATTACK = 0.006
"""Seconds; shorter ones click."""
RELEASE = 0.02


@dataclass(frozen=True, slots=True)
class Note:
    """One tone: start and length in seconds, pitch in Hz."""

    start: float
    length: float
    hertz: float
    level: float = 1.0


# Rising asks for speech, falling closes, low and repeated warns; the alarm is the one
# that has to reach another room.
SOUNDS: dict[str, tuple[Note, ...]] = {
    "wake": (Note(0, 0.11, 659), Note(0.07, 0.16, 988)),
    "done": (Note(0, 0.10, 784), Note(0.07, 0.16, 523)),
    "error": (Note(0, 0.14, 330), Note(0.16, 0.22, 262)),
    "alarm": tuple(
        Note(0.5 * bar + 0.12 * beat, 0.18, 880 if beat % 2 else 1109)
        for bar in range(3)
        for beat in range(3)
    ),
    "thinking": (Note(0, 0.12, 440, 0.6), Note(0.18, 0.12, 440, 0.6)),
}
NAMES = tuple(SOUNDS)


@cache
def earcon(name: str) -> Clip:
    """The sound called `wake`, `done`, `error`, `alarm` or `thinking`."""
    if name not in SOUNDS:
        raise UsageError(
            f"there is no earcon `{name}`", hint=f"choose {', '.join(NAMES)}"
        )
    notes = SOUNDS[name]
    seconds = max(note.start + note.length for note in notes)
    sound = np.zeros(round(seconds * RATE) + 1)
    for note in notes:
        tone = _tone(note)
        at = round(note.start * RATE)
        sound[at : at + len(tone)] += tone[: len(sound) - at]
    sound *= 10 ** (LEVEL / 20) / _loudest(sound)
    loudest_note = max(note.level for note in notes)
    pcm = np.rint(sound * loudest_note * 32767).astype("<i2").tobytes()
    return Clip(pcm, RATE)


def _tone(note: Note) -> NDArray[np.float64]:
    time = np.arange(round(note.length * RATE)) / RATE
    phase = 2 * np.pi * note.hertz * time
    wave = np.sin(phase) + 0.2 * np.sin(2 * phase)
    attack = np.sin(np.pi / 2 * np.minimum(time / ATTACK, 1)) ** 2
    left = note.length - time
    release = np.sin(np.pi / 2 * np.minimum(left / RELEASE, 1)) ** 2
    decay = np.exp(-3 * time / note.length)
    return np.asarray(note.level * wave * attack * decay * release)


def _loudest(sound: NDArray[np.float64]) -> float:
    """Root mean square of the loudest 50 ms."""
    window = round(0.05 * RATE)
    power = np.convolve(sound**2, np.full(window, 1 / window), "valid")
    return float(np.sqrt(power.max()))
