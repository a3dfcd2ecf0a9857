"""Words of others: what of them is text.

Answers, sources, names, codes, transcripts, files: what comes from elsewhere may hold
signs that are orders and no words. A terminal obeys escape sequences, a bidirectional
sign turns what stands behind it around, others nobody sees. They are taken out where
such words come in, and once more wherever words are shown, written or said.
"""

from __future__ import annotations

import re
from operator import is_
from typing import Any

# Patterns are compiled when they are first needed: hardly any start needs one.
__all__ = ["cleaned", "escaped", "one_line", "plain_name", "words_of_others"]

SEQUENCES = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, clearing
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"  # OSC and its like: titles, clipboard
    r"[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
"""What a terminal takes as one order."""
LINE_ENDS = r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]"
SIGNS = (
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
"""Control and format characters, but for the joiners and the few that are seen (signs
of Arabic numbers, of a verse)."""
SURROGATES = r"[\ud800-\udfff]"
"""Halves of characters: bytes of a file's name that are no text."""
JOINERS = "[\u180e\u200c\u200d]"
JOINED = (
    r"\u0590-\u1cff\u2190-\u2bff\ua800-\uabff\ufb1d-\ufdff\ufe00-\ufe0f\ufe70-\ufefc"
    r"\U00010a00-\U00011fff\U0001e900-\U0001e95f\U0001f000-\U0001faff"
)
"""Scripts and pictures in which a joiner means something."""
STRAY = f"(?<![{JOINED}]){JOINERS}|{JOINERS}(?![{JOINED}])"
STRAY_INSIDE = f"(?<=[^{JOINED}]){JOINERS}|{JOINERS}(?=[^{JOINED}])"
RAW = (
    r"[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e007f]"
)
"""What JSON leaves as it is and a terminal does not."""
NAMES = r"[^\w.-]"


def words_of_others(text: str, *, piece: bool = False) -> str:
    """The text without what is no text; lines stay lines, a tab is a space.

    `piece`: of something longer, so that what joins may stand at its ends.
    """
    if text.isprintable() or text.replace("\n", "").isprintable():
        return text
    text = re.sub(LINE_ENDS, "\n", re.sub(SEQUENCES, "", text)).replace("\t", " ")
    text = re.sub(SURROGATES, "\ufffd", re.sub(SIGNS, "", text))
    return re.sub(STRAY_INSIDE if piece else STRAY, "", text)


def one_line(text: str, longest: int = 200) -> str:
    """The same on one line of bounded length: names, codes, reasons."""
    line = " ".join(words_of_others(text[: 4 * longest]).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def plain_name(text: str, longest: int = 64) -> str:
    """A name that somebody gives to a thing: letters, digits, `_`, `.` and `-`."""
    return re.sub(NAMES, "_", text[:longest])


def cleaned(value: Any) -> Any:
    """Every text in lists and objects, their keys too; the value itself where nothing
    is to be done."""
    if isinstance(value, str):
        return words_of_others(value, piece=True)
    if isinstance(value, dict):
        flat = [part for pair in value.items() for part in pair]
        made = cleaned(flat)
        return value if made is flat else dict(zip(made[::2], made[1::2], strict=True))
    if isinstance(value, list | tuple):
        items = [cleaned(one) for one in value]
        if all(map(is_, items, value)):
            return value
        return items if isinstance(value, list) else tuple(items)
    return value


def escaped(json: str) -> str:
    """JSON that says the same and holds nothing that a terminal obeys."""
    return json if json.isprintable() else re.sub(RAW, _escape, json)


def _escape(found: re.Match[str]) -> str:
    halves = found[0].encode("utf-16-be")
    return "".join(f"\\u{halves[i : i + 2].hex()}" for i in range(0, len(halves), 2))
