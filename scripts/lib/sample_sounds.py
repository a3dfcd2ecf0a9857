"""Voices, noises and rooms for `make_samples.py`: all made, nothing recorded.

Every sound is a float array at 16 kHz in -1..1. Voices are Debian's programs, run as
separate processes; noises come from a seeded generator, so that the same voices give
the same bytes.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceagent.errors.lines import here

__all__ = ["NOISES", "RATE", "VOICES", "Sound", "decibels", "noise", "room", "say"]

Sound = NDArray[np.float64]
RATE = 16_000

VOICES: dict[str, tuple[str, ...]] = {
    "anna": ("text2wave", "-eval", "(voice_cmu_us_slt_arctic_hts)"),
    "bert": ("flite", "-voice", "rms"),
    "cora": ("flite", "-voice", "slt"),
    "duncan": ("flite", "-voice", "awb", "--setf", "duration_stretch=1.1"),
    "emil": ("flite", "-voice", "kal16"),
    "fay": ("espeak-ng", "-v", "en-us+linda", "-s", "160"),
    "gina": ("espeak-ng", "-v", "en-us+f3", "-s", "170"),
    "hal": ("espeak-ng", "-v", "en-us+f4", "-s", "165", "-p", "40"),
}
"""Speaker -> the program that speaks. Chosen because a wake-word model trained on
people fires on them well over its cutoff; most other variants of espeak-ng do not."""

INSTALL = "apt-get install espeak-ng flite festival festvox-us-slt-hts"


def decibels(value: float) -> float:
    """Amplitude factor of a level in dB."""
    return float(10 ** (value / 20))


def say(text: str, voice: str) -> Sound:
    """`text` in the voice of that speaker, trimmed, at -1 dB full scale."""
    command = VOICES[voice]
    if shutil.which(command[0]) is None:
        hint = here(f"run `{INSTALL}`")
        raise SystemExit(f"`{command[0]}` is not installed\nhint: {hint}")
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "said.wav"
        subprocess.run(
            [*command, *_output(command[0], text, wav)],
            input=text.encode(),
            check=True,
            capture_output=True,
        )
        return _trim(_read(wav))


def _output(program: str, text: str, wav: Path) -> list[str]:
    if program == "text2wave":
        return ["-o", str(wav)]
    if program == "flite":
        return ["-t", text, "-o", str(wav)]
    return ["-w", str(wav), text]


def _read(path: Path) -> Sound:
    import soundfile
    import soxr

    sound, rate = soundfile.read(path, dtype="float64", always_2d=True)
    mono = sound[:, 0]
    return np.asarray(soxr.resample(mono, rate, RATE) if rate != RATE else mono)


def _trim(sound: Sound) -> Sound:
    """Cut the silence off both ends and bring the peak to -1 dB."""
    loud = np.flatnonzero(np.abs(sound) > 0.01 * np.max(np.abs(sound)))
    cut = sound[loud[0] : loud[-1] + 1]
    return np.asarray(cut / np.max(np.abs(cut)) * decibels(-1))


def room(dry: Sound, seconds: float, random: np.random.Generator) -> Sound:
    """`dry` in a room whose echo fades by 60 dB in `seconds`; same length."""
    if seconds <= 0:
        return dry
    times = np.arange(int(seconds * RATE)) / RATE
    echo = random.standard_normal(len(times)) * np.exp(-6.9 * times / seconds)
    echo[: int(0.004 * RATE)] = 0
    echo *= 0.35 / np.sqrt(np.sum(echo**2))
    echo[0] = 1.0
    return np.asarray(_convolve(dry, echo)[: len(dry)])


def _convolve(sound: Sound, kernel: Sound) -> Sound:
    size = 1 << (len(sound) + len(kernel) - 1).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.fft.rfft(kernel, size)
    return np.asarray(np.fft.irfft(spectrum, size))


def noise(kind: str, samples: int, random: np.random.Generator) -> Sound:
    """Background of that kind at a mean power of one."""
    sound = NOISES[kind](samples, random)
    return np.asarray(sound / np.sqrt(np.mean(sound**2)))


def _coloured(samples: int, random: np.random.Generator, slope: float) -> Sound:
    spectrum = np.fft.rfft(random.standard_normal(samples))
    frequency = np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 40.0)
    return np.asarray(np.fft.irfft(spectrum * frequency**-slope, samples))


def _pink(samples: int, random: np.random.Generator) -> Sound:
    return _coloured(samples, random, 0.5)


def _fan(samples: int, random: np.random.Generator) -> Sound:
    """Air and a motor: brown noise with a hum of 50 Hz and its overtones."""
    times = np.arange(samples) / RATE
    hum = sum(np.sin(2 * np.pi * 50 * k * times) / k**1.5 for k in (1, 2, 3, 4, 6))
    brown = _coloured(samples, random, 1.0)
    return np.asarray(brown / brown.std() + 0.5 * hum)


def _kitchen(samples: int, random: np.random.Generator) -> Sound:
    """A hood, running water, and dishes that clatter about twice a second."""
    hood = _fan(samples, random)
    water = random.standard_normal(samples) - _coloured(samples, random, 0.5)
    sound = hood / hood.std() + 0.25 * water / water.std()
    for at in random.integers(0, samples, max(1, samples // RATE * 2)):
        clink = _clink(random)[: samples - at]
        sound[at : at + len(clink)] += 2.2 * random.uniform(0.4, 1.0) * clink
    return np.asarray(sound)


def _clink(random: np.random.Generator) -> Sound:
    """One plate: a few bell-like partials that die away in about 80 ms."""
    times = np.arange(RATE // 4) / RATE
    fades = [np.exp(-times / random.uniform(0.015, 0.04)) for _ in range(4)]
    tones = [np.sin(2 * np.pi * random.uniform(900, 5500) * times) for _ in range(4)]
    return np.asarray(sum(a * b for a, b in zip(fades, tones, strict=True)))


BABBLE = (
    "the train to the coast leaves from platform nine in the afternoon",
    "we should paint the fence before the rain comes back on thursday",
    "my sister found an old photograph behind the kitchen drawer",
    "the second half was better but nobody expected that result",
)


def _babble(samples: int, random: np.random.Generator) -> Sound:
    """Several people who talk at once, none of them to us."""
    sound = np.zeros(samples)
    for voice, text in zip(("bert", "cora", "duncan", "anna"), BABBLE, strict=True):
        talk = np.tile(say(text, voice), 1 + samples // RATE // 3)
        sound += np.roll(talk, random.integers(len(talk)))[:samples]
    return room(sound, 0.5, random)


def _music(samples: int, random: np.random.Generator) -> Sound:
    """Chords of a small organ, a new one every 0.8 s."""
    sound = np.zeros(samples)
    step = int(0.8 * RATE)
    times = np.arange(step) / RATE
    for at in range(0, samples, step):
        root = 220 * 2 ** (random.choice([0, 3, 5, 7, 10]) / 12)
        notes: Any = (root, root * 2 ** (4 / 12), root * 2 ** (7 / 12), root / 2)
        chord = sum(np.sin(2 * np.pi * f * times) * np.exp(-1.5 * times) for f in notes)
        sound[at : at + step] = np.asarray(chord)[: samples - at]
    return sound


NOISES = {
    "babble": _babble,
    "fan": _fan,
    "kitchen": _kitchen,
    "music": _music,
    "pink": _pink,
}
"""Kind -> maker of that background."""
