"""Units come to what `pint` says, and what cannot be is refused by name."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talk import Talk

from voiceagent.nlu.intent import IntentParser
from voiceagent.nlu.reader import CommandReader
from voiceagent.skills.knowing.unit_table import UNITS
from voiceagent.skills.knowing.units import converted
from voiceagent.skills.packs.frames import FramedPack

pytestmark = pytest.mark.unit
THEIRS = {
    **{"UK fluid ounce": "imperial_fluid_ounce", "UK pint": "imperial_pint"},
    **{"UK gallon": "imperial_gallon", "mile per hour": "mile / hour"},
    **{"kilometre per hour": "kilometer / hour", "metre per second": "meter / second"},
    **{"foot per second": "foot / second", "celsius": "degC", "fahrenheit": "degF"},
    **{"ton": "metric_ton", "kilocalorie": "kilocalorie", "calorie": "calorie"},
}
PLAIN = sorted(name for name, unit in UNITS.items() if unit.dimension != "temperature")


@cache
def registry() -> Any:
    pint = pytest.importorskip("pint", reason="pint is not installed")
    return pint.UnitRegistry()


def theirs(name: str) -> str:
    if name in THEIRS:
        return THEIRS[name]
    words = name.removeprefix("US ").split()
    if words[0] in ("square", "cubic"):
        return f"{words[1]} ** {2 if words[0] == 'square' else 3}"
    return "_".join(words)


@pytest.mark.parametrize("name", sorted(UNITS))
def test_every_unit_is_as_large_as_pint_says(name: str) -> None:
    unit = UNITS[name]
    base = next(n for n, u in UNITS.items() if u.dimension == unit.dimension)
    for amount in (0.0, 1.0, 37.5):
        mine = converted(Fraction(amount), unit, UNITS[base])
        quantity = registry().Quantity(amount, theirs(name)).to(theirs(base))
        assert float(mine) == pytest.approx(quantity.magnitude, rel=5e-6, abs=1e-9)


@given(st.sampled_from(PLAIN), st.sampled_from(PLAIN), st.fractions(0, 10**6))
def test_there_and_back_is_the_same(one: str, other: str, amount: Fraction) -> None:
    here, there = UNITS[one], UNITS[other]
    if here.dimension == there.dimension:
        assert converted(converted(amount, here, there), there, here) == amount


@pytest.fixture(scope="module")
def talk() -> Talk:
    return Talk()


@cache
def frames() -> IntentParser:
    pack = Talk().pack
    assert pack.frames is not None
    return IntentParser(FramedPack(pack.frames, pack.slot_lists))


def said(talk: Talk, text: str) -> str:
    intent = CommandReader(talk.parser, frames).parse(text)
    if intent is None or intent.name != "know.convert":
        return ""
    return talk.skills.answer(intent, talk.context).text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("how many cups in a liter", "1 litre is about 4.23 US cups"),
        ("how many cups are there in a litre", "1 litre is about 4.23 US cups"),
        (
            "what is 70 fahrenheit in celsius",
            "70 degrees Fahrenheit is about 21.1 degrees Celsius",
        ),
        ("5 miles in km", "5 miles is about 8.05 kilometres"),
        ("convert 6 feet 2 inches to cm", "6 feet 2 inches is 187.96 centimetres"),
        ("-40\u00b0C in fahrenheit", "minus 40 degrees Celsius is minus 40 degrees"),
        ("how many seconds in a day", "1 day is 86400 seconds"),
        ("how many days in a year", "1 year is about 365 days"),
        ("half a mile in metres", "0.5 miles is about 805 metres"),
        ("how many UK pints in an imperial gallon", "1 UK gallon is 8 UK pints"),
        ("how many grams in a cup", "US cups measure volume and grams measure mass"),
        ("how many miles in 3 kilos", "Kilograms measure mass and miles measure"),
        ("-300 celsius in kelvin", "Nothing is colder than absolute zero"),
        ("minus five metres in feet", "There is no such length"),
        ("3 feet 20 inches in cm", "I did not understand how much"),
        ("3 feet 2 kilos in cm", "I did not understand how much"),
    ],
)
def test_what_is_said(talk: Talk, text: str, answer: str) -> None:
    assert said(talk, text).startswith(answer)


@pytest.mark.parametrize(
    "text",
    [
        "how many cups in a litre of milk",
        "how many eggs in a dozen",
        "how many minutes until christmas",
        "how many inches in love",
        "what is seventy in celsius",
        "how many feet does a spider have",
        "what is five miles",
        "set the thermostat to 70 fahrenheit",
    ],
)
def test_what_is_no_matter_of_units_is_not_taken(talk: Talk, text: str) -> None:
    assert said(talk, text) == ""
