"""Hostile sound files: a typed error or the right sound, in bounded time and memory."""

from __future__ import annotations

import io
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE, AudioFrame, Reframer
from voiceagent.errors import AudioFileError

pytestmark = pytest.mark.fault

SAMPLES = (np.sin(np.arange(400) / 7) * 20_000).astype("<i2")
MOST_SECONDS = 60.0
"""No seed lasts 0.1 s, so a longer result would be invented."""

fuzzed = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def seed(container: str = "WAV", subtype: str = "PCM_16", channels: int = 1) -> bytes:
    values = np.repeat(SAMPLES[:, None], channels, axis=1)
    buffer = io.BytesIO()
    soundfile.write(buffer, values, RATE, format=container, subtype=subtype)
    return buffer.getvalue()


PLAIN = seed()
SEEDS = {
    "plain": PLAIN,
    "stereo": seed(channels=2),
    "eight channels": seed(channels=8),
    "8-bit": seed(subtype="PCM_U8"),
    "24-bit": seed(subtype="PCM_24"),
    "float32": seed(subtype="FLOAT"),
    "float64": seed(subtype="DOUBLE"),
    "u-law": seed(subtype="ULAW"),
    "extensible": seed("WAVEX"),
    "RF64": seed("RF64"),
    "IMA ADPCM": seed(subtype="IMA_ADPCM"),
    "MS ADPCM": seed(subtype="MS_ADPCM"),
    "FLAC": seed("FLAC"),
    "OGG": seed("OGG", "VORBIS"),
    "AIFF": seed("AIFF"),
}


def attempt(folder: Path, data: bytes) -> NDArray[np.int16] | None:
    """The sound, None where it was refused; anything else escapes and fails."""
    path = folder / "fuzzed"
    path.write_bytes(data)
    try:
        recording = read_audio(path, max_seconds=MOST_SECONDS)
    except AudioFileError as error:
        assert error.cause and error.hint
        return None
    assert recording.seconds <= MOST_SECONDS
    return recording.samples


@pytest.mark.parametrize("name", SEEDS)
def test_every_byte_of_the_header_flipped(tmp_path: Path, name: str) -> None:
    data = SEEDS[name]
    for at in range(64):
        for mask in (0xFF, 0x01, 0x80):
            changed = bytearray(data)
            changed[at] ^= mask
            attempt(tmp_path, bytes(changed))


def test_a_flip_in_a_plain_header_never_changes_the_sound(tmp_path: Path) -> None:
    # The header of plain WAV is redundant enough to notice every single flip but
    # those in words that say nothing about the sound.
    for at in range(44):
        for bit in range(8):
            changed = bytearray(PLAIN)
            changed[at] ^= 1 << bit
            got = attempt(tmp_path, bytes(changed))
            assert got is None or np.array_equal(got, SAMPLES), (at, bit)


