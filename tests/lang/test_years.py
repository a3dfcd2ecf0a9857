"""Years are read as people say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.lang.number_words import number_words
from voiceagent.lang.numerals import number_ways
from voiceagent.lang.spoken import spoken
from voiceagent.lang.years import YEARS, year_of

pytestmark = pytest.mark.property


@given(st.sampled_from(YEARS))
def test_every_year_is_read_in_every_usual_form(year: int) -> None:
    century, rest = divmod(year, 100)
    ways = [*number_ways(year), spoken(f"{year}")]
    if rest >= 10:
        ways.append(f"{number_words(century)} {number_words(rest)}")
    elif rest:
        ways.append(f"{number_words(century)} oh {number_words(rest)}")
    elif century % 10:
        ways.append(f"{number_words(century)} hundred")
    assert {way: year_of(way) for way in ways} == dict.fromkeys(ways, year)


@pytest.mark.parametrize(
    "text", ["", "twenty", "nineteen", "five", "nineteen oh", "ninety nine five", "may"]
)
def test_what_is_no_year(text: str) -> None:
    assert year_of(text) is None
