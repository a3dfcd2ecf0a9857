"""Where the sound of a WAV file lies: a bounded walk that trusts no size.

Decoders meet hostile headers first (libsndfile CVE-2017-7586, CVE-2022-33065), so
plain WAV never reaches one. Recorders get many fields wrong that decide nothing (the
byte rate, the block size, the lengths), so these are held against each other and
against the file: what only one of them says does not count, and sound that no field
explains is read all the same. Refused is what may have lost its end, and a header in
which a single flipped bit would change what is heard.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from voiceagent.audio.wav_format import WavFormat, damaged, read_format

__all__ = ["WavLayout", "layout"]

MAX_CHUNKS = 256
"""Chunks walked before a file is refused; real recorders write fewer than ten."""
PIECE = 1 << 16
"""Bytes looked at in one go."""
_WIDE = (b"RF64", b"BW64")
"""Files whose lengths stand in a chunk of their own, in 64 bits."""
_UNPADDED = (b"fmt ", b"data", b"LIST", b"fact", b"bext", b"ds64", b"JUNK", b"cue ")
"""Chunks that some writers begin at an odd place, without the padding byte."""
_SAYS_NOTHING = (0, 2**64 - 1)


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
    notes: tuple[str, ...] = ()
    """What is there and is not read."""
    codec: int = 1
    """What Microsoft calls the encoding."""


class _Lengths(NamedTuple):
    """What a header says of lengths, in bytes."""

    size: int
    """Of the file itself: this one is true."""
    end: int
    """Where the header says that the file ends; 0: it does not say."""
    start: int
    """Where the sound begins."""
    declared: int
    """Of the sound, as its chunk says."""

    @property
    def there(self) -> int:
        """Bytes behind the beginning of the sound."""
        return self.size - self.start

    @property
    def until_end(self) -> bool:
        """Whether the length says "until the end", as pipes and crashes leave it."""
        piped = (
            0x7FFF0000 <= self.declared <= 0x80000024
            or 0xFFFFFF00 <= self.declared <= 0xFFFFFFFF
            or self.declared == 2**64 - 1
        )
        return piped and self.declared > self.there

    @property
    def whole(self) -> bool:
        """Whether the file is as long as its header says, so that a sound which should
        be longer was only counted wrongly."""
        agree = self.start + self.declared in (self.end, self.end - 1)
        # Some writers put the size of the whole file there, others that of the sound.
        return self.size - 44 <= self.end <= self.size + (0 if agree else 8)


def layout(file: BinaryIO, size: int, name: str) -> WavLayout:
    """Walk the chunks of a file of `size` bytes; raises `AudioFileError`."""
    head = file.read(12)
    if len(head) < 12 or head[8:] != b"WAVE":
        raise damaged(name, "it ends inside its header, no sound is there")
    wide = head[:4] in _WIDE
    end, wide_data, fmt = _end(int.from_bytes(head[4:8], "little"), wide), 0, b""
    for tag, body, length in _chunks(file, 12, name):
        if tag == b"data":
            declared = wide_data if wide and length == 0xFFFFFFFF else length
            lengths = _Lengths(size, end, body, declared)
            return _lay_out(name, fmt, lengths, file)
        if tag == b"fmt " and not fmt:
            fmt = file.read(min(length, 40))
        if tag == b"ds64" and length >= 16:
            riff, wide_data = struct.unpack("<QQ", file.read(16).ljust(16, b"\0"))
            end = 0 if riff in _SAYS_NOTHING else riff + 8
    raise damaged(name, f"more than {MAX_CHUNKS} chunks come before the sound")


def _end(declared: int, wide: bool) -> int:
    return 0 if wide or declared in (0, 0xFFFFFFFF) else declared + 8


def _chunks(file: BinaryIO, at: int, name: str) -> Iterator[tuple[bytes, int, int]]:
    """Tag, place and length of each chunk; the file stands at its place."""
    for _ in range(MAX_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            raise damaged(name, "it ends inside its header, no sound is there")
        length = int.from_bytes(head[4:], "little")
        yield head[:4], at + 8, length
        at += 8 + length
        if length % 2:
            file.seek(at)
            at += file.read(4) not in _UNPADDED


def _lay_out(name: str, fmt: bytes, where: _Lengths, file: BinaryIO) -> WavLayout:
    form = read_format(name, fmt, lambda: _samples(file, where))
    present, declared, notes = _extent(where, form, file)
    frame = form.frame_bytes
    return WavLayout(
        form.encoding,
        form.channels,
        form.rate,
        frame,
        where.start,
        present // frame,
        max(declared // frame, present // frame),
        notes,
        form.codec,
    )


def _samples(file: BinaryIO, where: _Lengths) -> tuple[bytes, bytes]:
    """Some of the sound from its beginning and from its middle."""
    file.seek(where.start)
    first = file.read(PIECE)
    file.seek(where.start + where.there // 2 // 96 * 96)
    return first, file.read(PIECE)


def _extent(
    where: _Lengths, form: WavFormat, file: BinaryIO
) -> tuple[int, int, tuple[str, ...]]:
    """Bytes of sound that are there, those that should be, and what is said of it."""
    there, declared = where.there, where.declared
    if where.until_end:
        return there, there, ()
    if declared > there:
        return (there, there, ()) if where.whole else (there, declared, ())
    counted = there in (declared * form.frame_bytes, declared * form.sample_bytes)
    if declared and form.sample_bytes > 1 and counted:
        return there, there, ()  # the length was counted in samples
    tail = _tail(file, where, form)
    if tail is None:
        return there, there, ()
    begun = min(there, declared + -declared % form.frame_bytes)
    return begun, declared, tail


def _tail(file: BinaryIO, where: _Lengths, form: WavFormat) -> tuple[str, ...] | None:
    """What is said of all behind the sound; None: it is more of the sound."""
    at, notes = where.start + where.declared, list[str]()
    inside = where.size if where.end <= at else min(where.size, where.end)
    for _ in range(MAX_CHUNKS):
        left = inside - at
        if left < form.frame_bytes:
            return tuple(notes)
        if left < 8:
            return _unexplained(file, at, where, notes)
        file.seek(at)
        head = file.read(9)
        # The padding byte after an odd length, where there is one.
        odd = not _is_tag(head[:4]) and _is_tag(head[1:5])
        at, head = at + odd, head[odd : odd + 8]
        length = int.from_bytes(head[4:], "little")
        if not _is_tag(head[:4]) or at + 8 + length > inside + 1:
            return _unexplained(file, at, where, notes)
        if head[:4] == b"data" and length:
            notes.append(_second(length, form))
        at += 8 + length
    return tuple(notes)


def _unexplained(
    file: BinaryIO, at: int, where: _Lengths, notes: list[str]
) -> tuple[str, ...] | None:
    """The same for a tail that is no chunks: padding, an appendix, or sound."""
    if _all_zero(file, at, where.size):
        return tuple(notes)
    if where.declared and at - where.start - where.declared > 1:
        return (*notes, f"{where.size - at} bytes at its end are no sound")
    closed = where.end and where.end - where.start - where.declared in (0, 1)
    if where.declared and closed:
        return (*notes, f"{where.size - at} bytes behind its end are left out")
    return None


def _all_zero(file: BinaryIO, at: int, size: int) -> bool:
    file.seek(at)
    while piece := file.read(min(PIECE, size - at)):
        if piece.strip(b"\0"):
            return False
        at += len(piece)
    return True


def _second(length: int, form: WavFormat) -> str:
    rate = form.rate * form.frame_bytes
    told = f"{length / rate:.3f} s" if form.encoding else f"{length} bytes"
    return f"a second `data` chunk of {told} is left out, as other readers do"


def _is_tag(tag: bytes) -> bool:
    return len(tag) == 4 and all(32 <= letter < 127 for letter in tag)
