"""Replays of the samples with all real engines: the same bytes every time."""

from pathlib import Path

import numpy as np
import pytest

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import AudioFacts, Recording, read_audio
from voiceagent.audio.player import VirtualPlayer
from voiceagent.clock import Pace, VirtualLoop
from voiceagent.replay.replay import ReplaySettings, end_of_speech, find_inputs, replay
from voiceagent.stt.config import SttConfig
from voiceagent.trace.events import TurnEnded
from voiceagent.trace.trace import encode

pytestmark = pytest.mark.golden
SAMPLES = Path(__file__).resolve().parents[2] / "samples"
GOLDEN = Path(__file__).parents[1] / "golden"
CHOSEN = [
    "01-light-in-one-breath",
    "05-timer-rings",
    "10-lock-and-question",
    "18-stop-while-it-speaks",
    "24-kitchen-noise-only",
]


@pytest.fixture(scope="module")
def shop() -> Workshop:
    return Workshop(Config())


@pytest.fixture(scope="module")
def alone() -> Workshop:
    """Without the neural recogniser, whose last digits depend on the processor."""
    return Workshop(Config(stt=SttConfig(second="none")))


@pytest.mark.parametrize("name", CHOSEN)
def test_golden(name: str, alone: Workshop, request: pytest.FixtureRequest) -> None:
    records = replay(
        alone, read_audio(SAMPLES / f"{name}.flac"), ReplaySettings()
    ).records
    log = encode(records).replace(str(SAMPLES).encode(), b"samples")
    golden = GOLDEN / f"{name}.jsonl"
    if request.config.getoption("--va-update"):
        golden.write_bytes(log)
    assert log.splitlines() == golden.read_bytes().splitlines()


def test_three_runs_are_identical(shop: Workshop) -> None:
    sound = read_audio(SAMPLES / "01-light-in-one-breath.flac")
    logs = {encode(replay(shop, sound, ReplaySettings()).records) for _ in range(3)}
    assert len(logs) == 1


def test_a_command_before_it_changes_nothing_about_the_next(shop: Workshop) -> None:
    first = read_audio(SAMPLES / "01-light-in-one-breath.flac")
    alone = encode(replay(shop, first, ReplaySettings()).records)
    replay(shop, read_audio(SAMPLES / "28-in-the-kitchen.flac"), ReplaySettings())
    assert encode(replay(shop, first, ReplaySettings()).records) == alone


def test_wake_off_takes_a_file_as_one_command(shop: Workshop) -> None:
    sound = read_audio(SAMPLES / "27-pause-in-the-command.flac")
    done = replay(shop, sound, ReplaySettings(wake=False))
    ends = [r.event for r in done.records if isinstance(r.event, TurnEnded)]
    assert len(done.rows) == 1 and len(ends) == 1
    assert ends[0].t * 16_000 >= end_of_speech(shop, sound)


def test_replies_lie_where_they_were_heard_however_long_the_machine_runs(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    up = 500_000.0
    monkeypatch.setattr(VirtualLoop, "time", lambda loop: loop._now + up)
    sound, player = read_audio(SAMPLES / "01-light-in-one-breath.flac"), VirtualPlayer()
    done = replay(shop, sound, ReplaySettings(), player=player)
    assert done.began >= up
    assert player.timeline(origin=done.began).seconds < done.seconds + 2.0


def test_silence_stays_silence(shop: Workshop) -> None:
    quiet = Recording(np.zeros(5 * 16_000, np.int16), AudioFacts("quiet"))
    assert replay(shop, quiet, ReplaySettings()).rows == []
    (row,) = replay(shop, quiet, ReplaySettings(wake=False)).rows
    assert row.tier == "none" and row.transcript == "" and not row.effects


def test_measured_pace_gives_the_same_words(shop: Workshop) -> None:
    sound = read_audio(SAMPLES / "10-lock-and-question.flac")
    virtual = replay(shop, sound, ReplaySettings())
    measured = replay(shop, sound, ReplaySettings(pace=Pace.MEASURED))
    assert [r.transcript for r in virtual.rows] == [r.transcript for r in measured.rows]


def test_folders_are_searched_and_scenarios_stand_for_their_recordings() -> None:
    found = find_inputs([SAMPLES])
    assert found and all(path.name.endswith(".turn.toml") for path in found)
    plain = find_inputs([SAMPLES], scenarios=False)
    assert len(plain) == len(found) and all(p.suffix == ".flac" for p in plain)
