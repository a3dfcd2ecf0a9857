"""Of the inputs of a microphone the one with the speech is heard."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import FRAME_SAMPLES, RATE
from voiceagent.audio.inputs import InputChooser, one_of

pytestmark = pytest.mark.audio
SAMPLES = Path(__file__).resolve().parents[2] / "samples"
Sound = NDArray[np.float64]
Turns = list[tuple[float, tuple[int, ...]]]
SECONDS = 12
VOICE, OTHER = "03-timer", "16-help-and-repeat"


@lru_cache
def voice(name: str = VOICE) -> Sound:
    """Four seconds of speech."""
    samples = read_audio(SAMPLES / f"{name}.flac").samples[: 4 * RATE].astype(float)
    samples = np.pad(samples, (0, 4 * RATE - len(samples)))
    return np.asarray(samples * 0.05 / np.sqrt(np.mean(samples**2)))


def at(second: float, sound: Sound | None = None) -> Sound:
    """Twelve seconds with a sound in them."""
    made = np.zeros(SECONDS * RATE)
    sound = voice() if sound is None else sound
    start = round(second * RATE)
    made[start : start + len(sound)] = sound[: len(made) - start]
    return made


def room(seed: int = 0) -> Sound:
    """What a microphone hears of an empty room: -70 dB."""
    return np.random.default_rng(seed).normal(size=SECONDS * RATE) * 3e-4


def level(value: float) -> Sound:
    """An input with nothing but an offset."""
    return np.full(SECONDS * RATE, value)


def playing(name: str) -> Sound:
    """What may come out of a line for as long as one likes."""
    t = np.arange(SECONDS * RATE) / RATE
    if name == "noise":
        return np.random.default_rng(3).normal(size=len(t)) * 0.1
    tones = (50, 150) if name == "hum" else (220, 277, 330)
    swell = 1 + 0.3 * np.sin(2 * np.pi * 4 * t)
    return np.asarray(sum(np.sin(2 * np.pi * f * t) for f in tones) * swell * 0.1)


def blocks(*inputs: Sound) -> list[bytes]:
    """What the device delivers, each input with the noise of its converter."""
    noise = np.random.default_rng(5).normal(size=(SECONDS * RATE, len(inputs))) * 3e-5
    whole = np.clip(np.stack(inputs, 1) + noise, -1, 1) * 32767
    pieces = whole.astype("<i2").reshape(-1, FRAME_SAMPLES, len(inputs))
    return [piece.tobytes() for piece in pieces]


def turns(
    *inputs: Sound, ours: tuple[float, float] = (0, 0), start: tuple[int, ...] = ()
) -> Turns:
    """Which inputs are heard from when on; we play from `ours[0]` to `ours[1]`."""
    now = 0.0
    chooser = InputChooser(
        len(inputs), lambda: ours[0] <= now < ours[1], start=start or None
    )
    found: Turns = []
    for number, block in enumerate(blocks(*inputs)):
        now = number * 0.02
        chooser.mono(block)
        if not found or found[-1][1] != chooser.heard:
            found.append((now, chooser.heard))
    return found


@pytest.mark.parametrize("offset", [0.0, 0.02, -0.3, 0.9])
def test_a_dead_input_is_never_heard(offset: float) -> None:
    speaks, dead = at(2) + room(), level(offset)
    assert turns(dead, speaks) == [(0, (1,))]
    assert turns(speaks, dead) == [(0, (0,))]
    assert turns(dead, level(-offset), level(0.1), speaks, dead) == [(0, (3,))]


@pytest.mark.parametrize("name", ["noise", "hum", "music"])
def test_what_plays_is_left_once_somebody_speaks(name: str) -> None:
    found = turns(playing(name), at(2) + room())
    assert [heard for _, heard in found] == [(0,), (1,)]
    assert 2 < found[1][0] < 4


@pytest.mark.parametrize("name", ["noise", "hum", "music"])
def test_what_begins_to_play_is_not_speech(name: str) -> None:
    begins = np.where(np.arange(SECONDS * RATE) < 5 * RATE, 0, playing(name))
    assert turns(begins, room()) == [(0, (1,))]
    assert turns(room(), begins + room(1)) == [(0, (0,))]


@pytest.mark.parametrize("second", [0.0, 0.4, 1.0])
def test_our_own_voice_is_never_taken(second: float) -> None:
    ours = at(second, voice(OTHER)) * 3
    speaks = at(6) + room() + 0.1 * ours
    told = second, second + 4
    assert turns(ours, speaks, ours=told)[-1][1] == (1,)
    assert turns(ours + level(0.2), speaks, ours=told)[-1][1] == (1,)
    if second:  # else nobody knows yet what it is
        assert turns(ours, speaks, ours=told) == [(0, (1,))]
    assert turns(ours, speaks, ours=told, start=(1,)) == [(0, (1,))]


def test_what_plays_is_the_odd_one_of_several_without_being_told() -> None:
    ours = at(1, voice(OTHER)) * 3
    array = [at(6) * gain + room(3) + ours * 0.1 for gain in (0.7, 1.0, 0.8)]
    assert turns(*array, ours + room(9))[-1][1] == (1,)


def test_the_loudest_of_several_is_taken_in_the_pause_behind_a_turn() -> None:
    array = [at(1) * gain + room(4) for gain in (0.6, 0.8, 1.0)]
    found = turns(*array)
    assert [heard for _, heard in found] == [(0,), (2,)]
    assert found[1][0] > 4  # the recording ends in silence


def test_two_people_on_two_sides_are_both_heard() -> None:
    left, right = at(1) + room(1), at(6, voice(OTHER)) + room(2)
    found = turns(left, right)
    assert [heard for _, heard in found] == [(0,), (0, 1)] and 6 < found[1][0] < 8
    both = turns(left, at(1, voice(OTHER)) + room(2))
    assert both[-1][1] == (0, 1)


def test_two_that_hear_the_same_are_both_heard_unless_that_cancels() -> None:
    heard = at(1) + room()
    assert turns(heard, heard * 0.9) == [(0, (0, 1))]
    assert all(len(one) == 1 for _, one in turns(heard, -heard))


@pytest.mark.parametrize("inputs", [2, 3, 8])
@pytest.mark.parametrize("offset", [0.0, 0.5])
def test_where_all_are_silent_it_stays_with_one(inputs: int, offset: float) -> None:
    assert len(turns(*[level(offset)] * inputs)) == 1


def test_an_input_that_dies_is_left_when_somebody_speaks_elsewhere() -> None:
    speaks = at(0) + at(7)
    died = np.where(np.arange(SECONDS * RATE) < 5 * RATE, speaks + room(), 0.2)
    array = [died, *(speaks * gain + room(n) for n, gain in ((1, 0.3), (2, 0.2)))]
    found = turns(*array)
    assert found[0] == (0, (0,)) and found[-1][1] == (1,)
    assert 7 < found[-1][0] < 8.6


def test_of_two_sides_the_one_that_died_does_not_halve_the_other() -> None:
    speaks = at(0) + at(8)
    died = np.where(np.arange(SECONDS * RATE) < 3 * RATE, speaks + room(), 0.2)
    chooser = InputChooser(2)
    device = blocks(died, speaks + room())
    heard = [chooser.mono(block) for block in device]
    assert chooser.heard == (0, 1)
    assert heard[-100:] == [one_of(2, 2)(block) for block in device[-100:]]


def test_a_microphone_that_shuts_between_words_is_kept() -> None:
    gated = np.where(np.abs(at(1) + at(8)) > 0, at(1) + at(8) + room(), 0)
    assert turns(level(0), gated, room(2) * 0.2)[-1][1] == (1,)
    assert turns(gated, room(2), start=(0,))[-1][1] == (0,)


def test_the_same_blocks_give_the_same_sound_and_little_is_kept() -> None:
    device = blocks(playing("music"), at(2) + room())
    one, two = InputChooser(2), InputChooser(2)
    assert [one.mono(b) for b in device] == [two.mono(b) for b in device]
    assert len(one._rows) == 200


@settings(deadline=None)
@given(st.integers(2, 8), st.lists(st.binary(max_size=400), max_size=30), st.data())
def test_whatever_comes_one_channel_of_it_goes(
    inputs: int, device: list[bytes], data: st.DataObject
) -> None:
    told = data.draw(st.lists(st.booleans(), min_size=30, max_size=30))
    ours = iter(told)
    chooser = InputChooser(inputs, lambda: next(ours, False))
    for block in device:
        whole = block[: len(block) // (2 * inputs) * 2 * inputs]
        assert len(chooser.mono(whole)) * inputs == len(whole)
        assert set(chooser.heard) <= set(range(inputs))
