"""Sound in: everything the agent can listen to gives the same 20 ms frames.

A source never changes the sample count. Where sound was lost it gives silence of the
same length and says so with an `AudioGap`, so that audio time stays true. A recording
is played on the loop's clock at absolute times: on a virtual loop hours pass at once,
on a real one it takes as long as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Protocol

from voiceagent.audio.frames import RATE, AudioFrame
from voiceagent.clock import Pace
from voiceagent.trace.events import AudioGap, Degraded

__all__ = [
    "OnEvent",
    "Quiet",
    "Source",
    "ignore",
    "due",
    "paced",
    "silence",
]

OnEvent = Callable[[AudioGap | Degraded], None]
"""Told about lost sound before the frames that hold its silence, on the loop."""


def ignore(event: AudioGap | Degraded) -> None:
    """Take no notice of an event: the default of `on_event`."""


class Source(Protocol):
    """Something to listen to; set `on_event` before the first frame is asked for."""

    on_event: OnEvent

    @property
    def name(self) -> str:
        """For the trace and the screen."""
        ...

    def frames(self) -> AsyncIterator[AudioFrame]:
        """Frames numbered from sample 0 without a hole, until the sound ends."""
        ...


class Quiet:
    """No sound at all: for sessions in which everything is typed."""

    name = "text"

    def __init__(self) -> None:
        self.on_event: OnEvent = ignore

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """None."""
        nothing: tuple[AudioFrame, ...] = ()
        for frame in nothing:
            yield frame


async def paced(
    frames: Iterator[AudioFrame], pace: Pace | None
) -> AsyncIterator[AudioFrame]:
    """Each frame at the end of its 20 ms on the loop's clock, counted from now."""
    origin = asyncio.get_running_loop().time()
    for frame in frames:
        await due(frame, origin, pace)
        yield frame


async def due(frame: AudioFrame, origin: float, pace: Pace | None) -> None:
    """Wait until the last sample of `frame` has been spoken; late is never made up.

    The instant is absolute, so that errors do not add up. Late or unpaced frames still
    let other tasks run.
    """
    loop = asyncio.get_running_loop()
    when = origin + frame.end / RATE
    if pace is None or when <= loop.time():
        await asyncio.sleep(0)
        return
    arrived = asyncio.Event()
    timer = loop.call_at(when, arrived.set)
    try:
        await arrived.wait()
    finally:
        timer.cancel()


def silence(seconds: float) -> bytes:
    """PCM without sound, to the nearest sample."""
    return bytes(2 * round(seconds * RATE))
