"""Of several channels the one with the speech is heard, whatever is louder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.channels import pauses_like_speech
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.errors import AudioFileError

pytestmark = pytest.mark.audio
SAMPLES = Path(__file__).resolve().parents[2] / "samples"
Sound = NDArray[np.float64]


@lru_cache
def shop() -> Workshop:
    return Workshop(Config())


@lru_cache
def sound(name: str) -> Sound:
    """Four seconds of a recording, or something made, as loud as speech."""
    rng, t = np.random.default_rng(3), np.arange(4 * RATE) / RATE
    if name == "music":
        chords = [
            sum(np.sin(2 * np.pi * f * r * t) for f in (220, 277, 330))
            for r in (1, 1.5)
        ]
        beat = np.sign(np.sin(2 * np.pi * 1 * t)) > 0
        made = np.where(beat, chords[0], chords[1]) * (
            1 + 0.3 * np.sin(2 * np.pi * 4 * t)
        )
    elif name == "noise":
        made = rng.normal(size=len(t))
    elif name == "hum":
        made = np.sin(2 * np.pi * 50 * t) + 0.3 * np.sin(2 * np.pi * 150 * t)
    else:
        samples = read_audio(SAMPLES / f"{name}.flac").samples
        made = samples[: 4 * RATE].astype(float)
        made = np.pad(made, (0, 4 * RATE - len(made)))
    return np.asarray(made * 0.05 / np.sqrt(np.mean(made**2)))


VOICE, OTHER = "03-timer", "16-help-and-repeat"


def mixed(folder: Path, *channels: Sound | float, rate: int = RATE) -> Path:
    """A file of these channels; a number is a dead one with that offset."""
    columns = [
        np.full(4 * RATE, channel) if isinstance(channel, float) else channel
        for channel in channels
    ]
    dither = np.random.default_rng(4).normal(size=(4 * RATE, len(columns))) * 3e-5
    whole = np.clip(np.stack(columns, 1) + dither, -1, 1)
    soundfile.write(folder / "x.wav", whole, rate)
    return folder / "x.wav"


def chosen(path: Path) -> str:
    return read_audio(path, likeness=shop().likeness).facts.mix


@pytest.mark.parametrize("offset", [0.02, -0.3, 0.9])
def test_a_dead_channel_with_an_offset_is_not_heard(
    tmp_path: Path, offset: float
) -> None:
    voice = sound(VOICE)
    assert chosen(mixed(tmp_path, offset, voice)) == "channel 2"
    assert chosen(mixed(tmp_path, offset, 0.0, 0.0, voice, 0.0, 0.0)) == "channel 4"
    both = mixed(tmp_path, voice * 0.9 + offset / 2, voice)
    assert chosen(both) == "mean"


@pytest.mark.parametrize("played", ["music", "noise", "hum"])
@pytest.mark.parametrize("gain", [0.5, 6.0])
def test_what_plays_is_not_heard(tmp_path: Path, played: str, gain: float) -> None:
    voice, loud = sound(VOICE), sound(played) * gain
    assert chosen(mixed(tmp_path, loud, voice)) == "channel 2"
    four = mixed(tmp_path, loud, voice, voice * 0.8)
    assert chosen(four) == "channel 2"


def test_a_quiet_voice_beside_loud_music_is_heard(tmp_path: Path) -> None:
    path = mixed(tmp_path, sound("music") * 6, sound(VOICE) * 0.03)
    assert chosen(path) == "channel 2"


def test_of_several_microphones_the_voice_that_plays_is_the_odd_one(
    tmp_path: Path,
) -> None:
    voice, ours = sound(VOICE), sound(OTHER) * 3
    array = [voice * gain + ours * 0.02 for gain in (0.7, 1.0, 0.8)]
    assert chosen(mixed(tmp_path, ours, *array)) == "channel 3"
    assert chosen(mixed(tmp_path, *array, ours)) == "channel 2"


def test_speakers_on_each_side_are_both_heard(tmp_path: Path) -> None:
    assert chosen(mixed(tmp_path, sound(VOICE), sound(OTHER))) == "mean"


def test_without_an_ear_the_pauses_tell() -> None:
    speech = [shop_free(sound(name)) for name in (VOICE, OTHER)]
    others = [shop_free(sound(name)) for name in ("music", "noise", "hum")]
    assert min(speech) > 2 * max(others)


def shop_free(made: Sound) -> float:
    return pauses_like_speech((made * 32767).astype(np.int16))


@settings(deadline=None)
@given(st.binary(max_size=4000).map(lambda b: b[: len(b) & ~1]))
def test_any_sound_has_a_likeness(pcm: bytes) -> None:
    assert 0 <= pauses_like_speech(np.frombuffer(pcm, "<i2")) <= 1


@pytest.mark.parametrize("channel", [1, 2, 3])
def test_a_channel_that_is_asked_for_is_taken(tmp_path: Path, channel: int) -> None:
    levels = [np.full(4 * RATE, 0.1 * n) for n in (1, 2, 3)]
    found = read_audio(mixed(tmp_path, *levels), channel=channel)
    assert found.facts.mix == f"channel {channel}"
    assert abs(found.samples.mean() - 3276.8 * channel) < 5


@pytest.mark.parametrize("channel", [2, 64])
def test_a_channel_that_is_not_there_is_told(tmp_path: Path, channel: int) -> None:
    with pytest.raises(AudioFileError, match=f"no channel {channel}") as caught:
        read_audio(mixed(tmp_path, sound(VOICE)), channel=channel)
    assert caught.value.cause == "it has 1"
