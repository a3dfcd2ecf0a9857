"""Speaking: the protocol every voice answers to, and what is done to its sound.

A reply is spoken clause by clause, so that the first one sounds while the rest is
rendered. Each clause is cut to where its sound begins (the first sample out is the
first sound heard), brought to one loudness whatever voice made it, and kept.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import threading
import wave
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Clip",
    "ReplyCache",
    "Tts",
    "levelled",
    "loudness",
    "pause_after",
    "prepared",
    "split_clauses",
    "trimmed",
    "wav_bytes",
    "words_heard",
]

LEAD = 0.008
"""Seconds kept before the first sound, so that a soft consonant is not bitten off."""
QUIET = 0.01
"""Share of the clip's peak (-40 dB) under which a sample counts as silence."""
LOUDNESS = -21.0
"""dB of full scale; leaves the peaks of speech about 6 dB of room."""
CEILING = 0.89
"""Share of full scale (-1 dB) that no peak passes."""
FIRST_CLAUSE = 24
"""Characters a clause needs before it may end at a comma: less sounds chopped."""
LONGEST_CLAUSE = 160
"""Characters after which a clause ends at any space: bounds the wait for sound."""
ABBREVIATIONS = frozenset(
    "mr mrs ms dr st prof no vs e.g i.e etc approx dept fig inc jr sr a.m p.m".split()
)


@dataclass(frozen=True, slots=True)
class Clip:
    """Rendered sound: mono, signed 16-bit little-endian."""

    pcm: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.pcm) / 2 / self.rate


class Tts(Protocol):
    """Turns text into sound; blocking, asked through `Compute`."""

    name: str

    def synthesize(self, text: str) -> Clip:
        """Render one clause."""
        ...


def split_clauses(text: str) -> list[str]:
    """Pieces to render one by one; joined they are `text`, and each can be spoken."""
    clauses: list[str] = []
    start = 0
    for space in re.finditer(r"\s+", text):
        done, rest = text[start : space.start()], text[space.end() :]
        if _ends_clause(done) and _speakable(rest):
            clauses.append(text[start : space.end()])
            start = space.end()
    return [*clauses, text[start:]] if start < len(text) else clauses


def pause_after(clause: str) -> float:
    """Seconds of silence that belong behind `clause`; a little behind the last one."""
    if clause == clause.rstrip():
        return 0.04
    return 0.22 if clause.rstrip()[-1:] in ".!?" else 0.1


def words_heard(text: str, clip: Clip, seconds: float) -> str:
    """The words of `text` that `seconds` of its clip have let the user hear.

    An estimate: letters and pauses share the time in proportion, and a word counts
    only when all of it was heard. Ask it clause by clause.
    """
    if seconds >= clip.seconds:
        return text.strip()
    words = list(re.finditer(r"\S+", text))
    weights = [_weight(word.group()) for word in words]
    limit = seconds / clip.seconds * sum(weights)
    heard = int(np.searchsorted(np.cumsum(weights), limit, side="right"))
    return text[: words[heard - 1].end()].strip() if heard else ""


def _ends_clause(piece: str) -> bool:
    last = piece.split()[-1] if piece.split() else ""
    if not _speakable(piece):
        return False
    if len(piece) >= LONGEST_CLAUSE:
        return True
    if last.endswith((",", ";", ":")):
        return len(piece) >= FIRST_CLAUSE
    closing = last.rstrip("\"')]\u201d\u2019")
    if closing.endswith((".", "!", "?", "\u2026")):
        return not _is_abbreviation(closing)
    return False


def _is_abbreviation(word: str) -> bool:
    stem = word.removesuffix(".").lower().lstrip("(\"'")
    initial = len(stem) == 1 and stem.isalpha() and stem != "i"
    return word.endswith(".") and (stem in ABBREVIATIONS or initial)


