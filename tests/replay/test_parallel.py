"""Several processes give what one gives, in the same order."""

from pathlib import Path

import pytest

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.errors import UsageError
from voiceagent.replay.parallel import replay_files
from voiceagent.replay.replay import Replay, ReplaySettings
from voiceagent.trace.trace import encode

pytestmark = pytest.mark.golden
SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def test_two_processes_give_the_same_bytes_in_the_same_order() -> None:
    files = [
        SAMPLES / "01-light-in-one-breath.flac",
        SAMPLES / "nowhere.wav",
        SAMPLES / "26-silence.flac",
    ]
    logs = []
    for jobs in (1, 2):
        done = list(
            replay_files(Workshop(Config()), files, ReplaySettings(), jobs=jobs)
        )
        assert isinstance(done[1], UsageError) and "nowhere.wav" in str(done[1])
        logs.append([encode(one.records) for one in done if isinstance(one, Replay)])
    assert logs[0] == logs[1] and len(logs[0]) == 2
