"""Every kind of sound file that is read gives the same sound."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.errors import AudioFileError

pytestmark = pytest.mark.unit


def tone(rate: int, seconds: float = 1.0, hertz: float = 440.0) -> NDArray[np.float64]:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


KINDS = [
    ("WAV", "PCM_U8", 0.01),
    ("WAV", "PCM_16", 1e-4),
    ("WAV", "PCM_24", 1e-4),
    ("WAV", "PCM_32", 1e-4),
    ("WAV", "FLOAT", 1e-4),
    ("WAV", "DOUBLE", 1e-4),
    ("WAV", "ULAW", 0.02),
    ("WAV", "ALAW", 0.02),
    ("WAV", "IMA_ADPCM", 0.05),
    ("WAVEX", "PCM_24", 1e-4),
    ("RF64", "PCM_16", 1e-4),
    ("FLAC", "PCM_16", 1e-4),
    ("FLAC", "PCM_24", 1e-4),
    ("OGG", "VORBIS", 0.03),
    ("OGG", "OPUS", 0.03),
    ("MP3", "MPEG_LAYER_III", 0.03),
    ("AIFF", "PCM_16", 1e-4),
]


@pytest.mark.parametrize(("container", "subtype", "tolerance"), KINDS)
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_every_kind_gives_the_same_sound(
    tmp_path: Path, container: str, subtype: str, tolerance: float, rate: int
) -> None:
    path = tmp_path / "tone"
    soundfile.write(path, tone(rate), rate, format=container, subtype=subtype)
    recording = read_audio(path)
    expected = tone(RATE)
    got = recording.samples / 32768
    slack = 1024 if subtype == "IMA_ADPCM" else 0  # the last block is filled up
    assert abs(len(got) - len(expected)) <= slack
    inner = slice(800, len(expected) - 800)
    assert np.sqrt(np.mean((got[inner] - expected[inner]) ** 2)) < tolerance
    assert (recording.facts.rate, recording.facts.channels) == (rate, 1)
    assert recording.facts.seconds == pytest.approx(1.0, abs=0.07)
    assert recording.facts.complete


@pytest.mark.parametrize("law", ["ULAW", "ALAW"])
def test_companding_tables_are_those_of_libsndfile(tmp_path: Path, law: str) -> None:
    codes = bytes(range(256))
    path = tmp_path / "codes.wav"
    soundfile.write(path, np.zeros(256), RATE, subtype=law)
    path.write_bytes(path.read_bytes()[:-256] + codes)
    theirs, _ = soundfile.read(path, dtype="int16")
    assert np.array_equal(read_audio(path).samples, theirs)


# FLAC without a length, or with that of another sound


def _crc(data: bytes, polynomial: int, bits: int) -> bytes:
    """The check of a FLAC frame header (8 bits) or frame (16 bits)."""
    value = 0
    for byte in data:
        value ^= byte << bits - 8
        for _ in range(8):
            over = value >> bits - 1
            value = (value << 1 ^ polynomial * over) & (1 << bits) - 1
    return value.to_bytes(bits // 8, "big")


def verbatim_frame(number: int, samples: NDArray[np.int16]) -> bytes:
    """A FLAC frame of up to 256 samples, 16 kHz mono 16 bits, that packs nothing."""
    head = bytes([0xFF, 0xF8, 0x65, 0x08]) + chr(number).encode()
    head += bytes([len(samples) - 1])
    body = head + _crc(head, 0x07, 8) + b"\x02" + samples.astype(">i2").tobytes()
    return body + _crc(body, 0x8005, 16)


def flac(samples: NDArray[np.int16], *, first: int = 0, total: int = 0) -> bytes:
    """A FLAC file; `first`: number of its first frame, `total`: its declared length."""
    packed = RATE << 44 | 15 << 36 | total
    info = b"\1\0\1\0" + bytes(6) + packed.to_bytes(8, "big") + bytes(16)
    frames = [
        verbatim_frame(first + at // 256, samples[at : at + 256])
        for at in range(0, len(samples), 256)
    ]
    return b"fLaC\x80\0\0\x22" + info + b"".join(frames)


SOUND = (tone(RATE) * 20_000).astype(np.int16)


@pytest.mark.parametrize(
    ("first", "total"),
    [(0, 0), (0, len(SOUND)), (40, 0), (40, 40 * 256 + len(SOUND)), (400, 0)],
)
def test_flac_of_a_pipe_and_of_a_segmenter_is_whole(
    tmp_path: Path, first: int, total: int
) -> None:
    path = tmp_path / "x.flac"
    path.write_bytes(flac(SOUND, first=first, total=total))
    found = read_audio(path)
    assert np.array_equal(found.samples, SOUND) and found.facts.complete


@pytest.mark.parametrize("first", [0, 40])
@pytest.mark.parametrize("total", [0, 1])
def test_such_flac_that_was_cut_is_refused(
    tmp_path: Path, first: int, total: int
) -> None:
    whole = flac(SOUND, first=first, total=total * (first * 256 + len(SOUND)))
    path = tmp_path / "x.flac"
    for length in (len(whole) - 9, len(whole) // 2, len(whole) // 3):
        path.write_bytes(whole[:length])
        with pytest.raises(AudioFileError):
            read_audio(path)
        part = read_audio(path, partial=True)
        assert not part.facts.complete
        assert np.array_equal(part.samples, SOUND[: len(part.samples)])


def test_both_sides_of_a_stream_without_a_length_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    soundfile.write(path, np.stack([tone(RATE) * 0, tone(RATE)], 1), RATE)
    data = bytearray(path.read_bytes())
    data[21:26] = bytes([data[21] & 0xF0]) + bytes(4)  # the declared length
    path.write_bytes(data)
    found = read_audio(path)
    assert (found.facts.mix, len(found.samples)) == ("channel 2", RATE)


def test_what_an_encoder_padded_is_no_missing_end(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.mp3", tone(RATE), RATE, format="MP3")
    sound = (tmp_path / "x.mp3").read_bytes()
    fmt = struct.pack("<HHIIHHHHIHHH", 0x55, 1, RATE, 4000, 1, 0, 12, 1, 2, 576, 1, 0)
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt
    body += b"fact" + struct.pack("<II", 4, RATE + 2000)
    body += b"data" + struct.pack("<I", len(sound)) + sound
    path = tmp_path / "x.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert read_audio(path).seconds == pytest.approx(1.0, abs=0.2)
    path.write_bytes(path.read_bytes()[: -len(sound) // 2])
    with pytest.raises(AudioFileError, match="ends early"):
        read_audio(path)
