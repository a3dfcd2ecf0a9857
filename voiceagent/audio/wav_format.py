"""What the samples of a WAV file are, by fields that often contradict each other.

The tag, the bits and the channels decide; block size and byte rate only confirm. Where
a recorder got them wrong the sound is read all the same. A header in which one flipped
bit explains the contradiction is refused: it would play at a wrong rate, or as noise.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from voiceagent.errors import AudioFileError

__all__ = [
    "CONVERT",
    "WavFormat",
    "damaged",
    "out_of_bounds",
    "read_format",
]

MAX_CHANNELS = 64
MIN_RATE, MAX_RATE = 4_000, 768_000
CONVERT = "rewrite it with `ffmpeg -i INPUT -c:a pcm_s16le OUTPUT.wav`"

_PCM, _FLOAT, _ALAW, _ULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_WIDTHS = {1: "pcm_u8", 2: "pcm_s16", 3: "pcm_s24", 4: "pcm_s32"}
_FLOATS = {32: "float32", 64: "float64"}
_USUAL = frozenset(
    (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
    + (64000, 88200, 96000, 176400, 192000, 384000)
)
"""Rates of recorders, Hz: none is another one with a flipped bit."""

Look = Callable[[], tuple[bytes, ...]]
"""Gives some of the sound, where the fields leave a doubt."""


@dataclass(frozen=True, slots=True)
class WavFormat:
    """What the samples are."""

    encoding: str
    """As in `WavLayout`."""
    channels: int
    rate: int
    sample_bytes: int
    """Of one channel; 1 where the sound is compressed and bytes are counted."""
    codec: int = 1
    """As in `WavLayout`."""

    @property
    def frame_bytes(self) -> int:
        """Of one sample of every channel."""
        return self.sample_bytes * self.channels if self.encoding else 1


class _Fields:
    """The fields of a format chunk, as they stand there."""

    __slots__ = ("align", "bits", "channels", "per_second", "rate", "tag")

    def __init__(self, fmt: bytes) -> None:
        tag, self.channels, self.rate, self.per_second, self.align, self.bits = (
            struct.unpack("<HHIIHH", fmt[:16])
        )
        extended = tag == _EXTENSIBLE and len(fmt) >= 26
        self.tag: int = int.from_bytes(fmt[24:26], "little") if extended else tag


def read_format(name: str, fmt: bytes, look: Look) -> WavFormat:
    """The format that a chunk means; raises `AudioFileError` where it means none."""
    if len(fmt) < 16:
        raise damaged(name, "there is no complete `fmt ` chunk before the sound")
    said = _Fields(fmt)
    if odd := out_of_bounds(said.channels, said.rate):
        raise damaged(name, odd)
    if said.tag not in (_PCM, _FLOAT, _ALAW, _ULAW):
        return WavFormat("", said.channels, said.rate, 1, said.tag)
    encoding, width = _encoding(name, said)
    if said.align == 4 * said.channels > width * said.channels and said.tag == _PCM:
        encoding, width = _padded(said, look()) or (encoding, width)
    form = WavFormat(encoding, said.channels, said.rate, width)
    _refuse_flipped(name, said, form)
    return form


def out_of_bounds(channels: int, rate: int) -> str:
    """What no recording has, of whatever kind; "" where both can be."""
    if not 1 <= channels <= MAX_CHANNELS:
        return f"it declares {channels} channels (1 to {MAX_CHANNELS})"
    if not MIN_RATE <= rate <= MAX_RATE:
        return f"it declares {rate} Hz ({MIN_RATE} to {MAX_RATE})"
    return ""


def _encoding(name: str, said: _Fields) -> tuple[str, int]:
    """The encoding, and the bytes of a sample."""
    if said.tag == _ALAW:
        return "alaw", 1
    if said.tag == _ULAW:
        return "ulaw", 1
    width = (said.bits + 7) // 8
    kinds = _FLOATS if said.tag == _FLOAT else _WIDTHS
    encoding = kinds.get(said.bits if said.tag == _FLOAT else width)
    if encoding is None:
        cause = f"there is no {said.bits}-bit sound of WAV format {said.tag}"
        raise damaged(name, cause)
    return encoding, width


def _padded(said: _Fields, pieces: tuple[bytes, ...]) -> tuple[str, int] | None:
    """Fewer bits in four bytes: at their low end (ALSA's S24_LE), at their high end,
    or not at all (a wrong block size). The sound itself tells."""
    whole = b"".join(piece[: len(piece) & ~3] for piece in pieces)
    wide = np.frombuffer(whole, "<i4").astype(np.int64)
    spare = 32 - said.bits
    signed = (wide << 32 + spare) >> 32 + spare
    if np.array_equal(signed, wide) or not (wide >> said.bits).any():
        return f"pcm_s{said.bits}in32", 4
    if not (wide & (1 << spare) - 1).any():
        return "pcm_s32", 4
    return None


def _refuse_flipped(name: str, said: _Fields, form: WavFormat) -> None:
    """Refuse a header in which one flipped bit is the likeliest explanation."""
    frame = form.frame_bytes
    if said.align == frame:
        # Some recorders leave the byte rate empty, or count it wrongly.
        implied, rest = divmod(said.per_second, frame)
        flipped = not rest and _one_bit(implied, said.rate)
        if flipped and said.rate not in _USUAL:
            cause = f"{said.rate} Hz contradicts {said.per_second} bytes a second"
            raise damaged(name, cause)
        return
    agreed = said.per_second == said.rate * said.align
    if agreed and said.align and _explained(said):
        cause = (
            f"{said.channels} x {said.bits} bits cannot fill {said.align}-byte frames"
        )
        raise damaged(name, cause)


def _explained(said: _Fields) -> bool:
    """Whether one bit of the channels or of the bits makes the block size right."""
    flips = [1 << place for place in range(16)]
    by_bits = any(
        8 * said.align == said.channels * bits
        for bits in (said.bits ^ flip for flip in flips)
        if bits in (8, 16, 24, 32, 64)
    )
    by_channels = any(
        8 * said.align == channels * said.bits
        for channels in (said.channels ^ flip for flip in flips)
        if channels
    )
    return by_bits or by_channels


def _one_bit(one: int, other: int) -> bool:
    return (one ^ other).bit_count() == 1


def damaged(name: str, cause: str) -> AudioFileError:
    """The error of a header that makes no sense."""
    return AudioFileError(
        f"`{name}` is not a usable WAV file",
        cause=cause,
        hint=f"copy or record it again, or {CONVERT}",
    )
