"""Templates first, then the model as far as it is sure, and never past the guards."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packs import finder, parser, shipped
from voiceagent.nlu.decision import DecisionStep, Opinion, Thresholds, route
from voiceagent.nlu.guards.guards import Guards
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm.cascade import Cascade
from voiceagent.nlu.slm.protocol import Guess
from voiceagent.stt.protocol import Recognition

pytestmark = pytest.mark.unit

LIMITS = Thresholds(act=0.9, ask=0.5)
probability = st.floats(0, 1)
ORDERS = {
    "kill the lights in the kitchen": Intent("device.off", {"area": "Kitchen"}),
    "don't kill the lights": Intent("device.off"),
    "did you kill the lights": Intent("device.off"),
    "ping me in fifteen minutes": Intent("timer.set", {"minutes": 15}),
    "ping me in fifty minutes": Intent("timer.set", {"minutes": 15}),
    "I don't need the lamp any more": Intent("device.off", {"name": "Desk Lamp"}),
}


@lru_cache
def cascade() -> Cascade:
    pack = shipped("home")
    return Cascade(Guards(finder("home").intents, framed=pack.framed))


def opinion(intent: Intent | None, sure: float) -> Opinion:
    return Opinion("toy", Guess(intent, sure), limits=LIMITS)


def step(text: str, sure: float, heard: float = 1.0) -> DecisionStep:
    said = Recognition(text, heard, True)
    return cascade().route(said, None, opinion(ORDERS[text], sure)).step


def test_what_is_sure_and_clear_is_done() -> None:
    assert step("kill the lights in the kitchen", 0.95) is DecisionStep.ACT
    assert step("kill the lights in the kitchen", 0.7) is DecisionStep.ASK
    assert step("kill the lights in the kitchen", 0.2) is DecisionStep.HAND_OVER


@given(probability)
def test_however_sure_the_model_a_denial_is_never_done(sure: float) -> None:
    assert step("don't kill the lights", sure) is DecisionStep.HAND_OVER
    assert step("did you kill the lights", sure) is DecisionStep.HAND_OVER
    assert step("ping me in fifty minutes", sure) is DecisionStep.HAND_OVER
    assert step("I don't need the lamp any more", sure) is not DecisionStep.ACT


def test_twins_are_asked_about_when_heard_badly() -> None:
    assert step("ping me in fifteen minutes", 0.99, heard=0.95) is DecisionStep.ACT
    assert step("ping me in fifteen minutes", 0.99, heard=0.5) is DecisionStep.ASK


@given(st.sampled_from(sorted(ORDERS)), probability, probability)
def test_guards_only_make_it_stricter(text: str, sure: float, heard: float) -> None:
    careful = [DecisionStep.ACT, DecisionStep.ASK, DecisionStep.HAND_OVER]
    said = Recognition(text, heard, True)
    view = opinion(ORDERS[text], sure)
    plain, guarded = route(said, None, view), cascade().route(said, None, view)
    assert careful.index(guarded.step) >= careful.index(plain.step)


@given(st.sampled_from(sorted(ORDERS)), probability, probability)
def test_a_surer_model_is_never_trusted_less(text: str, one: float, two: float) -> None:
    careful = [DecisionStep.ACT, DecisionStep.ASK, DecisionStep.HAND_OVER]
    less, more = sorted((one, two))
    assert careful.index(step(text, more)) <= careful.index(step(text, less))


def test_templates_act_whatever_the_model_says() -> None:
    text = "set a timer for fifteen minutes"
    said = Recognition(text, 0.97, True)
    parsed = parser("home").parse(text)
    found = cascade().route(said, parsed, opinion(None, 1.0))
    assert (found.tier, found.step) == ("device", DecisionStep.ACT)
    doubtful = Recognition(text, 0.5, True)
    assert cascade().route(doubtful, parsed).step is DecisionStep.ASK


def test_a_template_that_loses_a_number_asks() -> None:
    lost = Intent("timer.add", {"sign": 1, "hours": 1})
    said = Recognition("add one hour to the ten minute timer", 1.0, True)
    assert cascade().route(said, lost).step is DecisionStep.ASK


def test_rejected_words_and_silence_are_handed_over() -> None:
    refused = Recognition("kill the lights", 0.1, False, "noise")
    view = opinion(Intent("device.off"), 1.0)
    assert cascade().route(refused, None, view).step is DecisionStep.HAND_OVER
    assert (
        cascade().route(Recognition("x", 1, True), None).step is DecisionStep.HAND_OVER
    )


def test_words_of_a_model_that_talks_pass() -> None:
    talk = Opinion("chat", Guess(None, reply="Good morning."), limits=LIMITS)
    found = cascade().route(Recognition("good morning", 1.0, True), None, talk)
    assert found.tier == "device"
