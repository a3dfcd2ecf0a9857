"""Recordings as others make them, through the whole agent: a file is one command."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voiceagent.app.config import Config, load_config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.arrays import Samples
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.errors import AudioFileError
from voiceagent.replay.replay import ReplaySettings, replay_path

pytestmark = pytest.mark.audio
SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@lru_cache
def shop() -> Workshop:
    return Workshop(Config())


@lru_cache
def command() -> Samples:
    """Somebody says "cancel the timer", from the first sample on."""
    whole = read_audio(SAMPLES / "03-timer.flac").samples
    spans = [span for span in shop().speech(whole) if span[1] - span[0] > RATE // 2]
    return whole[spans[-1][0] : spans[-1][1] + RATE // 2]


def made(decibels: float, offset: float) -> Samples:
    loud = command().astype(float)
    loud *= 32768 * 10 ** (decibels / 20) / np.sqrt(np.mean(loud**2))
    noise = np.random.default_rng(1).normal(size=len(loud)) * 3
    shifted = np.rint(loud + noise + offset * 32768)
    return np.clip(shifted, -32768, 32767).astype(np.int16)


def understood(path: Path, workshop: Workshop) -> list[tuple[str, str]]:
    settings = ReplaySettings(wake=False)
    rows = replay_path(workshop, path, settings).rows
    return [(row.transcript, row.intent.name if row.intent else "") for row in rows]


@pytest.mark.parametrize(("decibels", "offset"), [(-26, 0.3), (-48, 0.0), (-55, -0.1)])
def test_quiet_and_shifted_commands_keep_their_first_words(
    tmp_path: Path, decibels: float, offset: float
) -> None:
    soundfile.write(tmp_path / "x.wav", made(decibels, offset), RATE)
    ((words, intent),) = understood(tmp_path / "x.wav", shop())
    assert (words, intent) == ("cancel the timer", "timer.cancel")


def test_the_channel_of_the_configuration_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    voice, hum = made(-26, 0.0), (np.sin(np.arange(len(command())) / 9) * 9000)
    soundfile.write(path, np.stack([hum.astype(np.int16), voice], 1), RATE)
    assert understood(path, shop())[0][1] == "timer.cancel"
    assert all(intent == "" for _, intent in understood(path, on_channel(1, tmp_path)))
    with pytest.raises(AudioFileError, match="no channel 3"):
        understood(path, on_channel(3, tmp_path))


def on_channel(channel: int, folder: Path) -> Workshop:
    flags = {"audio.channel": channel}
    return Workshop(load_config(environ={}, folder=folder, flags=flags).config)
