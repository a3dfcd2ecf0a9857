"""Names of engines in a configuration: known ones pass, others are refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.app.choices import CHOICES, choose, chosen, known
from voiceagent.app.config import Config, load_config
from voiceagent.engines.registry import EngineStage
from voiceagent.errors import ConfigError

pytestmark = pytest.mark.unit
NOWHERE = Path("/nonexistent")


@pytest.mark.parametrize("key", CHOICES)
def test_everything_that_is_known_may_be_chosen(key: str) -> None:
    section, _, name = key.partition(".")
    for value in known(key):
        loaded = load_config(environ={}, flags={key: value}, folder=NOWHERE).config
        assert getattr(getattr(loaded, section), name) == value


@pytest.mark.parametrize("key", CHOICES)
@pytest.mark.parametrize("value", ["", "Silero", "pocketsphin", "no such", "../x"])
def test_anything_else_is_refused_and_says_what_there_is(key: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(environ={}, flags={key: value}, folder=NOWHERE)
    error = caught.value
    assert f"$.{key}" in error.what and error.cause == "set by flag"
    assert known(key)[0] in error.hint


def test_a_near_name_is_offered() -> None:
    flags = {"stt.engine": "pocketsphin"}
    with pytest.raises(ConfigError) as caught:
        load_config(environ={}, flags=flags, folder=NOWHERE)
    assert "did you mean `pocketsphinx`" in caught.value.hint


def test_a_voice_may_be_one_of_an_engines() -> None:
    flags = {"speak.voice": "flite/rms"}
    assert load_config(environ={}, flags=flags, folder=NOWHERE)


def test_the_default_names_engines_of_every_ear() -> None:
    assert {spec.name for spec in chosen(Config())} == {
        "microwakeword",
        "gated",
        "pocketsphinx",
    }


def test_an_engine_of_another_stage_is_not_taken() -> None:
    with pytest.raises(ConfigError, match="no vad engine `pocketsphinx`"):
        choose(EngineStage.VAD, "pocketsphinx")
