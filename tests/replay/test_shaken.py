"""Samples with numbers hold whatever the last digits of the recogniser are."""

from __future__ import annotations

from pathlib import Path

import pytest
from lib.shaken import shaken

from voiceagent.engines.stt.moonshine.presence import moonshine_folder
from voiceagent.testing import replay_scenario

pytestmark = pytest.mark.audio
SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.fixture(autouse=True)
def both_ears() -> None:
    if moonshine_folder() is None:
        pytest.skip("the extra `moonshine` is not installed")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_number_that_sounds_like_another_is_heard_all_the_same(seed: int) -> None:
    """`scripts/check_shaken.py` does this with all samples."""
    with shaken(seed):
        one = replay_scenario(SAMPLES / "07-volume.turn.toml")
    assert one.ok, one.told([check for check in one.checks if not check.ok])
