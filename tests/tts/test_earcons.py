"""Earcons: soft, short, without clicks."""

from __future__ import annotations

import numpy as np
import pytest

from voiceagent.errors import UsageError
from voiceagent.tts.earcons import NAMES, earcon

pytestmark = pytest.mark.unit


def _sound(name: str) -> np.ndarray:
    return np.frombuffer(earcon(name).pcm, "<i2").astype(float) / 32768


@pytest.mark.parametrize("name", NAMES)
def test_is_short_and_soft(name: str) -> None:
    clip = earcon(name)
    assert 0.1 < clip.seconds < (1.6 if name == "alarm" else 0.5)
    window = round(0.05 * clip.rate)
    power = np.convolve(_sound(name) ** 2, np.full(window, 1 / window), "valid")
    level = 10 * np.log10(power.max())
    assert level == pytest.approx(-22.4 if name == "thinking" else -18, abs=0.2)


@pytest.mark.parametrize("name", NAMES)
def test_does_not_click(name: str) -> None:
    sound = _sound(name)
    assert abs(sound[0]) < 0.001 and abs(sound[-1]) < 0.001
    # A step would put energy above all the tones (the highest harmonic is 2.2 kHz).
    spectrum = np.abs(np.fft.rfft(sound * 1.0)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / earcon(name).rate)
    assert spectrum[hertz > 5000].sum() < 1e-4 * spectrum.sum()


def test_every_earcon_sounds_different_and_is_made_once() -> None:
    assert len({earcon(name).pcm for name in NAMES}) == len(NAMES)
    assert earcon("wake") is earcon("wake")


def test_unknown_name_says_which_there_are() -> None:
    with pytest.raises(UsageError, match="choose wake, done"):
        earcon("bell")
