"""When a process that has been asked something is known to hang.

A limit on the clock would be too short on a machine that has much else to do, and too
long on one that has not. What counts is the work that the process has done meanwhile,
where the system tells: one that does none is stopped, and one that has done far more
than the call takes goes round in circles.
"""

from __future__ import annotations

from collections.abc import Callable

from voiceagent.clock import cpu_seconds_of

__all__ = ["HURRY", "Patience"]

HURRY = 3.0
"""Seconds that a call has left once it has been told to stop."""
AT_WORK = 0.001
"""Seconds of work between two looks from which a process is not stopped."""
BUSY = 2.0
"""Times its limit that a call may take by the clock, where others work too."""


class Patience:
    """One call of another process that is waited for."""

    def __init__(
        self,
        process: int,
        limit: float,
        still: float,
        hurry: Callable[[], bool] | None = None,
    ) -> None:
        """`limit`: seconds of work that it may take; `still`: seconds that it may do
        none; `hurry()`: whether it has been told to stop."""
        self.seconds = 0.0
        """Waited so far."""
        self._process, self._limit, self._still = process, limit, still
        self._hurry = hurry
        self._worked = cpu_seconds_of(process)
        self._spent = self._idle = 0.0

    def waited(self, seconds: float) -> None:
        """So long again, without an answer."""
        if self._hurry is not None and self._hurry():
            self._limit = min(self._limit, self._spent + HURRY)
            self._hurry = None
        self.seconds += seconds
        worked = cpu_seconds_of(self._process)
        if worked is None or self._worked is None:
            self._spent += seconds
            return
        done, self._worked = worked - self._worked, worked
        self._spent += done
        self._idle = self._idle + seconds if done < AT_WORK else 0.0

    @property
    def over(self) -> bool:
        """Whether it hangs."""
        if self._worked is None:
            return self._spent >= self._limit
        longest = BUSY * self._limit
        return max(self._spent / self._limit, self.seconds / longest) >= 1 or (
            self._idle >= self._still
        )
