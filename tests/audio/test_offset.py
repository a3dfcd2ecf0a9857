"""Constant offsets: taken off where there is one, and nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.audio.arrays import Samples
from voiceagent.audio.frames import FRAME_BYTES, FRAME_SAMPLES, RATE
from voiceagent.audio.offset import LEAST_LIVE, OffsetFilter, steady, without_offset

pytestmark = pytest.mark.unit


def hum(seconds: float, decibels: float, offset: float) -> Samples:
    """A voice-like sum of tones with noise, shifted by a share of full scale."""
    t = np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * f * t) / n for n, f in enumerate((140, 280, 560), 1))
    wave = wave * (1.2 + np.sin(2 * np.pi * 4 * t))
    wave *= 10 ** (decibels / 20) / np.sqrt(np.mean(wave**2))
    return np.clip(np.rint((wave + offset) * 32768), -32768, 32767).astype(np.int16)


def through(samples: Samples) -> Samples:
    stream, pcm = OffsetFilter(), samples.astype("<i2").tobytes()
    places = range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES)
    frames = [stream.push(pcm[at : at + FRAME_BYTES]) for at in places]
    assert {len(frame) for frame in frames} <= {FRAME_BYTES}
    return np.frombuffer(b"".join(frames), "<i2")


DECIBELS = st.integers(-60, -20)
OFFSETS = st.integers(2, 30).map(lambda share: share / 100)
SIGNS = st.sampled_from([-1, 1])


@settings(deadline=None, max_examples=40)
@given(DECIBELS, OFFSETS, SIGNS)
def test_an_offset_of_a_recording_is_taken_off(
    db: int, share: float, sign: int
) -> None:
    shifted = without_offset(hum(1.0, db, sign * share))
    clear = hum(1.0, db, 0.0)
    assert abs(shifted.astype(int) - clear).max() <= 2


@settings(deadline=None, max_examples=40)
@given(DECIBELS)
def test_a_sound_without_an_offset_is_itself(decibels: int) -> None:
    clear = hum(1.2, decibels, 0.0)
    assert without_offset(clear) is clear
    assert np.array_equal(through(clear), clear[: len(clear) // 320 * 320])


@settings(deadline=None, max_examples=40)
@given(st.integers(-60, -26), OFFSETS, SIGNS)
def test_a_stream_loses_its_offset_within_a_second(
    db: int, share: float, sign: int
) -> None:
    last = through(hum(2.0, db, sign * share))[RATE:]
    left = last.reshape(-1, FRAME_SAMPLES * 10).mean(axis=1)
    assert np.abs(left).max() < max(400.0, 0.1 * 32768 * 10 ** (db / 20))


@given(st.binary(min_size=FRAME_BYTES, max_size=FRAME_BYTES), st.integers(1, 60))
def test_any_frames_stay_frames(pcm: bytes, count: int) -> None:
    stream = OffsetFilter()
    for _ in range(count):
        assert len(stream.push(pcm)) == FRAME_BYTES


def test_a_jump_is_followed_and_forgotten() -> None:
    stream, still = OffsetFilter(), bytes(FRAME_BYTES)
    jumped = np.full(FRAME_SAMPLES, 9000, "<i2").tobytes()
    for _ in range(60):
        stream.push(jumped)
    assert stream.push(jumped) == still
    for _ in range(60):
        stream.push(still)
    assert stream.push(still) == still
    stream.push(jumped)
    stream.reset()
    assert stream.push(still) == still


def test_what_was_taken_off_goes_on_being_so_near_the_border() -> None:
    stream, flips, last = OffsetFilter(), 0, False
    for number in range(300):
        value = 600 if number < 100 else round(LEAST_LIVE) + (number % 7 - 3) * 10
        pcm = np.full(FRAME_SAMPLES, value, "<i2").tobytes()
        taken = stream.push(pcm) != pcm
        flips, last = flips + (taken != last), taken
    assert flips == 1


def test_seconds_of_sound_lose_their_offset() -> None:
    clear = hum(1.0, -30, 0.0)
    pcm = clear.astype("<i2").tobytes()
    assert steady(pcm) is pcm
    shifted = steady((clear + 3000).astype("<i2").tobytes())
    assert abs(np.frombuffer(shifted, "<i2").astype(int) - clear).max() <= 2


def test_no_samples_have_no_offset() -> None:
    nothing = np.zeros(0, np.int16)
    assert without_offset(nothing) is nothing
    loud = np.full(100, 32767, np.int16)
    assert not without_offset(loud).any()
