"""Words of questions and documents: stems, synonyms, and what tells nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import spoken

__all__ = ["EMPTY", "SYNONYMS", "content", "related", "stem"]

WORDS = language().documents
EMPTY = WORDS.empty
"""Words that a question does not turn on."""
VOWEL = re.compile(f"[{WORDS.vowels}]")


def stem(word: str) -> str:
    """The word without its ending, so that `opens` and `opening` are one."""
    for suffix, instead in WORDS.endings:
        root = word.removesuffix(suffix)
        if root != word and len(root) >= 3 and VOWEL.search(root):
            if root.endswith("ss") or (suffix == "s" and word.endswith(("ss", "us"))):
                return word
            root += instead
            if (
                suffix in ("ing", "ed")
                and root[-1] == root[-2]
                and root[-1] not in WORDS.kept_double
            ):
                root = root[:-1]
            return root[:-1] if root.endswith("e") and len(root) > 4 else root
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _grouped() -> dict[str, frozenset[str]]:
    related: dict[str, frozenset[str]] = {}
    for group in WORDS.groups:
        stems = frozenset(stem(word) for word in group)
        for one in stems:
            related[one] = related.get(one, frozenset()) | stems
    return related


SYNONYMS = _grouped()
"""Stems that a documents' author may have used instead."""


def related(word: str) -> frozenset[str]:
    """The stem of `word` and what may stand for it."""
    root = stem(word)
    return SYNONYMS.get(root, frozenset()) | {root}


def content(text: str) -> list[str]:
    """The words of a question that it turns on, in order, once each."""
    words: Iterable[str] = (w for w in spoken(text).split() if w not in EMPTY)
    return list(dict.fromkeys(words))
