"""How plans are spoken of: when, what, and what became of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.manners import without_manners
from voiceagent.skills.phrases import clock_words, listed
from voiceagent.skills.timers.words import date_words

__all__ = ["at_words", "command_words", "lower", "will"]

EVENING, SMALL = 18, timedelta(hours=12)
LONGEST = 200
"""Letters of a command that are said back."""
DO = "do this: "
WORDS = language().commands
VERBS = WORDS.verbs | language().later.verbs


def command_words(command: Intent) -> str:
    """What is to be done, behind `I'll`: `turn off the lights and lock your door`."""
    if command.parts:
        each = list(dict.fromkeys(command_words(part) for part in command.parts))
        return listed(each)
    pieces = without_manners(command.text)[:LONGEST].split(",")
    said = ", ".join(filter(None, map(_turned, pieces)))
    return said if said.split(" ")[0] in VERBS else f"{DO}{said}"


def _turned(piece: str) -> str:
    words = spoken(piece).split()
    return " ".join(WORDS.addressed.get(word, word) for word in words)


def at_words(when: datetime, now: datetime) -> str:
    """`at nine tonight`, `at seven in the morning tomorrow`."""
    if when.date() == now.date() and when.hour >= EVENING:
        return f"at {clock_words(when).partition(' in the ')[0]} tonight"
    return f"at {date_words(when, now)}"


def lower(text: str) -> str:
    """Without its capital, but for a name and `I`."""
    first = text.split(" ", 1)[0]
    if first in ("I", "I'll", "I'm", "TV") or first.isupper():
        return text
    return text[:1].lower() + text[1:]


def will(when: str, words: str) -> str:
    """`At nine tonight I'll turn off the kitchen lights`."""
    return f"{when[:1].upper()}{when[1:]} I'll {words}"
