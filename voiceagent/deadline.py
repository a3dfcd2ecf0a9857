"""Budgets are configuration, deadlines are made once a turn and passed down."""

from __future__ import annotations

from dataclasses import dataclass

from voiceagent.clock import now

__all__ = ["Budget", "Deadline"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """An absolute instant on the loop's clock: absolute values compose over stages."""

    at: float
    """Seconds on the loop's clock."""
    reserve: float = 0.0
    """Seconds before it at which waiting is announced."""

    @property
    def left(self) -> float:
        """Seconds left, negative when it has passed."""
        return self.at - now()

    @property
    def passed(self) -> bool:
        """Whether the instant lies behind us."""
        return self.left <= 0

    @property
    def spoken_by(self) -> float:
        """Loop time by which an answer must be known to be spoken in time."""
        return self.at - self.reserve


@dataclass(frozen=True, slots=True)
class Budget:
    """What a turn may spend between the last speech sample and the first reply one."""

    total: float = 0.8
    """Seconds from the end of speech to the first audible sample of the reply."""
    reserve: float = 0.08
    """Seconds kept for the sentence that is spoken when the full answer is late."""

    def start(self, end_of_speech: float) -> Deadline:
        """The deadline of a turn whose speech ended at that loop time."""
        return Deadline(end_of_speech + self.total, self.reserve)
