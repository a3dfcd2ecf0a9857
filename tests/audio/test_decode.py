"""Every kind of sound file that is read gives the same sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE

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
