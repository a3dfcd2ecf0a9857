"""Pauses and loudness of the one who speaks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.frames import FRAME_SAMPLES
from voiceagent.frontend.speaking_pace import Pacing

pytestmark = pytest.mark.unit


def frame(rms: float, seed: int) -> bytes:
    noise = np.random.default_rng(seed).standard_normal(FRAME_SAMPLES)
    return np.clip(noise * rms, -32768, 32767).astype("<i2").tobytes()


def hear(script: str) -> Pacing:
    """`s` speech, `.` a quiet room, `n` loud noise that is no speech; 20 ms each."""
    pacing = Pacing()
    for at in range(50):
        pacing.hear(frame(10, at))
    for at, letter in enumerate(script):
        pacing.hear(frame({"s": 3000, ".": 10, "n": 3000}[letter], 100 + at))
        pacing.follow(letter == "s")
    return pacing


def test_speech_is_counted_and_only_pauses_that_ended_are() -> None:
    pacing = hear("s" * 20 + "." * 30 + "s" * 10 + "." * 40)
    assert pacing.speech == pytest.approx(0.6)
    assert pacing.pauses == 1
    assert 0 < pacing.tempo < math.log(0.6 / 0.45)


def test_the_closing_of_a_consonant_is_no_pause() -> None:
    assert hear("s" * 20 + "." * 4 + "s" * 10).pauses == 0


def test_hush_is_known_from_the_first_quiet_frame_and_ends_with_sound() -> None:
    assert hear("s" * 30).hush == 0
    assert hear("s" * 30 + "." * 5).hush == pytest.approx(0.1)
    assert hear("s" * 30 + "." * 5 + "n").hush == 0


def test_the_fall_goes_from_speech_to_the_floor() -> None:
    assert hear("s" * 30).fall < 0.2
    assert hear("s" * 30 + "..").fall > 0.8
    assert hear("").fall == hear("").clearness == 0


@given(st.lists(st.booleans(), max_size=200))
def test_numbers_stay_in_their_bounds(spoken: list[bool]) -> None:
    pacing = Pacing()
    loud, quiet = frame(3000, 1), frame(10, 2)
    for speaking in spoken:
        pacing.hear(loud if speaking else quiet)
        pacing.follow(speaking)
    assert 0 <= pacing.fall <= 1
    assert abs(pacing.tempo) < math.log(4 / 0.45)
    assert pacing.speech == pytest.approx(0.02 * sum(spoken))


def test_a_new_turn_keeps_what_is_known_of_the_speaker() -> None:
    pacing = hear("s" * 20 + "." * 60 + "s" * 10)
    tempo = pacing.tempo
    pacing.begin()
    assert (pacing.speech, pacing.pauses, pacing.tempo) == (0, 0, tempo)
    pacing.reset()
    assert pacing.tempo == 0
