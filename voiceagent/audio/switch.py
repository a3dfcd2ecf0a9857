"""A microphone that can be changed for another one while somebody listens.

The stream goes on: frames keep their numbers, and the time that the change takes is
silence, so that audio time stays true.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from voiceagent.audio.frames import FRAME_BYTES, FRAME_SAMPLES, RATE, AudioFrame
from voiceagent.audio.inputs import Playing, silent
from voiceagent.audio.microphone import MicrophoneSource
from voiceagent.audio.source import OnEvent, Source, ignore
from voiceagent.clock import now

__all__ = ["SwitchedSource"]


class SwitchedSource:
    """Frames of the source that is wanted now."""

    def __init__(self, make: Callable[[str], Source], device: str) -> None:
        """`make(device)`: a source for a device's number, part of its name, or ""."""
        self.device = device
        self.on_event: OnEvent = ignore
        self.playing: Playing = silent
        """Whether something of ours is heard; for microphones with several inputs."""
        self._make = make
        self._inner = make(device)

    @property
    def name(self) -> str:
        """Of the source in use."""
        return self._inner.name

    @property
    def level(self) -> object:
        """Loudness of the newest sound, where the source knows it."""
        return getattr(self._inner, "level", None)

    def use(self, device: str) -> None:
        """Change over with the next frame."""
        self.device = device
        self._inner = self._make(device)

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """The frames; raises what the source in use raises."""
        began, end = now(), 0
        while True:
            inner, first = self._inner, end
            inner.on_event = self.on_event
            if isinstance(inner, MicrophoneSource):
                inner.playing = self.playing
            async with aclosing(_generator(inner.frames())) as frames:
                async for frame in frames:
                    if self._inner is not inner:
                        break
                    moved = AudioFrame(frame.pcm, first + frame.start)
                    end = moved.end
                    yield moved
            if self._inner is inner:
                return
            for frame in self._silence(end, now() - began):
                end = frame.end
                yield frame
                await asyncio.sleep(0)

    def _silence(self, end: int, elapsed: float) -> list[AudioFrame]:
        missing = max(0, round(elapsed * RATE) - end) // FRAME_SAMPLES
        starts = (end + number * FRAME_SAMPLES for number in range(missing))
        return [AudioFrame(bytes(FRAME_BYTES), start) for start in starts]


async def _generator(
    frames: AsyncIterator[AudioFrame],
) -> AsyncGenerator[AudioFrame, None]:
    async for frame in frames:
        yield frame
