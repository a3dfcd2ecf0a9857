"""The search while somebody speaks, with real decoders on synthetic speech."""

from __future__ import annotations

import numpy as np
import pytest
from spoken_command import SAID, TURN, grammar_of, spoken_command

from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.pocketsphinx.acoustic_models import open_models
from voiceagent.engines.stt.pocketsphinx.conditioning import Samples
from voiceagent.engines.stt.pocketsphinx.live_search import Running
from voiceagent.engines.stt.pocketsphinx.panel import Panel, PanelOpinion
from voiceagent.engines.stt.pocketsphinx.searches import Hearing

pytest.importorskip("pocketsphinx", reason="the extra `edge` is not installed")
pytestmark = pytest.mark.audio


@pytest.fixture(scope="module")
def panel() -> Panel:
    return Panel(grammar_of(TURN), {}, open_models(None, pair=False), meaning=str)


@pytest.fixture(scope="module")
def command() -> Samples:
    return spoken_command()


def _said(panel: Panel, audio: Samples, size: int) -> PanelOpinion | None:
    running = panel.listen()
    for upto in range(size, len(audio), size):
        running.follow(audio[:upto])
    return panel.heard(running, audio)


@pytest.mark.parametrize("size", [333, 1600, 5000, 10**6])
def test_any_chunking_gives_the_same(panel: Panel, command: Samples, size: int) -> None:
    assert _said(panel, command, size) == _said(panel, command, 320)


def test_it_hears_what_the_search_of_the_whole_hears(
    panel: Panel, command: Samples
) -> None:
    found = _said(panel, command, 1600)
    assert found is not None
    whole = panel.first(Hearing(command))
    assert found.text == whole.text
    assert found.evidence.margin == pytest.approx(whole.evidence.margin, abs=8.0)


def test_too_little_speech_is_left_to_the_end(panel: Panel, command: Samples) -> None:
    assert _said(panel, command[: RATE // 2], 1600) is None


def test_silence_after_the_end_changes_nothing_and_more_speech_begins_again(
    panel: Panel, command: Samples
) -> None:
    running = panel.listen()
    end = int(np.flatnonzero(np.abs(command) > 500)[-1]) + RATE // 10
    speech = command[:end]
    assert panel.heard(running, speech) is not None
    silence = np.zeros(RATE, np.int16)
    assert panel.heard(running, np.concatenate([speech, silence])) is None
    assert panel.heard(running, np.concatenate([speech, silence, speech])) is not None


def test_the_last_sound_after_an_early_look_is_heard(
    panel: Panel, command: Samples
) -> None:
    end = int(np.flatnonzero(np.abs(command) > 500)[-1])
    running = panel.listen()
    early = panel.heard(running, command[: end - RATE // 5])
    whole = panel.heard(running, command[: end + RATE // 20])
    assert early is not None
    assert whole is not None
    assert whole.text.endswith(SAID)
    assert whole != early


def test_another_question_in_between_changes_nothing(
    panel: Panel, command: Samples
) -> None:
    half = command[: int(2.3 * RATE)]
    before = _said(panel, half, 1600)
    running = panel.listen()
    panel.first(Hearing(command))
    assert panel.heard(running, half) == before


def test_a_dropped_utterance_leaves_nothing(panel: Panel, command: Samples) -> None:
    running: Running = panel.listen()
    running.follow(command)
    assert running.going
    assert running.words()
    running.drop()
    assert not running.going
    assert running.words() == []
    assert panel.heard(running, command) == _said(panel, command, 320)
