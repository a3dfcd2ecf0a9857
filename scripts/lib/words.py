"""Whether two sentences say the same, small words aside."""

from __future__ import annotations

from voiceagent.lang.spoken import spoken

__all__ = ["same_words"]

SMALL = frozenset("a an the please is s my hey of".split())
"""Words that turn no meaning round."""


def same_words(one: str, other: str) -> bool:
    """Whether they are the same but for small words that change nothing."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> list[str]:
    words = spoken(text.rstrip(".?!")).split()
    return [word for word in words if word not in SMALL]
