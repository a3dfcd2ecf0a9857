"""Playing clips: what a player is, and one that plays to nobody in the same time.

Only one clip plays at a time; a new one takes its place, a cancelled `play` falls
silent. What a listener has heard is counted in samples that left the device.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from voiceagent.audio.clip import Clip, wav_bytes
from voiceagent.audio.played import Played
from voiceagent.clock import now
from voiceagent.store.files import put_named

__all__ = [
    "PlayResult",
    "Player",
    "VirtualPlayer",
    "write_wav",
]

KEPT_CLIPS = 4096
"""Clips a virtual player remembers; older ones are forgotten and counted."""
TIMELINE_RATE = 24_000


@dataclass(frozen=True, slots=True)
class PlayResult:
    """How far a clip got."""

    heard_seconds: float
    completed: bool


class Player(Protocol):
    """Plays one clip at a time."""

    volume: float
    """0..1, applied at once."""

    @property
    def position(self) -> float:
        """Seconds heard of the clip that plays, or of the last one."""
        ...

    async def play(self, clip: Clip) -> PlayResult:
        """Play `clip` to its end; silent within 40 ms when cancelled or stopped."""
        ...

    def stop(self) -> None:
        """Fall silent; `play` then returns what was heard."""
        ...


class VirtualPlayer:
    """Takes the time that a loudspeaker would, and remembers what it played."""

    def __init__(self, *, volume: float = 1.0) -> None:
        self.volume = volume
        self.played: deque[Played] = deque(maxlen=KEPT_CLIPS)
        """Oldest first."""
        self.forgotten = 0
        """Clips beyond what is kept."""
        self._began = 0.0
        self._clip = Clip(b"", 16_000)
        self._heard = 0.0
        self._ending: asyncio.Future[PlayResult] | None = None

    @property
    def position(self) -> float:
        """Seconds heard of the clip that plays, or of the last one."""
        if self._ending is None:
            return self._heard
        return min(max(now() - self._began, 0.0), self._clip.seconds)

    async def play(self, clip: Clip) -> PlayResult:
        """Wait as long as `clip` lasts, or until stopped."""
        self.stop()
        loop = asyncio.get_running_loop()
        ending: asyncio.Future[PlayResult] = loop.create_future()
        self._ending, self._clip, self._began = ending, clip, now()
        timer = loop.call_later(clip.seconds, self._finish, ending, True)
        try:
            return await ending
        finally:  # a cancelled task falls silent
            timer.cancel()
            self._finish(ending, False)

    def stop(self) -> None:
        """Fall silent."""
        if self._ending is not None:
            self._finish(self._ending, False)

    def _finish(self, ending: asyncio.Future[PlayResult], completed: bool) -> None:
        if ending is not self._ending:
            return
        heard = self._heard = self._clip.seconds if completed else self.position
        self.forgotten += len(self.played) == KEPT_CLIPS
        self.played.append(Played(self._began, self._clip, heard, self.volume))
        self._ending = None
        if not ending.done():
            ending.set_result(PlayResult(heard, completed))

    def timeline(self, *, origin: float = 0.0, rate: int = TIMELINE_RATE) -> Clip:
        """All that was heard, each clip at its time after `origin` (loop seconds)."""
        from voiceagent.audio.timeline import timeline

        return timeline(self.played, origin=origin, rate=rate)

    def write_wav(self, path: Path, *, origin: float = 0.0) -> bool:
        """Write the timeline; False (and no file) where nothing was played."""
        if not self.played:
            return False
        write_wav(path, self.timeline(origin=origin))
        return True


def write_wav(path: Path, clip: Clip) -> None:
    """Write `clip` as a WAV file; raises `StoreError`."""
    put_named(path, wav_bytes(clip))
