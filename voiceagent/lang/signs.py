"""Signs in words: none beside a number is left out, since it would mean another one.

What has no words in the tables of the language is said by its Unicode name. A letter
that a voice cannot say is no sign: the caller is told, and asks another voice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from voiceagent.lang.languages import language

__all__ = ["is_sign", "said_signs", "usual_digits"]

SIGNS, USUAL = language().signs, language().speech.signs
KINDS = frozenset(("Sc", "Sm", "So", "Sk", "No", "Nl"))
MEANT = {
    **{"\u03bc": "\u00b5", "\u00ba": "\u00b0"},
    **{"\u066a": "%", "\ufe6a": "%", "\u066b": ".", "\u066c": ","},
}
"""Greek mu is written for micro, the ordinal sign for a degree; Arabic signs."""
SQUARED = range(0x3371, 0x33E0)
"""Units that are one character."""
HIGH = {"2": "\u00b2", "3": "\u00b3"}
SILENT = frozenset("`_")
"""Signs of markup that nobody says."""
NEAR = 8
"""Signs and spaces between a sign and its number at most."""
PAIRS = re.compile("|".join(map(re.escape, sorted(SIGNS.pairs, key=len)[::-1])))
# Longest first: a degree may be followed by its letter. Behind the second kind goes a
# word.
ENDING, JOINING = (
    ("\u00b0C", "\u00b0F", "\u00b0", "%", "\u00bd", "\u00bc"),
    "&+=@\u00d7",
)
ANYWHERE = {
    **{sign: f" {USUAL[sign]}" for sign in ENDING},
    **{sign: f" {USUAL[sign]} " for sign in JOINING},
    **{sign: f" {words} " for sign, words in SIGNS.anywhere.items()},
}
JOINERS = re.compile("[\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\u20e3\ufeff]")
"""What only shapes the character before it."""


def is_sign(character: str) -> bool:
    """Whether it is a sign that may stand for a word."""
    return unicodedata.category(character) in KINDS or character in SIGNS.beside


def usual_digits(text: str) -> str:
    """`text` with digits and signs of other scripts and widths as the usual ones."""
    text = JOINERS.sub("", unicodedata.normalize("NFC", text))
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _usual(c) for c in text)


def _usual(character: str) -> str:
    if character in MEANT:
        return MEANT[character]
    if ord(character) in SQUARED:
        unit = unicodedata.normalize("NFKC", character)
        unit = unit.replace("\u03bc", MEANT["\u03bc"])
        last = HIGH.get(unit[-1], unit[-1])
        known = unit.replace("\u00b5", "").replace("\u03a9", "").isascii()
        return f"{unit[:-1]}{last}" if known else character
    if "\uff00" <= character <= "\uffef":
        usual = unicodedata.normalize("NFKC", character)
        return usual if len(usual) == 1 else character
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.digit(character))
    return character


def said_signs(text: str) -> str:
    """`text` with every sign beside a number in words, and some anywhere."""
    text = PAIRS.sub(lambda found: _pair(text, found), text)
    for sign, words in ANYWHERE.items():
        text = text.replace(sign, words)
    return _each(text, lambda at: _word(text[at]) if _beside(text, at) else None)


def _each(text: str, words: Callable[[int], str | None]) -> str:
    said = (
        words(at) if is_sign(character) else None for at, character in enumerate(text)
    )
    return "".join(
        character if word is None else f" {word} "
        for character, word in zip(text, said, strict=True)
    )


def _pair(text: str, found: re.Match[str]) -> str:
    near = _beside(text, found.start()) or _beside(text, found.end() - 1)
    return f" {SIGNS.pairs[found[0]]} " if near else found[0]


def _beside(text: str, at: int) -> bool:
    """Whether a number stands on one side, with nothing but signs between."""
    before = text[max(0, at - NEAR) : at][::-1]
    return _number_in(before) or _number_in(text[at + 1 : at + 1 + NEAR])


def _number_in(side: str) -> bool:
    for character in side:
        if character.isdigit() and not is_sign(character):
            return True
        mark = unicodedata.category(character).startswith("M")
        if not (mark or character.isspace() or is_sign(character)):
            return character.isdecimal()
    return False


def _word(sign: str) -> str | None:
    """What is said for a sign; None: nothing, it belongs to the markup."""
    if sign in SILENT:
        return None
    known = SIGNS.beside.get(sign)
    if known is not None:
        return known
    plain = unicodedata.normalize("NFKC", sign)
    if plain.isascii() and plain.isalnum():
        return plain
    number = unicodedata.numeric(sign, None)
    if number is not None and number == int(number):
        return str(int(number))
    return _name(sign)


def _name(sign: str) -> str:
    words = unicodedata.name(sign, "").lower().replace("-", " ").split()
    return " ".join(word for word in words if word not in SIGNS.unsaid)
