"""The live microphone as a source: bounded, watched by audio progress, reopened.

A started stream is not flowing sound, so the state stays `arming` until the first
sample. A device that delivers nothing for a while is taken for gone, whatever its
driver says: it is closed and opened again, and meanwhile silence keeps audio time true.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from enum import StrEnum
from typing import Protocol

from voiceagent.audio.capture_buffer import SILENT, CaptureBuffer, Level, Lost, level
from voiceagent.audio.frames import RATE, AudioFrame, Reframer
from voiceagent.audio.portaudio import PortAudio, Sink
from voiceagent.audio.resample import Resampler, as_float
from voiceagent.audio.source import OnEvent, ignore
from voiceagent.clock import now
from voiceagent.errors import DeviceMissing
from voiceagent.trace.events import AudioGap, Degraded

__all__ = ["InputDriver", "Capture", "MicrophoneSource", "MicrophoneState"]

BUFFER_SECONDS = 2.0
"""Sound that may wait for the loop before the oldest is forgotten."""
STALL_SECONDS = 1.0
"""Without a sample for this long a flowing device is gone: Bluetooth pauses less."""
ARM_SECONDS = 5.0
"""A device that was just opened may take this long: Bluetooth needs two or three."""
RETRY_SECONDS = 1.0
"""Between attempts to open it again: with the opening, back within 2 s."""
GIVE_UP_SECONDS = 30.0
TICK_SECONDS = 0.1
"""How often silence is handed on while the device is gone."""


class MicrophoneState(StrEnum):
    """What a microphone is doing."""

    ARMING = "arming"
    """Opened, no sample yet."""
    FLOWING = "flowing"
    LOST = "lost"
    """Gone; it is being looked for."""
    CLOSED = "closed"


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


class _Timeline:
    """Turns what a device delivers into frames without a hole."""

    def __init__(self) -> None:
        self._reframer = Reframer()
        self._resampler = Resampler(RATE)
        self._rate: float = RATE
        self.fed = 0
        """16 kHz samples handed on so far, those of an unfinished frame too."""

    def start(self, rate: float) -> None:
        """A device with samples of `rate` begins here."""
        self._rate = rate
        self._resampler = Resampler(rate)

    def sound(self, pcm: bytes) -> Iterator[AudioFrame]:
        """Samples of the device."""
        return self._hand_on(self._resampler.feed(as_float(pcm)).tobytes())

    def hole(self, samples: int) -> Iterator[AudioFrame]:
        """Silence for samples that the device or the buffer lost."""
        while samples > 0:
            piece = min(samples, RATE)
            samples -= piece
            yield from self.sound(bytes(2 * piece))

    def stop(self) -> Iterator[AudioFrame]:
        """The device ended; hand on what the filter still holds."""
        rest = self._resampler.feed(as_float(b""), last=True)
        self._resampler = Resampler(RATE)
        return self._hand_on(rest.tobytes())

    def silence(self, samples: int) -> Iterator[AudioFrame]:
        """Silence at 16 kHz, while there is no device."""
        return self._hand_on(bytes(2 * max(0, samples)))

    def _hand_on(self, pcm: bytes) -> Iterator[AudioFrame]:
        self.fed += len(pcm) // 2
        return self._reframer.feed(pcm)


class MicrophoneSource:
    """Frames from a microphone, until it is gone for good."""

    def __init__(
        self,
        device: int | str | None = None,
        *,
        backend: InputDriver | None = None,
        give_up: float = GIVE_UP_SECONDS,
        buffer: float = BUFFER_SECONDS,
        on_event: OnEvent = ignore,
    ) -> None:
        """`device`: index or part of the name; `give_up`: seconds, `inf` for never."""
        self.name = "microphone" if device is None else f"microphone {device}"
        self.on_event = on_event
        self.state = MicrophoneState.CLOSED
        self.level: Level = SILENT
        """Loudness of the newest block."""
        self.lost_seconds = 0.0
        """Sound that silence took the place of."""
        self._device = device
        self._backend: InputDriver = backend or PortAudio()
        self._give_up = give_up
        self._buffer_seconds = buffer
        self._buffer = CaptureBuffer(1)
        self._capture: Capture | None = None
        self._overflows = 0
        self._line = _Timeline()
        self._arrived = asyncio.Event()
        self._heard_at = 0.0
        self._opened_at = 0.0
        self._retry_at = 0.0

    @property
    def overflows(self) -> int:
        """Times the device reported that it lost sound."""
        now = self._capture.overflows if self._capture else 0
        return self._overflows + now

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """The frames; raises `DeviceMissing`, `EngineMissing`, `UsageError`."""
        self._line = _Timeline()
        try:
            await self._open()
            self._heard_at = now()
            while True:
                flowing = self.state is MicrophoneState.FLOWING
                patience = STALL_SECONDS if flowing else ARM_SECONDS
                pieces = await self._pieces(patience)
                for frame in self._hand_on(pieces):
                    yield frame
                if not pieces:
                    async for frame in self._recover():
                        yield frame
        finally:
            await self._close()
            self.state = MicrophoneState.CLOSED

    async def _open(self) -> None:
        loop, arrived = asyncio.get_running_loop(), self._arrived
        # A new buffer each time: what an old device still delivers goes nowhere.
        buffer = CaptureBuffer(max(1, round(self._buffer_seconds * RATE)))

        def sink(pcm: bytes, lost: int) -> None:
            if buffer.push(pcm, lost=lost):
                with suppress(RuntimeError):  # the loop has been closed meanwhile
                    loop.call_soon_threadsafe(arrived.set)

        self._capture = await self._backend.open(self._device, sink)
        buffer.capacity = max(1, round(self._buffer_seconds * self._capture.rate))
        self._buffer = buffer
        self._line.start(self._capture.rate)
        self._opened_at = now()
        self.state = MicrophoneState.ARMING

    async def _close(self) -> None:
        capture, self._capture = self._capture, None
        self._buffer = CaptureBuffer(1)
        if capture is not None:
            self._overflows += capture.overflows
            with suppress(TimeoutError):  # left to its thread; a new one is opened
                await capture.close()

    async def _pieces(self, patience: float) -> list[bytes | Lost]:
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

    def _hand_on(self, pieces: list[bytes | Lost]) -> Iterator[AudioFrame]:
        if pieces:
            self.state = MicrophoneState.FLOWING
            self._heard_at = now()
        for piece in pieces:
            if isinstance(piece, Lost):
                self._gap(self._line.fed, piece.samples / self._rate(), piece.cause)
                yield from self._line.hole(piece.samples)
            else:
                self.level = level(piece)
                yield from self._line.sound(piece)

    def _rate(self) -> float:
        return self._capture.rate if self._capture else RATE

    def _gap(self, start: int, seconds: float, cause: str) -> None:
        self.lost_seconds += seconds
        self.on_event(AudioGap(t=start / RATE, seconds=seconds, cause=cause))

    async def _recover(self) -> AsyncIterator[AudioFrame]:
        """Silence in step with the loop's clock until a device delivers again."""
        gone_at, self._retry_at = self._heard_at, now()
        self.state, self.level = MicrophoneState.LOST, SILENT
        self.on_event(_LOST)
        await self._close()
        for frame in self._line.stop():
            yield frame
        start, why = self._line.fed, ""
        pieces: list[bytes | Lost] = []
        while not pieces and now() - gone_at < self._give_up:
            why = await self._retry() or why
            pieces = await self._pieces(TICK_SECONDS)
            # A tick behind, so that what arrives next is not filled in already.
            heard = _seconds(pieces, self._rate()) if pieces else TICK_SECONDS
            due = round((now() - gone_at - heard) * RATE)
            for frame in self._line.silence(start + due - self._line.fed):
                yield frame
        self._gap(start, (self._line.fed - start) / RATE, "device")
        if not pieces:
            raise self._gone(why)
        for frame in self._hand_on(pieces):
            yield frame

    async def _retry(self) -> str:
        """Open the device when it is time to; the reason when that fails."""
        armed = self._capture is not None and now() - self._opened_at < ARM_SECONDS
        if armed or now() < self._retry_at:
            return ""
        again, self._retry_at = self._capture is not None, now() + RETRY_SECONDS
        await self._close()
        try:
            await self._backend.rescan()
            await self._open()
        except (DeviceMissing, TimeoutError) as error:
            return getattr(error, "cause", "") or str(error)
        self.state = MicrophoneState.LOST  # until it delivers
        return "it opens but delivers no sound" if again else ""

    def _gone(self, why: str) -> DeviceMissing:
        return DeviceMissing(
            f"the {self.name} is gone",
            cause=why or f"no sound for {self._give_up:g} s",
            hint="plug it in, check it with `arecord -l`, and start again",
        )


_LOST = Degraded(
    what="microphone",
    why="it stopped delivering sound; silence takes its place",
    hint="plug it in again: it is looked for every second",
)


def _seconds(pieces: list[bytes | Lost], rate: float) -> float:
    counts = (p.samples if isinstance(p, Lost) else len(p) // 2 for p in pieces)
    return sum(counts) / rate
