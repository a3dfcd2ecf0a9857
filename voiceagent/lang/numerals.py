"""Numbers as words: every number that some words say, and the words for a number.

    readings("two hundred and five books".split(), 0)
    # ends: two (1), two hundred (2), two hundred and five (4)
    numeral("three point five")  # 3.5
    numeral("sixty ten")  # None: two numbers are none

Words are in spoken form (`lang/spoken.py`). Whole numbers go to a billion; decimals,
fractions, signs and heaps ("a dozen", "half a million") are understood as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from voiceagent.lang.languages import language
from voiceagent.lang.number_words import HUNDRED, NUMBER_VALUES, number_words
from voiceagent.lang.spoken import spoken

__all__ = [
    "FIRST_OF_WHOLES",
    "Numeral",
    "number_ways",
    "numeral",
    "numerals",
    "readings",
    "wholes",
]

WORDS = language().numbers
LARGE: Final = tuple(WORDS.scales.items())[1:][::-1]
"""Thousand and more, the largest first."""
HUNDREDS = frozenset((*range(1, 10), *range(11, 20)))
"""What stands before `hundred`: nobody says `ten hundred`, and `twenty five hundred`
may be a mistake for something else."""
MOST_DIGITS = 9
"""Behind the point."""
NOUGHTS = frozenset(
    word for word, digit in WORDS.read_out.digits.items() if digit == "0"
)
ALONE = NOUGHTS & WORDS.zeros
"""Those that are a number of their own."""
FIRST_OF_WHOLES = ALONE | WORDS.articles | NUMBER_VALUES.keys()
"""With no other word a whole number begins."""
NumberEnds = Iterator[tuple[int, int]]
"""A value, and the place behind its last word."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number that was said, and where."""

    value: float
    start: int
    """Its first word."""
    end: int
    """The place behind its last one."""


def numeral(text: str) -> float | None:
    """The number that is all of `text`; None where it is none, or several."""
    words = spoken(text).split()
    found = [value for value, end in readings(words, 0) if end == len(words)]
    return found[0] if found else None


def numerals(words: Sequence[str]) -> tuple[Numeral, ...]:
    """Every number in `words`, each as long as it can be read."""
    found, at = [], 0
    while at < len(words):
        ends = list(readings(words, at))
        if not ends:
            at += 1
            continue
        value, end = max(ends, key=lambda reading: reading[1])
        found.append(Numeral(value, at, end))
        at = end
    return tuple(found)


def readings(words: Sequence[str], at: int) -> Iterator[tuple[float, int]]:
    """Every number that begins at a place, with the place behind it."""
    word = words[at] if at < len(words) else ""
    if word in WORDS.signs:
        for value, end in _unsigned(words, at + 1):
            yield -value, end
        return
    if word == WORDS.plus:
        yield from _unsigned(words, at + 1)
        return
    for value, end in _unsigned(words, at):
        yield value, end
        if (below := _below(words, end)) is not None and value:
            yield -value, below


def _below(words: Sequence[str], at: int) -> int | None:
    """The place behind what puts the number before `at` below zero."""
    if at < len(words) and words[at] in WORDS.degrees:
        at += 1
    if at >= len(words) or words[at] not in WORDS.below:
        return None
    if at + 1 == len(words):
        return at + 1
    return at + 2 if words[at + 1] in WORDS.zeros else None


def _unsigned(words: Sequence[str], at: int) -> Iterator[tuple[float, int]]:
    yield from _large(words, at)
    yield from _heaps(words, at)
    for value, end in _broken(words, at):
        yield value, end
        for name, size in LARGE:  # "two point five million", "half a million"
            behind = end + (end < len(words) and words[end] in WORDS.articles)
            if behind < len(words) and words[behind] == name:
                yield _tidy(value * size), behind + 1


def _broken(words: Sequence[str], at: int) -> Iterator[tuple[float, int]]:
    """Numbers that are not whole, or are said with a point."""
    yield from _parts(words, at)
    yield from _decimals(words, at, "0", at)
    for whole, end in _large(words, at):
        yield from _decimals(words, at, f"{whole}", end)
        if end < len(words) and words[end] == WORDS.joint:
            for part, behind in _parts(words, end + 1):
                if part < 1:
                    yield whole + part, behind


