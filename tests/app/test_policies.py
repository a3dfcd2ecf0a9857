"""Milliseconds of the configuration become decisions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.app.policies import (
    endpoint_policy,
    vad_smoother,
    wake_openings,
    wake_rules,
)
from voiceagent.app.sections import EndpointConfig, VadConfig, WakeConfig
from voiceagent.frontend.endpoint import EndpointPolicy
from voiceagent.frontend.vad import VadSmoother
from voiceagent.frontend.wake import WakeRule

pytestmark = pytest.mark.property
MILLIS = st.floats(0, 60_000)


@given(MILLIS, MILLIS)
def test_any_duration_makes_a_smoother(onset: float, hangover: float) -> None:
    made = vad_smoother(VadConfig(onset_ms=onset, hangover_ms=hangover))
    assert isinstance(made, VadSmoother)


@given(MILLIS, st.floats(0.3, 10))
def test_waits_are_seconds(millis: float, patience: float) -> None:
    config = EndpointConfig(incomplete_ms=millis, patience=patience)
    policy = endpoint_policy(config)
    assert policy.incomplete == millis / 1000 and policy.patience == patience


def test_a_threshold_replaces_the_models_own() -> None:
    own = {"hey_jarvis": WakeRule(0.5)}
    assert wake_rules(WakeConfig(), own) == own
    found = wake_rules(WakeConfig(threshold=0.9), own)
    assert found["hey_jarvis"].threshold == 0.9


def test_wake_words_are_openings_whole_and_without_their_first_word() -> None:
    words = WakeConfig(words=["hey_jarvis", "/models/alexa.tflite"])
    assert wake_openings(words) == ["hey jarvis", "alexa", "jarvis"]
    assert wake_openings(WakeConfig(engine="none")) == []


def test_what_is_not_configured_is_as_it_was_fitted() -> None:
    assert endpoint_policy(EndpointConfig()) == EndpointPolicy()
