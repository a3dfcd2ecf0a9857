"""The distance between two sequences, the slow and plain way."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["edits"]


def edits(one: Sequence[str], other: Sequence[str]) -> int:
    """Levenshtein's: items to change, add or drop."""
    row = list(range(len(other) + 1))
    for at, left in enumerate(one, 1):
        before, row = row, [at]
        for place, right in enumerate(other, 1):
            change = before[place - 1] + (left != right)
            row.append(min(change, before[place] + 1, row[-1] + 1))
    return row[-1]
