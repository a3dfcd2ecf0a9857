"""Recordings: every common kind reads right, anything else says what is wrong."""

from __future__ import annotations

import os
import struct
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from voiceagent.audio.channels import choose_channels
from voiceagent.audio.file import AudioFile, read_audio
from voiceagent.audio.frames import RATE
from voiceagent.audio.resample import Resampler
from voiceagent.errors import AudioFileError, EngineMissing

pytestmark = pytest.mark.unit


def tone(rate: int, seconds: float = 1.0, hertz: float = 440.0) -> NDArray[np.float64]:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


def wav(
    data: bytes, *, tag: int = 1, channels: int = 1, rate: int = RATE, bits: int = 16
) -> bytes:
    frame = channels * bits // 8
    fmt = struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + fmt
    body += b"data" + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def save(folder: Path, data: bytes, name: str = "sound.wav") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def error_of(path: Path, **options: object) -> AudioFileError:
    with pytest.raises(AudioFileError) as caught:
        read_audio(path, **options)  # type: ignore[arg-type]
    assert caught.value.cause and caught.value.hint
    return caught.value


@settings(deadline=None)
@given(st.binary(min_size=2, max_size=4000).map(lambda b: b[: len(b) & ~1]))
def test_sixteen_bit_sound_passes_unchanged(
    tmp_path_factory: pytest.TempPathFactory, pcm: bytes
) -> None:
    path = save(tmp_path_factory.getbasetemp(), wav(pcm))
    assert read_audio(path).pcm == pcm


@settings(deadline=None)
@given(
    rate=st.sampled_from([8000, 11_025, 22_050, 44_100, 48_000, 96_000]),
    cuts=st.lists(st.integers(1, 5000), max_size=12),
)
def test_resampling_in_blocks_equals_one_go(rate: int, cuts: list[int]) -> None:
    values = tone(rate, 0.5).astype(np.float32)
    whole = soxr.resample(values, rate, RATE, quality="HQ")
    resampler, pieces, at = Resampler(rate), [], 0
    for cut in cuts:
        pieces.append(resampler.feed(values[at : at + cut]))
        at += cut
    pieces.append(resampler.feed(values[at:], last=True))
    got = np.concatenate(pieces)
    assert abs(len(got) - len(whole)) <= 1
    size = min(len(got), len(whole))
    assert np.abs(got[:size] / 32768 - whole[:size]).max() < 1e-4


def test_what_clips_is_counted(tmp_path: Path) -> None:
    loud = (np.ones(100) * 1.5).astype("<f4").tobytes()
    recording = read_audio(save(tmp_path, wav(loud, tag=3, bits=32)))
    assert recording.facts.clipped == 100
    assert set(recording.samples) == {32767}


# Several channels


def test_two_sides_are_averaged_and_a_dead_side_is_left_out(tmp_path: Path) -> None:
    left, right = tone(RATE), tone(RATE, hertz=700)
    soundfile.write(tmp_path / "both.wav", np.stack([left, right], 1), RATE)
    both = read_audio(tmp_path / "both.wav")
    assert both.facts.mix == "mean"
    assert np.abs(both.samples / 32768 - (left + right) / 2).max() < 1e-4
    soundfile.write(tmp_path / "one.wav", np.stack([left, left * 0], 1), RATE)
    one = read_audio(tmp_path / "one.wav")
    assert one.facts.mix == "channel 1"
    assert np.abs(one.samples / 32768 - left).max() < 1e-4


def test_sides_that_would_cancel_are_not_averaged(tmp_path: Path) -> None:
    left = tone(RATE)
    soundfile.write(tmp_path / "x.wav", np.stack([left, -left], 1), RATE)
    assert np.abs(read_audio(tmp_path / "x.wav").samples).max() > 16_000


def test_of_eight_microphones_the_loudest_is_taken(tmp_path: Path) -> None:
    array = np.stack([tone(RATE) * (0.1 + 0.1 * (i == 5)) for i in range(8)], 1)
    soundfile.write(tmp_path / "x.flac", array, RATE)
    recording = read_audio(tmp_path / "x.flac")
    assert (recording.facts.channels, recording.facts.mix) == (8, "channel 6")
    assert np.abs(recording.samples / 32768 - array[:, 5]).max() < 1e-4


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=9), st.floats(0, 1e6))
def test_a_chosen_channel_is_never_dead(power: list[float], mean: float) -> None:
    chosen = choose_channels(np.array(power), mean)
    assert chosen and all(power[i] >= max(power) * 1e-4 for i in chosen)


# What ends early


@pytest.mark.parametrize("container", ["WAV", "FLAC", "OGG", "MP3", "AIFF"])
def test_half_a_file_says_how_much_is_there(tmp_path: Path, container: str) -> None:
    noise = np.random.default_rng(1).normal(size=RATE * 4) * 0.1
    whole = tmp_path / "whole"
    soundfile.write(whole, noise, RATE, format=container)
    half = save(tmp_path, whole.read_bytes()[: whole.stat().st_size // 2], "half")
    error = error_of(half)
    assert " s" in str(error) and "`partial`" in error.hint
    part = read_audio(half, partial=True)
    assert not part.facts.complete
    assert 0.5 < part.seconds < 2.5
    full = read_audio(whole).samples[: RATE // 2]
    assert np.abs(part.samples[: RATE // 2] - full.astype(int)).max() <= 1


def test_blocks_before_the_damage_are_handed_over(tmp_path: Path) -> None:
    values = tone(RATE, 20).astype("<f4")
    values[RATE * 15] = np.nan
    path = save(tmp_path, wav(values.tobytes(), tag=3, bits=32))
    got = 0
    with AudioFile(path) as file, pytest.raises(AudioFileError, match="after 15.000 s"):
        for block in file.blocks():
            got += len(block)
    assert got == RATE * 15


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000, 0x80000000, 0])
def test_sizes_that_pipes_write_mean_until_the_end(tmp_path: Path, size: int) -> None:
    raw = bytearray(wav(tone(RATE).astype("<f4").tobytes(), tag=3, bits=32))
    raw[4:8] = struct.pack("<I", min(size + 36, 0xFFFFFFFF))
    raw[40:44] = struct.pack("<I", size)
    recording = read_audio(save(tmp_path, bytes(raw)))
    assert recording.facts.complete and len(recording.samples) == RATE


def test_chunks_around_the_sound_are_passed_over(tmp_path: Path) -> None:
    raw = wav(b"\1\0" * 100)
    extra = b"LIST" + struct.pack("<I", 5) + b"INFO\0\0"
    both = raw[:12] + extra + raw[12:] + extra
    both = both[:4] + struct.pack("<I", len(both) - 8) + both[8:]
    assert read_audio(save(tmp_path, both)).pcm == b"\1\0" * 100


def test_an_empty_recording_is_empty(tmp_path: Path) -> None:
    assert read_audio(save(tmp_path, wav(b""))).seconds == 0


# What is refused


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"hello, I am a text\n" * 9, "not a sound file"),
        (b"\0\0\0\x20ftypM4A " + bytes(99), "is MP4"),
        (b"\x1aE\xdf\xa3" + bytes(99), "Matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "not a usable WAV"),
        (b"fLaC" + bytes(99), "not a usable FLAC"),
        (b"OggS" + bytes(99), "not a usable OGG"),
        (wav(b"\0\0", rate=0), "0 Hz"),
        (wav(b"\0\0", rate=1), "1 Hz"),
        (wav(b"\0" * 8, channels=0), "0 channels"),
        (wav(b"\0\0" * 9)[:22] + b"\xff\xff" + wav(b"\0\0" * 9)[24:], "65535"),
        (wav(b"\0" * 4, tag=3), "16-bit"),
    ],
)
def test_what_is_no_sound_is_named(tmp_path: Path, data: bytes, words: str) -> None:
    assert words in str(error_of(save(tmp_path, data)))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30, 30_000.0])
def test_numbers_that_are_no_sound_are_refused(tmp_path: Path, value: float) -> None:
    values = np.array([0.1, value], "<f8").tobytes()
    assert "no sound" in str(error_of(save(tmp_path, wav(values, tag=3, bits=64))))


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e30])
def test_so_they_are_in_several_channels(tmp_path: Path, value: float) -> None:
    values = np.array([[0.1, 0.1], [0.1, value]], "<f4").tobytes()
    error = error_of(save(tmp_path, wav(values, tag=3, bits=32, channels=2)))
    assert "no sound" in error.cause


@pytest.mark.parametrize("container", ["WAV", "FLAC", "OGG", "AIFF"])
def test_half_of_a_stereo_file_can_be_taken(tmp_path: Path, container: str) -> None:
    noise = np.random.default_rng(1).normal(size=(RATE * 4, 2)) * 0.1
    whole = tmp_path / "whole"
    soundfile.write(whole, noise, RATE, format=container)
    half = save(tmp_path, whole.read_bytes()[: whole.stat().st_size // 2], "half")
    assert error_of(half)
    assert 0.5 < read_audio(half, partial=True).seconds < 2.5


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    assert "no such file" in error_of(tmp_path / "absent.wav").cause
    assert "folder" in error_of(tmp_path).cause
    assert error_of(tmp_path / ("n" * 999)).cause
    assert error_of(Path("nul\0.wav")).cause
    os.mkfifo(tmp_path / "pipe")
    assert "pipe" in error_of(tmp_path / "pipe").cause


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
def test_what_may_not_be_read_is_named() -> None:
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = save(Path(folder), wav(b"\0\0"))
        path.chmod(0)
        if user == 0:  # root may read anything
            os.seteuid(65_534)
        try:
            assert "permission" in error_of(path).cause
        finally:
            os.seteuid(user)


def test_limits_are_errors_with_their_name(tmp_path: Path) -> None:
    path = save(tmp_path, wav(bytes(2 * RATE)))
    assert "`max_seconds`" in str(error_of(path, max_seconds=0.5))
    assert "`max_bytes`" in str(error_of(path, max_bytes=100))
    assert read_audio(path, max_seconds=1.0).seconds == 1.0


def test_an_hour_is_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "hour.wav"
    with path.open("wb") as file:  # a sparse file: zeros cost no disk
        file.write(wav(b"")[:40] + struct.pack("<I", 2 * RATE * 3600))
        file.truncate(44 + 2 * RATE * 3600)
    tracemalloc.start()
    with AudioFile(path) as recording:
        assert sum(len(block) for block in recording.blocks()) == RATE * 3600
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4e6


def test_a_missing_library_names_its_install_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soundfile.write(tmp_path / "x.flac", tone(8000), 8000)
    monkeypatch.setitem(__import__("sys").modules, "soxr", None)
    with pytest.raises(EngineMissing, match=r"`soxr`(?s:.*)\[edge\]"):
        read_audio(tmp_path / "x.flac")
    monkeypatch.setitem(__import__("sys").modules, "soundfile", None)
    with pytest.raises(EngineMissing, match=r"`soundfile`(?s:.*)\[edge\]"):
        read_audio(tmp_path / "x.flac")
