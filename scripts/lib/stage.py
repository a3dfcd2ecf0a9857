"""A microphone that a script can speak into, in real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from voiceagent.audio.frames import (
    FRAME_BYTES,
    FRAME_SECONDS,
    AudioFrame,
    Reframer,
)
from voiceagent.audio.source import OnEvent, ignore
from voiceagent.clock import now

__all__ = ["Stage"]


class Stage:
    """Sound by sound, and silence between."""

    name = "stage"

    def __init__(self) -> None:
        self.on_event: OnEvent = ignore
        self._waiting: list[bytes] = []
        self.ended = False

    def say(self, pcm: bytes) -> None:
        """What is heard from now on."""
        frames = Reframer().feed(pcm)
        self._waiting = [frame.pcm for frame in frames][::-1]

    @property
    def speaking(self) -> bool:
        """Whether it is still to be heard."""
        return bool(self._waiting)

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """One every 20 ms until `ended`."""
        began, number = now(), 0
        while not self.ended:
            number += 1
            await asyncio.sleep(max(0.0, began + number * FRAME_SECONDS - now()))
            pcm = self._waiting.pop() if self._waiting else bytes(FRAME_BYTES)
            yield AudioFrame(pcm, (number - 1) * len(pcm) // 2)
