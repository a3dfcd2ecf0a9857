"""What was rendered is kept: most of what a house says, it says again."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from pathlib import Path

from voiceagent.audio.clip import Clip, wav_bytes
from voiceagent.errors import StoreError

__all__ = ["ReplyCache"]

READING = 2
"""Counts the ways in which writing was put into words: a clip that was kept from an
older one may lack a sign."""


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
        import wave

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


def _key(voice: str, text: str) -> str:
    return hashlib.sha256(f"{READING}\0{voice}\0{text}".encode()).hexdigest()
