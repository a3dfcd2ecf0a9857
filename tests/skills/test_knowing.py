"""What a device knows by itself, and what one says to it."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talk import Talk

from voiceagent.lang.numerals import numeral
from voiceagent.lang.sums import exact
from voiceagent.skills.knowing.days import FIXED, feast
from voiceagent.skills.knowing.saying import is_about, told

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def talk() -> Talk:
    return Talk()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("thank you", "You're welcome"),
        ("good evening", "Good morning"),
        ("who are you", "I'm a voice agent"),
        ("what's your name", "I'm a voice agent"),
        ("how are you today", "I'm running fine"),
        ("how many days until christmas", "354 days, it is Friday, December 25"),
        ("how many weeks until christmas", "50 weeks and 4 days"),
        ("how long until new year", "361 days, it is Friday, January 1 2027"),
        ("when is easter", "It is Sunday, April 5"),
        ("what day is halloween this year", "It is Saturday, October 31"),
        ("what is seven times eight", "Seven times eight is 56"),
        ("what's 12.5 + 3?", "Twelve point five plus three is 15.5"),
        ("how much is ten divided by three", "Ten divided by three is about 3.33"),
        ("calculate ten divided by zero", "Nothing can be divided by zero"),
        ("what does two plus two make", "Two plus two is 4"),
        ("what percent of 60 is 15", "15 is 25 percent of 60"),
        ("what percent of 0 is 15", "Nothing can be divided by zero"),
    ],
)
def test_it_is_right(talk: Talk, text: str, said: str) -> None:
    answer = talk.plan(text)
    assert answer.text.startswith(said) and answer.effects == ()


@pytest.mark.parametrize(
    "text",
    [
        "how many days until my birthday",
        "how long until the train leaves",
        "thank you for the music",
        "who are you talking to",
        "when is christmas dinner",
        "flip a table",
        "roll a joint",
        "what is love",
        "what is the sum",
        "what is seven",
        "what is two plus",
        "what is two plus love",
        "what's twelve percent",
        "why is seven times eight fifty six",
        "what percent of my money is gone",
    ],
)
def test_what_is_no_matter_of_the_device_is_not_taken(talk: Talk, text: str) -> None:
    intent = talk.parser.parse(text)
    assert intent is None or not intent.name.startswith(("know.", "manners."))


@pytest.mark.parametrize("text", ["flip a coin", "roll a die", "roll two dice"])
def test_chance_is_the_same_for_the_same_turn(talk: Talk, text: str) -> None:
    assert talk.plan(text).text == talk.plan(text).text != ""


@given(st.fractions(-(10**9), 10**9) | st.fractions(-2, 2))
def test_a_number_is_told_near_enough_and_says_so(value: Fraction) -> None:
    said = told(value).removeprefix("about ")
    if "ten to the power" in said:
        signs = said.replace("minus ", "-")
        first, power = signs.split(" times ten to the power of ")
        near = Fraction(first) * Fraction(10) ** int(power)
    else:
        number = numeral(said)
        assert number is not None, said
        near = exact(number)
    if is_about(value):
        assert near != value and abs(near - value) <= abs(value) / 100
    else:
        assert near == value


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_feast_is_the_next_one(today: date) -> None:
    for name in (*FIXED, "easter"):
        assert today <= feast(name, today) <= today + timedelta(days=400)
