"""Whether a container shows that its end is missing.

Decoders take what is there and say nothing: for most kinds the header tells how much
there should be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

__all__ = ["is_cut"]

LAST_PAGE = 65_536 + 512
"""No OGG page is longer, so the last one begins this near to the end."""
MAX_CHUNKS = 256
UNKNOWN = (0, 0xFFFFFFFF, 2**64 - 1)
"""Lengths that say nothing."""


def is_cut(kind: str, file: BinaryIO, size: int) -> bool:
    """Whether a file of that kind and of `size` bytes should be longer."""
    look = _LOOKS.get(kind)
    return look is not None and look(file, size)


def _number(file: BinaryIO, at: int, count: int, order: str) -> int:
    file.seek(at)
    data = file.read(count)
    return int.from_bytes(data, "big" if order == "big" else "little")


def _aiff(file: BinaryIO, size: int) -> bool:
    return _number(file, 4, 4, "big") + 8 > size


def _rifx(file: BinaryIO, size: int) -> bool:
    declared = _number(file, 4, 4, "big")
    return declared not in UNKNOWN and declared + 8 > size


def _sun(file: BinaryIO, size: int) -> bool:
    declared = _number(file, 8, 4, "big")
    return declared not in UNKNOWN and _number(file, 4, 4, "big") + declared > size


def _wave64(file: BinaryIO, size: int) -> bool:
    declared = _number(file, 16, 8, "little")
    return declared not in UNKNOWN and declared > size


def _core_audio(file: BinaryIO, size: int) -> bool:
    at = 8
    for _ in range(MAX_CHUNKS):
        if at + 12 > size:
            return at > size
        length = _number(file, at + 4, 8, "big")
        if length in UNKNOWN:
            return False
        at += 12 + length
    return False


def _ogg(file: BinaryIO, size: int) -> bool:
    file.seek(max(0, size - LAST_PAGE))
    tail = file.read(LAST_PAGE)
    page = tail[tail.rfind(b"OggS") :]
    if len(page) < 27 or not page[5] & 4:  # bit 4: end of stream (RFC 3533, section 6)
        return True
    segments = page[27 : 27 + page[26]]
    return len(segments) < page[26] or len(page) < 27 + page[26] + sum(segments)


_LOOKS: dict[str, Callable[[BinaryIO, int], bool]] = {
    "AIFF": _aiff,
    "OGG": _ogg,
    "big-endian WAV": _rifx,
    "Sun audio": _sun,
    "Wave64": _wave64,
    "Core Audio": _core_audio,
}
