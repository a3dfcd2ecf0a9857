"""Things lent out in turn: whoever has had the least so far is served next.

Each of those who wait belongs to a path: a subject, and a session of it. Subjects are
served in turn, and so are the sessions of a subject, by the cost of what they had. Who
was away has nothing saved up, and who had much waits no longer than the others'
turns take.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["FairDesk", "Whose"]

T = TypeVar("T")

Whose = tuple[str, ...]
"""A path to whoever asks, the widest part first."""
MOST = 4096
"""Paths that are remembered."""


@dataclass(frozen=True, slots=True)
class Waiting(Generic[T]):
    """Somebody who wants one of the things."""

    whose: Whose
    cost: float
    lent: asyncio.Future[T]


class FairDesk(Generic[T]):
    """Lends things that only one at a time can use."""

    def __init__(self, things: Iterable[T] = (), *, lent: Sequence[T] = ()) -> None:
        """`lent`: more, which are given later for the first time."""
        self._free: list[T] = list(things)
        self._waiting: list[Waiting[T]] = []
        """In the order in which they came."""
        self._had: dict[Whose, float] = {}
        """What was lent to each path and its parts since all was idle; who was served
        last stands last."""
        self._reached: dict[Whose, float] = {}
        """Below each path: what the one who was served last had had before."""
        self._out = len(lent)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def free(self) -> list[T]:
        """What nobody uses now."""
        return list(self._free)

    async def take(self, whose: Whose, cost: float) -> T:
        """One of them, when it is that one's turn; to be given back."""
        lent: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        one = Waiting(whose, cost, lent)
        if len(self._had) > MOST:
            self._forget()
        self._come(whose)
        self._waiting.append(one)
        self._lend()
        try:
            return await lent
        except asyncio.CancelledError:
            if one in self._waiting:
                self._waiting.remove(one)
            elif not lent.cancelled():  # it was lent in this very moment
                self.give(lent.result())
            raise

    def refuse(self, error: Callable[[], Exception]) -> None:
        """Nobody who waits gets one."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.lent.done():
                one.lent.set_exception(error())

    def take_free(self, thing: T) -> bool:
        """Take that one, if nobody uses it."""
        if thing not in self._free:
            return False
        self._free.remove(thing)
        self._out += 1
        return True

    def give(self, thing: T) -> None:
        """It is free again."""
        self._out -= 1
        self._free.append(thing)
        self._lend()
        if not self._out and not self._waiting:
            self._had.clear()
            self._reached.clear()

    def charge(self, whose: Whose, cost: float) -> None:
        """What was lent cost so much more than was thought."""
        for part in _parts(whose):
            if part in self._had:
                self._had[part] += cost

    def _come(self, whose: Whose) -> None:
        """Who did not wait before begins where the others are."""
        for part in _parts(whose):
            if not any(one.whose[: len(part)] == part for one in self._waiting):
                reached = self._reached.get(part[:-1], 0.0)
                self._had[part] = max(self._had.get(part, 0.0), reached)

    def _forget(self) -> None:
        """On a region that is never idle there would be more and more: those who were
        served least lately go, half of all, but for those who wait."""
        kept = {part for one in self._waiting for part in _parts(one.whose)}
        kept.update(list(self._had)[-(MOST // 2) :])
        self._had = {part: had for part, had in self._had.items() if part in kept}
        self._reached = {
            part: had for part, had in self._reached.items() if not part or part in kept
        }

    def _lend(self) -> None:
        while self._free and self._waiting:
            one = min(self._waiting, key=self._place)
            self._waiting.remove(one)
            if one.lent.cancelled():  # given up in this very moment
                continue
            for part in _parts(one.whose):
                self._reached[part[:-1]] = self._had[part]
                self._had[part] = self._had.pop(part) + one.cost
            self._out += 1
            one.lent.set_result(self._free.pop(0))

    def _place(self, one: Waiting[T]) -> tuple[float, ...]:
        return tuple(self._had[part] for part in _parts(one.whose))


def _parts(whose: Whose) -> list[Whose]:
    return [whose[: length + 1] for length in range(len(whose))]
