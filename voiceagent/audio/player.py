"""Playing clips: to a loudspeaker, or to nobody in the same time.

Only one clip plays at a time; a new one takes its place, a cancelled `play` falls
silent. What a listener has heard is counted in samples that left the device.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.clip import Clip, wav_bytes
from voiceagent.audio.source import in_thread
from voiceagent.audio.speaker import FADE, Cursor, Speaker, resampled
from voiceagent.clock import now
from voiceagent.errors import DeviceMissing, StoreError, UsageError

__all__ = [
    "PlayResult",
    "Played",
    "Player",
    "SpeakerPlayer",
    "VirtualPlayer",
    "write_wav",
]

PATIENCE = 2.0
"""Seconds beyond its length after which a clip that has not ended is given up."""
KEPT_CLIPS = 4096
"""Clips a virtual player remembers; older ones are forgotten and counted."""
TIMELINE_RATE = 24_000
MAX_TIMELINE = 4 * 3600.0
"""Seconds of the longest timeline that is written."""


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


@dataclass(frozen=True, slots=True)
class Played:
    """One clip on a virtual player's timeline."""

    at: float
    """Seconds on the loop's clock."""
    clip: Clip
    heard: float
    """Seconds of it."""
    volume: float


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
        pieces = [
            (round((one.at - origin) * rate), _heard(one, rate)) for one in self.played
        ]
        length = max((at + len(piece) for at, piece in pieces), default=0)
        if length > MAX_TIMELINE * rate:
            raise UsageError(
                f"{length / rate:.0f} s are too long for one file",
                hint=f"give an `origin` within {MAX_TIMELINE:.0f} s of the end",
            )
        sound = np.zeros(length, np.float32)
        for at, piece in pieces:
            first = max(0, -at)
            sound[at + first : at + len(piece)] += piece[first:]
        return Clip(np.clip(sound, -32768, 32767).astype("<i2").tobytes(), rate)

    def write_wav(self, path: Path, *, origin: float = 0.0) -> bool:
        """Write the timeline; False (and no file) where nothing was played."""
        if not self.played:
            return False
        write_wav(path, self.timeline(origin=origin))
        return True


class SpeakerPlayer:
    """Plays on a loudspeaker; may be used by one event loop after another."""

    def __init__(self, device: int | str | None = None, *, volume: float = 1.0) -> None:
        """`device`: number or part of its name, None for the system's choice.

        Raises `EngineMissing` without PortAudio, `DeviceMissing` without the device.
        """
        self._speaker = Speaker(device, volume=volume)
        self._cursor = Cursor()
        self._heard = 0.0
        self._ending: asyncio.Future[PlayResult] | None = None

    @property
    def volume(self) -> float:
        """0..1, applied at once."""
        return self._speaker.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._speaker.volume = volume

    @property
    def device_name(self) -> str:
        """The loudspeaker in use."""
        return self._speaker.name

    def use(self, speaker: Speaker) -> None:
        """Another loudspeaker from now on; what plays falls silent."""
        speaker.volume = self._speaker.volume
        self.stop()
        self._speaker.close()
        self._speaker = speaker

    @property
    def underflows(self) -> int:
        """Times the device ran out of sound."""
        return self._speaker.underflows

    @property
    def position(self) -> float:
        """Seconds heard of the clip that plays, or of the last one."""
        if self._ending is None:
            return self._heard
        return self._speaker.heard(self._cursor)

    async def play(self, clip: Clip) -> PlayResult:
        """Play `clip` to its end; raises `DeviceMissing` when the device goes away."""
        self.stop()
        loop = asyncio.get_running_loop()
        ending: asyncio.Future[PlayResult] = loop.create_future()
        self._ending, self._cursor = ending, Cursor()
        self._cursor.ended = partial(self._ended, loop, ending, clip.seconds)
        try:
            samples = await in_thread(lambda: self._speaker.ready(clip))
            if not ending.done():  # else it was stopped before it began
                self._cursor.samples = samples
                self._speaker.start(self._cursor)
            async with asyncio.timeout(clip.seconds + PATIENCE):
                return await ending
        except TimeoutError as error:
            self._speaker.close()
            raise _gone(self._speaker.name) from error
        finally:  # a cancelled task falls silent
            self._finish(ending, None)

    def stop(self) -> None:
        """Fall silent within 40 ms."""
        if self._ending is not None:
            self._finish(self._ending, None)

    def close(self) -> None:
        """Let the device go."""
        self.stop()
        self._speaker.close()

    def _ended(
        self,
        loop: asyncio.AbstractEventLoop,
        ending: asyncio.Future[PlayResult],
        seconds: float,
    ) -> None:
        # On the device's thread. The last sample is heard one latency later.
        done = partial(self._finish, ending, seconds)
        with suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(loop.call_later, self._speaker.latency, done)

    def _finish(self, ending: asyncio.Future[PlayResult], whole: float | None) -> None:
        """`whole`: the clip's seconds when it was heard to the end."""
        if ending is not self._ending:
            return
        self._heard = self.position if whole is None else whole
        self._speaker.cut(self._cursor)
        self._ending = None
        if not ending.done():
            ending.set_result(PlayResult(self._heard, whole is not None))


def _gone(name: str) -> DeviceMissing:
    return DeviceMissing(
        f"speaker `{name}` takes no sound any more",
        cause="the clip should have ended by now",
        hint="check that it is plugged in, or choose another one",
    )


def _heard(one: Played, rate: int) -> NDArray[np.float32]:
    samples = resampled(one.clip, rate).astype(np.float32) * np.float32(one.volume)
    heard = samples[: round(one.heard * rate)]
    if len(heard) < len(samples):
        fade = min(len(heard), round(FADE * rate))
        heard[len(heard) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return heard


def write_wav(path: Path, clip: Clip) -> None:
    """Write `clip` as a WAV file; raises `StoreError`."""
    try:
        path.write_bytes(wav_bytes(clip))
    except OSError as error:
        raise StoreError(
            f"`{path}` cannot be written",
            cause=error.strerror or str(error),
            hint="choose another folder, or make room on the disk",
        ) from error
