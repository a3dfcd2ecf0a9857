"""Years as people say them: `nineteen eighty four`, `two thousand and five`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voiceagent.lang.languages import language
from voiceagent.lang.number_words import HUNDRED, NUMBER_VALUES
from voiceagent.lang.numerals import wholes

__all__ = ["YEARS", "year_of", "year_ways"]

YEARS = range(1583, 3000)
"""Of the calendar that we have: from its first full one on."""
CENTURIES = range(15, 30)
OH = language().speech.oh


def year_of(text: str) -> int | None:
    """The year that is all of `text`."""
    words = text.split()
    return next((y for y, end in year_ways(words, 0) if end == len(words)), None)


def year_ways(words: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
    """Every year that begins at a place, with the place behind it."""
    for number, end in wholes(words, at):
        if number in YEARS:
            yield number, end
        if number in CENTURIES:
            yield from _behind(words, number, end)


def _behind(words: Sequence[str], century: int, at: int) -> Iterator[tuple[int, int]]:
    year = 100 * century
    if at < len(words) and words[at] == HUNDRED:
        return  # read as a whole number
    if at + 1 < len(words) and words[at] == OH:
        single = NUMBER_VALUES.get(words[at + 1], 0)
        if 0 < single < 10 and year + single in YEARS:
            yield year + single, at + 2
    for number, end in wholes(words, at):
        if 10 <= number < 100 and year + number in YEARS:
            yield year + number, end
