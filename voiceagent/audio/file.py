"""Recordings of any common format as 16 kHz mono, in blocks, whole or refused.

A file is never quietly taken for less than it says it is: one that ends early, is
damaged in the middle or holds what is no sound gives an `AudioFileError` that tells
how much is there; `partial=True` accepts that much.

How several channels become one stands in `channels.py`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.channels import LOUDEST, Likeness, audible, is_sound
from voiceagent.audio.decode import DecodeFailed, open_sound
from voiceagent.audio.frames import RATE
from voiceagent.audio.resample import Resampler
from voiceagent.errors import AudioFileError

__all__ = [
    "MAX_BYTES",
    "MAX_SECONDS",
    "AudioFacts",
    "AudioFile",
    "Recording",
    "read_audio",
]


log = logging.getLogger(__name__)

MAX_SECONDS = 4 * 3600.0
MAX_BYTES = 4 * 2**30
BLOCK_VALUES = 65_536
"""Values decoded at a time, all channels together: bounds the memory of any file."""


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What a recording was before it became 16 kHz mono."""

    name: str
    format: str = "memory"
    """`WAV`, `FLAC`, `OGG`, `MP3`, `AIFF`, or `memory`."""
    encoding: str = "pcm_s16"
    rate: int = RATE
    channels: int = 1
    seconds: float = 0.0
    """Length as declared; from `read_audio`, as read. 0: the file does not say."""
    mix: str = "mono"
    """How it became one channel: `mono`, `mean`, or `channel 3` (from 1)."""
    complete: bool = True
    """False where `partial` accepted a file that ends early."""
    clipped: int = 0
    """Samples beyond full scale that were cut to it."""
    notes: tuple[str, ...] = ()
    """What is in the file and was not read."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole recording in memory."""

    samples: NDArray[np.int16]
    """16 kHz mono."""
    facts: AudioFacts

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / RATE

    @property
    def pcm(self) -> bytes:
        """Signed 16-bit little-endian bytes."""
        return self.samples.astype("<i2", copy=False).tobytes()


