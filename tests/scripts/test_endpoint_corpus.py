"""The corpus of commands with pauses: labels are true, and the same seed repeats."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("soundfile", reason="the extra `edge` is not installed")
pytest.importorskip("pocketsphinx", reason="the extra `edge` is not installed")
import make_endpoint_corpus as builder
from lib.endpoint_corpus import plan, sound
from lib.endpoint_corpus.item import Item
from lib.endpoint_corpus.synthetic import spoken_with

from voiceagent.evaluation.endpoint_labels import read_turns

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.audio
RATE = 16_000


def tones(script: str) -> sound.Sound:
    """`t` 100 ms of tone, `.` 100 ms of a very quiet room."""
    at = np.arange(RATE // 10) / RATE
    tone = 0.3 * np.sin(2 * np.pi * 220 * at)
    noise = np.random.default_rng(1)
    parts = [
        (tone if letter == "t" else 0.0) + 1e-4 * noise.standard_normal(len(at))
        for letter in script
    ]
    return np.concatenate(parts)


def test_every_silence_is_found_where_it_is() -> None:
    (start, end), holds = sound.spans_of(tones("...tttt..ttt....tt..."))
    assert start == pytest.approx(0.3, abs=0.02)
    assert end == pytest.approx(1.8, abs=0.02)
    assert np.array(holds) == pytest.approx(
        np.array([[0.7, 0.9], [1.2, 1.6]]), abs=0.02
    )


def test_a_pause_is_as_long_as_it_was_asked_to_be_and_never_digital_silence() -> None:
    before = tones("..tttttttttt..")
    pause = (round(0.7 * RATE), 0.6)
    after = sound.insert(before, [pause], np.random.default_rng(3))
    _, holds = sound.spans_of(after)
    assert len(holds) == 1
    assert holds[0][1] - holds[0][0] == pytest.approx(0.6, abs=0.05)
    middle = after[round(0.8 * RATE) : round(1.2 * RATE)]
    assert 0 < np.sqrt(np.mean(middle**2)) < 0.01


def test_a_click_apart_from_speech_is_none() -> None:
    clicked = tones("..tttt......tttt......")
    clicked[round(0.9 * RATE) : round(0.92 * RATE)] = 0.3
    _, holds = sound.spans_of(clicked)
    assert len(holds) == 1


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
@settings(max_examples=50)
def test_pauses_lie_inside_the_sentence_and_have_usual_lengths(
    seed: int, count: int
) -> None:
    words = [f"word{at}" for at in range(count)]
    pauses = plan.plan(words, np.random.default_rng(seed), fillers=True)
    assert [pause.after for pause in pauses] == sorted({p.after for p in pauses})
    assert all(0 <= pause.after < count - 1 for pause in pauses)
    assert all(plan.SHORTEST <= p.seconds <= plan.LONGEST for p in pauses)
    assert pauses == plan.plan(words, np.random.default_rng(seed), fillers=True)


def test_all_that_is_made_of_one_recording_is_in_one_half() -> None:
    names = [f"{at}.flac" for at in range(400)]
    halves = [plan.split_of(name) for name in names]
    assert halves == [plan.split_of(name) for name in names]
    assert 150 < halves.count("tune") < 250


def test_the_same_items_give_the_same_bytes_and_labels_that_can_be_read(
    tmp_path: Path,
) -> None:
    item = Item("x", "o.flac", "recording", "", "one two", tones("tttt...ttt"))
    for name in ("a", "b"):
        builder.build(iter([item]), tmp_path / name, [tones("tt..t")], seed=7)
    first, second = (sorted((tmp_path / name).iterdir()) for name in ("a", "b"))
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    (turn,) = read_turns(tmp_path / "a")
    assert len(turn.holds) == 1 and turn.text == "one two"
    assert turn.holds[0][0] - turn.start == pytest.approx(0.4, abs=0.03)
    row = json.loads((tmp_path / "a" / "labels.jsonl").read_text())
    assert row["seconds"] - row["end"] > 3.0


@pytest.mark.skipif(not shutil.which("flite"), reason="`flite` is not installed")
def test_a_synthetic_voice_pauses_where_it_was_told_to() -> None:
    pauses = [plan.Pause(1, 0.5)]
    random = np.random.default_rng(2)
    said = spoken_with("turn on the light".split(), pauses, "slt", random)
    body = sound.with_room(said, lead=0.5, tail=1.0, random=random)
    (start, end), holds = sound.spans_of(body)
    assert any(b - a > 0.4 for a, b in holds)
    assert 0.4 < start < 0.7 and end < len(body) / RATE - 0.8
