"""Recordings of any common format as 16 kHz mono, in blocks, whole or refused.

A file is never quietly taken for less than it says it is: one that ends early, is
damaged in the middle or holds what is no sound gives an `AudioFileError` that tells
how much is there; `partial=True` accepts that much.

Several channels become one like this, decided on up to 60 seconds spread evenly over
the file. Two: their mean, since a stereo recording may hold a speaker on each side. More:
the loudest, since microphones apart from each other hear a voice at different times
and their sum cancels parts of it. Channels 40 dB below the loudest count as not
connected; where a mean would cancel (a side wired the wrong way round) the loudest
is taken instead.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from .errors import AudioFileError, EngineMissing
from .frames import RATE
from .riff import CONVERT, MAX_CHANNELS, MAX_RATE, MIN_RATE, WavReader, layout

__all__ = [
    "MAX_BYTES",
    "MAX_SECONDS",
    "AudioFacts",
    "AudioFile",
    "Recording",
    "Resampler",
    "read_audio",
]

MAX_SECONDS = 4 * 3600.0
MAX_BYTES = 4 * 2**30
BLOCK_VALUES = 65_536
"""Values decoded at a time, all channels together: bounds the memory of any file."""
LOUDEST = 64.0
"""No sound is 36 dB above full scale: such floats are another unit, or damage."""
PROBES, PROBE_FRAMES = 60, 16_384
"""Places and length of the look at the channels of a file."""

_SOUNDS = {
    b"fLaC": "FLAC",
    b"OggS": "OGG",
    b"FORM": "AIFF",
    b"ID3": "MP3",
    b"\xff\xfb": "MP3",
    b"\xff\xfa": "MP3",
    b"\xff\xf3": "MP3",
    b"\xff\xf2": "MP3",
    b"\xff\xe3": "MP3",
    b"RIFF": "WAV",
    b"RF64": "WAV",
}
_FOREIGN = {
    b"RIFX": "big-endian WAV",
    b"\x1aE\xdf\xa3": "Matroska or WebM",
    b"#!AMR": "AMR",
    b".snd": "Sun audio",
    b"caff": "Core Audio",
    b"0&\xb2u": "Windows Media",
    b"\xff\xf1": "AAC",
    b"\xff\xf9": "AAC",
}


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What a recording was before it became 16 kHz mono."""

    name: str
    format: str
    """`WAV`, `FLAC`, `OGG`, `MP3`, `AIFF`, or `memory`."""
    encoding: str
    rate: int
    channels: int
    seconds: float
    """Length as declared; after reading, as read. Zero: not known before."""
    mix: str = "mono"
    """How one channel was made: `mono`, `mean`, or `channel N` (from 1)."""
    complete: bool = True
    """False where `partial` accepted a file that ends early."""
    clipped: int = 0
    """Samples beyond full scale that were cut to it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole recording in memory."""

    samples: NDArray[np.int16]
    """16 kHz mono."""
    facts: AudioFacts

    @property
    def seconds(self) -> float:
        """Length at 16 kHz."""
        return len(self.samples) / RATE

    @property
    def pcm(self) -> bytes:
        """Signed 16-bit little-endian bytes."""
        return self.samples.astype("<i2", copy=False).tobytes()


class _Reader(Protocol):
    """What decodes a file; values are float32 with full scale 1.0."""

    format: str
    encoding: str
    channels: int
    rate: int
    frames: int

    def seek(self, frame: int) -> None: ...
    def read(self, frames: int) -> NDArray[np.float32]: ...
    def close(self) -> None: ...


class Resampler:
    """Streaming conversion of mono float32 at any rate to int16 at 16 kHz."""

    def __init__(self, rate: float) -> None:
        """Raises `EngineMissing` where `soxr` is needed and not installed."""
        self.clipped = 0
        self._stream = None if rate == RATE else _soxr(rate)

    def feed(
        self, values: NDArray[np.float32], *, last: bool = False
    ) -> NDArray[np.int16]:
        """The 16 kHz samples that `values` (full scale 1.0) complete."""
        if self._stream is not None:
            values = self._stream.resample_chunk(values, last=last)
        scaled = np.rint(values * np.float32(32768))
        self.clipped += int(np.count_nonzero((scaled > 32767) | (scaled < -32768)))
        return np.clip(scaled, -32768, 32767).astype(np.int16)


def _soxr(rate: float) -> Any:
    try:
        import soxr
    except ImportError as error:
        raise EngineMissing(
            "soxr", install="pip install soxr", cause=f"sound at {rate:g} Hz"
        ) from error
    return soxr.ResampleStream(rate, RATE, 1, dtype="float32", quality="HQ")


class AudioFile:
    """An open recording; `blocks()` gives its 16 kHz samples with bounded memory."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        partial: bool = False,
        max_seconds: float = MAX_SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """Check the header and the limits; raises `AudioFileError`."""
        self._name = str(path)
        self._partial = partial
        self._max_seconds = max_seconds
        self._reader = _open(Path(path), max_bytes)
        try:
            self._check()
            self._pick = _pick_channel(self._reader)
        except BaseException:
            self._reader.close()
            raise
        self.facts = self._facts()

    def __enter__(self) -> AudioFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self._reader.close()
