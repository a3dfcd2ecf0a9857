"""English words that take back what was said just before."""

from __future__ import annotations

__all__ = ["ARTICLES", "FILLERS", "MARKERS", "WEAK"]

WEAK = ("no",)
"""May be a word of the sentence as well: "no sugar"."""
MARKERS = (
    WEAK,
    ("nope",),
    ("i", "mean"),
    ("i", "meant"),
    ("sorry",),
    ("wait",),
    ("actually",),
    ("or", "rather"),
    ("make", "that"),
    ("correction",),
)
FILLERS = ("uh", "um", "er", "erm", "oh")
"""May stand beside them."""
ARTICLES = ("the", "my", "in", "at", "for", "to", "on", "all")
"""What never follows a "no" that means "none"."""
