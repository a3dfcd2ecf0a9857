"""One call for all who want the same at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["SingleFlight"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlight(Generic[K, V]):
    """Runs a call once while it is wanted; it ends when nobody waits for it."""

    def __init__(self) -> None:
        self._flying: dict[K, asyncio.Task[V]] = {}
        self._waiting: dict[K, int] = {}

    def __len__(self) -> int:
        return len(self._flying)

    async def do(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        """What `make` gives to all; raises what it raises, to all."""
        task = self._flying.get(key)
        if task is None:
            task = asyncio.create_task(_awaited(make))
            self._flying[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        self._waiting[key] = self._waiting.get(key, 0) + 1
        try:
            # Whoever leaves does not take it from the others.
            return await asyncio.shield(task)
        finally:
            self._leave(key, task)

    def _leave(self, key: K, task: asyncio.Task[V]) -> None:
        left = self._waiting.get(key, 1) - 1
        if left:
            self._waiting[key] = left
            return
        self._waiting.pop(key, None)
        if not task.done():
            self._flying.pop(key, None)  # who comes now begins anew
            task.cancel()

    def _landed(self, key: K, task: asyncio.Task[V]) -> None:
        if self._flying.get(key) is task:
            del self._flying[key]
        if not task.cancelled():
            task.exception()  # seen, also where everybody has left


async def _awaited(make: Callable[[], Awaitable[V]]) -> V:
    return await make()
