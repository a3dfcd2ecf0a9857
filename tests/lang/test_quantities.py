"""Numbers, durations, times and days: understood as they are said, and back."""

from __future__ import annotations

import random
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lang.said_forms import (
    DAYS,
    DURATIONS,
    NUMBERS,
    REFUSED,
    REPEATS,
    TIMES,
)
from voiceagent.lang.number_words import number_words
from voiceagent.lang.numerals import number_ways, numeral, numerals
from voiceagent.lang.quantities import (
    Quantity,
    QuantityKind,
    found,
    grammar,
    say_day,
    say_duration,
    say_time,
    whole,
)
from voiceagent.lang.spoken import spoken

pytestmark = pytest.mark.property
TODAY = date(2026, 3, 10)
ENOUGH = 0.98
"""Of the forms that were written by hand."""
SAMPLES = 1500
"""Of each rule; a sample meets every list and every branch."""
LONGEST = 366 * 86_400


def shown(kind: str, text: str) -> str:
    """What is understood, as the table writes it; empty where it is nothing."""
    if kind == "number":
        value = numeral(text)
        return "" if value is None else f"{value:.10g}"
    quantity = whole(kind, text)  # type: ignore[arg-type]
    if quantity is None and kind == "duration":
        quantity = whole("length", text)
    return "" if quantity is None else written(quantity)


def written(quantity: Quantity) -> str:
    match quantity.kind:
        case "duration" | "length":
            return f"{quantity.seconds:.10g}"
        case "time":
            return "/".join(f"{one:%H:%M}" for one in quantity.times)
        case "day":
            return str(quantity.day(TODAY) or "")
    return quantity.rule.replace("=", ":")


BY_HAND = [
    (kind, said, value)
    for kind, table in (
        ("number", NUMBERS),
        ("duration", DURATIONS),
        ("time", TIMES),
        ("day", DAYS),
        ("repeat", REPEATS),
    )
    for said, value in table
]


def test_forms_written_by_hand_mean_what_is_meant() -> None:
    wrong = [
        f"{kind} `{said}`: {shown(kind, said) or 'nothing'}, not {value}"
        for kind, said, value in BY_HAND
        if sorted(shown(kind, said).split("/")) != sorted(value.split("/"))
    ]
    right = len(BY_HAND) - len(wrong)
    told = "\n".join([f"{right} of {len(BY_HAND)} forms right", *wrong])
    assert len(BY_HAND) >= 400 and right >= ENOUGH * len(BY_HAND), told
    # What is not understood is nothing, never something else.
    assert [line for line in wrong if ": nothing, not" not in line] == []


@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_what_lies_beside_them_means_nothing(kind: str) -> None:
    meant = [(said, shown(kind, said)) for said, _ in REFUSED[kind]]
    assert [pair for pair in meant if pair[1]] == []


@given(st.integers(-1_000_000, 1_000_000))
def test_whole_numbers_are_understood_as_they_are_said(number: int) -> None:
    assert numeral(number_words(number)) == number
    assert all(numeral(way) == number for way in number_ways(number))
    assert numeral(f"{number}") == numeral(f"{number:,}") == number


def test_no_number_up_to_a_thousand_is_a_hole() -> None:
    for number in (*range(1001), *range(0, 1_000_001, 997)):
        assert numeral(number_words(number)) == number


@given(st.integers(-999_999, 999_999), st.integers(1, 6))
def test_decimals_are_understood_as_they_are_said(number: int, places: int) -> None:
    value = round(number / 10**places, places)
    assert numeral(number_words(value)) == value


@given(st.integers(0, 1000), st.sampled_from(["half", "quarter", "three quarters"]))
def test_fractions_are_added_to_the_number_before_them(number: int, part: str) -> None:
    size = {"half": 0.5, "quarter": 0.25, "three quarters": 0.75}[part]
    article = "" if part.startswith("three") else "a "
    assert numeral(f"{number_words(number)} and {article}{part}") == number + size


@given(st.integers(1, LONGEST))
def test_durations_are_understood_as_they_are_said(seconds: int) -> None:
    said = whole("duration", say_duration(seconds))
    assert said is not None and said.seconds == seconds


def test_times_are_understood_as_they_are_said() -> None:
    for minutes in range(24 * 60):
        when = time(*divmod(minutes, 60))
        said = whole("time", say_time(when))
        assert said is not None and said.times == (when,)
        written_so = whole("time", f"{when:%H:%M}")
        assert written_so is not None and when in written_so.times


@given(st.dates(date(2025, 1, 1), date(2050, 12, 31)), st.integers(2, 3000))
def test_days_are_understood_as_they_are_said(today: date, ahead: int) -> None:
    day = min(today + timedelta(days=ahead), date(2059, 12, 31))
    for each in (day, today, today + timedelta(days=1)):
        said = whole("day", say_day(each, today))
        assert said is not None and said.day(today) == each


KINDS: tuple[QuantityKind, ...] = ("duration", "length", "time", "day", "repeat")
RULES = {
    "duration": "said_duration",
    "length": "said_length",
    "time": "said_time",
    "day": "said_any_day",
    "repeat": "said_repeat",
}


@pytest.mark.parametrize("kind", KINDS)
def test_everything_the_rules_can_say_is_understood(kind: QuantityKind) -> None:
    chance = random.Random(7)
    for _ in range(SAMPLES):
        said, slots = grammar().sample(RULES[kind], chance)
        meant = Quantity(kind, dict(slots))
        if kind in ("duration", "length") and not meant.seconds:
            continue
        if kind == "time" and not meant.times:
            continue
        again = whole(kind, said)
        assert again is not None, said
        assert written(again) == written(meant), said


def test_a_quantity_is_found_where_it_stands() -> None:
    words = spoken("dim the lamp at 7:30 tomorrow or in ten minutes").split()
    (when,) = found("time", words)
    assert words[when.start : when.end] == ["seven", "thirty"]
    (day,) = [one for one in found("day", words) if one.slots == {"day": 1}]
    assert words[day.start] == "tomorrow"
    (after,) = found("duration", words)
    assert (after.seconds, words[after.start : after.end]) == (600, ["ten", "minutes"])


def test_two_numbers_are_two() -> None:
    ends = [(n.value, n.start, n.end) for n in numerals("sixty ten books".split())]
    assert ends == [(60, 0, 1), (10, 1, 2)]
