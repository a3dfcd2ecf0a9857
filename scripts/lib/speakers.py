"""Voices that speak sentences into rooms, the same way each time.

A speaker is `ENGINE/NAME`. Each says a sentence a little slower and deeper, or quicker
and higher, by the digest of both. Speakers are split before anything is heard: those
of an engine stand in the order of the digests of their names, and every second one,
beginning with the first, is held out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np

from voiceagent.app.engines import make_voice
from voiceagent.audio.arrays import Doubles, Samples
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.audio.resample import resampled
from voiceagent.errors import EngineMissing, MissingError
from voiceagent.evaluation.spoken import Uttered
from voiceagent.tts.config import SpeakConfig

__all__ = [
    "CONDITIONS",
    "SPEAKERS",
    "Booth",
    "digest",
    "held_out_speakers",
    "usable",
]

SPEAKERS = (
    "espeak/en-us+f2 espeak/en-us+m3 espeak/en-us+f5 espeak/en-us+m7 "
    "espeak/en-gb+f4 espeak/en-gb+m1 espeak/en-gb-x-rp+f3 espeak/en-gb-scotland+m2 "
    "flite/slt flite/rms flite/awb flite/kal16 "
    "festival/cmu_us_slt_arctic_hts festival/kal_diphone festival/ked_diphone "
    "hibari/heart"
).split()
CONDITIONS = ("clear", "12 dB")
WARPS = (0.94, 1.0, 1.06)
"""Factors on pace and pitch."""
LOUD = 0.05
"""Of full scale, the mean of a sentence."""
BEFORE = 0.6
"""Seconds of the room before a sentence."""
SNR = {"clear": 42.0, "12 dB": 12.0}
"""Noise below the sentence; no room is quite silent."""
ECHO, ECHO_LEVEL = 0.25, 0.25
"""Seconds in which a room's sound falls by 60 dB, and how loud it is at first."""
ROOM = 8.0
"""Seconds of a room's noise; then it begins again."""
BABBLE = Path(__file__).resolve().parents[2] / "samples" / "25-babble-only.flac"


def digest(*parts: object) -> int:
    """A number that hangs on those and nothing else."""
    text = "\n".join(map(str, parts))
    return int.from_bytes(sha256(text.encode()).digest()[:6])


def held_out_speakers(speakers: Sequence[str] = SPEAKERS) -> frozenset[str]:
    """Every second speaker of each engine, beginning with the first."""
    engines: dict[str, list[str]] = {}
    for name in sorted(speakers, key=digest):
        engines.setdefault(name.partition("/")[0], []).append(name)
    return frozenset(name for names in engines.values() for name in names[::2])


@cache
def _voice(name: str) -> Callable[[str], Samples]:
    """Text to sound at 16 kHz; raises `MissingError`."""
    if name.partition("/")[0] == "hibari":
        return _hibari()
    voice = make_voice(name, SpeakConfig())

    def said(text: str) -> Samples:
        clip = voice.synthesize(text)
        return resampled(np.frombuffer(clip.pcm, "<i2"), clip.rate, RATE)

    return said


def _hibari() -> Callable[[str], Samples]:
    """Its voice in the package: the others would be downloaded."""
    try:
        from hibari import Hibari
    except ImportError as error:
        install = "pip install --no-deps hibari-tts==0.2.1"
        raise EngineMissing("hibari", install=install, cause=str(error)) from error
    voice = Hibari()

    def said(text: str) -> Samples:
        wave = np.clip(np.asarray(voice(text, seed=0)), -1, 1)
        return resampled(np.rint(wave * 32767).astype(np.int16), 24_000, RATE)

    return said


def usable(speakers: Sequence[str] = SPEAKERS) -> tuple[list[str], list[str]]:
    """Those that speak here, and why the others do not."""
    found, why = [], []
    for name in speakers:
        try:
            _voice(name)("one")
        except MissingError as error:
            why.append(f"{name}: {error.what}; {error.hint}")
        else:
            found.append(name)
    return found, why


@dataclass(slots=True)
class Booth:
    """Where sentences are spoken; what was spoken is kept in `folder`."""

    folder: Path | None = None
    _rooms: dict[str, Samples] = field(default_factory=dict)

    def utter(self, text: str, speaker: str, condition: str) -> Uttered:
        """A sentence by a speaker in a room; no text: the room alone."""
        room = self._room(condition)
        if not text:
            return Uttered(room[:0], room)
        warp = WARPS[digest(text, speaker, "warp") % len(WARPS)]
        bare = resampled(self._said(text, speaker), RATE * warp, RATE)
        wave = bare.astype(np.float64)
        if condition != "clear":
            wave = _in_room(wave)
        wave *= LOUD * 32767 / max(1.0, float(np.sqrt(np.mean(wave**2))))
        before = round(BEFORE * RATE)
        whole = np.concatenate([np.zeros(before), wave])
        shift = digest(text, speaker, "room") % len(room)
        ground = np.resize(np.roll(room, -shift), len(whole))
        mixed = np.clip(np.rint(whole + ground), -32768, 32767).astype(np.int16)
        return Uttered(mixed, np.roll(room, -shift - len(whole)))

    def _said(self, text: str, speaker: str) -> Samples:
        if self.folder is None:
            return _voice(speaker)(text)
        file = self.folder / f"{digest(text, speaker):012x}.npy"
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            half = file.with_suffix(".part")
            with half.open("wb") as out:
                np.save(out, _voice(speaker)(text))
            half.replace(file)
        sound: Samples = np.load(file)
        return sound

    def _room(self, condition: str) -> Samples:
        if condition not in self._rooms:
            level = LOUD * 32767 / 10 ** (SNR[condition] / 20)
            self._rooms[condition] = _noise(condition, level)
        return self._rooms[condition]


def _noise(condition: str, level: float) -> Samples:
    """Pink noise, and where it is loud people who talk next door."""
    count = round(ROOM * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal(count))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = _even(np.fft.irfft(spectrum, count))
    if condition != "clear":
        babble = read_audio(BABBLE).samples.astype(np.float64)
        noise = _even(noise + _even(np.resize(babble, count)))
    return np.rint(noise * level).astype(np.int16)


def _even(wave: Doubles) -> Doubles:
    wave = wave - wave.mean()
    return np.asarray(wave / max(1e-9, float(np.sqrt(np.mean(wave**2)))))


def _in_room(wave: Doubles) -> Doubles:
    """As it is heard at the other end of a small room."""
    count = round(ECHO * RATE)
    tail = np.random.default_rng(3).standard_normal(count)
    tail *= ECHO_LEVEL * 10 ** (-3 * np.arange(count) / count)
    tail /= np.sqrt(np.sum(tail**2)) / ECHO_LEVEL
    tail[: round(0.003 * RATE)] = 0.0
    tail[0] = 1.0
    whole = len(wave) + count
    return np.fft.irfft(np.fft.rfft(wave, whole) * np.fft.rfft(tail, whole), whole)
