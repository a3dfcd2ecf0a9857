"""A wake word that was missed has a score, and it is the one that the gate saw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.frontend.config import WakeConfig
from voiceagent.replay.wake_score import best_wake

pytestmark = pytest.mark.audio
SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.fixture(scope="module")
def shop() -> Workshop:
    return Workshop(Config())


def test_the_best_score_is_found_where_it_stands(shop: Workshop) -> None:
    sound = read_audio(SAMPLES / "31-wake-word-alone.flac").samples
    best = best_wake(shop.engines, sound, 0.0, 5.0)
    assert best is not None and best.word == "hey_jarvis"
    assert best.score > best.needed and 1.5 < best.t < 2.5
    later = best_wake(shop.engines, sound, 4.0, 60.0)
    assert later is not None and later.score < later.needed and later.t >= 4.0
    assert "more than" in str(later)


def test_nothing_is_said_where_nothing_listens(shop: Workshop) -> None:
    other = Workshop(Config(wake=WakeConfig(engine="none")))
    assert best_wake(other.engines, np.zeros(16_000, np.int16), 0.0, 1.0) is None
    assert best_wake(shop.engines, np.zeros(0, np.int16), 0.0, 1.0) is None
