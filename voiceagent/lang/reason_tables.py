"""Reasons that are told beside a command: tables of one language."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["ReasonWords"]


class ReasonWords(Struct, frozen=True, kw_only=True, eq=False):
    """What a reason looks like, and what is none: closed tables. Behind `so`, only how
    it begins and what is asked, told or supposed is looked for."""

    subjects: frozenset[str]
    """A reason begins with one of them."""
    verbs: frozenset[str]
    """And has one of them."""
    open: frozenset[str]
    """Words that want something behind them: no reason ends in one."""
    unsure: frozenset[str]
    """Words of what may not be so, or is somebody's wish: in no reason."""
    before_so: frozenset[str]
    """Words behind which `so` means something else: `he said so`."""
