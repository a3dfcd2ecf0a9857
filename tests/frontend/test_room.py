"""A recording that begins in speech is heard as if its room had been heard before."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audio.test_offset import hum
from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.arrays import Samples
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import FRAME_BYTES, RATE
from voiceagent.audio.offset import without_offset
from voiceagent.frontend.room import room_before

pytestmark = pytest.mark.audio
SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@lru_cache
def shop() -> Workshop:
    return Workshop(Config())


@lru_cache
def speech() -> Samples:
    """A command from its first sample on."""
    whole = read_audio(SAMPLES / "03-timer.flac").samples
    (start, _), *_, (_, end) = shop().speech(whole)
    return whole[start : end + RATE // 4]


def made(decibels: float, offset: float, room: float) -> Samples:
    loud = speech().astype(float)
    loud *= 32768 * 10 ** (decibels / 20) / np.sqrt(np.mean(loud**2))
    noise = np.random.default_rng(1).normal(size=round(room * RATE) + len(loud))
    noise *= 32768 * 10 ** (max(decibels - 35, -80) / 20)
    noise[len(noise) - len(loud) :] += loud
    shifted = np.rint(noise + offset * 32768)
    return np.clip(shifted, -32768, 32767).astype(np.int16)


@pytest.mark.parametrize("decibels", [-26, -46, -55])
@pytest.mark.parametrize("offset", [0.0, 0.01, -0.3])
def test_no_first_word_is_lost(decibels: int, offset: float) -> None:
    at_once = shop().speech(without_offset(made(decibels, offset, 0.0)))
    later = shop().speech(without_offset(made(decibels, offset, 1.2)))
    assert at_once[0][0] <= 0.16 * RATE
    assert at_once[0][0] <= max(0, later[0][0] - 1.2 * RATE) + 0.1 * RATE
    assert abs(at_once[-1][1] - (later[-1][1] - 1.2 * RATE)) <= 0.1 * RATE


def test_with_a_room_of_its_own_nothing_is_heard_before() -> None:
    for decibels in (-26, -55):
        assert room_before(made(decibels, 0.0, 0.6)) == []


@settings(deadline=None, max_examples=30)
@given(st.integers(-70, -10))
def test_without_a_change_of_loudness_there_is_no_room(decibels: int) -> None:
    rng = np.random.default_rng(2)
    noise = rng.normal(size=RATE) * 32768 * 10 ** (decibels / 20)
    assert room_before(np.clip(noise, -32768, 32767).astype(np.int16)) == []


@pytest.mark.parametrize("seconds", [0.01, 0.05, 0.5])
def test_short_recordings_have_one_or_none(seconds: float) -> None:
    frames = room_before(hum(seconds, -30, 0.1))
    assert room_before(hum(0.5, -30, 0.1)[:0]) == []
    assert all(len(frame) == FRAME_BYTES for frame in frames)


def test_a_click_at_the_beginning_is_no_speech() -> None:
    sound = made(-30, 0.0, 0.6)
    sound[:200] = 20_000
    assert room_before(sound) == []
