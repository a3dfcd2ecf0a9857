"""What a small model may be asked that nobody else knows, and what it may say: the
tables of one language."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["WonderWords"]


class WonderWords(Struct, frozen=True, kw_only=True, eq=False):
    """Questions about the world at large, and answers that are only a model's own."""

    think: str
    """`said`: told as what it is, a guess."""
    wonders: frozenset[str]
    """A question about the world begins with one of them."""
    openings: tuple[str, ...]
    """Or with one of these phrases."""
    near: frozenset[str]
    """Words of what is here, now or personal: a model cannot know that."""
    claims: frozenset[str]
    """Words that say who did what: a model has done nothing."""
    unsure: tuple[str, ...]
    """An answer with one of these phrases says nothing."""
    small: frozenset[str]
    """Words that a sentence begins with and that are written small within one."""
