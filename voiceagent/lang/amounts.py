"""Amounts as they are said: money, fractions, powers, units, ranges, times."""

from __future__ import annotations

import re
import unicodedata

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import number_words

__all__ = ["said_amounts"]

NUMBERS, SPEECH, SIGNS = language().numbers, language().speech, language().signs
NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|\.\d+)"
COIN = f"[{''.join(map(re.escape, SPEECH.money))}]"
SCALE = (
    rf"(?:\s(?:{'|'.join(SIGNS.scales)})\b"
    rf"|(?:{'|'.join(sorted(SIGNS.short_scales, key=len)[::-1])})\b)?"
)
SHORT = re.compile(r"(?<=\d)[A-Za-z]+$")
MONEY = re.compile(rf"(?:\b([A-Z]{{1,2}}))?({COIN})\s?([-\u2212]?{NUMBER}{SCALE})")
MONEY_BEHIND = re.compile(rf"({NUMBER}{SCALE})\s?({COIN})(?!\s?\d)")
MONEY_SPAN = re.compile(
    rf"({COIN}\s?{NUMBER}{SCALE})(?:-(?={COIN}?\d)|\s-\s(?={COIN}\d))"
)
TIME = re.compile(r"(?<![\d:.])(\d{1,2}):([0-5]\d)(?![\d:])")
RATIO = re.compile(r"(?<![\d:.])(\d+)[:\u2236](\d)(?![\d:]*:)")
MINUS = re.compile(r"(?<![\w.)])[-\u2212\u2013](?=\.?\d)")
TAKEN = re.compile(r"(\d)\s*\u2212\s*(?=[\d(])|(\d)\s-\s(?=\d[^\n]*=)")
BEFORE_RANGE = rf"(?:(?<=[\d%\u00b0]|{COIN})|(?<=\u00b0[CF]))"
RANGE = re.compile(
    rf"{BEFORE_RANGE}(?:\s?[\u2013\u2014]\s?|[~\u223c\u301c])"
    rf"(?=[-\u2212+]?{COIN}?\s?\.?\d)"
)
SPAN = re.compile(r"(?<![\w.:/-])(\d{1,2})-(\d{1,3})(?=%|\u00b0|\s[a-zA-Z])")
MICRO = "\u00b5"
HIGH = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
LOW = "\u2080\u2081\u2082\u2083\u2084\u2085\u2086\u2087\u2088\u2089"
POWER = re.compile(
    rf"(?<=[\w)])(?:(?P<high>[\u207a\u207b]?[{HIGH}]+)|\s?(?:\^|\*\*)\s?[{{(]?"
    r"(?P<plain>[-\u2212]?\d+)[})]?)"
)
LENGTH = re.compile(
    rf"(?P<before>\d\s?|/)(?P<unit>{'|'.join(map(re.escape, SIGNS.lengths))})"
    r"(?P<times>[\u00b2\u00b3])(?!\w)"
)
UNIT = re.compile(
    rf"(?P<number>{NUMBER})\s?(?P<unit>"
    rf"{'|'.join(map(re.escape, sorted(SIGNS.units, key=len, reverse=True)))})"
    r"(?P<rest>\w*)"
)
BELOW = re.compile(rf"(?<=\d)[{LOW}]+")
FRACTION = re.compile(
    r"(?P<minus>(?<![\w.)])[-\u2212\u2013])?(?:(?P<whole>\d+)\s?)?(?P<part>[\u00bc-\u00be\u2150-\u215e\u2189]|"
    r"(?<!\d)\d{1,3}\u2044\d{1,3})(?P<behind>\s+(?P<noun>[A-Za-z]+))?"
)
MEASURED = re.compile(
    rf"(?<![\d/.,:])([1-9])/(10|[2-9])(?=\s+(?:{'|'.join(sorted(SIGNS.measures))})\b)"
)
MIXED = re.compile(r"(?<![\d/.,])(\d+)\s(\d)/(\d{1,2})(?![\d/])")


def said_amounts(text: str) -> str:
    """`text` with everything in words that is written by the place of its signs."""
    text = MIXED.sub("\\1 \\2\u2044\\3", text)
    text = MEASURED.sub("\\1\u2044\\2", text)
    text = LENGTH.sub(_length, text)
    text = POWER.sub(_power, text)
    text = BELOW.sub(lambda found: f" {SIGNS.sub} {_digits(found[0])} ", text)
    text = FRACTION.sub(_fraction, text)
    text = SPAN.sub(_span, RANGE.sub(f" {SPEECH.up_to} ", text))
    text = TIME.sub(_time, text)
    text = RATIO.sub(rf"\1 {SPEECH.up_to} \2", text)
    text = MONEY_SPAN.sub(rf"\1 {SPEECH.up_to} ", text)
    text = MONEY_BEHIND.sub(_money_behind, MONEY.sub(_money, text))
    text = TAKEN.sub(lambda found: f"{found[1] or found[2]} {NUMBERS.minus} ", text)
    return UNIT.sub(_unit, MINUS.sub(f"{NUMBERS.minus} ", text))


