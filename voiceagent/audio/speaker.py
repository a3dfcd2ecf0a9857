"""The loudspeaker by PortAudio (`sounddevice`): one clip at a time, cut at any sample.

The device's callback takes samples straight from the clip that plays, so there is no
queue to drain: what was cut cannot sound again, and beyond the fade only the device's
own buffer (some 30 ms) is still heard.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.clip import Clip
from voiceagent.audio.resample import resampled
from voiceagent.audio.sound_library import load_sounddevice as _sounddevice
from voiceagent.errors import DeviceMissing

__all__ = ["FADE", "Cursor", "Speaker", "samples_at"]

FADE = 0.005
"""Seconds in which a clip that is cut fades, so that it does not click."""
BLOCK = 0.01
"""Seconds the device asks for at a time."""
LATENCY = 0.03
"""Seconds of sound wanted in the device's buffer: below it, cheap devices stutter."""
MAX_LATENCY = 0.04
"""Where a device insists on more, its buffer is thrown away when a clip is cut."""


class Cursor:
    """A clip on its way out."""

    def __init__(self) -> None:
        self.samples: NDArray[np.int16] = np.zeros(0, np.int16)
        """At the device's rate."""
        self.ended: Callable[[], None] = lambda: None
        """Called on the device's thread behind the last sample."""
        self.given = 0
        """Samples that the device has taken."""
        self.cut = False


class Speaker:
    """An output device, opened when first needed and again when it broke."""

    def __init__(self, device: int | str | None = None, *, volume: float = 1.0) -> None:
        """Raises `EngineMissing` without PortAudio, `DeviceMissing` without it."""
        self.volume = volume
        self.underflows = 0
        """Times the device ran out of sound."""
        self._library = _sounddevice()
        found = _find(self._library, device)
        self.name = str(found["name"])
        self.rate: int = round(found["default_samplerate"])
        self.latency = 0.0
        """Seconds between the callback and the ear, as the device tells."""
        self._device = found["index"]
        self._channels = 1
        self._stream: Any = None
        self._now: Cursor | None = None
        self._next: Cursor | None = None
        self._lock = threading.Lock()

    def ready(self, clip: Clip) -> NDArray[np.int16]:
        """Open the device if need be; the samples of `clip` at its rate. Blocking."""
        if self._stream is None or not self._stream.active:
            self._open()
        return samples_at(clip, self.rate)

    def start(self, cursor: Cursor) -> None:
        """Play it now, fading out what plays."""
        with self._lock:
            if self._now is None:
                self._now = cursor
            else:
                self._now.cut = True
                self._next = cursor

    def cut(self, cursor: Cursor) -> None:
        """Fade it out; nothing of it is given to the device any more."""
        with self._lock:
            cursor.cut = True
            if cursor is self._next:
                self._next = None
            playing = cursor is self._now
        if playing and self.latency > MAX_LATENCY:
            self.close()

    def heard(self, cursor: Cursor) -> float:
        """Seconds of it that have reached the ear."""
        heard: float = cursor.given / self.rate - self.latency
        return max(0.0, heard)

    def close(self) -> None:
        """Let the device go at once; the next clip opens it again."""
        with self._lock:
            stream, self._stream = self._stream, None
            self._now = self._next = None
        if stream is not None:
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)

    def _open(self) -> None:
        self.close()
        refused: Exception | None = None
        for self._channels in (1, 2):
            try:
                stream = self._library.RawOutputStream(
                    samplerate=self.rate,
                    blocksize=round(self.rate * BLOCK),
                    device=self._device,
                    channels=self._channels,
                    dtype="int16",
                    latency=LATENCY,
                    callback=self._fill,
                )
                stream.start()
            except self._library.PortAudioError as error:
                refused = error
                continue
            self.latency, self._stream = float(stream.latency), stream
            return
        raise DeviceMissing(
            f"speaker `{self.name}` cannot be opened",
            cause=str(refused),
            hint="close other programs that use it, or choose another one",
        ) from refused

    def _fill(self, out: Any, frames: int, at: Any, status: Any) -> None:
        """Called by the device for the next `frames` samples."""
        self.underflows += bool(status.output_underflow)
        with self._lock:
            cursor = self._now
            block = self._block(cursor, frames) if cursor else None
        if block is None:
            out[:] = bytes(len(out))
            return
        out[:] = np.repeat(block, self._channels).tobytes()
        if cursor is not None and not cursor.cut and cursor is not self._now:
            cursor.ended()

    def _block(self, cursor: Cursor, frames: int) -> NDArray[np.int16]:
        """The next samples of `cursor`, filled up with silence."""
        fade = round(FADE * self.rate)
        wanted = min(fade, frames) if cursor.cut else frames
        piece = cursor.samples[cursor.given : cursor.given + wanted]
        cursor.given += len(piece)
        if cursor.cut or cursor.given >= len(cursor.samples):
            self._now, self._next = self._next, None
        loud = piece * np.float32(self.volume)
        if cursor.cut:
            loud *= np.linspace(1, 0, len(loud), dtype=np.float32)
        block = np.zeros(frames, "<i2")
        block[: len(loud)] = loud
        return block


def samples_at(clip: Clip, rate: int) -> NDArray[np.int16]:
    """The samples of `clip` at `rate`; raises `EngineMissing` without `soxr`."""
    return resampled(np.frombuffer(clip.pcm, "<i2"), clip.rate, rate)


def _find(library: Any, device: int | str | None) -> Any:
    try:
        return library.query_devices(device, "output")
    except (ValueError, library.PortAudioError) as error:
        named = "no speaker" if device is None else f"no speaker `{device}`"
        raise DeviceMissing(
            f"there is {named}",
            cause=str(error),
            hint="plug one in, check `aplay -l`, or have the reply written to a file",
        ) from error
