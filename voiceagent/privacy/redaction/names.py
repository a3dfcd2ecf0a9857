"""Names: of the contact list, also misheard a little, and after words that go before
names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from voiceagent.lang.languages import language
from voiceagent.privacy.redaction.tokens import Span, Token

__all__ = ["Names", "cued_names"]

WORDS = language().private.names
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
            if part is None and word.bare not in WORDS.common and len(word.bare) >= 4:
                part = self._sounds.get(_sound(word.bare))
            if part is not None:
                yield Span(word.start, word.end, "NAME", part)


def cued_names(words: Sequence[Token]) -> Iterator[Span]:
    """What follows a word that goes before names, as far as it is no common word."""
    texts = [word.text for word in words]
    for at in range(len(words)):
        for cue in WORDS.cues:
            if tuple(texts[at : at + len(cue)]) != cue:
                continue
            for word in words[at + len(cue) : at + len(cue) + LONGEST]:
                if word.bare in WORDS.common or word.digits:
                    break
                yield Span(word.start, word.end, "NAME", word.bare)


SILENT = re.compile(f"[{WORDS.vowels}{WORDS.silent}]")
DOUBLED = re.compile(r"(.)\1+")


def _sound(word: str) -> str:
    """The consonants of a word, those that sound alike made one: `katherine` and
    `cathryn` are the same."""
    for old, new in WORDS.alike:
        word = word.replace(old, new)
    first = word[:1] if word[:1] not in WORDS.vowels else WORDS.vowels[0]
    rest = SILENT.sub("", word[1:])
    return DOUBLED.sub(r"\1", first + rest) + str(len(word) > 5)
