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

CODE_WORDS = 3
"""Digits that are a code where they are read out."""
LEAST = 4
"""Digits from which on a run without a unit is taken for private."""
WORDS = language().private.amounts
MONTHS = frozenset(language().calendar.months)
SHORT = frozenset(month[:3] for month in MONTHS)
CODES = language().private.secrets.codes
ARTICLES = language().private.amounts.articles
PAIRED = language().private.amounts.paired
MONTH_BEFORE = 4
"""Words before a year among which its month is."""


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
        long = len(run.digits) >= LEAST or _read_out(run, words)
        if long and not _ordinary(run, words):
            first, last = words[run.first], words[run.last]
            yield Span(first.start, last.end, "NUMBER", run.digits)


def _read_out(run: NumberRun, words: Sequence[Token]) -> bool:
    """ "four five six": three digits one by one are a code, and no amount."""
    inner = words[run.first : run.last + 1]
    after = words[run.last + 1].text if run.last + 1 < len(words) else ""
    return (
        run.words == len(run.digits) == len(inner) == CODE_WORDS
        and all(len(word.digits) == 1 and word.is_number for word in inner)
        and run.digits not in WORDS.known
        and after not in WORDS.units
    )


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
        elif word.digits and (
            word.is_number or not (joined or _between_numbers(words, at))
        ):
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


def _between_numbers(words: Sequence[Token], at: int) -> bool:
    """ "11 to 15", where "to" is no two."""
    beside = (*words[max(0, at - 1) : at], *words[at + 1 : at + 2])
    return any(len(word.digits) > 1 for word in beside)


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
    if _is_pair(run, words) or (_is_written_year(run, words) and before in ARTICLES):
        return True
    if run.scaled:
        # "two thousand and five hundred", but not a card with a slip in it.
        return run.words <= 4
    if after in WORDS.units or after in WORDS.money:
        return len(run.digits) <= 6
    if _is_worked_with(run, words):
        return len(run.digits) <= 6
    if _is_decimal(run, words):
        return True
    if _is_time(run) and before in WORDS.before_times:
        return True
    if _is_old_year(run) and before in WORDS.before_years:
        return True
    if not _is_year(run):
        return False
    if _is_plain_year(run, words):
        return True
    if before in WORDS.before_years or after == WORDS.decade or not before:
        return True
    return any(map(_is_month, words[max(0, run.first - MONTH_BEFORE) : run.first]))


def _is_time(run: NumberRun) -> bool:
    """ "ten fifteen": an hour and minutes, in two or three words."""
    hours, minutes = run.digits[:-2], run.digits[-2:]
    return (
        len(run.digits) == 4
        and 2 <= run.words <= 3
        and int(hours) <= 24
        and int(minutes) < 60
    )


def _is_pair(run: NumberRun, words: Sequence[Token]) -> bool:
    """ "500 and 23": two numbers, not one in groups."""
    inner = words[run.first : run.last + 1]
    amounts = [word for word in inner if len(word.digits) > 1]
    return run.words == len(amounts) == 2 and any(w.text in PAIRED for w in inner)


def _is_written_year(run: NumberRun, words: Sequence[Token]) -> bool:
    """ "a 1978 track", where nothing speaks of codes."""
    follows = run.last + 1 < len(words) and not words[run.last + 1].digits
    coded = any(word.text in CODES for word in words)
    return run.words == 1 and _is_year(run) and follows and not coded


def _is_plain_year(run: NumberRun, words: Sequence[Token]) -> bool:
    """ "my miami 2017 playlist": in figures, among other words, and no code is spoken
    of or told."""
    before = words[run.first - 1].text if run.first else ""
    told = before in TELLING or any(word.text in CODES for word in words)
    written = words[run.first].text.isdecimal()
    return run.words == 1 and written and not told and len(words) > SHORT_TEXT


TELLING = language().private.secrets.told | language().private.secrets.between
SHORT_TEXT = 3
"""Words of a text that may be an answer to "what is the code"."""
NEAR_SIGN = 2
"""Words beside a number among which it is said what is done with it."""


def _is_decimal(run: NumberRun, words: Sequence[Token]) -> bool:
    """ "one oh seven point five", of a radio: one point, and nobody's number."""
    inner = [word.text for word in words[run.first : run.last + 1]]
    points = sum(text in POINTS for text in inner)
    return points == 1 and len(run.digits) <= LEAST and inner[-2] in POINTS


POINTS = frozenset((language().numbers.point,))


def _is_worked_with(run: NumberRun, words: Sequence[Token]) -> bool:
    """ "34 times 80908"."""
    before = words[max(0, run.first - NEAR_SIGN) : run.first]
    beside = [*before, *words[run.last + 1 : run.last + 2]]
    return any(word.text in WORDS.sums for word in beside)


def _is_month(word: Token) -> bool:
    return word.text in MONTHS or (3 <= len(word.text) <= 4 and word.text[:3] in SHORT)


def _is_old_year(run: NumberRun) -> bool:
    """ "ten sixty six", in two or three words."""
    return (
        len(run.digits) == 4 and 2 <= run.words <= 3 and "10" <= run.digits[:2] < "18"
    )


def _is_year(run: NumberRun) -> bool:
    return (
        len(run.digits) == 4 and run.words <= 3 and run.digits[:2] in ("18", "19", "20")
    )
