"""The smoother and the gated detector, on any probabilities and any levels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.frontend.vad import GatedVad, NoiseLevel, SpeechEdge, VadSmoother

pytestmark = [pytest.mark.unit, pytest.mark.property]

FRAME = 320
probabilities = st.lists(st.floats(0, 1), max_size=200)


class Scripted:
    """Gives the loudness of a frame as its opinion and counts the questions."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[bytes] = []
        self.resets = 0

    def push(self, pcm: bytes) -> float:
        self.asked.append(pcm)
        return float(np.abs(np.frombuffer(pcm, np.int16)).mean() > 300)

    def reset(self) -> None:
        self.resets += 1


def edges(smoother: VadSmoother, values: list[float]) -> list[SpeechEdge]:
    pushed = [smoother.push(v, (i + 1) * FRAME) for i, v in enumerate(values)]
    return [edge for edge in pushed if edge is not None]


@given(probabilities)
def test_edges_alternate_and_never_go_back(values: list[float]) -> None:
    found = edges(VadSmoother(), values)
    assert [edge.started for edge in found] == [i % 2 == 0 for i in range(len(found))]
    places = [edge.sample for edge in found]
    assert places == sorted(places)
    assert all(0 <= place <= len(values) * FRAME for place in places)


@given(probabilities, st.integers(1, 6), st.integers(1, 9))
def test_speech_is_at_least_as_long_as_the_onset(
    values: list[float], onset: int, hangover: int
) -> None:
    found = edges(VadSmoother(onset=onset, hangover=hangover), values)
    for start, stop in zip(found[::2], found[1::2], strict=False):
        assert stop.sample - start.sample >= onset * FRAME


@given(probabilities)
def test_reset_is_a_fresh_smoother(values: list[float]) -> None:
    smoother = VadSmoother()
    first = edges(smoother, values)
    smoother.reset()
    assert edges(smoother, values) == first


def test_edges_are_where_speech_was_not_where_it_was_decided() -> None:
    smoother = VadSmoother(onset=3, hangover=5, prefill=2)
    found = edges(smoother, [0.0] * 10 + [1.0] * 20 + [0.0] * 10)
    assert [edge.sample for edge in found] == [8 * FRAME, 30 * FRAME]
    assert found[0].t == pytest.approx(0.16)


def test_prefill_never_reaches_into_the_speech_before() -> None:
    smoother = VadSmoother(onset=2, hangover=2, prefill=9)
    found = edges(smoother, [1.0] * 5 + [0.0] * 3 + [1.0] * 5)
    assert [edge.sample for edge in found] == [0, 5 * FRAME, 5 * FRAME]


def test_between_the_thresholds_nothing_changes() -> None:
    smoother = VadSmoother(start=0.6, stop=0.3)
    assert not edges(smoother, [0.5] * 30)
    assert len(edges(smoother, [0.9] * 5 + [0.4] * 30)) == 1
    assert smoother.speaking and smoother.quiet_frames == 0


def test_quiet_is_known_before_the_stop_is_decided() -> None:
    smoother = VadSmoother(hangover=10)
    edges(smoother, [1.0] * 10 + [0.0] * 4)
    assert smoother.speaking
    assert (smoother.quiet_frames, smoother.last_speech) == (4, 10 * FRAME)


@pytest.mark.parametrize(
    "bad", [{"start": 0.3, "stop": 0.4}, {"onset": 0}, {"hangover": 0}, {"prefill": -1}]
)
def test_impossible_settings_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        VadSmoother(**bad)  # type: ignore[arg-type]


def tone(level: int, frames: int = 1) -> list[bytes]:
    wave = np.sin(np.arange(FRAME * frames) * 0.3) * level
    pcm = wave.astype("<i2").tobytes()
    return [pcm[at : at + 2 * FRAME] for at in range(0, len(pcm), 2 * FRAME)]


def test_quiet_never_asks_the_good_detector() -> None:
    good = Scripted("good")
    vad = GatedVad(Scripted("cheap"), good)
    assert {vad.push(pcm) for pcm in tone(20, 200)} == {0.0}
    assert not good.asked


def test_woken_it_hears_what_came_just_before_first() -> None:
    good = Scripted("good")
    vad = GatedVad(Scripted("cheap"), good, ring=4)
    quiet, loud = tone(20, 50), tone(8000)
    for pcm in quiet:
        vad.push(pcm)
    assert vad.push(loud[0]) > 0.9
    assert good.resets == 1
    assert good.asked == quiet[-4:] + loud


def test_it_sleeps_again_after_quiet() -> None:
    good = Scripted("good")
    vad = GatedVad(Scripted("cheap"), good, stay=10)
    for pcm in tone(20, 20) + tone(8000, 5) + tone(20, 40):
        vad.push(pcm)
    asked = len(good.asked)
    assert asked <= 16 + 5 + 10
    assert {vad.push(pcm) for pcm in tone(20, 20)} == {0.0}
    assert len(good.asked) == asked


@given(st.lists(st.sampled_from([0, 20, 500, 8000, 32767]), max_size=80))
def test_a_probability_stays_one_whatever_comes(levels: list[int]) -> None:
    vad = GatedVad(Scripted("cheap"), Scripted("good"))
    first = [vad.push(tone(level)[0]) for level in levels]
    assert all(0.0 <= value <= 1.0 for value in first)
    vad.reset()
    assert [vad.push(tone(level)[0]) for level in levels] == first


def test_the_floor_falls_at_once_and_rises_slowly() -> None:
    level = NoiseLevel()
    for pcm in tone(8000, 50):
        level.push(pcm)
    assert level.floor < -40
    for pcm in tone(0, 20):
        level.push(pcm)
    assert level.floor < -75
    before = level.floor
    level.push(tone(8000)[0])
    assert level.floor == pytest.approx(before + NoiseLevel.RISE)
