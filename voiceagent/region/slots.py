"""How many responses may be made at once: counted here, and read by the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["AnswerSlots"]


class AnswerSlots:
    """Slots for responses; all sessions of a server share them."""

    def __init__(self, most: int) -> None:
        self.most, self.taken = most, 0

    @property
    def free(self) -> bool:
        """Whether one more can be had."""
        return self.taken < self.most

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a slot; there must be a free one."""
        if not self.free:
            raise ValueError(f"all {self.most} slots are taken")
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1
