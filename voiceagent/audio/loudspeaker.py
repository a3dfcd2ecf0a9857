"""Playing clips on a loudspeaker."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial

from voiceagent.audio.clip import Clip
from voiceagent.audio.in_thread import in_thread
from voiceagent.audio.player import PlayResult
from voiceagent.audio.speaker import Cursor, Speaker
from voiceagent.errors import DeviceMissing

__all__ = ["SpeakerPlayer"]

PATIENCE = 2.0
"""Seconds beyond its length after which a clip that has not ended is given up."""


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

    def playing(self) -> bool:
        """Whether a clip plays now; may be asked on any thread."""
        return self._ending is not None

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
