"""WAV files, read by our own bounded walk: no size in a header is trusted.

Decoders meet hostile headers first (libsndfile CVE-2017-7586, CVE-2022-33065), so
plain WAV never reaches one. Every declared size is held against the file's length,
every derived field against the fields it derives from: a damaged header is refused
instead of played at a wrong rate. Headers that pipes write, with a size that only says
"until the end", are fine.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from voiceagent.errors import AudioFileError

__all__ = ["MAX_CHANNELS", "MAX_RATE", "MIN_RATE", "WavLayout", "WavReader", "layout"]

MAX_CHANNELS = 64
MIN_RATE, MAX_RATE = 4_000, 768_000
MAX_CHUNKS = 256
"""Chunks walked before a file is refused; real recorders write fewer than ten."""
CONVERT = "rewrite it with `ffmpeg -i INPUT -c:a pcm_s16le OUTPUT.wav`"

_PCM, _FLOAT, _ALAW, _ULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_ENCODINGS = {
    (_PCM, 8): "pcm_u8",
    (_PCM, 16): "pcm_s16",
    (_PCM, 24): "pcm_s24",
    (_PCM, 32): "pcm_s32",
    (_FLOAT, 32): "float32",
    (_FLOAT, 64): "float64",
    (_ALAW, 8): "alaw",
    (_ULAW, 8): "ulaw",
}


@dataclass(frozen=True, slots=True)
class WavLayout:
    """Where the samples of a WAV file lie and what they are."""

    encoding: str
    """`pcm_s16`, `float32`, ... or "" for a compressed kind that a library decodes."""
    channels: int
    rate: int
    frame_bytes: int
    """Bytes of one sample of every channel."""
    start: int
    """Offset of the first sample in the file."""
    present: int
    """Whole frames that are there."""
    declared: int
    """Frames the header promises; equals `present` in a whole or open-ended file.

    Both count bytes where the sound is compressed.
    """


def layout(file: BinaryIO, size: int, name: str) -> WavLayout:
    """Walk the chunks of a file of `size` bytes; raises `AudioFileError`."""
    head = file.read(12)
    if len(head) < 12 or head[8:] != b"WAVE":
        raise _damaged(name, "it ends inside its header, no sound is there")
    wide = head[:4] == b"RF64"
    end = size if wide else min(size, struct.unpack("<I", head[4:8])[0] + 8)
    fmt, wide_data, position = b"", 0, 12
    for _ in range(MAX_CHUNKS):
        file.seek(position)
        tag, length = _chunk_head(file, name)
        body = position + 8
        if tag == b"data":
            declared = wide_data if wide and length == 0xFFFFFFFF else length
            return _lay_out(name, fmt, body, declared, size, end, file)
        if tag == b"fmt " and not fmt:
            fmt = file.read(min(length, 40))
        if tag == b"ds64" and length >= 16:
            wide_data = struct.unpack("<Q", file.read(16).ljust(16, b"\0")[8:])[0]
        position = body + length + length % 2
    raise _damaged(name, f"more than {MAX_CHUNKS} chunks come before the sound")


def _chunk_head(file: BinaryIO, name: str) -> tuple[bytes, int]:
    head = file.read(8)
    if len(head) < 8:
        raise _damaged(name, "it ends inside its header, no sound is there")
    return head[:4], int.from_bytes(head[4:], "little")


def _lay_out(
    name: str,
    fmt: bytes,
    start: int,
    declared: int,
    size: int,
    end: int,
    file: BinaryIO,
) -> WavLayout:
    encoding, channels, rate, frame = _format(name, fmt)
    there = size - start
    if _open_ended(declared, there, size, end):
        return WavLayout(
            encoding, channels, rate, frame, start, there // frame, there // frame
        )
    if declared % frame and encoding:
        raise _damaged(name, f"{declared} bytes do not make whole {frame}-byte frames")
    _check_tail(name, file, start + declared, end)
    present = min(declared, there) // frame
    return WavLayout(
        encoding, channels, rate, frame, start, present, max(declared // frame, present)
    )


def _open_ended(declared: int, there: int, size: int, end: int) -> bool:
    """Whether the size says "until the end", as pipes and crashes leave it."""
    if declared == 0:
        return there > 0 and end < size
    piped = (
        0x7FFF0000 <= declared <= 0x80000024
        or 0xFFFFFF00 <= declared <= 0xFFFFFFFF
        or declared == 2**64 - 1
    )
    return piped and declared > there


def _check_tail(name: str, file: BinaryIO, position: int, end: int) -> None:
    """Refuse sound that a too small size would leave unread."""
    for _ in range(MAX_CHUNKS):
        if end - position < 8:
            return
        file.seek(position)
        tag, length = _chunk_head(file, name)
        if not all(32 <= letter < 127 for letter in tag):
            file.seek(position + 1)  # the padding byte after an odd length
            tag, length = _chunk_head(file, name)
            position += 1
        if not all(32 <= letter < 127 for letter in tag) or position + length > end:
            raise _damaged(name, "its sizes leave part of the file unexplained")
        position += 8 + length


def _format(name: str, fmt: bytes) -> tuple[str, int, int, int]:
    """`(encoding, channels, rate, frame bytes)` of a format chunk that adds up."""
    if len(fmt) < 16:
        raise _damaged(name, "there is no complete `fmt ` chunk before the sound")
    tag, channels, rate, per_second, frame, bits = struct.unpack("<HHIIHH", fmt[:16])
    if tag == _EXTENSIBLE and len(fmt) >= 26:
        tag = int.from_bytes(fmt[24:26], "little")
    if not 1 <= channels <= MAX_CHANNELS:
        raise _damaged(name, f"it declares {channels} channels (1 to {MAX_CHANNELS})")
    if not MIN_RATE <= rate <= MAX_RATE:
        raise _damaged(name, f"it declares {rate} Hz ({MIN_RATE} to {MAX_RATE})")
    if tag not in (_PCM, _FLOAT, _ALAW, _ULAW):
        return "", channels, rate, 1  # counted in bytes, whatever its frames are
    encoding = _ENCODINGS.get((tag, bits))
    if encoding is None:
        raise _damaged(name, f"there is no {bits}-bit sound of WAV format {tag}")
    if frame != channels * bits // 8:
        raise _damaged(
            name, f"{channels} x {bits} bits cannot fill {frame}-byte frames"
        )
    # Some recorders leave the byte rate empty; a wrong one means a flipped rate.
    if per_second not in (0, rate * frame):
        raise _damaged(name, f"{rate} Hz contradicts {per_second} bytes a second")
    return encoding, channels, rate, frame


def _damaged(name: str, cause: str) -> AudioFileError:
    return AudioFileError(
        f"`{name}` is not a usable WAV file",
        cause=cause,
        hint=f"copy or record it again, or {CONVERT}",
    )


class WavReader:
    """Reads the frames of a WAV file that `layout` has checked."""

    format = "WAV"

    def __init__(self, file: BinaryIO, where: WavLayout) -> None:
        self.encoding = where.encoding
        self.channels = where.channels
        self.rate = where.rate
        self.frames = where.declared
        self.present = where.present
        self.cut = where.declared > where.present
        self._file = file
        self._where = where
        self._left = where.present
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Go to a frame by its number."""
        at = min(frame, self._where.present)
        self._left = self._where.present - at
        self._file.seek(self._where.start + at * self._where.frame_bytes)

    def read(self, frames: int) -> NDArray[np.float32]:
        """Up to `frames` frames, shape (n, channels), full scale 1.0."""
        count = min(frames, self._left)
        raw = self._file.read(count * self._where.frame_bytes)
        whole = len(raw) // self._where.frame_bytes
        self._left = self._left - whole if whole == count else 0
        flat = _DECODERS[self.encoding](raw[: whole * self._where.frame_bytes])
        return flat.reshape(whole, self.channels)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _scaled(kind: str, scale: float) -> Callable[[bytes], NDArray[np.float32]]:
    return lambda raw: np.frombuffer(raw, kind).astype(np.float32) * np.float32(scale)


