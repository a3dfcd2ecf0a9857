"""How much memory an event or an item takes, about: what limits of size go by."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

__all__ = ["weight"]

ANYTHING, TABLE, LIST, PLACE = 32, 232, 56, 8
"""Bytes of a number, of an empty table or list, and of a place in them."""


def weight(value: Any) -> int:
    """Bytes of a value that came by JSON or goes by it."""
    if isinstance(value, str):
        return sys.getsizeof(value)
    if isinstance(value, Mapping):
        size = TABLE + 2 * PLACE * len(value)
        return size + sum(map(weight, value.values()))
    if isinstance(value, list | tuple):
        return LIST + PLACE * len(value) + sum(map(weight, value))
    return ANYTHING
