"""Milliseconds of the configuration become decisions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.frontend.config import EndpointConfig, VadConfig, WakeConfig
from voiceagent.frontend.endpoint import EndpointPolicy
from voiceagent.frontend.vad import VadSmoother
from voiceagent.frontend.wake import WakeRule

pytestmark = pytest.mark.property
MILLIS = st.floats(0, 60_000)


@given(MILLIS, MILLIS)
def test_any_duration_makes_a_smoother(onset: float, hangover: float) -> None:
    made = VadConfig(onset_ms=onset, hangover_ms=hangover).smoother()
    assert isinstance(made, VadSmoother)


@given(MILLIS, st.floats(0.3, 10))
def test_waits_are_seconds(millis: float, patience: float) -> None:
    config = EndpointConfig(incomplete_ms=millis, patience=patience)
    policy = config.policy()
    assert policy.incomplete == millis / 1000 and policy.patience == patience


def test_a_threshold_replaces_the_models_own() -> None:
    own = {"hey_jarvis": WakeRule(0.5)}
    assert WakeConfig().rules(own) == own
    found = WakeConfig(threshold=0.9).rules(own)
    assert found["hey_jarvis"].threshold == 0.9


def test_wake_words_are_openings_whole_and_without_their_first_word() -> None:
    words = WakeConfig(words=["hey_jarvis", "/models/alexa.tflite"])
    assert words.openings() == ["hey jarvis", "alexa", "jarvis"]
    assert WakeConfig(engine="none").openings() == []


def test_what_is_not_configured_is_as_it_was_fitted() -> None:
    assert EndpointConfig().policy() == EndpointPolicy()
