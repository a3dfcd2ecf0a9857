"""The samples: complete, small, and they wake when they should and never else."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import make_samples
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lib import sample_sounds

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
soundfile = pytest.importorskip("soundfile", reason="the extra `edge` is not installed")

pytestmark = pytest.mark.audio

SCENES = make_samples.read_scenes(SAMPLES / "scenes.toml")
NAMES = [scene.name for scene in SCENES]


def scenario(name: str) -> dict[str, Any]:
    """The scenario beside a recording."""
    return tomllib.loads((SAMPLES / f"{name}.turn.toml").read_text("utf-8"))


def turns() -> list[tuple[str, dict[str, Any]]]:
    """All turns of all scenarios."""
    return [(name, turn) for name in NAMES for turn in scenario(name).get("turn", [])]


def test_there_are_enough_and_they_are_small() -> None:
    assert len(NAMES) >= 18
    assert sum(file.stat().st_size for file in SAMPLES.iterdir()) < 7_000_000


def test_every_scene_has_a_recording_and_a_scenario_and_nothing_is_left_over() -> None:
    assert sorted(NAMES) == sorted(path.stem for path in SAMPLES.glob("*.flac"))
    stems = [path.name.removesuffix(".turn.toml") for path in SAMPLES.glob("*.turn.*")]
    assert sorted(NAMES) == sorted(stems)


@pytest.mark.parametrize("name", NAMES)
def test_recordings_are_what_the_pipeline_hears(name: str) -> None:
    facts = soundfile.info(SAMPLES / f"{name}.flac")
    assert (facts.samplerate, facts.channels, facts.subtype) == (16000, 1, "PCM_16")
    samples, _ = soundfile.read(SAMPLES / f"{name}.flac", dtype="int16")
    assert 100 < np.abs(samples).max() < 32000
    assert scenario(name)["audio"] == f"{name}.flac"


def test_turns_lie_inside_the_recording_in_order() -> None:
    for name in NAMES:
        starts = [turn["at"] for turn in scenario(name).get("turn", [])]
        seconds = soundfile.info(SAMPLES / f"{name}.flac").duration
        assert starts == sorted(starts)
        assert all(1.0 <= at < seconds - 1.5 for at in starts)


def test_scenarios_say_what_the_scenes_say() -> None:
    for scene in SCENES:
        told = [piece for piece in scene.turn if not piece.plain]
        found = scenario(scene.name).get("turn", [])
        assert len(told) == len(found)
        for piece, turn in zip(told, found, strict=True):
            assert turn.get("absent", []) == piece.absent
            words = turn.get("expect", {}).get("transcript", piece.transcript)
            assert words == piece.transcript


def test_every_expected_intent_is_what_the_home_pack_understands() -> None:
    from voiceagent.nlu.intent import IntentParser
    from voiceagent.skills.packs.pack import load_pack

    parser = IntentParser(load_pack(None))
    for name, turn in turns():
        expect = turn.get("expect")
        if expect is None or "intent" not in expect:
            continue
        intent = parser.parse(expect["transcript"])
        assert intent is not None, (name, expect)
        assert intent.name == expect["intent"], name
        assert dict(intent.slots) == expect.get("slots", {}), name


def test_the_product_reads_every_scenario() -> None:
    from voiceagent.replay.scenario_file import load_scenario

    for name in NAMES:
        read = load_scenario(SAMPLES / f"{name}.turn.toml")
        assert len(read.turn) == len(scenario(name).get("turn", []))


def test_names_of_events_exist() -> None:
    from voiceagent.trace import events

    for name in NAMES:
        rows = [scenario(name), *scenario(name).get("turn", [])]
        for row in rows:
            assert set(row.get("absent", [])) <= set(events.__all__)
            assert set(row.get("present", [])) <= set(events.__all__)


@pytest.mark.parametrize("scene", SCENES, ids=NAMES)
def test_the_wake_word_fires_and_nothing_else_does(scene: make_samples.Scene) -> None:
    pytest.importorskip("pymicro_wakeword", reason="`edge` is not installed")
    sound, _ = soundfile.read(SAMPLES / f"{scene.name}.flac", dtype="float64")
    fired = make_samples.wake_times(sound)
    assert len(fired) == sum(piece.wakes for piece in scene.turn)
    assert all(score >= make_samples.MARGIN for _, score in fired)


def test_words_of_scenes_are_found_again_in_the_file() -> None:
    for scene in SCENES:
        for piece in scene.turn:
            assert piece.transcript == piece.transcript.lower()
            assert piece.wakes or piece.plain or not piece.expect


@pytest.mark.parametrize("voice", ["anna", "bert", "fay"])
def test_a_scene_made_twice_is_the_same(voice: str, tmp_path: Path) -> None:
    if shutil.which(sample_sounds.VOICES[voice][0]) is None:
        pytest.skip(f"`{sample_sounds.VOICES[voice][0]}` is not installed")
    piece = make_samples.Piece(say=["hey jarvis", 0.2, "stop"])
    scene = make_samples.Scene(name="twice", about="", voice=voice, turn=[piece])
    make_samples.write(scene, tmp_path)
    first = (tmp_path / "twice.flac").read_bytes()
    make_samples.write(scene, tmp_path)
    assert (tmp_path / "twice.flac").read_bytes() == first


QUIET = sorted(set(sample_sounds.NOISES) - {"babble"})


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(QUIET), st.integers(400, 40_000), st.integers(0, 99))
def test_noise_has_unit_power_and_repeats(kind: str, samples: int, seed: int) -> None:
    made = [
        sample_sounds.noise(kind, samples, np.random.default_rng(seed))
        for _ in range(2)
    ]
    assert len(made[0]) == samples
    assert np.mean(made[0] ** 2) == pytest.approx(1.0)
    assert np.array_equal(made[0], made[1])


def test_a_room_keeps_the_length_and_lets_sound_die_away() -> None:
    click = np.zeros(16000)
    click[100] = 1.0
    wet = sample_sounds.room(click, 0.3, np.random.default_rng(0))
    assert len(wet) == len(click) and wet[100] == pytest.approx(1.0)
    power = [np.sum(wet[at : at + 1600] ** 2) for at in (200, 1800, 3400)]
    assert power[0] > power[1] > power[2]
    assert np.array_equal(
        sample_sounds.room(click, 0.0, np.random.default_rng(0)), click
    )
