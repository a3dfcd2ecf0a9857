"""A spoken sentence is held against what was heard in any words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.packs import finder, parser
from voiceagent.nlu.decision import DecisionStep
from voiceagent.nlu.guards.guards import Guards, Ruling
from voiceagent.nlu.guards.hearing import otherwise
from voiceagent.nlu.slm.cascade import Cascade
from voiceagent.stt.protocol import Recognition

pytestmark = pytest.mark.unit


NEARLY = -0.2
"""Log likelihood by which free words are ahead of what is as likely as they are."""


def step(
    text: str, free: str, pack: str = "home", *, behind: float = -100.0
) -> DecisionStep:
    cascade = Cascade(Guards(finder(pack).intents))
    intent = parser(pack).parse(text)
    assert intent is not None
    return cascade.route(
        Recognition(text, 0.95, True, free=free, behind=behind), intent
    ).step


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
    heard = Recognition("turn on the tv", 0.95, True, free="turn on the gumption")
    verdict = guards.heard(heard, intent)
    assert verdict.ruling is Ruling.ASK and "gumption" not in verdict.reason


@pytest.mark.parametrize(
    ("behind", "words", "said"),
    [(-11.0, 7, True), (-9.1, 8, True), (-10.4, 14, False), (-4.6, 3, False)],
)
def test_a_long_order_in_noise_is_not_said_otherwise(
    behind: float, words: int, said: bool
) -> None:
    same = "first " * (words - 1)
    text, free = f"{same}sauna", f"{same}kitchen"
    heard = Recognition(text, 0.7, True, free=free, behind=behind)
    assert bool(otherwise(heard)) is said
    spread = replace(heard, free=" ".join(["first", *["mumps"] * (words - 1)]))
    assert not otherwise(spread)


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("turn on the kitchen light", "Turn on the kitchen light and call a plumber"),
        (
            "turn on the kitchen light",
            "Turn on the kitchen light, Nn, Tee, melodicate.",
        ),
        ("turn on the kitchen light", "Nobody should turn on the kitchen light."),
        ("turn off the fan", "Turn off everything upstairs but the fan."),
    ],
)
def test_more_than_the_sentence_is_asked_about_however_likely(
    text: str, free: str
) -> None:
    assert step(text, free, behind=NEARLY) is DecisionStep.ASK


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("turn on the kitchen light", "Turnip the kitten lied."),
        ("turn on the kitchen light", "Please turn on the kitchen light for me."),
        ("set bed light color to orange", "Said bedlight colour two arrange."),
        ("pause timer", "What was time for?"),
        ("set a timer for ten minutes", "Said the time were fourteen minutes."),
    ],
)
def test_other_words_of_the_same_length_may_be_noise(text: str, free: str) -> None:
    assert step(text, free, behind=NEARLY) is DecisionStep.ACT


def test_what_both_hear_is_believed_but_for_a_sure_word_in_its_place() -> None:
    text, free = "switch the lights off in this room", "Switch the lights off in saunas"
    sure = (0.9,) * 5 + (0.5,)
    noisy = Recognition(text, 0.95, True, free=free, behind=-14.0, sure=sure)
    assert not otherwise(noisy)
    assert otherwise(replace(noisy, sure=(0.9,) * 6))
    assert otherwise(replace(noisy, confidence=0.6))
    assert not otherwise(replace(noisy, sure=(0.9,) * 6, behind=-5.0))


@pytest.mark.parametrize(
    ("free", "likely", "asked"),
    [
        ("Turn on the kitchen light unless", 0.5, True),
        ("Never turn on the kitchen light", 0.5, True),
        ("Never turn on the kitchen light", 0.2, False),
        ("Turn on the kitchen light, no,", 0.5, False),
        ("Turn on the kitchen light, no,", 0.9, True),
        ("Turn on the kitchen light if you don't mind", 0.9, False),
    ],
)
def test_a_word_that_turns_it_round_is_asked_about_where_it_is_sure(
    free: str, likely: float, asked: bool
) -> None:
    sure = (likely,) * len(free.split())
    text = "turn on the kitchen light"
    heard = Recognition(text, 0.95, True, free=free, behind=NEARLY, sure=sure)
    assert bool(otherwise(heard)) is asked


def test_small_words_part_no_places() -> None:
    text = "get me a large dark roast iced mocha with a little soy milk"
    free = "Get me a large dark rose. I smell a weather little soy milk."
    heard = Recognition(text, 0.95, True, free=free, behind=-11.0)
    assert not otherwise(heard)


@pytest.mark.parametrize(
    ("free", "sure", "asked"),
    [
        ("Glooseness, iding, bonin'.", 0.75, True),
        ("Glooseness, iding, bonin'.", 0.95, False),
        ("Glooseness, iding, doors.", 0.75, False),
    ],
)
def test_what_has_no_word_in_common_is_asked_about_unless_both_hear_it(
    free: str, sure: float, asked: bool
) -> None:
    heard = Recognition("close the sliding door", sure, True, free=free, behind=-7.8)
    assert bool(otherwise(heard)) is asked
