"""Figures as they are said: `7:05`, `1,000`, `2½`, `30s`, `2026-05-03` in words.

    figures_said("a timer for 1h 30m")  # "a timer for one hour thirty minutes"

What is written is put into the words that somebody would say, so that there is one
grammar for both. A figure that nobody can read with certainty stays a row of numbers.
"""

from __future__ import annotations

import re
import unicodedata

from voiceagent.lang.cues import any_of
from voiceagent.lang.languages import language
from voiceagent.lang.number_words import ONES, TENS, number_words, rank_words

__all__ = ["figures_said"]

NUMBERS, SPEECH = language().numbers, language().speech
QUANTITIES, MONTHS = language().quantities, language().calendar.months
DASHES = re.compile(r"[\u2212\u2013](?=\s?\.?\d)")
"""Signs that people write for a minus."""
SHORT_DECIMAL = re.compile(r"(?<![\d.])\.(?=\d)")
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
COMMA = re.compile(r"(?<![\d.,])(\d+),(\d{1,2})(?![\d,])")
DAY = re.compile(r"(?<![\d-])(\d{4})-(\d\d)-(\d\d)(?![\d-])")
STOPPED = re.compile(r"(?<![\d.:])(\d{1,2})[.](\d\d)(?=\s?[ap]\.?\s?m\b)")
"""`7.30 pm`."""
CLOCK = re.compile(r"(?<![\d:.])(\d{1,2}):(\d\d)(?![\d:])")
FOUR = re.compile(r"(?<![\d:.,-])(0\d|[12]\d)([0-5]\d)(?=\s?(?:h|hrs|hours)\b)")
NIGHTLY = re.compile(r"(?<![\d:.,-])(0\d)([0-5]\d)(?![\d:.,])")
"""Four figures that begin with a nought: a time by the clock of the day."""
DECIMAL = re.compile(r"(-?)(?<![\d.])(\d+)(?:\.(\d+))?")
LETTERS_AND_DIGITS = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
RANK = re.compile(rf"(?<![\d.,])([1-9]\d?){any_of(SPEECH.ordinal_endings)}\b")
ENDINGS = re.compile(rf"(?<=\d){any_of(SPEECH.ordinal_endings)}\b")
PART = re.compile(
    r"(?:(?<![\d/.,])(\d+)\s?)?"
    r"(?:(?<![\d/.,])(\d{1,2})[/\u2044](\d{1,2})(?![\d/])"
    r"|([\u00bc-\u00be\u2150-\u215e]))"
)
SHORT = re.compile(
    rf"(?<![\d.,])(\d+(?:[.,]\d+)?)(\s?-?)"
    rf"({'|'.join(sorted(QUANTITIES.short, key=len)[::-1])})(?![^\W\d_]|')"
)
SIGNS = language().sums.signs
BETWEEN = re.compile(
    r"(?<=[\d%\u00bc-\u00be\u2150-\u215e])\s*([-+*\u00d7\u00f7^]|x)\s*"
    r"(?=[-.]?[\d\u00bc-\u00be\u2150-\u215e])"
)
"""Signs of a sum."""
OVER = re.compile(r"(?<![\d/])(\d[\d.]*)\s*/\s*(\d[\d.]*)(?![\d/])")
LOOSE = re.compile(rf"\b(?:{'|'.join(QUANTITIES.loose)})\b")
AFTER_NUMBER = re.compile(
    rf"\b((?:(?:{'|'.join(TENS)})[ -])?"
    rf"(?:{'|'.join((*ONES, *TENS, *NUMBERS.scales, *QUANTITIES.counts))})[ -])"
    rf"({'|'.join(QUANTITIES.after)})\b"
)
OH = re.compile(
    rf"\b((?:{'|'.join((*ONES, *TENS))}) )({'|'.join(QUANTITIES.noughts)})"
    rf"(?= (?:{'|'.join(ONES[1:10])})\b)"
)


