"""Who answers: a pure function, so every rule can be tried on generated inputs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.nlu.decision import (
    FAILED,
    TOO_LATE,
    DecisionStep,
    Opinion,
    Thresholds,
    route,
)
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm.protocol import NOT_MINE, Guess
from voiceagent.stt.protocol import Recognition

pytestmark = pytest.mark.property
SHARES = st.floats(0.0, 1.0, allow_nan=False)
SECRET = "xylophone"
HEARD = Recognition(f"play the {SECRET}", 0.9, True)
INTENT = Intent("media.play", {"name": SECRET}, text=HEARD.text)


@st.composite
def limits(draw: st.DrawFn) -> Thresholds:
    ask, act = sorted((draw(SHARES), draw(SHARES)))
    return Thresholds(act=act, ask=ask)


@given(SHARES, limits())
def test_a_model_acts_asks_or_hands_over_by_its_probability_alone(
    probability: float, limit: Thresholds
) -> None:
    opinion = Opinion("m", Guess(INTENT, probability), limits=limit)
    found = route(HEARD, None, opinion)
    wanted = (
        DecisionStep.ACT
        if probability >= limit.act
        else DecisionStep.ASK
        if probability >= limit.ask
        else DecisionStep.HAND_OVER
    )
    assert found.step is wanted
    assert (found.tier == "device") == (wanted is not DecisionStep.HAND_OVER)


@given(SHARES, SHARES, limits())
def test_being_surer_never_leads_to_doing_less(
    one: float, other: float, limit: Thresholds
) -> None:
    order = [DecisionStep.HAND_OVER, DecisionStep.ASK, DecisionStep.ACT]
    low, high = sorted((one, other))
    steps = [
        order.index(
            route(HEARD, None, Opinion("m", Guess(INTENT, p), limits=limit)).step
        )
        for p in (low, high)
    ]
    assert steps[0] <= steps[1]


@given(SHARES, SHARES, limits(), st.booleans(), st.booleans(), st.booleans())
def test_reasons_never_hold_what_was_said(
    confidence: float,
    probability: float,
    limit: Thresholds,
    accepted: bool,
    template: bool,
    near: bool,
) -> None:
    others = (f"stop the {SECRET}",) if near else ()
    heard = Recognition(HEARD.text, confidence, accepted, "noise", others)
    opinion = Opinion("m", Guess(INTENT, probability), limits=limit)
    intent = INTENT if template else None
    found = route(heard, intent, opinion, heard=limit.act)
    assert SECRET not in found.reason and found.reason


@given(SHARES, limits())
def test_a_template_stands_before_the_model(
    probability: float, limit: Thresholds
) -> None:
    opinion = Opinion("m", Guess(Intent("other"), probability), limits=limit)
    found = route(HEARD, INTENT, opinion)
    assert (found.tier, found.reason) == ("device", "template media.play")


def test_reasons_name_both_numbers() -> None:
    def reason(probability: float) -> str:
        return route(HEARD, None, Opinion("m", Guess(INTENT, probability))).reason

    assert reason(0.97) == "model m: media.play 0.97 >= 0.90"
    assert reason(0.7) == "model m: media.play 0.70 < 0.90"
    assert reason(0.41) == "model m not sure: 0.41 < 0.90"
    assert reason(0.8999) == "model m: media.play 0.8999 < 0.9000"


@pytest.mark.parametrize(
    ("opinion", "reason"),
    [
        (None, "no template says this"),
        (Opinion("m", NOT_MINE), "model m: not mine"),
        (Opinion("m", None, TOO_LATE), "model m: too late"),
        (Opinion("m", None, FAILED), "model m: failed"),
    ],
)
def test_what_nobody_understands_is_handed_over(
    opinion: Opinion | None, reason: str
) -> None:
    found = route(HEARD, None, opinion)
    assert (found.tier, found.reason, found.step) == (
        "none",
        reason,
        DecisionStep.HAND_OVER,
    )


def test_what_was_not_accepted_is_never_acted_upon() -> None:
    heard = Recognition("x", 0.99, False, "noise")
    found = route(heard, INTENT, Opinion("m", Guess(INTENT, 1.0)))
    assert found.tier == "none" and found.step is DecisionStep.HAND_OVER


def test_a_template_heard_in_doubt_is_asked_back() -> None:
    doubtful = Recognition("x", 0.4, True)
    assert route(doubtful, INTENT, heard=0.6).step is DecisionStep.ASK
    assert route(doubtful, INTENT).step is DecisionStep.ACT
    near = Recognition("x", 1.0, True, alternatives=("y",))
    assert route(near, INTENT).step is DecisionStep.ASK


def test_words_of_a_model_that_talks_are_an_answer() -> None:
    opinion = Opinion("m", Guess(None, reply="It is a large wooden instrument."))
    found = route(HEARD, None, opinion)
    assert (found.tier, found.step) == ("device", DecisionStep.ACT)
