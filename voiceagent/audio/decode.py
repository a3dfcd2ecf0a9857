"""Opens a file that should hold sound and finds what decodes it.

WAV is read by `wav.py`; FLAC, OGG, MP3, AIFF and compressed WAV by libsndfile, after
the checks that it leaves out: an OGG that lost its last page or an AIFF shorter than it
says is only a shorter file to libsndfile. What else is known is left to `ffmpeg`, in a
child (`ffmpeg.py`). Anything else is named and refused, which keeps two dozen rarely
tested parsers away from unknown files.
"""

from __future__ import annotations

import errno
import stat
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.ffmpeg import DecodeFailed, FfmpegReader
from voiceagent.audio.flac import first_sample
from voiceagent.audio.kinds import read_here, sound_kind
from voiceagent.audio.wav import WavReader
from voiceagent.audio.wav_format import CONVERT, out_of_bounds
from voiceagent.audio.wav_header import layout
from voiceagent.audio.whole import is_cut
from voiceagent.errors import AudioFileError, EngineMissing

__all__ = ["DecodeFailed", "Reader", "open_sound"]

_SAME = {"pcm_16": "pcm_s16", "pcm_24": "pcm_s24", "pcm_32": "pcm_s32"}
"""Our names for what libsndfile calls otherwise."""
FFMPEG_CODECS = frozenset(
    (0x0022, 0x0045, 0x0050, 0x0064, 0x00FF, 0x0130, 0x0160, 0x0161, 0x0162, 0x0163)
    + (0x1600, 0x1602, 0x2000, 0x2001)
)
"""Kinds of compressed WAV that libsndfile does not know: TrueSpeech, G.726, MP2, AAC,
Windows Media, AC-3, DTS."""
SPEEX = b"Speex   "
"""Begins a stream in OGG that libsndfile does not know."""
_UNKNOWN_LENGTH = 2**60
"""libsndfile gives an enormous length for streams that declare none."""
_PADDING = 3 * 1152
"""Frames by which what an MP3 encoder padded may miss what is declared."""


class Reader(Protocol):
    """Decodes a file; values are float32, shape (n, channels), full scale 1.0."""

    format: str
    encoding: str
    channels: int
    rate: int
    frames: int
    """Frames the file declares; 0: it does not say."""
    present: int
    """Frames that are there, as far as the container shows."""
    cut: bool
    """Whether the container shows that the end is missing."""
    seeks: bool
    """Whether `seek` finds its place."""
    slack: int
    """Frames by which what is decoded may miss what is declared."""
    notes: tuple[str, ...]
    """What is there and is not read."""

    def seek(self, frame: int) -> None:
        """Go to a frame by its number."""
        ...

    def read(self, frames: int) -> NDArray[np.float32]:
        """The next frames, none at the end; raises `DecodeFailed` on damage."""
        ...

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        ...


def open_sound(path: Path, *, max_bytes: int) -> Reader:
    """The reader for a file; raises `AudioFileError` or `EngineMissing`."""
    name = str(path)
    try:
        file, size = _open(path, max_bytes)
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from error
    try:
        return _reader(file, path, size)
    except OSError as error:
        file.close()
        raise _unreadable(name, error) from error
    except BaseException:
        file.close()
        raise


