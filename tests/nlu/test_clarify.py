"""Asking back: what counts as an answer, and what must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.lang.languages import language
from voiceagent.nlu.clarify import (
    Question,
    Reply,
    confirm,
    gist,
    repeat_back,
    which,
)
from voiceagent.nlu.intent import Intent

pytestmark = pytest.mark.property
WORDS = language().answers
LIGHT = Intent("device.on", {"name": "Kitchen Light"}, text="turn on the kitchen light")


def order(size: str, drink: str = "latte") -> Intent:
    return Intent(
        "order", {"size": size, "drink": drink}, text=f"a {size} {drink} please"
    )


ASKED = repeat_back(LIGHT, LIGHT.text, reason="doubt")


@given(st.text(max_size=40))
def test_only_a_plain_yes_acts(text: str) -> None:
    settled = ASKED.settle(text)
    if isinstance(settled, Intent):
        words = text.lower().replace("'", "")
        assert any(yes.split()[0] in words for yes in WORDS.yes)


@pytest.mark.parametrize("text", sorted(WORDS.yes))
def test_yes_is_yes(text: str) -> None:
    assert ASKED.settle(text) is LIGHT


@pytest.mark.parametrize("text", sorted(WORDS.no))
def test_no_is_no(text: str) -> None:
    assert ASKED.settle(text) is Reply.NO


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes but not now",
        "yes no",
        "dont say yes",
        "turn it off",
        "yesterday",
        "日本",
    ],
)
def test_anything_else_settles_nothing(text: str) -> None:
    assert ASKED.settle(text) is Reply.OTHER


@pytest.mark.parametrize(
    "text", ["Yes.", "Yes, please!", "um yes", "OK", "No, thanks."]
)
def test_politeness_changes_nothing(text: str) -> None:
    assert ASKED.settle(text) is (Reply.NO if "o, " in text else LIGHT)


def test_two_readings_that_differ_in_one_slot_are_named() -> None:
    asked = which([order("double"), order("triple")], reason="near")
    assert asked is not None and asked.text == "Double or triple?"
    for said in ("triple", "a triple please", "the second one", "second", "Triple!"):
        found = asked.settle(said)
        assert isinstance(found, Intent) and found.slots["size"] == "triple", said
    assert asked.settle("double or triple") is Reply.OTHER
    assert asked.settle("yes") is Reply.OTHER
    assert asked.settle("neither") is Reply.NO
    assert asked.settle("cancel") is Reply.NO


def test_readings_further_apart_are_no_choice_of_words() -> None:
    assert which([order("double"), order("triple", "mocha")], reason="x") is None
    assert which([order("double")], reason="x") is None
    other = Intent("cancel", {"size": "x", "drink": "latte"}, text="x")
    assert which([order("double"), other], reason="x") is None


@given(st.integers(1, 1000), st.integers(0, 2000), st.booleans())
def test_a_question_lives_for_one_turn(asked: int, turn: int, typed: bool) -> None:
    question = Question("?", ASKED.options, turn=asked)
    live = turn == asked + 1 or (typed and turn == asked + 2)
    assert question.open_for(turn, typed=typed) is live


def test_without_words_nothing_is_asked() -> None:
    assert confirm(LIGHT, "", reason="x") is None
    asked = confirm(LIGHT, "turn on my lamp", reason="x")
    assert asked is not None and asked.text == "Do you want me to turn on your lamp?"


def test_every_answer_that_is_listened_for_settles_the_question() -> None:
    choice = which([order("double"), order("triple")], reason="doubt")
    assert choice is not None
    assert {"triple", "the second", "the second one"} < set(choice.answers())
    for question in (ASKED, choice):
        for answer in question.answers():
            assert question.settle(answer) is not Reply.OTHER, answer


def test_answers_in_other_words_come_to_the_same() -> None:
    assert gist("the second one") == gist("second") != gist("the first")
    assert gist("no thanks") == gist("never mind") == "no"
    assert gist("Yes, please") == gist("okay") == "yes"


@pytest.mark.parametrize("stop", ["", ".", "?", "!", " .", "...", "?!"])
def test_words_said_back_lose_their_stop(stop: str) -> None:
    asked = repeat_back(Intent("x"), f"Turn on the TV{stop}", reason="r")
    assert asked.text == "Did you say: Turn on the TV?"
    kept = repeat_back(Intent("x"), "Wake me at 7 p.m.", reason="r")
    assert kept.text == "Did you say: Wake me at 7 p.m.?"
