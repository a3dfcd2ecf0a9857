"""The panel of acoustic models on synthetic speech and silence, with real decoders."""

from __future__ import annotations

import numpy as np
import pytest
from spoken_command import SAID, TURN, grammar_of, spoken_command

from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.pocketsphinx import searches
from voiceagent.engines.stt.pocketsphinx.acoustic_models import (
    AcousticModels,
    open_models,
)
from voiceagent.engines.stt.pocketsphinx.conditioning import Samples
from voiceagent.engines.stt.pocketsphinx.decoder import Hypothesis, search_other
from voiceagent.engines.stt.pocketsphinx.panel import Panel
from voiceagent.engines.stt.pocketsphinx.searches import Hearing
from voiceagent.nlu.models.model_folder import find_model
from voiceagent.stt.grammar import Grammar

pytest.importorskip("pocketsphinx", reason="the extra `edge` is not installed")
pytestmark = pytest.mark.audio


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return grammar_of(TURN)


@pytest.fixture(scope="module")
def models() -> AcousticModels:
    return open_models(find_model("acoustic-en").folder, pair=False)


@pytest.fixture(scope="module")
def panel(grammar: Grammar, models: AcousticModels) -> Panel:
    return Panel(grammar, {}, models, meaning=str)


@pytest.fixture(scope="module")
def command() -> Samples:
    return spoken_command()


def test_what_was_said_is_heard_and_agreed_upon(panel: Panel, command: Samples) -> None:
    hearing = Hearing(command)
    found = panel.all(panel.first(hearing), hearing)
    assert found.text.endswith(SAID)
    assert found.evidence.margin > 0.0
    assert found.evidence.agreement == 1.0


def test_noise_explains_itself_better_than_any_sentence(panel: Panel) -> None:
    noise = np.random.default_rng(1).normal(0, 2000, RATE).astype(np.int16)
    assert panel.first(Hearing(noise)).evidence.margin < 0.0


def test_a_search_is_made_once_for_the_same_audio(
    panel: Panel, command: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    real = searches.search

    def counting(decoder: object, speech: Samples) -> Hypothesis:
        made.append(id(decoder))
        return real(decoder, speech)

    monkeypatch.setattr(searches, "search", counting)
    hearing = Hearing(command)
    opinions = [panel.all(panel.first(hearing), hearing) for _ in range(2)]
    assert opinions[0] == opinions[1]
    assert len(made) == len(set(made))


def test_a_rival_is_another_sentence_of_the_grammar(
    panel: Panel, models: AcousticModels, grammar: Grammar, command: Samples
) -> None:
    hearing = Hearing(command)
    heard = [panel.first(hearing).text.split()]
    while True:
        words, score = search_other(models.plain, grammar, heard, hearing.speech)
        if score is None:  # nothing else is anywhere near
            break
        rival = panel.text(words).split()
        assert rival not in heard
        assert grammar.state_after(rival) in grammar.finals
        heard.append(rival)
    assert len(heard) > 1