def _speakable(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _weight(word: str) -> int:
    # A digit is spoken as a word ("7:30"), a comma and a full stop as a pause.
    digits = sum(character.isdigit() for character in word)
    pause = 2 if word[-1] in ",;:" else 4 if word[-1] in ".!?" else 0
    return len(word) + 1 + 3 * digits + pause


def prepared(clip: Clip, clause: str) -> Clip:
    """`clip` as it is played: common loudness, no silence but the clause's pause."""
    return trimmed(levelled(clip), tail=pause_after(clause))


def trimmed(clip: Clip, *, tail: float = 0.04) -> Clip:
    """Cut leading silence to `LEAD` and make the silence at the end last `tail` s."""
    samples = _samples(clip)
    loud = np.flatnonzero(np.abs(samples) > QUIET * np.abs(samples).max(initial=0))
    if not loud.size:
        return clip
    first = max(0, int(loud[0]) - round(LEAD * clip.rate))
    last = int(loud[-1]) + 1
    keep = round(tail * clip.rate)
    body = _fade(samples[first : last + keep].copy(), round(0.002 * clip.rate))
    return _clip(np.pad(body, (0, max(0, keep - (len(samples) - last)))), clip.rate)


def loudness(clip: Clip) -> float:
    """Loudness of the speech in dB of full scale, pauses left out; -inf for silence.

    After ITU-R BS.1770: a high-pass, a lift of the treble, short blocks, and a gate
    10 dB under the mean; by power spectra of the blocks, which takes under 1 ms.
    """
    samples = _samples(clip)
    if not samples.any():
        return -float("inf")
    block = 1 << max(4, round(np.log2(0.08 * clip.rate)))
    blocks = np.pad(samples, (0, -len(samples) % block)).reshape(-1, block)
    hertz = np.maximum(np.fft.rfftfreq(block, 1 / clip.rate), 1)
    decibels = 4 / (1 + (1500 / hertz) ** 4)
    weight = 10 ** (decibels / 10) / (1 + (60 / hertz) ** 4)
    power = (np.abs(np.fft.rfft(blocks)) ** 2 @ weight) * 2 / block**2
    return float(10 * np.log10(power[power >= power.mean() / 10].mean()))


def levelled(clip: Clip, *, target: float = LOUDNESS) -> Clip:
    """Bring `clip` to `target` dB of full scale; peaks are rounded off, not clipped."""
    now = loudness(clip)
    if now == -float("inf"):
        return clip
    return _clip(_limit(_samples(clip) * 10 ** ((target - now) / 20)), clip.rate)


def _limit(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    # Straight up to the knee, then bent towards the ceiling.
    knee = 0.7 * CEILING
    over = np.maximum(np.abs(samples) - knee, 0) / (CEILING - knee)
    bent = knee + (CEILING - knee) * np.tanh(over)
    return np.where(over > 0, np.sign(samples) * bent, samples)


def _fade(samples: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    length = min(length, len(samples) // 2)
    ramp = np.linspace(0, 1, length, endpoint=False)
    samples[:length] *= ramp
    samples[len(samples) - length :] *= ramp[::-1]
    return samples


def _samples(clip: Clip) -> NDArray[np.float32]:
    return np.frombuffer(clip.pcm, "<i2").astype(np.float32) / np.float32(32768)


def _clip(samples: NDArray[np.float32], rate: int) -> Clip:
    whole = np.clip(np.rint(samples * 32768), -32768, 32767)
    return Clip(whole.astype("<i2").tobytes(), rate)


class ReplyCache:
    """Rendered clauses by voice and words, least recently used out first.

    With a folder they outlive the process (as WAV files named by hash, the oldest
    removed beyond the same limit). May be used from any thread.
    """

    def __init__(self, *, limit: int = 32 << 20, folder: Path | None = None) -> None:
        """`limit`: bytes of sound kept in memory, and again in the folder."""
        self.limit = limit
        self.hits = self.misses = self.evicted = self.broken = self.size = 0
        """Counters: `broken` files could not be read or written; `size` is bytes."""
        self._clips: OrderedDict[str, Clip] = OrderedDict()
        self._lock = threading.Lock()
        self._folder = folder
        if folder:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def get(self, voice: str, text: str) -> Clip | None:
        """The kept clip, or None when it has to be rendered."""
        key = _key(voice, text)
        with self._lock:
            clip = self._clips.get(key) or self._load(key)
            self.hits += clip is not None
            self.misses += clip is None
            if clip is not None:
                self._keep(key, clip)
            return clip

    def put(self, voice: str, text: str, clip: Clip) -> None:
        """Keep `clip`, letting the least recently used ones go beyond the limit."""
        key = _key(voice, text)
        with self._lock:
            self._keep(key, clip)
            if self._folder:
                self._save(self._folder, key, clip)

    def _keep(self, key: str, clip: Clip) -> None:
        old = self._clips.pop(key, None)
        self.size += len(clip.pcm) - (len(old.pcm) if old else 0)
        self._clips[key] = clip
        while self.size > self.limit:
            self.size -= len(self._clips.popitem(last=False)[1].pcm)
            self.evicted += 1

    def _load(self, key: str) -> Clip | None:
        if not self._folder or not (path := self._folder / f"{key}.wav").exists():
            return None
        try:
            with wave.open(str(path)) as file:
                return Clip(file.readframes(file.getnframes()), file.getframerate())
        except (OSError, EOFError, wave.Error):
            self.broken += 1
            return None

    def _save(self, folder: Path, key: str, clip: Clip) -> None:
        # A full disk costs the speed-up of the next start and nothing else: counted.
        try:
            part = folder / f"{key}.part"
            part.write_bytes(wav_bytes(clip))
            os.replace(part, folder / f"{key}.wav")
            self._prune(folder)
        except OSError:
            self.broken += 1

    def _prune(self, folder: Path) -> None:
        files = sorted(
            (stat.st_mtime_ns, stat.st_size, path)
            for path, stat in ((path, path.stat()) for path in folder.glob("*.wav"))
        )
        total = sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= self.limit:
                break
            path.unlink(missing_ok=True)
            total -= size


def wav_bytes(clip: Clip) -> bytes:
    """`clip` as the bytes of a WAV file."""
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(clip.rate)
        file.writeframes(clip.pcm)
    return whole.getvalue()


def _key(voice: str, text: str) -> str:
    return hashlib.sha256(f"{voice}\0{text}".encode()).hexdigest()
