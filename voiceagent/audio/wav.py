"""The samples of plain WAV files, decoded here.

What lies where is found in `wav_header.py`, what the samples are in `wav_format.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.wav_header import WavLayout

__all__ = ["WavReader"]


class WavReader:
    """Reads the frames of a WAV file that `layout` has checked."""

    format = "WAV"
    slack = 0
    seeks = True

    def __init__(self, file: BinaryIO, where: WavLayout) -> None:
        self.encoding = where.encoding
        self.channels = where.channels
        self.rate = where.rate
        self.frames = where.declared
        self.present = where.present
        self.cut = where.declared > where.present
        self.notes = where.notes
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
        flat = _decoder(self.encoding)(raw[: whole * self._where.frame_bytes])
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


def _low(bits: int) -> Callable[[bytes], NDArray[np.float32]]:
    """Samples at the low end of four bytes; what stands above them says nothing."""

    def decode(raw: bytes) -> NDArray[np.float32]:
        high = np.frombuffer(raw, "<i4") << np.int32(32 - bits)
        return high.astype(np.float32) * np.float32(2.0**-31)

    return decode


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


@cache
def _decoder(encoding: str) -> Callable[[bytes], NDArray[np.float32]]:
    """How the samples of an encoding are read; `pcm_s24in32` is ALSA's S24_LE."""
    bits = encoding.removeprefix("pcm_s").removesuffix("in32")
    return _DECODERS.get(encoding) or _low(int(bits))
