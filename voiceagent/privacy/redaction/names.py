"""Names: of the contact list, also misheard a little, and after words that go before
names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from voiceagent.privacy.redaction.common import COMMON
from voiceagent.privacy.redaction.tokens import Span, Token

__all__ = ["Names", "cued_names"]

CUES = (
    ("my", "name", "is"), ("name", "is"), ("i", "am", "called"), ("named",),
    ("mister",), ("mr",), ("mrs",), ("misses",), ("missus",), ("ms",), ("miss",),
    ("doctor",), ("dr",), ("professor",), ("aunt",), ("auntie",), ("uncle",),
    ("call",), ("ring",), ("phone",), ("text",), ("message",), ("email",),
    ("my", "wife"), ("my", "husband"), ("my", "son"), ("my", "daughter"),
    ("my", "friend"), ("my", "boss"), ("my", "brother"), ("my", "sister"),
    ("my", "colleague"), ("my", "neighbour"), ("my", "neighbor"), ("my", "partner"),
    ("this", "is"), ("dear",), ("contact",), ("girlfriend",), ("boyfriend",),
    ("called",), ("surname",), ("known", "as"),
)  # fmt: skip
"""A word after one of these that is no common word is taken for a name."""
LONGEST = 3
"""Words of a name."""


class Names:
    """Finds the names of a list."""

    def __init__(self, names: Iterable[str]) -> None:
        """`names`: full names; every part of three letters or more counts alone too."""
        self._parts: dict[str, str] = {}
        self._sounds: dict[str, str] = {}
        for name in names:
            for part in re.findall(r"[^\W\d_]+", name.lower()):
                if len(part) >= 3:
                    self._parts[part] = part
                    if len(part) >= 4:
                        self._sounds.setdefault(_sound(part), part)

    def spans(self, words: Sequence[Token]) -> Iterator[Span]:
        """Every place where one of them stands."""
        for word in words:
            part = self._parts.get(word.bare)
            if part is None and word.bare not in COMMON and len(word.bare) >= 4:
                part = self._sounds.get(_sound(word.bare))
            if part is not None:
                yield Span(word.start, word.end, "NAME", part)


def cued_names(words: Sequence[Token]) -> Iterator[Span]:
    """What follows a word that goes before names, as far as it is no common word."""
    texts = [word.text for word in words]
    for at in range(len(words)):
        for cue in CUES:
            if tuple(texts[at : at + len(cue)]) != cue:
                continue
            for word in words[at + len(cue) : at + len(cue) + LONGEST]:
                if word.bare in COMMON or word.digits:
                    break
                yield Span(word.start, word.end, "NAME", word.bare)


SAME = (
    ("ph", "f"), ("ck", "k"), ("ch", "k"), ("gh", ""), ("th", "t"), ("wh", "w"),
    ("sch", "s"), ("sh", "s"), ("c", "k"), ("q", "k"), ("z", "s"), ("x", "ks"),
    ("y", "i"), ("j", "g"), ("v", "f"), ("d", "t"), ("b", "p"),
)  # fmt: skip
DOUBLED = re.compile(r"(.)\1+")


def _sound(word: str) -> str:
    """The consonants of a word, those that sound alike made one: `katherine` and
    `cathryn` are the same."""
    for old, new in SAME:
        word = word.replace(old, new)
    first = word[:1] if word[:1] not in "aeiou" else "a"
    rest = re.sub(r"[aeiouhw]", "", word[1:])
    return DOUBLED.sub(r"\1", first + rest) + str(len(word) > 5)