def _pcm_u8(raw: bytes) -> NDArray[np.float32]:
    return (np.frombuffer(raw, "u1").astype(np.float32) - 128) / np.float32(128)


def _pcm_s24(raw: bytes) -> NDArray[np.float32]:
    wide = np.zeros((len(raw) // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
    return _scaled("<i4", 2.0**-31)(wide.tobytes())


@cache
def _companded(law: str) -> NDArray[np.float32]:
    """Value of each of the 256 codes (ITU-T G.711)."""
    code = np.arange(256) ^ (0x55 if law == "alaw" else 0xFF)
    exponent, mantissa = (code >> 4) & 7, code & 15
    if law == "alaw":
        step = (mantissa << 4) + 8 + np.where(exponent > 0, 256, 0)
        size = step << np.maximum(exponent - 1, 0)
        sign = np.where(code & 0x80, 1, -1)
    else:
        size = (((mantissa << 3) + 132) << exponent) - 132
        sign = np.where(code & 0x80, -1, 1)
    return np.asarray(sign * size / 32768, np.float32)


def _law(name: str) -> Callable[[bytes], NDArray[np.float32]]:
    return lambda raw: _companded(name)[np.frombuffer(raw, np.uint8)]


def _float(kind: str) -> Callable[[bytes], NDArray[np.float32]]:
    def decode(raw: bytes) -> NDArray[np.float32]:
        with np.errstate(over="ignore", invalid="ignore"):  # refused by the caller
            values: NDArray[Any] = np.frombuffer(raw, kind)
            return values.astype(np.float32)

    return decode


_DECODERS: dict[str, Callable[[bytes], NDArray[np.float32]]] = {
    "pcm_u8": _pcm_u8,
    "pcm_s16": _scaled("<i2", 2.0**-15),
    "pcm_s24": _pcm_s24,
    "pcm_s32": _scaled("<i4", 2.0**-31),
    "float32": _float("<f4"),
    "float64": _float("<f8"),
    "alaw": _law("alaw"),
    "ulaw": _law("ulaw"),
}