def figures_said(text: str) -> str:
    """Lower-case `text` with its figures in words; signs of units are left."""
    if any(letter.isnumeric() for letter in text):
        text = _figures(text)
    text = LOOSE.sub(lambda found: QUANTITIES.loose[found[0]], text)
    text = AFTER_NUMBER.sub(_after_number, text)
    return OH.sub(rf"\1{SPEECH.oh}", text)


def _figures(text: str) -> str:
    text = SHORT_DECIMAL.sub("0.", DASHES.sub("-", text))
    text = THOUSANDS.sub(lambda found: found[0].replace(",", ""), text)
    text = text.replace(",", ", ") if ", " in text else COMMA.sub(r"\1.\2", text)
    text = STOPPED.sub(r"\1:\2", DAY.sub(_day, text))
    text = RANK.sub(lambda found: rank_words(int(found[1])), text)
    text = BETWEEN.sub(lambda found: f" {SIGNS[found[1]]} ", text)
    text = PART.sub(_part, ENDINGS.sub("", text))
    text = OVER.sub(rf"\1 {SIGNS['/']} \2", text)
    text = CLOCK.sub(_clock, text)
    text = FOUR.sub(_military, NIGHTLY.sub(_military, text))
    text = SHORT.sub(_unit, SHORT.sub(_unit, text))
    return DECIMAL.sub(_number, LETTERS_AND_DIGITS.sub(" ", text))


def _day(found: re.Match[str]) -> str:
    year, month, day = map(int, found.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return found[0]
    return f"{rank_words(day)} {QUANTITIES.of} {MONTHS[month - 1]} {number_words(year)}"


def _clock(found: re.Match[str]) -> str:
    hour, minute = found.groups()
    if hour[0] == "0" and int(minute) < 60:
        return _military(found)
    if minute == "00":
        return f"{number_words(int(hour))} {SPEECH.oclock} "
    middle = f"{SPEECH.oh} " if minute.startswith("0") else ""
    return f"{number_words(int(hour))} {middle}{number_words(int(minute))} "


def _military(found: re.Match[str]) -> str:
    """By the clock of the day: a nought in front says which half is meant."""
    hour, minute = int(found[1]), int(found[2])
    first = f"{SPEECH.oh} " if 0 < hour < 10 else ""
    behind = SPEECH.military if minute == 0 else number_words(minute)
    middle = f"{SPEECH.oh} " if 0 < minute < 10 else ""
    return f"{first}{number_words(hour)} {middle}{behind} "


def _part(found: re.Match[str]) -> str:
    whole, upper, lower, sign = found.groups()
    if sign:
        upper, lower = unicodedata.normalize("NFKC", sign).split("\u2044")
    said = QUANTITIES.parts.get(int(lower))
    if said is None or not 0 < int(upper) < int(lower):
        return found[0]
    one, many = said
    words = one if upper == "1" else f"{number_words(int(upper))} {many}"
    if whole is not None:
        return f"{number_words(int(whole))} {NUMBERS.joint} {words} "
    return f" {QUANTITIES.half if (upper, lower) == ('1', '2') else words} "


def _unit(found: re.Match[str]) -> str:
    one, many = QUANTITIES.short[found[3]]
    return f"{found[1]} {one if found[1] == '1' else many} "


def _after_number(found: re.Match[str]) -> str:
    one, many = QUANTITIES.after[found[2]]
    return f"{found[1]}{one if found[1][:-1] in QUANTITIES.single else many}"


def _number(match: re.Match[str]) -> str:
    sign, whole, digits = match.groups()
    if len(whole) > 7:  # nobody says it as one number
        return " ".join(ONES[int(digit)] for digit in whole)
    words = number_words(int(whole))
    if digits:
        said = " ".join(ONES[int(digit)] for digit in digits)
        words += f" {NUMBERS.point} {said}"
    return f"{NUMBERS.minus} {words}" if sign else words
