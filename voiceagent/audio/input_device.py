"""One input device at a time: opened, drained, closed and opened again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol

from voiceagent.audio.capture_buffer import CaptureBuffer, Lost
from voiceagent.audio.frames import RATE
from voiceagent.audio.portaudio import Sink
from voiceagent.clock import now

__all__ = ["Capture", "InputDevice", "InputDriver", "seconds_of"]


class Capture(Protocol):
    """An open device."""

    name: str
    rate: float

    @property
    def overflows(self) -> int:
        """Times the device reported that it lost sound."""
        ...

    async def close(self) -> None:
        """Let the device go; raises TimeoutError when it hangs."""
        ...


class InputDriver(Protocol):
    """Opens devices; `PortAudio` outside of tests."""

    async def open(self, device: int | str | None, sink: Sink) -> Capture:
        """Start delivering blocks to `sink`; raises `DeviceMissing`."""
        ...

    async def rescan(self) -> None:
        """Look for devices that were plugged in since."""
        ...


class InputDevice:
    """The device that is listened to, open or not."""

    def __init__(
        self, driver: InputDriver, device: int | str | None, *, buffer: float
    ) -> None:
        """`buffer`: seconds of sound that may wait before the oldest is forgotten."""
        self._driver, self._device = driver, device
        self._seconds = buffer
        self._buffer = CaptureBuffer(1)
        self._capture: Capture | None = None
        self._arrived = asyncio.Event()
        self._overflows = 0
        self._opened_at = 0.0

    @property
    def overflows(self) -> int:
        """Times a device reported that it lost sound."""
        newest = self._capture.overflows if self._capture else 0
        return self._overflows + newest

    @property
    def rate(self) -> float:
        """Samples a second that it delivers."""
        return self._capture.rate if self._capture else RATE

    @property
    def is_open(self) -> bool:
        """Whether it was opened, whatever it delivers."""
        return self._capture is not None

    def open_for(self) -> float:
        """Seconds since it was opened; 0 where it is closed."""
        return now() - self._opened_at if self._capture else 0.0

    async def open(self) -> None:
        """Start listening; raises `DeviceMissing`, `EngineMissing`, `UsageError`."""
        loop, arrived = asyncio.get_running_loop(), self._arrived
        # A new buffer each time: what an old device still delivers goes nowhere.
        buffer = CaptureBuffer(max(1, round(self._seconds * RATE)))

        def sink(pcm: bytes, lost: int) -> None:
            if buffer.push(pcm, lost=lost):
                with suppress(RuntimeError):  # the loop has been closed meanwhile
                    loop.call_soon_threadsafe(arrived.set)

        self._capture = await self._driver.open(self._device, sink)
        buffer.capacity = max(1, round(self._seconds * self._capture.rate))
        self._buffer = buffer
        self._opened_at = now()

    async def reopen(self) -> None:
        """Close what is open, look for what was plugged in, and open it."""
        await self.close()
        await self._driver.rescan()
        await self.open()

    async def close(self) -> None:
        """Let the device go; one that hangs is left to itself."""
        capture, self._capture = self._capture, None
        self._buffer = CaptureBuffer(1)
        if capture is not None:
            self._overflows += capture.overflows
            with suppress(TimeoutError):  # left to its thread; a new one is opened
                await capture.close()

    async def pieces(self, patience: float) -> list[bytes | Lost]:
        """What has arrived, none when nothing does for `patience` seconds."""
        until = now() + patience
        while not (pieces := self._buffer.take()):
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(until):
                    await self._arrived.wait()
            except TimeoutError:
                return []
        return pieces


def seconds_of(pieces: list[bytes | Lost], rate: float) -> float:
    """How long all of it is."""
    counts = (p.samples if isinstance(p, Lost) else len(p) // 2 for p in pieces)
    return sum(counts) / rate
