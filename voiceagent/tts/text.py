"""Words of a reply as they are spoken: cut into clauses, each with its pause.

A reply is spoken clause by clause, so that the first one sounds while the rest is
rendered.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from voiceagent.audio.clip import Clip
from voiceagent.lang.languages import language

__all__ = ["pause_after", "prepared", "split_clauses", "words_heard"]

FIRST_CLAUSE = 24
"""Characters a clause needs before it may end at a comma: less sounds chopped."""
LONGEST_CLAUSE = 160
"""Characters after which a clause ends at any space: bounds the wait for sound."""
ABBREVIATIONS = language().speech.abbreviations


def split_clauses(text: str) -> list[str]:
    """Pieces to render one by one; joined they are `text`, and each can be spoken."""
    clauses: list[str] = []
    start = 0
    for space in re.finditer(r"\s+", text):
        done, rest = text[start : space.start()], text[space.end() :]
        if _ends_clause(done) and _speakable(rest):
            clauses.append(text[start : space.end()])
            start = space.end()
    return [*clauses, text[start:]] if start < len(text) else clauses


def pause_after(clause: str) -> float:
    """Seconds of silence that belong behind `clause`; a little behind the last one."""
    if clause == clause.rstrip():
        return 0.04
    return 0.22 if clause.rstrip()[-1:] in ".!?" else 0.1


def prepared(clip: Clip, clause: str) -> Clip:
    """`clip` as it is played: common loudness, no silence but the clause's pause."""
    if not clip.pcm.strip(b"\0"):
        return clip  # silence, as of a session that is only written
    from voiceagent.audio.level import levelled, trimmed

    return trimmed(levelled(clip), tail=pause_after(clause))


def words_heard(text: str, clip: Clip, seconds: float) -> str:
    """The words of `text` that `seconds` of its clip have let the user hear.

    An estimate: letters and pauses share the time in proportion, and a word counts
    only when all of it was heard. Ask it clause by clause.
    """
    if seconds >= clip.seconds:
        return text.strip()
    words = list(re.finditer(r"\S+", text))
    weights = [_weight(word.group()) for word in words]
    limit = seconds / clip.seconds * sum(weights)
    heard = bisect_right(list(accumulate(weights)), limit)
    return text[: words[heard - 1].end()].strip() if heard else ""


def _ends_clause(piece: str) -> bool:
    last = piece.split()[-1] if piece.split() else ""
    if not _speakable(piece):
        return False
    if len(piece) >= LONGEST_CLAUSE:
        return True
    if piece.rfind("[") > piece.rfind("]"):
        return False  # within the text of a link
    if last.endswith((",", ";", ":")):
        return len(piece) >= FIRST_CLAUSE
    closing = last.rstrip("\"')]\u201d\u2019")
    if closing.endswith((".", "!", "?", "\u2026")):
        return not _is_abbreviation(closing)
    return False


def _is_abbreviation(word: str) -> bool:
    stem = word.removesuffix(".").lower().lstrip("(\"'")
    initial = len(stem) == 1 and stem.isalpha() and stem != "i"
    return word.endswith(".") and (stem in ABBREVIATIONS or initial)


def _speakable(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _weight(word: str) -> int:
    # A digit is spoken as a word ("7:30"), a comma and a full stop as a pause.
    digits = sum(character.isdigit() for character in word)
    pause = 2 if word[-1] in ",;:" else 4 if word[-1] in ".!?" else 0
    return len(word) + 1 + 3 * digits + pause