def _decimals(
    words: Sequence[str], at: int, whole: str, point: int
) -> Iterator[tuple[float, int]]:
    if point == at and point < len(words) and words[point] in NOUGHTS:
        point += 1  # "oh point five"
    if point >= len(words) or words[point] != WORDS.point:
        return
    digits = ""
    for place, word in enumerate(words[point + 1 : point + 1 + MOST_DIGITS]):
        if word not in NOUGHTS and NUMBER_VALUES.get(word, 10) > 9:
            return
        digits += f"{NUMBER_VALUES.get(word, 0)}"
        behind = words[point + 2 + place : point + 3 + place]
        if not behind or not _is_number(behind[0]):
            yield float(f"{whole}.{digits}"), point + 2 + place


def _is_number(word: str) -> bool:
    return word in NUMBER_VALUES or word in NOUGHTS or word == WORDS.point


def _parts(words: Sequence[str], at: int) -> Iterator[tuple[float, int]]:
    """`half`, `a quarter`, `three quarters`."""
    word = words[at] if at < len(words) else ""
    if word in WORDS.alone:
        yield 1 / WORDS.parts[word], at + 1
    many = 1 if word in WORDS.articles else NUMBER_VALUES.get(word, 0)
    lower = WORDS.parts.get(words[at + 1], 0) if at + 1 < len(words) else 0
    if 0 < many < lower:
        yield many / lower, at + 2


def _heaps(words: Sequence[str], at: int) -> Iterator[tuple[float, int]]:
    """`a dozen`, `two dozen`, `half a dozen`."""
    for value, end in (*_counted(words, at), *_parts(words, at)):
        article = end < len(words) and words[end] in WORDS.articles
        behind = end + (value < 1 and article)
        if behind < len(words) and (size := WORDS.heaps.get(words[behind])):
            yield _tidy(value * size), behind + 1


ARTICLES = sorted(WORDS.articles)


def _tidy(value: float) -> float:
    """Without what a multiplication in binary leaves over."""
    return round(value, 6)


def wholes(words: Sequence[str], at: int) -> NumberEnds:
    """Every whole number that begins at a place, without a sign."""
    return _large(words, at)


def _large(
    words: Sequence[str], at: int, scales: Sequence[tuple[str, int]] = LARGE
) -> NumberEnds:
    yield from _below_thousand(words, at)
    for number, (name, size) in enumerate(scales):
        for many, end in _counted(words, at):
            if not many or end >= len(words) or words[end] != name:
                continue
            yield many * size, end + 1
            joined = end + 1 < len(words) and words[end + 1] == WORDS.joint
            for rest, behind in _large(words, end + 1 + joined, scales[number + 1 :]):
                if 0 < rest < (100 if joined else size):
                    yield many * size + rest, behind


def _counted(words: Sequence[str], at: int) -> NumberEnds:
    """What may stand before a scale."""
    if at < len(words) and words[at] in WORDS.articles:
        yield 1, at + 1
    for value, end in _below_thousand(words, at):
        if value < 1000:
            yield value, end


def _below_thousand(words: Sequence[str], at: int) -> NumberEnds:
    """Also `twelve hundred`."""
    small = list(_below_hundred(words, at))
    yield from small
    if at < len(words) and words[at] in WORDS.articles:
        small = [(1, at + 1)]
    for many, end in small:
        if many not in HUNDREDS or end >= len(words) or words[end] != HUNDRED:
            continue
        yield many * 100, end + 1
        joined = end + 1 < len(words) and words[end + 1] == WORDS.joint
        for rest, behind in _below_hundred(words, end + 1 + joined):
            if rest:
                yield many * 100 + rest, behind


def _below_hundred(words: Sequence[str], at: int) -> NumberEnds:
    word = words[at] if at < len(words) else ""
    value = 0 if word in ALONE else NUMBER_VALUES.get(word)
    if value is None:
        return
    yield value, at + 1
    if value >= 20 and at + 1 < len(words):
        if 0 < NUMBER_VALUES.get(words[at + 1], 0) < 10:
            yield value + NUMBER_VALUES[words[at + 1]], at + 2


JOINED = re.compile(rf"{HUNDRED} (?!{'|'.join((*WORDS.scales, WORDS.point))})")


def number_ways(number: int | float) -> tuple[str, ...]:
    """All usual ways to say a number, the plainest first."""
    plain = number_words(number)
    ways = {plain: None, JOINED.sub(f"{HUNDRED} {WORDS.joint} ", plain): None}
    one = f"{WORDS.ones[1]} "
    for way in list(ways):
        if way.startswith(one) and len(way) > len(one):
            second = way.split()[1]
            if second in WORDS.scales:
                ways[f"{ARTICLES[0]} {way.removeprefix(one)}"] = None
    return tuple(ways)