def test_truncated_at_every_length(tmp_path: Path) -> None:
    for length in range(len(PLAIN)):
        assert attempt(tmp_path, PLAIN[:length]) is None, length
        if length >= 46:
            part = read_audio(tmp_path / "fuzzed", partial=True)
            assert np.array_equal(part.samples, SAMPLES[: (length - 44) // 2])
            assert not part.facts.complete


@pytest.mark.parametrize("name", ["FLAC", "OGG", "AIFF", "RF64", "IMA ADPCM"])
def test_other_kinds_truncated(tmp_path: Path, name: str) -> None:
    data = SEEDS[name]
    # The last byte may be padding; all that is cut by more must be noticed.
    for length in range(0, len(data) - 2, 7):
        assert attempt(tmp_path, data[:length]) is None, length


@pytest.mark.parametrize("rate", [0, 1, 3999, 768_001, 4_000_000_000, 0xFFFFFFFF])
def test_impossible_rates(tmp_path: Path, rate: int) -> None:
    changed = bytearray(PLAIN)
    changed[24:32] = struct.pack("<II", rate, rate * 2 & 0xFFFFFFFF)
    assert attempt(tmp_path, bytes(changed)) is None


@pytest.mark.parametrize("channels", [0, 65, 1025, 65_535])
def test_impossible_channels(tmp_path: Path, channels: int) -> None:
    changed = bytearray(PLAIN)
    changed[22:24] = struct.pack("<H", channels)
    changed[32:34] = struct.pack("<H", channels * 2 & 0xFFFF)
    assert attempt(tmp_path, bytes(changed)) is None


@pytest.mark.parametrize("size", [2**31 - 2**20, 2**31 + 2**20, 0xF0000000, 2**62])
def test_huge_declared_sizes_allocate_nothing(tmp_path: Path, size: int) -> None:
    changed = bytearray(PLAIN)
    changed[40:44] = struct.pack("<I", size & 0xFFFFFFFF)
    if size > 2**32:
        changed = bytearray(SEEDS["RF64"])
        changed[28:36] = struct.pack("<Q", size)
    tracemalloc.start()
    # The file is as long as its other size says: all of its sound is there.
    got = attempt(tmp_path, bytes(changed))
    assert got is not None and np.array_equal(got, SAMPLES)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1e6


def test_endless_chunks_end(tmp_path: Path) -> None:
    junk = b"junk\0\0\0\0" * 100_000
    body = b"WAVE" + junk
    data = b"RIFF" + struct.pack("<I", len(body)) + body
    assert attempt(tmp_path, data) is None
    after = PLAIN[:4] + struct.pack("<I", 9**9) + PLAIN[8:] + junk
    sound = attempt(tmp_path, after)
    assert sound is not None and np.array_equal(sound, SAMPLES)


@fuzzed
@given(
    name=st.sampled_from(sorted(SEEDS)),
    changes=st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), max_size=9),
    cut=st.integers(0, 40),
)
def test_random_damage(
    tmp_path: Path, name: str, changes: list[tuple[int, int]], cut: int
) -> None:
    changed = bytearray(SEEDS[name])
    for at, value in changes:
        changed[at % len(changed)] = value
    attempt(tmp_path, bytes(changed[: len(changed) - cut]))


@fuzzed
@given(
    head=st.sampled_from([b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM", b"ID3", b""]),
    rest=st.binary(max_size=300),
)
def test_random_bytes(tmp_path: Path, head: bytes, rest: bytes) -> None:
    attempt(tmp_path, head + rest)


@fuzzed
@given(st.lists(st.floats(width=32), max_size=20), st.sampled_from(["<f4", "<f8"]))
def test_floats_of_any_value(tmp_path: Path, values: list[float], kind: str) -> None:
    data, size = np.array(values, kind).tobytes(), int(kind[-1])
    fmt = struct.pack("<HHIIHH", 3, 1, RATE, RATE * size, size, size * 8)
    body = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data"
    body += struct.pack("<I", len(data)) + data
    got = attempt(tmp_path, b"RIFF" + struct.pack("<I", len(body)) + body)
    if all(abs(value) <= 64 for value in values):
        expected = np.clip(np.rint(np.array(values, "f4") * 32768), -32768, 32767)
        assert got is not None and np.array_equal(got, expected)
    else:
        assert got is None


@fuzzed
@given(st.binary(max_size=4000), st.lists(st.integers(0, 900), max_size=20))
def test_any_chunking_gives_the_same_frames(pcm: bytes, cuts: list[int]) -> None:
    def frames(chunks: list[bytes]) -> list[AudioFrame]:
        reframer = Reframer()
        fed = [frame for chunk in chunks for frame in reframer.feed(chunk)]
        return fed + list(reframer.flush())

    chunks, at = [], 0
    for cut in cuts:
        chunks.append(pcm[at : at + cut])
        at += cut
    assert frames([*chunks, pcm[at:]]) == frames([pcm])
