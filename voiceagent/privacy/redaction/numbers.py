"""Numbers that say who somebody is: cards, telephones, codes, read out or written.

"Four one one one", "double five", "forty one eleven", "4111 1111" are runs of digits.
Amounts, times and years of ordinary questions are not: they have a unit, a scale or the
shape of a year after a word that goes with years.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voiceagent.lang.languages import language
from voiceagent.privacy.redaction.tokens import MULTIPLES, SCALES, TENS, Span, Token

__all__ = ["LEAST", "NumberRun", "number_spans", "runs"]

LEAST = 4
"""Digits from which on a run without a unit is taken for private."""
WORDS = language().private.amounts


@dataclass(frozen=True, slots=True)
class NumberRun:
    """Numbers one after the other."""

    first: int
    """Index of its first token."""
    last: int
    digits: str
    scaled: bool
    """"two hundred": an amount, not a row of digits."""
    words: int
    """Tokens in it that are numbers."""


def number_spans(words: Sequence[Token]) -> Iterator[Span]:
    """Every run that is long enough and is no amount, time or year."""
    for run in runs(words):
        if len(run.digits) >= LEAST and not _ordinary(run, words):
            first, last = words[run.first], words[run.last]
            yield Span(first.start, last.end, "NUMBER", run.digits)


def runs(words: Sequence[Token]) -> Iterator[NumberRun]:
    """All runs of numbers, however short."""
    at = 0
    while at < len(words):
        if not _begins(words, at):
            at += 1
            continue
        run = _read(words, at)
        yield run
        at = run.last + 1


def _begins(words: Sequence[Token], at: int) -> bool:
    word = words[at]
    if word.text in MULTIPLES:
        return at + 1 < len(words) and words[at + 1].is_number
    return word.is_number or (
        word.text in WORDS.zeros and at + 1 < len(words) and words[at + 1].is_number
    )


def _read(words: Sequence[Token], at: int) -> NumberRun:
    first = last = at
    digits, scaled, count, times, joined = "", False, 0, 1, 0
    while at < len(words):
        word = words[at]
        if word.text in MULTIPLES:
            times = MULTIPLES[word.text]
        elif word.text in SCALES and digits:
            scaled, last = True, at
        elif word.digits and (word.is_number or not joined):
            digits = _append(digits, word, words[at - 1] if at > first else None, times)
            count, times, last, joined = count + 1, 1, at, 0
        elif word.text in WORDS.joints and not joined:
            joined = 1
        else:
            break
        at += 1
    # A homophone at the end ("four one one to") is a word again.
    while last > first and not (words[last].is_number or words[last].text in SCALES):
        digits, last, count = digits[: -len(words[last].digits)], last - 1, count - 1
    return NumberRun(first, last, digits, scaled, count)


def _append(digits: str, word: Token, before: Token | None, times: int) -> str:
    ones = len(word.digits) == 1 and word.digits != "0"
    if ones and before is not None and before.text in TENS and times == 1:
        return digits[:-1] + word.digits
    return digits + word.digits * times


def _ordinary(run: NumberRun, words: Sequence[Token]) -> bool:
    after = words[run.last + 1].text if run.last + 1 < len(words) else ""
    before = words[run.first - 1].text if run.first else ""
    if len(run.digits) > 8:
        return False
    if run.scaled:
        # "two thousand and five hundred", but not a card with a slip in it.
        return run.words <= 4
    if after in WORDS.units:
        return len(run.digits) <= 6
    if _is_time(run) and before in WORDS.before_times:
        return True
    return _is_year(run) and (
        before in WORDS.before_years or after == WORDS.decade or not before
    )


def _is_time(run: NumberRun) -> bool:
    """ "ten fifteen": an hour and minutes, in two or three words."""
    hours, minutes = run.digits[:-2], run.digits[-2:]
    return (
        len(run.digits) == 4
        and 2 <= run.words <= 3
        and int(hours) <= 24
        and int(minutes) < 60
    )


def _is_year(run: NumberRun) -> bool:
    return (
        len(run.digits) == 4 and run.words <= 3 and run.digits[:2] in ("18", "19", "20")
    )
