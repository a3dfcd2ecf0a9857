"""The live microphone as a source: bounded, watched by audio progress, reopened.

A started stream is not flowing sound, so the state stays `arming` until the first
sample. A device that delivers nothing for a while is taken for gone, whatever its
driver says: it is closed and opened again, and meanwhile silence keeps audio time true.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator
from enum import StrEnum

from voiceagent.audio.capture_buffer import SILENT, Level, Lost, level
from voiceagent.audio.frames import RATE, AudioFrame, Reframer
from voiceagent.audio.input_device import InputDevice, InputDriver, seconds_of
from voiceagent.audio.inputs import Playing, silent
from voiceagent.audio.portaudio import PortAudio
from voiceagent.audio.resample import Resampler, as_float
from voiceagent.audio.source import OnEvent, ignore
from voiceagent.clock import now
from voiceagent.errors import DeviceMissing, VoiceAgentError
from voiceagent.trace.events import AudioGap, Degraded

__all__ = ["MicrophoneSource", "MicrophoneState"]

BUFFER_SECONDS = 2.0
"""Sound that may wait for the loop before the oldest is forgotten."""
STALL_SECONDS = 1.0
"""Without a sample for this long a flowing device is gone: Bluetooth pauses less."""
ARM_SECONDS = 5.0
"""A device that was just opened may take this long: Bluetooth needs two or three."""
RETRY_SECONDS = 1.0
"""Between attempts to open it again: with the opening, back within 2 s."""
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
    """Frames from a microphone; one that goes is waited for, however long."""

    def __init__(
        self,
        device: int | str | None = None,
        *,
        channel: int = 0,
        backend: InputDriver | None = None,
        give_up: float = math.inf,
        buffer: float = BUFFER_SECONDS,
        on_event: OnEvent = ignore,
    ) -> None:
        """`device`: index or part of the name; `channel`: the one of several that is
        heard, from 1, 0 for the one with the speech; `give_up`: seconds after which
        one that is gone is an error, `inf` for never."""
        self.name = "microphone" if device is None else f"microphone {device}"
        self.on_event = on_event
        self.state = MicrophoneState.CLOSED
        self.level: Level = SILENT
        """Loudness of the newest block."""
        self.lost_seconds = 0.0
        """Sound that silence took the place of."""
        self.playing: Playing = silent
        """Whether something of ours is heard: it tells nothing of who speaks."""
        driver = backend or PortAudio(channel, playing=lambda: self.playing())
        self._input = InputDevice(driver, device, buffer=buffer)
        self._give_up = give_up
        self._line = _Timeline()
        self._heard_at = 0.0
        self._retry_at = 0.0

    @property
    def overflows(self) -> int:
        """Times the device reported that it lost sound."""
        return self._input.overflows

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """The frames; raises `DeviceMissing`, `EngineMissing`, `UsageError`."""
        self._line = _Timeline()
        try:
            await self._input.open()
            self._begin()
            self._heard_at = now()
            while True:
                flowing = self.state is MicrophoneState.FLOWING
                patience = STALL_SECONDS if flowing else ARM_SECONDS
                pieces = await self._input.pieces(patience)
                for frame in self._hand_on(pieces):
                    yield frame
                if not pieces:
                    async for frame in self._recover():
                        yield frame
        finally:
            await self._input.close()
            self.state = MicrophoneState.CLOSED

    def _begin(self) -> None:
        """A device was opened."""
        self._line.start(self._input.rate)
        self.state = MicrophoneState.ARMING

    def _hand_on(self, pieces: list[bytes | Lost]) -> Iterator[AudioFrame]:
        if pieces:
            self.state = MicrophoneState.FLOWING
            self._heard_at = now()
        for piece in pieces:
            if isinstance(piece, Lost):
                seconds = piece.samples / self._input.rate
                self._gap(self._line.fed, seconds, piece.cause)
                yield from self._line.hole(piece.samples)
            else:
                self.level = level(piece)
                yield from self._line.sound(piece)

    def _gap(self, start: int, seconds: float, cause: str) -> None:
        self.lost_seconds += seconds
        self.on_event(AudioGap(t=start / RATE, seconds=seconds, cause=cause))

    async def _recover(self) -> AsyncIterator[AudioFrame]:
        """Silence in step with the loop's clock until a device delivers again."""
        gone_at, self._retry_at = self._heard_at, now()
        self.state, self.level = MicrophoneState.LOST, SILENT
        self.on_event(_LOST)
        await self._input.close()
        for frame in self._line.stop():
            yield frame
        start, why = self._line.fed, ""
        pieces: list[bytes | Lost] = []
        while not pieces and now() - gone_at < self._give_up:
            why = await self._retry() or why
            pieces = await self._input.pieces(TICK_SECONDS)
            # A tick behind, so that what arrives next is not filled in already.
            heard = seconds_of(pieces, self._input.rate) if pieces else TICK_SECONDS
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
        armed = self._input.is_open and self._input.open_for() < ARM_SECONDS
        if armed or now() < self._retry_at:
            return ""
        again, self._retry_at = self._input.is_open, now() + RETRY_SECONDS
        try:
            await self._input.reopen()
        except (VoiceAgentError, TimeoutError) as error:
            return getattr(error, "cause", "") or str(error)
        self._begin()
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
