"""What an answer picks of several things, and what it must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.nlu.choosing import RANKS, Chosen, chosen
from voiceagent.nlu.clarify import Option, Question, Reply
from voiceagent.nlu.intent import Intent

pytestmark = pytest.mark.unit
TIMERS = (("pasta", "pasta timer"), ("rice", "rice timer"), ("five minute",))
LAMPS = (("kitchen lamp",), ("kitchen light",), ("hall light",))


def options(*names: str, named: bool = False) -> tuple[Option, ...]:
    return tuple(Option(name, Intent(name), named=named) for name in names)


def many(intents: object) -> Intent:
    return Intent("many")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("pasta", (0,)),
        ("the pasta one", (0,)),
        ("the rice timer please", (1,)),
        ("um the five minute one", (2,)),
        ("the second one", (1,)),
        ("number three", (2,)),
        ("two", (1,)),
        ("the last one", (2,)),
        ("the second last", (1,)),
        ("the first two", (0, 1)),
        ("the last two", (1, 2)),
        ("the first and the last", (0, 2)),
        ("pasta and rice", (0, 1)),
        ("Pasta, rice and the third.", (0, 1, 2)),
        ("all of them", (0, 1, 2)),
        ("all three", (0, 1, 2)),
        ("everything but the rice", (0, 2)),
        ("all except the first and the second", (2,)),
        ("the first one, no, the second one", (1,)),
        ("the pasta one, sorry, I mean the rice one", (1,)),
        ("no, the rice one", (1,)),
        ("five", (2,)),
    ],
)
def test_things_are_picked_by_name_part_and_place(
    text: str, places: tuple[int, ...]
) -> None:
    assert chosen(text, TIMERS).picked == places


@pytest.mark.parametrize(
    "text",
    [
        *("the fourth one", "number nine", "all four", "the first five"),
        *("the blue one", "both", "the pasta one and the blue one"),
        *("pasta and turn off the lights", "not the pasta one", "pasta or rice"),
        *("turn off the light", "the timer for the pasta and eggs", "", "one two"),
        *("everything but the blue one", "all but", "the first second"),
        "the rice one no",
    ],
)
def test_nothing_is_picked_where_a_word_is_left_over(text: str) -> None:
    assert chosen(text, TIMERS).picked == ()


def test_a_part_of_two_names_is_asked_about() -> None:
    assert chosen("the kitchen one", LAMPS) == Chosen(unclear=(0, 1))
    assert chosen("the lamp", LAMPS).picked == (0,)


@given(st.text(max_size=30))
def test_whatever_is_said_nothing_is_picked_that_is_not_there(text: str) -> None:
    found = chosen(text, TIMERS)
    assert {*found.picked, *found.unclear} <= {0, 1, 2}


@given(st.integers(1, 20), st.integers(1, 20))
def test_a_place_counts_from_the_first(count: int, place: int) -> None:
    names = [(f"thing{'x' * n}",) for n in range(count)]
    found = chosen(f"the {RANKS[place - 1]} one", names)
    assert found == (Chosen((place - 1,)) if place <= count else Chosen(beyond=True))


def test_an_unclear_answer_is_asked_about_twice_and_then_let_be() -> None:
    asked: object = Question("Which one: a or b?", options("lamp", "light"))
    texts = []
    for _ in range(3):
        assert isinstance(asked, Question)
        texts.append(asked.text)
        asked = asked.settle("the third one")
    assert texts[1] == "There are only two. Which one: a or b?"
    assert asked is Reply.GIVEN_UP


def test_fewer_are_offered_where_a_part_fits_several() -> None:
    asked = Question("Which one?", options(*(name for (name,) in LAMPS)))
    fewer = asked.settle("the kitchen one")
    assert isinstance(fewer, Question)
    assert fewer.text == "Kitchen lamp or kitchen light?"
    assert fewer.settle("the second") == Intent("kitchen light")


def test_several_are_meant_only_where_that_can_be_done() -> None:
    one = Question("Which one?", options("pasta", "rice"))
    asked = one.settle("both")
    assert isinstance(asked, Question) and asked.text == "Only one, please. Which one?"
    several = Question("Which?", options("pasta", "rice"), together=many)
    assert several.settle("both") == Intent("many")


@pytest.mark.parametrize("name", ["stop", "no", "cancel", "never mind"])
def test_a_name_that_is_an_answer_is_asked_about(name: str) -> None:
    asked = Question("Which one?", options(name, "rice", named=True))
    sure = asked.settle(name)
    assert isinstance(sure, Question)
    assert sure.settle("yes") == Intent(name) and sure.settle("no") is Reply.NO
    assert asked.settle(f"the {name} one") == Intent(name)


def test_a_yes_may_say_what_was_asked() -> None:
    asked = Question("Shall I?", options("clear the shopping list"))
    for text in ("yes clear it", "yes, clear the list", "yes do that please"):
        assert asked.settle(text) == asked.options[0].intent, text
    for text in ("yes and turn off the light", "yes clear the to do list", "yes no"):
        assert asked.settle(text) is Reply.OTHER, text


def test_every_answer_that_is_listened_for_settles_it() -> None:
    asked = Question("?", options("pasta", "rice", "egg"), together=many)
    assert {"egg", "the third one", "all of them"} < {*asked.answers()}
    for answer in asked.answers():
        assert asked.settle(answer) is not Reply.OTHER, answer