def _open(path: Path, max_bytes: int) -> tuple[BinaryIO, int]:
    facts = path.stat()
    if stat.S_ISDIR(facts.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not stat.S_ISREG(facts.st_mode):
        raise AudioFileError(
            f"`{path}` is not a file",
            cause="it is a pipe or a device, which has no length to check",
            hint="save it to a file first, or pipe raw PCM into standard input",
        )
    if facts.st_size == 0:
        raise AudioFileError(
            f"`{path}` is empty",
            cause="it has 0 bytes",
            hint="record or copy it again",
        )
    if facts.st_size > max_bytes:
        raise AudioFileError(
            f"`{path}` is larger than the limit `max_bytes`",
            cause=f"it has {facts.st_size} bytes, {max_bytes} are allowed",
            hint="cut it into pieces, or raise `max_bytes`",
        )
    return path.open("rb"), facts.st_size


def _unreadable(name: str, error: OSError | ValueError) -> AudioFileError:
    hints: dict[type[Exception], str] = {
        FileNotFoundError: "check the path",
        PermissionError: f"make it readable: `chmod u+r {name}`",
        IsADirectoryError: "name a file in it",
    }
    return AudioFileError(
        f"`{name}` cannot be read",
        cause=str(getattr(error, "strerror", None) or error).lower(),
        hint=hints.get(type(error), "check the path and the disk"),
    )


def _reader(file: BinaryIO, path: Path, size: int) -> Reader:
    head = file.read(512)
    kind = _sniff(path, head)
    cut = is_cut(kind, file, size)
    left = not read_here(kind)
    if kind == "WAV":
        file.seek(0)
        where = layout(file, size, str(path))
        if where.encoding:
            return WavReader(file, where)
        cut = where.declared > where.present
        left = where.codec in FFMPEG_CODECS
    elif kind == "OGG":
        left = SPEEX in head
    began = first_sample(file) if kind == "FLAC" else 0
    file.close()
    if left:
        return FfmpegReader(path, kind, cut=cut)
    return _SoundfileReader(path, kind, cut=cut, began=began)


def _sniff(path: Path, head: bytes) -> str:
    kind = sound_kind(head)
    if kind:
        return kind
    raise AudioFileError(
        f"`{path}` is not a sound file",
        cause="it does not begin like WAV, FLAC, OGG, MP3, AIFF, MP4 or WebM",
        hint=f"check the path; if it is sound, {CONVERT}",
    )


class _SoundfileReader:
    """libsndfile behind the same three calls."""

    def __init__(self, path: Path, kind: str, *, cut: bool, began: int) -> None:
        """`began`: sample of a longer sound that it was cut from."""
        soundfile = _soundfile(kind)
        self._error: type[Exception] = soundfile.LibsndfileError
        try:
            self._file = soundfile.SoundFile(str(path))
        except (self._error, OSError, RuntimeError, TypeError) as error:
            raise _undecodable(path, kind, error) from error
        self.format = kind
        subtype = str(self._file.subtype).lower()
        self.encoding = _SAME.get(subtype, subtype)
        self.channels = int(self._file.channels)
        self.rate = int(self._file.samplerate)
        declared = int(self._file.frames)
        known = began < declared < _UNKNOWN_LENGTH
        self.frames = declared - began if known else 0
        self.seeks = known and not began
        if not self.seeks:
            # `soundfile` seeks after every read, which fails at the end of a stream
            # without a length and would be taken for damage.
            self._file.seekable = lambda: False
        self.present = self.frames
        self.cut = cut
        padded = kind == "MP3" or "mpeg" in self.encoding
        self.slack = _PADDING if padded else 0
        self.notes: tuple[str, ...] = ()
        self._check(path, kind)

    def _check(self, path: Path, kind: str) -> None:
        if odd := out_of_bounds(self.channels, self.rate):
            self.close()
            raise _undecodable(path, kind, ValueError(odd))

    def seek(self, frame: int) -> None:
        """Go to a frame by its number."""
        try:
            self._file.seek(frame)
        except (self._error, RuntimeError) as error:
            nothing = np.zeros((0, self.channels), np.float32)
            raise DecodeFailed(str(error), nothing) from error

    def read(self, frames: int) -> NDArray[np.float32]:
        """The next frames; the NaN left in the buffer tell where damage began."""
        buffer = np.full((frames, self.channels), np.nan, np.float32)
        try:
            got: Any = self._file.read(out=buffer)
        except (self._error, RuntimeError) as error:
            whole = int(np.argmax(np.isnan(buffer).any(axis=1)))
            raise DecodeFailed(str(error), buffer[:whole]) from error
        return np.asarray(got, np.float32)

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self._file.close()


def _soundfile(kind: str) -> Any:
    try:
        import soundfile
    except (ImportError, OSError) as error:  # OSError: no libsndfile beside it
        raise EngineMissing(
            "soundfile",
            install="pip install 'voiceagent[edge]'",
            cause=f"to read {kind}",
        ) from error
    return soundfile


def _undecodable(path: Path, kind: str, error: Exception) -> AudioFileError:
    cause = str(error).split(": ", 1)[-1].rstrip(".").lower()
    return AudioFileError(
        f"`{path}` is not a usable {kind} file",
        cause=cause or "the decoder refused it",
        hint=f"copy or record it again, or {CONVERT}",
    )
