"""A spoken sentence is held against what was heard in any words."""

from __future__ import annotations

import pytest

from tests.packs import finder, parser
from voiceagent.engines.stt.pocketsphinx.confidence import Second, said_otherwise
from voiceagent.nlu.decision import DecisionStep
from voiceagent.nlu.guards.guards import Guards, Ruling
from voiceagent.nlu.slm.cascade import Cascade
from voiceagent.stt.protocol import Recognition

pytestmark = pytest.mark.unit


def step(text: str, free: str, pack: str = "home") -> DecisionStep:
    cascade = Cascade(Guards(finder(pack).intents))
    intent = parser(pack).parse(text)
    assert intent is not None
    return cascade.route(Recognition(text, 0.95, True, free=free), intent).step


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("turn off the lights in the room", "Turned off the lights in Anne's room."),
        (
            "turn off the lights in the kitchen",
            "Turn off all the lights bar the kitchen",
        ),
        ("turn off the kitchen light", "Did you turn off the kitchen light?"),
        ("turn on the kitchen light", "Don't turn on the kitchen light."),
        ("set a timer for nine minutes", "Set a timer for minus five minutes."),
        ("turn it up", "Turned it glove."),
        ("set the volume to twenty", "Set the volume by twenty."),
    ],
)
def test_what_was_heard_besides_is_asked_about(text: str, free: str) -> None:
    assert step(text, free) is DecisionStep.ASK


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("turn on the kitchen light", ""),
        ("turn on the kitchen light", "Turn on the kitchen light."),
        (
            "turn on the kitchen light",
            "Could you please turn on the kitchen light now?",
        ),
        ("is the kitchen light on", "Was the kitten light on?"),
    ],
)
def test_the_same_words_manners_and_questions_are_taken(text: str, free: str) -> None:
    assert step(text, free) is DecisionStep.ACT


def test_a_pack_that_is_asked_politely_is_no_pack_of_questions() -> None:
    order = "can i have a small latte"
    assert step(order, f"{order} in the treehouse.", "coffee") is DecisionStep.ASK
    assert step(order, f"{order} please.", "coffee") is DecisionStep.ACT


def test_the_reason_never_holds_the_words() -> None:
    guards = Guards(finder("home").intents)
    intent = parser("home").parse("turn on the tv")
    assert intent is not None
    verdict = guards.heard("turn on the tv", "turn on the gumption", intent)
    assert verdict.ruling is Ruling.ASK and "gumption" not in verdict.reason


@pytest.mark.parametrize(
    ("gap", "words", "otherwise"),
    [(-11.0, 7, True), (-9.1, 8, True), (-10.4, 14, False), (-4.6, 3, False)],
)
def test_a_long_order_in_noise_is_not_said_otherwise(
    gap: float, words: int, otherwise: bool
) -> None:
    assert said_otherwise(Second(gap, 0.0, words)) is otherwise
