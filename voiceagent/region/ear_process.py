"""One recogniser of a region in a process of its own, and the thread that asks it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from voiceagent.child_process import Child
from voiceagent.clock import Compute, cpu_seconds_of
from voiceagent.errors import EngineLost

if TYPE_CHECKING:  # arrays are for the process that hears
    from voiceagent.region.listener import Listener

__all__ = ["EarProcess"]

BAD = 3
"""Copies lost in a row over what they were asked, after which their original is built
anew, which takes seconds."""
HUNG = 600.0
"""Seconds for a thread of ours; the limits of the process are what holds."""


class EarProcess:
    """One process with a recogniser in it, and the thread that asks it."""

    def __init__(
        self, make: Callable[[], Listener], *, name: str, copied: bool
    ) -> None:
        """As `Child`; the process begins with `renew`."""
        self.failures = 0
        """To replace it, one after the other."""
        self._make, self._name, self._copied = make, name, copied
        self._child: Child | None = None
        self._compute = Compute(lost=lambda error: None)
        self._losses = 0
        """Copies lost over what they were asked, one after the other."""

    @property
    def pid(self) -> int:
        """The process that listens; 0 where there is none."""
        return self._child.pid if self._child else 0

    @property
    def worked(self) -> float:
        """Seconds of work that it has done."""
        return cpu_seconds_of(self.pid) or 0.0 if self.pid else 0.0

    @property
    def alive(self) -> bool:
        """Whether it was not lost, as far as is known."""
        return self._child is not None and self._child.alive

    @property
    def well(self) -> bool:
        """The same of one that nobody is asking anything."""
        return self._child is not None and self._child.well

    async def ask(self, member: str, *args: object, limit: float) -> Any:
        """What the listener gives; raises `EngineLost` where it is gone then."""
        child = self._child
        assert child is not None
        asked = partial(child.ask, member, *args, limit=limit)
        try:
            found = await self._compute("dictation", asked, limit=HUNG)
        except EngineLost:
            self._losses += 1
            raise
        self._losses = 0
        return found

    async def renew(self) -> None:
        """Another process in its place, or the first; raises what making it raises."""
        # Copies that are lost one after the other may have a bad original; one that
        # was killed from outside, asked nothing, tells nothing of it.
        anew = self._losses >= BAD
        if anew:
            self._losses = 0
        await self._compute("dictation", self._begin, anew, limit=HUNG)

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.close()
        self._compute.close()

    def _begin(self, anew: bool) -> None:
        if self._child is not None:
            self._child.renew(anew=anew)
            return
        self._child = Child(
            self._make,
            name=self._name,
            what="a recogniser",
            hint="another one takes its place and hears the same again",
            copied=self._copied,
        )
