"""Where a FLAC file begins in the sound that it was cut from.

A segmenter gives the last piece the length of the whole, and numbers its frames on:
the first number tells how much of that length lies in the pieces before.
"""

from __future__ import annotations

from typing import BinaryIO

__all__ = ["first_sample"]

MAX_BLOCKS = 256
"""Metadata blocks that are passed over before the file is left to its decoder."""
_INFO = 0
"""Kind of the block that tells the size of a frame."""


def first_sample(file: BinaryIO) -> int:
    """Number of the first sample; 0 where that cannot be told."""
    file.seek(4)
    block_size = 0
    for _ in range(MAX_BLOCKS):
        head = file.read(4)
        if len(head) < 4:
            return 0
        kind, length = head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if kind == _INFO:
            info = file.read(min(length, 34))
            block_size = int.from_bytes(info[2:4], "big")
            file.seek(length - len(info), 1)
        else:
            file.seek(length, 1)
        if head[0] & 0x80:
            return _number(file.read(11), block_size)
    return 0


def _number(head: bytes, block_size: int) -> int:
    """The sample that a frame begins at (RFC 9639, section 9.1)."""
    if len(head) < 11 or head[0] != 0xFF or head[1] & 0xFE != 0xF8:
        return 0
    number = _coded(head[4:])
    return number if head[1] & 1 else number * block_size


def _coded(data: bytes) -> int:
    """A number as UTF-8 would write it, of up to seven bytes."""
    ones = 8 - (data[0] ^ 0xFF).bit_length()
    if ones == 0:
        return data[0]
    if ones == 1 or ones > 7 or any(byte & 0xC0 != 0x80 for byte in data[1:ones]):
        return 0
    value = data[0] & (0x7F >> ones)
    for byte in data[1:ones]:
        value = value << 6 | byte & 0x3F
    return value
