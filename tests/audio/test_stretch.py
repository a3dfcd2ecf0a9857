"""Sound at another speed: as long as wanted, at the pitch that it had."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.stretch import stretched

pytestmark = pytest.mark.unit
RATE = 24_000


def voice(pitch: float, seconds: float = 1.0) -> bytes:
    """Something like a vowel."""
    t = np.arange(round(seconds * RATE)) / RATE
    tones = [np.sin(2 * np.pi * pitch * n * t) / n for n in (1, 2, 3, 5)]
    return (6000 * np.sum(tones, axis=0)).astype("<i2").tobytes()


def pitch_of(pcm: bytes) -> float:
    samples = np.frombuffer(pcm, "<i2").astype(float)
    size = 1 << 18
    return float(np.argmax(np.abs(np.fft.rfft(samples, size)))) * RATE / size


def loudness(pcm: bytes) -> float:
    return float(np.sqrt(np.mean(np.frombuffer(pcm, "<i2").astype(float) ** 2)))


@pytest.mark.parametrize("speed", [0.25, 0.5, 0.8, 1.1, 1.5])
@pytest.mark.parametrize("pitch", [90.0, 140.0, 210.0])
def test_it_is_as_long_as_wanted_at_its_own_pitch(speed: float, pitch: float) -> None:
    sound = voice(pitch)
    made = stretched(sound, RATE, speed)
    assert len(made) / 2 == round(len(sound) / 2 / speed)
    assert pitch_of(made) == pytest.approx(pitch, rel=0.02)
    assert loudness(made) == pytest.approx(loudness(sound), rel=0.1)


def test_what_is_not_changed_is_the_same() -> None:
    sound = voice(140.0)
    assert stretched(sound, RATE, 1.0) == sound
    assert stretched(b"", RATE, 0.5) == b"" and stretched(b"ab", RATE, 0.5) == b"ab"


@given(st.integers(0, 9000), st.floats(0.25, 1.5), st.integers(0, 2**31))
def test_any_sound_has_that_length_and_never_runs_over(
    samples: int, speed: float, seed: int
) -> None:
    noise = np.random.default_rng(seed).integers(-32768, 32768, samples)
    made = stretched(noise.astype("<i2").tobytes(), RATE, speed)
    short = samples < 720 or round(samples / speed) < 720
    assert len(made) // 2 == (samples if short else round(samples / speed))
