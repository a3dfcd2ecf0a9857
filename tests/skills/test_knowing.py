"""What a device knows by itself, and what one says to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talk import Talk

from voiceagent.lang.number_words import number_words, rank_words
from voiceagent.lang.numerals import numeral
from voiceagent.lang.sums import exact
from voiceagent.nlu.intent import Intent
from voiceagent.skills.knowing.dates import since
from voiceagent.skills.knowing.days import FIXED, feast
from voiceagent.skills.knowing.saying import is_about, told
from voiceagent.skills.knowing.spelling import POINTING, spell
from voiceagent.skills.skill import TurnContext

pytestmark = pytest.mark.unit


@cache
def at_once() -> Talk:
    return Talk()


@pytest.fixture(scope="module")
def talk() -> Talk:
    return at_once()


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
        ("how many days until the third of march", "57 days, it is Tuesday, March 3"),
        ("how many weeks until march 3rd", "8 weeks and 1 day"),
        ("how many days until friday", "4 days, it is Friday, January 9"),
        ("how many days until the thirtieth of february", "There is no such day"),
        ("how many days since christmas", "11 days, it was Thursday, December 25 2025"),
        ("what date is in three weeks", "It is Monday, January 26"),
        ("what day was it a month ago", "It was Friday, December 5 2025"),
        ("what date is it in nine thousand years", "That is too far away"),
        ("what date is it in two and a half weeks", "Tell me a whole number"),
        ("what day is tomorrow", "It is Tuesday, January 6"),
        ("what day was yesterday", "It was Sunday, January 4"),
        ("what day of the week was the first of may", "It was Thursday, May 1 2025"),
        (
            "how many weeks between the first of march and the third of may",
            "9 weeks from Sunday, March 1 to Sunday, May 3",
        ),
        (
            "how many days between the first of may and the third of march",
            "306 days from Friday, May 1 to Wednesday, March 3 2027",
        ),
        ("how do you spell necessary", "Necessary: N, E, C, E, S, S, A, R, Y"),
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
        "how many days until",
        "what day is the party",
        "how do you spell",
        "cast a spell",
    ],
)
def test_what_is_no_matter_of_the_device_is_not_taken(talk: Talk, text: str) -> None:
    intent = talk.parser.parse(text)
    assert intent is None or not intent.name.startswith(("know.", "manners."))


@pytest.mark.parametrize("text", ["flip a coin", "roll a die", "roll two dice"])
def test_chance_is_the_same_for_the_same_turn(talk: Talk, text: str) -> None:
    assert talk.plan(text).text == talk.plan(text).text != ""


@given(st.dates(date(1600, 1, 1), date(2025, 12, 31)))
def test_any_day_of_the_past_has_its_day_of_the_week(day: date) -> None:
    month, rank = f"{day:%B}", rank_words(day.day)
    year = number_words(day.year)
    asked = f"what day of the week was the {rank} of {month} {year}"
    answer = at_once().plan(asked).text
    assert answer.startswith(f"It was {day:%A}, ") and str(day.year) in answer


@given(st.dates(date(2026, 1, 6), date(2034, 12, 31)))
def test_days_until_a_day_are_counted_right(day: date) -> None:
    rank, year = rank_words(day.day), number_words(day.year)
    asked = f"how many days until the {rank} of {day:%B} {year}"
    days = (day - date(2026, 1, 5)).days
    assert at_once().plan(asked).text.split()[0] == f"{days}"


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_letters_are_those_of_the_word(word: str) -> None:
    intent = Intent("know.spell", {"word": word})
    answer = spell(intent, at_once().context).text
    if word not in POINTING:
        assert answer.partition(": ")[2].replace(", ", "").lower() == word


@pytest.mark.parametrize("word", ["it", "a" * 46, "", "h2o", "3", "!!"])
def test_what_cannot_be_spelt_is_told(word: str) -> None:
    answer = spell(Intent("know.spell", {"word": word}), at_once().context)
    assert ": " not in answer.text or answer.text.startswith("Say the word")


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


@given(st.dates(date(1999, 1, 1), date(2099, 12, 31)))
def test_the_last_feast_is_never_one_that_is_to_come(today: date) -> None:
    now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    for name in (*FIXED, "easter"):
        intent = Intent("know.since", {"holiday": name})
        days, _, named = since(intent, TurnContext(now)).text.partition(" ")
        then = today - timedelta(days=int(days))
        assert then == feast(name, then) and named.endswith(_year_of(then, today))
        assert feast(name, then + timedelta(days=1)) > today


def _year_of(then: date, today: date) -> str:
    year = f" {then.year}" if then.year != today.year else ""
    return f"it was {then:%A}, {then:%B} {then.day}{year}"
