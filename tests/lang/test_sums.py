"""Sums in words come to what they come to."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lang.tables import ENGLISH, Check, failing
from voiceagent.lang.number_words import number_words
from voiceagent.lang.numerals import number_ways
from voiceagent.lang.readers import READERS
from voiceagent.lang.spoken import spoken
from voiceagent.lang.sums import exact, sum_of
from voiceagent.lang.totals import SumFault

pytestmark = pytest.mark.property
WORDS = ENGLISH.sums
NAMES = {sign: said for said, sign in reversed(WORDS.operators.items())}
NUMBERS = st.integers(0, 999_999) | st.integers(0, 99_999).map(lambda n: n / 100)


def value_of(text: str) -> object:
    total = sum_of(text)
    return total if total is None else total.fault or total.value


def worked(numbers: list[Fraction], signs: list[str]) -> Fraction | SumFault:
    """Products first, by the book."""
    terms = [numbers[0]]
    for sign, number in zip(signs, numbers[1:], strict=True):
        if sign == "/" and number == 0:
            return SumFault.ZERO
        if sign in "*/":
            terms[-1] = terms[-1] * number if sign == "*" else terms[-1] / number
        else:
            terms.append(number if sign == "+" else -number)
    return sum(terms, Fraction(0))


@given(st.data(), st.lists(NUMBERS, min_size=2, max_size=6))
def test_any_sum_in_words_is_exact(data: st.DataObject, numbers: list[float]) -> None:
    signs = [data.draw(st.sampled_from("+-*/")) for _ in numbers[1:]]
    said = [data.draw(st.sampled_from(number_ways(number))) for number in numbers]
    names = [data.draw(st.sampled_from(_names(sign))) for sign in signs]
    text = said[0] + "".join(
        f" {name} {word}" for name, word in zip(names, said[1:], strict=True)
    )
    assert value_of(text) == worked([*map(exact, numbers)], signs), text


def _names(sign: str) -> list[str]:
    return [said for said, means in WORDS.operators.items() if means == sign]


@given(st.lists(st.integers(1, 9999), min_size=2, max_size=4), st.data())
def test_figures_and_signs_come_to_the_same(
    numbers: list[int], data: st.DataObject
) -> None:
    signs = [data.draw(st.sampled_from("+*-")) for _ in numbers[1:]]
    gap = data.draw(st.sampled_from(("", " ")))
    pairs = zip(signs, numbers[1:], strict=True)
    text = f"{numbers[0]}" + "".join(f"{gap}{sign}{gap}{n}" for sign, n in pairs)
    assert value_of(text) == worked([*map(Fraction, numbers)], signs), text


@given(st.integers(1, 200), st.integers(0, 99_999))
def test_percentages(share: int, whole: int) -> None:
    one, of = number_words(share), number_words(whole)
    part = Fraction(share * whole, 100)
    assert value_of(f"{one} percent of {of}") == part
    assert value_of(f"{of} plus {one} percent") == whole + part
    assert value_of(f"{of} minus {one} percent") == whole - part
    assert value_of(f"{one} percent off {of}") == whole - part


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a third of ninety", 30),
        ("two thirds of a dozen", 8),
        ("half of one and a half", Fraction(3, 4)),
        ("a third plus a sixth", Fraction(1, 2)),
        ("two plus three squared", 11),
        ("the square root of one hundred forty four", 12),
        ("the cube root of minus twenty seven", -3),
        ("two to the power of minus two", Fraction(1, 4)),
        ("five minus minus three", 8),
        ("multiply five plus three by two", 16),
        ("the sum of two hundred and five and three", 208),
        ("10/4", Fraction(5, 2)),
        ("1/3 + 1/6", Fraction(1, 2)),
        ("two to the power of one million", SumFault.LARGE),
        ("nought to the power of minus one", SumFault.ZERO),
        ("the square root of minus four", SumFault.ROOT),
        ("two to the power of a half", SumFault.ROOT),
        ("ten divided by zero plus one", SumFault.ZERO),
    ],
)
def test_what_they_come_to(text: str, value: object) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", "seven", "love", "seven times", "times seven", "seven times love"),
        *("five percent", "five plus three percent percent", "half of", "five five"),
        *("call +49 30 1234", "24/12/2026", "set it to 5", "two of three"),
    ],
)
def test_what_is_no_sum(text: str) -> None:
    assert sum_of(text) is None


@given(st.lists(st.sampled_from(sorted(READERS["said_sum"].words)), max_size=30))
def test_any_row_of_its_words_is_survived(words: list[str]) -> None:
    for end in READERS["said_sum"].ends(words, 0):
        assert sum_of(" ".join(words[:end])) is not None


CHECKS: dict[str, Check] = {
    "sums.operators": lambda pair: (
        value_of(f"six {pair[0]} two") == {"+": 8, "-": 4, "*": 12, "/": 3}[pair[1]]
    ),
    "sums.percent": lambda word: value_of(f"ten {word} of fifty") == 5,
    "sums.multiples": lambda pair: value_of(f"{pair[0]} six") == 6 * pair[1],
    "sums.powers": lambda pair: value_of(f"three {pair[0]}") == 3 ** pair[1],
    "sums.powers_of": lambda pair: value_of(f"{pair[0]} three") == 3 ** pair[1],
    "sums.roots": lambda pair: value_of(f"{pair[0]} sixty four") in (8, 4),
    "sums.orders": lambda order: (
        value_of(f"{order.before} six {order.between} two")
        in ({"+": 8, "-": -4 if order.swapped else 4, "*": 12, "/": 3}[order.sign],)
    ),
    "sums.signs": lambda pair: spoken(f"6 {pair[0]} 2") == f"six {pair[1]} two",
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []
