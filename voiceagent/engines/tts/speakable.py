"""Text as a voice can say it: signs in words, times as people say them."""

from __future__ import annotations

import re
import unicodedata

from voiceagent.errors import UsageError
from voiceagent.lang.languages import language

__all__ = ["MAX_TEXT", "checked", "speakable"]

MAX_TEXT = 4000
"""Characters in one call: they fit into a pipe, so writing them cannot block."""
TIME = re.compile(r"(?<![\d:.])(\d{1,2}):([0-5]\d)(?![\d:])")
MINUS = re.compile(r"(?<![\w.)])[-\u2212](?=\d)")
MONEY = re.compile(r"([$\u20ac\u00a3])\s?(\d[\d,]*(?:\.\d+)?)")
RANGE = re.compile(r"(?<=\d)\s?[\u2013\u2014]\s?(?=\d)")
WORDS = language().speech
MINUS_WORD = language().numbers.minus
# Longest first: "\u00b0C" before "\u00b0". Behind those of the second kind goes a word.
ENDING, JOINING = (
    ("\u00b0C", "\u00b0F", "\u00b0", "%", "\u00bd", "\u00bc"),
    "&+=@\u00d7",
)
SIGNS = {
    **{sign: f" {WORDS.signs[sign]}" for sign in ENDING},
    **{sign: f" {WORDS.signs[sign]} " for sign in JOINING},
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": ", ",
    "\u2014": ", ",
    "\u2026": ". ",
    "\u00df": "ss",
    "\u00e6": "ae",
    "\u00f8": "o",
}
SPOKEN = re.compile(r"[^\w\s.,;:!?'\"()/-]", re.ASCII)
SPOKEN_ANY = re.compile(r"[^\w\s.,;:!?'\"()/\-\u00bf\u00a1\u3002\uff0c]")


def speakable(text: str, *, plain: bool = False) -> str:
    """`text` with signs in words and nothing unpronounceable; `plain`: ASCII only."""
    text = unicodedata.normalize("NFC", text)
    if plain:  # first of all: a small two is a number, with a minus before it too
        text = "".join(c if c in SIGNS else _plain(c) for c in text)
    text = TIME.sub(_time, RANGE.sub(f" {WORDS.up_to} ", text))
    text = MINUS.sub(f"{MINUS_WORD} ", MONEY.sub(_money, text))
    for sign, words in SIGNS.items():
        if plain or sign not in "\u00df\u00e6\u00f8":
            text = text.replace(sign, words)
    text = (SPOKEN if plain else SPOKEN_ANY).sub(" ", text).replace("_", " ")
    return re.sub(r"\s+([.,;:!?])", r"\1", " ".join(text.split()))


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


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), match[2]
    if hour > 24:
        return f"{hour} {minute}"
    if minute == "00":
        return f"{hour} {WORDS.full_hour if 1 <= hour <= 12 else WORDS.military}"
    return (
        f"{hour} {WORDS.oh} {int(minute)}" if minute[0] == "0" else f"{hour} {minute}"
    )


def _money(match: re.Match[str]) -> str:
    return f"{match[2]} {WORDS.money[match[1]]}"
