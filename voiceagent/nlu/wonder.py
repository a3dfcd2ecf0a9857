"""A question about the world at large, and an answer that is only a guess.

A small model that is asked what nobody else knows makes things up. It is asked only
where nothing of this house, this hour or this person can be meant, and what it says is
told as its own; what sounds like a deed, a question or half a sentence is not said.
"""

from __future__ import annotations

import re

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import spoken

__all__ = ["as_own", "enough", "wonders"]

WORDS = language().wonder
ABBREVIATIONS = language().speech.abbreviations
SHORTEST, LONGEST = 3, 24
"""Words of a question."""
LEAST, MOST = 2, 28
"""Words of an answer."""
STOP = re.compile(r"[.!?](?=\s|$)")
MARKUP = re.compile(r"^[-+>]|[*_#<>\[\]{}|`~^\\\n]|https?:")
OPENINGS = tuple(f"{phrase} " for phrase in WORDS.openings)


def wonders(text: str) -> bool:
    """Whether `text` asks about the world, and about nothing near."""
    said = spoken(text)
    words = said.split()
    if not SHORTEST <= len(words) <= LONGEST:
        return False
    asks = words[0] in WORDS.wonders or f"{said} ".startswith(OPENINGS)
    behind = words[1:] if words[0] in WORDS.wonders else words[2:]
    return asks and not WORDS.near & {*behind}


def as_own(written: str) -> str:
    """The first sentence of what a model wrote, told as its own; empty where it must
    not be said."""
    sentence = _first(written.strip())
    said = spoken(sentence)
    words = said.split()
    if not LEAST <= len(words) <= MOST or sentence.endswith("?"):
        return ""
    if words[0] in WORDS.wonders:  # it says the question again
        return ""
    unsure = any(f" {phrase} " in f" {said} " for phrase in WORDS.unsure)
    if unsure or MARKUP.search(sentence) or WORDS.claims & {*words}:
        return ""
    first, space, rest = sentence.partition(" ")
    if first.lower() in WORDS.small:
        first = first.lower()
    return WORDS.think.format(said=f"{first}{space}{rest}")


def enough(written: bytes) -> bool:
    """Whether a sentence has ended, and another one begins."""
    text = written.decode("utf-8", errors="replace").strip()
    first = _first(text)
    return bool(first) and len(first) < len(text)


def _first(text: str) -> str:
    """Up to the first stop that ends a sentence; empty where none does."""
    for found in STOP.finditer(text):
        head = text[: found.end()]
        last = head[:-1].rpartition(" ")[2].lower()
        if last not in ABBREVIATIONS and len(last) > 1:
            return head
    return ""
