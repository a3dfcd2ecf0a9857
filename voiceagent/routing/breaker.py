"""The circuit breaker of a leg: after failures in a row it rests, then one may probe.

A hung region then costs one turn its hedge delay and the next ones nothing. Time is
passed in, so that the breaker is the same in every pace.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Breaker", "BreakerState"]


class BreakerState(StrEnum):
    """Whether a leg may be asked."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """Counts failures in a row."""

    def __init__(
        self, *, failures: int = 3, rest: float = 2.0, longest: float = 60.0
    ) -> None:
        """`failures` in a row open it; it rests `rest` seconds, doubled after every
        failed probe up to `longest`."""
        self._limit, self._first, self._longest = failures, rest, longest
        self._failed, self._rest = 0, rest
        self._until: float | None = None
        self._probing = False

    def state(self, at: float) -> BreakerState:
        """How it stands at loop time `at`."""
        if self._until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if at < self._until else BreakerState.HALF_OPEN

    def allows(self, at: float) -> bool:
        """Whether the leg may be asked; changes nothing."""
        state = self.state(at)
        if state is BreakerState.HALF_OPEN:
            return not self._probing
        return state is BreakerState.CLOSED

    def started(self, at: float) -> None:
        """It is being asked: while half open, nobody else may be."""
        self._probing = self.state(at) is BreakerState.HALF_OPEN

    def unknown(self) -> None:
        """The attempt was given up before it told anything."""
        self._probing = False

    def succeeded(self) -> None:
        """It answered: all is well again."""
        self._failed, self._rest = 0, self._first
        self._until, self._probing = None, False

    def failed(self, at: float) -> None:
        """It did not answer, or not in time."""
        self._failed += 1
        if self._probing:
            self._rest = min(2 * self._rest, self._longest)
        if self._probing or self._failed >= self._limit:
            self._until = at + self._rest
        self._probing = False
