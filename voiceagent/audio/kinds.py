"""Kinds of sound files: how they begin, how their names end, and who reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

__all__ = ["DEMUXERS", "SUFFIXES", "is_sound_name", "read_here", "sound_kind"]

_SOUNDS = {
    b"RIFF": "WAV",
    b"RF64": "WAV",
    b"BW64": "WAV",
    b"fLaC": "FLAC",
    b"OggS": "OGG",
    b"FORM": "AIFF",
    b"ID3": "MP3",
    b"\xff\xfb": "MP3",
    b"\xff\xfa": "MP3",
    b"\xff\xf3": "MP3",
    b"\xff\xf2": "MP3",
    b"\xff\xe3": "MP3",
    b"\xff\xe2": "MP3",
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
    b"ADIF": "AAC",
    b"riff\x2e\x91\xcf\x11": "Wave64",
    b"wvpk": "WavPack",
    b"MAC ": "Monkey's Audio",
    b"TTA1": "True Audio",
    b"FLV": "Flash video",
}
DEMUXERS: Mapping[str, str] = {
    "big-endian WAV": "wav",
    "Matroska or WebM": "matroska",
    "AMR": "amr",
    "Sun audio": "au",
    "Core Audio": "caf",
    "Windows Media": "asf",
    "AAC": "aac",
    "Wave64": "w64",
    "WavPack": "wv",
    "Monkey's Audio": "ape",
    "True Audio": "tta",
    "Flash video": "flv",
    "MP4": "mov",
    "OGG": "ogg",
    "WAV": "wav",
}
"""What `ffmpeg` calls the kinds that are left to it. It is told, so that no file is
taken for a list of other files."""
SUFFIXES = frozenset(
    ".wav .wave .bwf .rf64 .flac .ogg .oga .opus .spx .mp3 .mp2 .aiff .aif .aifc .au "
    ".snd .m4a .m4b .mp4 .mov .3gp .aac .webm .mkv .mka .weba .caf .w64 .wma .asf "
    ".amr .wv .ape .tta .flv".split()
)
"""Endings of names that a folder is searched for; none is passed over in silence."""


def is_sound_name(path: PurePath) -> bool:
    """Whether a file is called like a recording."""
    return path.suffix.lower() in SUFFIXES


def sound_kind(head: bytes) -> str:
    """The format that the first bytes belong to; "" when they are of none."""
    if head[4:8] == b"ftyp":
        return "MP4"
    known = _SOUNDS | _FOREIGN
    return next((kind for magic, kind in known.items() if head.startswith(magic)), "")


def read_here(kind: str) -> bool:
    """Whether a kind is read without `ffmpeg`, but for some of its encodings."""
    return kind in _SOUNDS.values()
