"""Text as a voice can say it: signs in words, times as people say them."""

from __future__ import annotations

import re
import unicodedata

from voiceagent.errors import UsageError
from voiceagent.errors.foreign import words_of_others
from voiceagent.lang.amounts import said_amounts
from voiceagent.lang.languages import language
from voiceagent.lang.markup import without_markup
from voiceagent.lang.signs import said_signs, usual_digits

__all__ = ["MAX_TEXT", "checked", "sayable", "speakable"]

MAX_TEXT = 4000
"""Characters in one call: they fit into a pipe, so writing them cannot block."""
SIGNS = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": ", ",
    "\u2014": ", ",
    "\u2026": ". ",
}
LETTERS = {
    **{"\u00df": "ss", "\u1e9e": "SS", "\u00e6": "ae", "\u00c6": "Ae"},
    **{"\u0153": "oe", "\u0152": "Oe", "\u00f8": "o", "\u00d8": "O"},
    **{"\u0142": "l", "\u0141": "L", "\u0111": "d", "\u0110": "D", "\u0131": "i"},
    **{"\u00f0": "d", "\u00d0": "D", "\u00fe": "th", "\u00de": "Th"},
}
"""Letters that Unicode does not take apart, for voices that know ASCII only."""
SPOKEN = re.compile(r"[^\w\s.,;:!?'\"()/-]", re.ASCII)
SPOKEN_ANY = re.compile(r"[^\w\s.,;:!?'\"()/\-\u00bf\u00a1\u3002\uff0c]")
ALPHABET = language().signs.alphabet
ROUNDS = 4
"""Times that the text is gone over: what is left out may bring signs together."""
LOOSE = re.compile(r"\s+([.,;:!?)])|(\()\s+")
NEAR_NUMBER = re.compile(r"(\d\s?)([^\W\d_]+)|([^\W\d_]+)(?=\s?\d)")


def speakable(text: str, *, plain: bool = False) -> str:
    """`text` with signs in words and nothing unpronounceable; `plain`: ASCII only."""
    text = words_of_others(text)
    for _ in range(ROUNDS):
        before, text = text, _said(text, plain)
        if text == before:
            break
    return text


def sayable(text: str, *, plain: bool = False) -> str:
    """The same as it can be said in one call; raises `UsageError` where it cannot, or
    where letters beside a number would be lost."""
    if plain and not text.isascii() and _loses_letters(text):
        raise UsageError(
            "the voice cannot say what stands beside a number in this text",
            cause="it knows no letters of that script, and a number alone may mislead",
            hint="set `speak.voice` to one that can, such as `espeak`",
        )
    return checked(speakable(text, plain=plain))


def _said(text: str, plain: bool) -> str:
    text = _words(text)
    for sign, words in SIGNS.items():
        text = text.replace(sign, words)
    if plain and not text.isascii():
        text = NEAR_NUMBER.sub(_letters, text)
        text = "".join(LETTERS.get(c) or _plain(c) for c in text)
    text = (SPOKEN if plain else SPOKEN_ANY).sub(" ", text).replace("_", " ")
    return LOOSE.sub(r"\1\2", " ".join(text.split()))


def _words(text: str) -> str:
    return said_signs(said_amounts(without_markup(usual_digits(text))))


def checked(words: str) -> str:
    """`words` if they can be said in one call; raises `UsageError`."""
    if not any(character.isalnum() for character in words):
        raise UsageError(
            "there is nothing to say in this text",
            cause="the voice knows none of its characters",
            hint="use words in the language of the voice",
        )
    if len(words) > MAX_TEXT:
        raise UsageError(
            f"a text of {len(words)} characters is too long for one clip",
            hint=f"split it; {MAX_TEXT} fit",
        )
    return words


def _plain(character: str) -> str:
    """A letter or sign without what is above, below or special about it."""
    parts = unicodedata.normalize("NFKD", character)
    return "".join(part for part in parts if not unicodedata.combining(part))


def _letters(found: re.Match[str]) -> str:
    """Letters beside a number, as a voice says them that knows ASCII only."""
    before, word = found[1] or "", found[2] or found[3]
    if word.isascii():
        return found[0]
    return before + "".join(_letter(letter) or "" for letter in word)


def _letter(letter: str) -> str | None:
    """How a letter is said by itself; None: not at all."""
    if letter in LETTERS or _plain(letter).isascii():
        return letter
    name = unicodedata.name(letter, "")
    return f" {name.split()[-1].lower()} " if name.startswith(ALPHABET) else None


def _loses_letters(text: str) -> bool:
    found = NEAR_NUMBER.finditer(_words(text))
    words = (match[2] or match[3] for match in found)
    return any(_letter(letter) is None for word in words for letter in word)
