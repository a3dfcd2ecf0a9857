"""Speaking: the protocol every voice answers to, and what is done to its sound.

A reply is spoken clause by clause, so that the first one sounds while the rest is
rendered. What was rendered is kept: most of what a house says, it says again.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import threading
import wave
from collections import OrderedDict
from pathlib import Path
from typing import Protocol

import numpy as np

from voiceagent.audio.clip import Clip, levelled, trimmed
from voiceagent.errors import StoreError

__all__ = [
    "Clip",
    "ReplyCache",
    "Tts",
    "pause_after",
    "prepared",
    "split_clauses",
    "wav_bytes",
    "words_heard",
]

FIRST_CLAUSE = 24
"""Characters a clause needs before it may end at a comma: less sounds chopped."""
LONGEST_CLAUSE = 160
"""Characters after which a clause ends at any space: bounds the wait for sound."""
ABBREVIATIONS = frozenset(
    "mr mrs ms dr st prof no vs e.g i.e etc approx dept fig inc jr sr a.m p.m".split()
)


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


def prepared(clip: Clip, clause: str) -> Clip:
    """`clip` as it is played: common loudness, no silence but the clause's pause."""
    return trimmed(levelled(clip), tail=pause_after(clause))


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


class ReplyCache:
    """Rendered clauses by voice and words, least recently used out first.

    With a folder they outlive the process (as WAV files named by hash, the oldest
    removed beyond the same limit). May be used from any thread.
    """

    def __init__(self, *, limit: int = 32 << 20, folder: Path | None = None) -> None:
        """`limit`: bytes of sound kept in memory, and again in the folder.

        Raises `StoreError` where the folder cannot be made.
        """
        self.hits = self.misses = self.evicted = self.broken = self.size = 0
        """Counters: `broken` files could not be read or written; `size` is bytes."""
        self._limit = limit
        self._clips: OrderedDict[str, Clip] = OrderedDict()
        self._lock = threading.Lock()
        self._folder = folder
        if folder:
            _make(folder)

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
        while self.size > self._limit:
            self.size -= len(self._clips.popitem(last=False)[1].pcm)
            self.evicted += 1

    def _load(self, key: str) -> Clip | None:
        if not self._folder or not (path := self._folder / f"{key}.wav").exists():
            return None
        try:
            with wave.open(str(path)) as file:
                pcm = file.readframes(file.getnframes())
                if file.getnframes() * 2 == len(pcm):
                    return Clip(pcm, file.getframerate())
        except (OSError, EOFError, wave.Error):
            pass  # counted like one that is cut
        self.broken += 1
        return None

    def _save(self, folder: Path, key: str, clip: Clip) -> None:
        # A full disk costs the speed-up of the next start and nothing else: counted.
        part = folder / f"{key}.part"
        try:
            part.write_bytes(wav_bytes(clip))
            os.replace(part, folder / f"{key}.wav")
            self._prune(folder)
        except OSError:
            part.unlink(missing_ok=True)
            self.broken += 1

    def _prune(self, folder: Path) -> None:
        files = sorted(
            (stat.st_mtime_ns, stat.st_size, path)
            for path, stat in ((path, path.stat()) for path in folder.glob("*.wav"))
        )
        total = sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= self._limit:
                break
            path.unlink(missing_ok=True)
            total -= size


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"replies cannot be kept in `{folder}`",
            cause=error.strerror or str(error),
            hint="choose a folder that you may write to",
        ) from error


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
