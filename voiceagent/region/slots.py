"""How many responses may be made at once: counted here, and read by the metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from voiceagent.door.admission import SHARE

__all__ = ["AnswerSlots"]


class AnswerSlots:
    """Slots for responses; all sessions of a server share them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken: Counter[str] = Counter()
        """By subject."""

    @property
    def taken(self) -> int:
        """By all of them."""
        return self._taken.total()

    def free(self, subject: str = "") -> bool:
        """Whether one more can be had, by that subject; empty: by nobody in
        particular, who has no share of its own."""
        if subject and self._taken[subject] >= max(1, round(SHARE * self.most)):
            return False
        return self.taken < self.most

    @contextmanager
    def one(self, subject: str = "") -> Iterator[None]:
        """Hold a slot; there must be a free one."""
        if not self.free(subject):
            raise ValueError(f"all {self.most} slots are taken")
        self._taken[subject] += 1
        try:
            yield
        finally:
            self._taken[subject] -= 1
            if not self._taken[subject]:
                del self._taken[subject]