def _digits(small: str) -> str:
    """Small digits as usual ones."""
    return unicodedata.normalize("NFKC", small).replace("\u2212", "-")


def _power(found: re.Match[str]) -> str:
    raw = found["high"] or found["plain"]
    before = found.string[: found.start()]
    base = re.search(r"\w*$", before)
    digits = _digits(raw).lstrip("+").replace("\u2212", "-")
    if found["high"] and base is not None and _is_word(base[0]):
        return f" {digits} "  # the number of a footnote
    exponent = int(digits)
    said = SIGNS.powers.get(exponent)
    if said is None and 0 < exponent <= len(NUMBERS.ordinals):
        last = len(NUMBERS.ordinals) - 1  # behind the twentieth comes the thirtieth
        rank = NUMBERS.ordinals[exponent - 1] if exponent <= last else ""
        said = f"{SIGNS.to_the} {rank}" if rank else None
    if said is None:
        minus = f"{NUMBERS.minus} " if exponent < 0 else ""
        said = f"{SIGNS.to_the} {minus}{abs(exponent)}"
    return f" {said} " if found.string[found.end() : found.end() + 1] else f" {said}"


def _is_word(base: str) -> bool:
    return len(base) > 2 and base.isalpha()


def _length(found: re.Match[str]) -> str:
    one, many = SIGNS.lengths[found["unit"]]
    shape = SIGNS.square if found["times"] == "\u00b2" else SIGNS.cubic
    if found["before"] == "/":
        return f" {SIGNS.per} {shape} {one}"
    single = re.search(r"(?<![\d.,])1$", found.string[: found.start() + 1])
    return f"{found['before'].strip()} {shape} {one if single else many}"


def _unit(found: re.Match[str]) -> str:
    number, unit, rest = found["number"], found["unit"], found["rest"]
    one, many = SIGNS.units[unit]
    if not rest or unit == MICRO:
        return f"{number} {one if number == '1' else many} {rest}".rstrip()
    # The beginning of another unit.
    return f"{number} {unit.replace(MICRO, SIGNS.units[MICRO][0] + ' ')}{rest}"


def _fraction(found: re.Match[str]) -> str:
    upper, lower = _numbers(found["part"])
    parts = SIGNS.parts.get(lower)
    if parts is None:
        words = f"{upper} {SIGNS.over} {lower}"
    elif upper == 1:
        words = parts[0]
    else:
        words = f"{number_words(upper)} {parts[1]}"
    minus = f"{NUMBERS.minus} " if found["minus"] else ""
    if found["whole"]:
        return f"{minus}{found['whole']} {NUMBERS.joint} {words}{found['behind'] or ''}"
    before = found.string[max(0, found.start() - 1) : found.start()]
    lead = " " if before.isalnum() else ""
    if not found["behind"] and found.string[found.end() : found.end() + 1].isalnum():
        words += " "
    return (
        lead + minus + _part_of(words, upper == 1 and lower == 2, found["noun"], found)
    )


def _numbers(part: str) -> tuple[int, int]:
    upper, lower = unicodedata.normalize("NFKC", part).split("\u2044")
    return int(upper), int(lower)


def _part_of(words: str, half: bool, noun: str | None, found: re.Match[str]) -> str:
    """A fraction of the thing that is named behind it."""
    behind = found["behind"] or ""
    if noun is None or noun.lower() in SIGNS.no_thing:
        return words + behind
    if noun.lower() in SIGNS.whole:
        return f"{words} {SIGNS.of}{behind}"
    if noun.endswith(SIGNS.many) and not noun.endswith(2 * SIGNS.many):
        return words + behind
    vowel = noun[0].lower() in SIGNS.vowels or noun.lower() in SIGNS.silent
    article = SIGNS.articles[vowel]
    return f"{SIGNS.half if half else f'{words} {SIGNS.of}'} {article}{behind}"


def _span(found: re.Match[str]) -> str:
    low, high = int(found[1]), int(found[2])
    return f"{found[1]} {SPEECH.up_to} {found[2]}" if low < high else found[0]


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), match[2]
    if hour > 24:
        return f"{hour} {minute}"
    if minute == "00":
        return f"{hour} {SPEECH.full_hour if 1 <= hour <= 12 else SPEECH.military}"
    if minute[0] == "0":
        return f"{hour} {SPEECH.oh} {int(minute)}"
    return f"{hour} {minute}"


def _money(found: re.Match[str]) -> str:
    whose = f"{found[1]} " if found[1] else ""
    return _coins(found[3], found[2], whose)


def _money_behind(found: re.Match[str]) -> str:
    return _coins(found[1], found[2], "")


def _coins(amount: str, coin: str, whose: str) -> str:
    short = SHORT.search(amount)
    if short is not None:
        amount = f"{amount[: short.start()]} {SIGNS.short_scales[short[0]]}"
    one = SIGNS.one_coin.get(coin) if amount in ("1", "-1", "\u22121") else None
    return f"{amount} {whose}{one or SPEECH.money[coin]}"
