"""What is scarce and held for a while, by whose it is: a part for each, and an end.

Who holds little is never refused for what others hold, so that nobody can take the
rest away.
"""

from __future__ import annotations

from collections import Counter
from math import inf

__all__ = ["Holdings"]

LITTLE = 0.002
"""Of all, what anybody may hold even where all is taken."""
LITTLE_OF_ONE = 0.1
"""Of the part of one ceiling, what anybody under it may hold whoever else fills it."""


class Holdings:
    """Counts in any unit; a thing that is held again counts as it is now."""

    def __init__(self, most: float = inf, *, share: float = 1.0) -> None:
        """`most` of all, and `share` of that for each."""
        self.total = 0.0
        """What all hold."""
        self._most, self._each = most, share * most
        self._things: dict[str, tuple[tuple[str, ...], float]] = {}
        self._of: Counter[str] = Counter()

    def hold(self, thing: str, whose: str, size: float, *, under: str = "") -> None:
        """That thing is held, and so large now; `under`: with whom they are counted
        together."""
        every = (whose,) if under in ("", whose) else (whose, under)
        held = self._things.get(thing)
        if held == (every, size):
            return
        if held is not None:
            self.let_go(thing)
        if size > 0.0:
            self._things[thing] = every, size
            self._count(every, size)

    def let_go(self, thing: str) -> None:
        """It is held no longer, if it was."""
        every, size = self._things.pop(thing, ((), 0.0))
        if size:
            self._count(every, -size)

    def of(self, whose: str) -> float:
        """What they hold."""
        return self._of[whose]

    def room(self, whose: str, more: float = 0.0, *, under: str = "") -> bool:
        """Whether they may hold so much more."""
        own = self._of[whose] + more
        if self._of[under or whose] + more > self._each:
            alone = under in ("", whose)
            if alone or own > LITTLE_OF_ONE * self._each:
                return False
        return self.total + more <= self._most or own <= LITTLE * self._most

    def _count(self, every: tuple[str, ...], size: float) -> None:
        self.total += size
        for one in every:
            self._of[one] += size  # type: ignore[assignment]
            if self._of[one] <= 0:
                del self._of[one]