class AudioFile:
    """An open recording; `blocks()` gives its samples with bounded memory."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        partial: bool = False,
        max_seconds: float = MAX_SECONDS,
        max_bytes: int = MAX_BYTES,
        channel: int = 0,
        likeness: Likeness | None = None,
    ) -> None:
        """Check header and limits; raises `AudioFileError`, `EngineMissing`.

        `channel`: the one that is taken, from 1; 0 for the one with speech in it, as
        `likeness` tells.
        """
        self._name = str(path)
        self._partial = partial
        self._max_seconds = max_seconds
        self._max_bytes = max_bytes
        self._channel, self._likeness = channel, likeness
        self._reader = open_sound(Path(path), max_bytes=max_bytes)
        try:
            self._pick = self._admit()
        except BaseException:
            self._reader.close()
            raise
        reader = self._reader
        self.facts = AudioFacts(
            self._name,
            reader.format,
            reader.encoding,
            reader.rate,
            reader.channels,
            reader.frames / reader.rate,
            self._mix(),
            complete=not reader.cut,
            notes=reader.notes,
        )
        for note in reader.notes:
            log.warning("%s: %s", Path(path).name, note)

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

    def blocks(self) -> Iterator[NDArray[np.int16]]:
        """The samples at 16 kHz mono, once; `facts` are final when it ends.

        Raises `AudioFileError` where the file turns out to be damaged, cut or over
        the limit, after all the samples before that place.
        """
        resampler = Resampler(self._reader.rate)
        read, error = 0, None
        while error is None:
            values, error = self._next(read)
            read += len(values)
            if not len(values):
                break
            yield resampler.feed(self._mono(values))
        yield resampler.feed(np.zeros(0, np.float32), last=True)
        error = error or self._short(read)
        self.facts = replace(
            self.facts,
            seconds=read / self._reader.rate,
            complete=error is None and not self._reader.cut,
            clipped=resampler.clipped,
        )
        if error and not self._partial:
            raise error

    def _next(self, read: int) -> tuple[NDArray[np.float32], AudioFileError | None]:
        """A block that is sound, and what is wrong with what follows it."""
        size = max(1, BLOCK_VALUES // self._reader.channels)
        cause = ""
        try:
            values = self._reader.read(size)
        except (DecodeFailed, OSError) as failed:
            nothing = np.zeros((0, self._reader.channels), np.float32)
            values = failed.got if isinstance(failed, DecodeFailed) else nothing
            cause = str(failed).rstrip(".")
        if not is_sound(values):
            bad = ~(np.abs(values) <= LOUDEST)  # true for NaN, too
            values = values[: int(np.argmax(bad.any(axis=1)))]
            cause = "it holds numbers that are no sound (NaN, infinity or huge)"
        self._limit(read + len(values))
        return values, self._damaged(cause, read + len(values)) if cause else None

    def _admit(self) -> list[int]:
        """Check what the header says; the channels to take the mean of."""
        reader = self._reader
        self._limit(max(reader.frames, reader.present))
        if reader.cut and not self._partial:
            raise self._early(reader.present)
        if self._channel:
            return [self._wanted(self._channel) - 1]
        if reader.channels == 1:
            return [0]
        # A second reader, since libsndfile cannot go back once it has met damage.
        probe = open_sound(Path(self._name), max_bytes=self._max_bytes)
        with closing(probe):
            return audible(probe, self._likeness)

    def _wanted(self, channel: int) -> int:
        count = self._reader.channels
        if 1 <= channel <= count:
            return channel
        raise AudioFileError(
            f"`{self._name}` has no channel {channel}",
            cause=f"it has {count}",
            hint="choose another one with `--channel`, or 0 for the one with speech",
        )

    def _limit(self, frames: int) -> None:
        seconds = frames / self._reader.rate
        if seconds > self._max_seconds:
            raise AudioFileError(
                f"`{self._name}` is longer than the limit `max_seconds`",
                cause=f"it has {seconds:.1f} s, {self._max_seconds:g} s are allowed",
                hint="cut it into pieces, or raise `max_seconds`",
            )

    def _mix(self) -> str:
        if self._reader.channels == 1:
            return "mono"
        return "mean" if len(self._pick) > 1 else f"channel {self._pick[0] + 1}"

    def _short(self, read: int) -> AudioFileError | None:
        """The error of a file that decodes to less than it declares."""
        if read + self._reader.slack >= self._reader.frames:
            return None
        return self._early(read)

    def _early(self, present: int) -> AudioFileError:
        rate, frames = self._reader.rate, self._reader.frames
        declared = (
            f" of the {frames / rate:.3f} s it declares" if frames > present else ""
        )
        there = f"{present / rate:.3f} s{declared} are there"
        return AudioFileError(
            f"`{self._name}` ends early",
            cause=there if present else "its header says that there is more",
            hint="copy it again, or take what is there with `partial`",
        )

    def _damaged(self, cause: str, good: int) -> AudioFileError:
        return AudioFileError(
            f"`{self._name}` is damaged after {good / self._reader.rate:.3f} s",
            cause=cause,
            hint="copy it again, or take what comes before with `partial`",
        )

    def _mono(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        if len(self._pick) == 1:
            return values[:, self._pick[0]]
        mixed: NDArray[np.float32] = values[:, self._pick].mean(axis=1)
        return mixed


def read_audio(
    path: str | os.PathLike[str],
    *,
    partial: bool = False,
    max_seconds: float = MAX_SECONDS,
    max_bytes: int = MAX_BYTES,
    channel: int = 0,
    likeness: Likeness | None = None,
) -> Recording:
    """Read a whole recording; raises `AudioFileError`, `EngineMissing`.

    `partial`: take what is there of a file that ends early or is damaged; `channel`
    and `likeness` as for `AudioFile`.
    """
    with AudioFile(
        path,
        partial=partial,
        max_seconds=max_seconds,
        max_bytes=max_bytes,
        channel=channel,
        likeness=likeness,
    ) as file:
        samples = np.concatenate(list(file.blocks()))
        return Recording(samples, file.facts)
