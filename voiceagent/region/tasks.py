"""Tasks with an owner: how each of them ends is seen, and nothing is left running."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from voiceagent.door.loop_share import Metered

__all__ = ["Tasks"]

FREEING = 1.0
"""Seconds that a task has to end once it is cancelled; then it is waited for no longer.
A backend frees its slot within 0.1 s."""


class Tasks:
    """Owns tasks by name."""

    def __init__(
        self,
        lost: Callable[[str, BaseException], None],
        used: Callable[[float], None] | None = None,
    ) -> None:
        """`lost(name, error)`: a task ended by an error, or as nobody had asked;
        `used(seconds)`: the loop worked so long for one of them."""
        self._lost, self._used = lost, used
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def running(self) -> dict[str, asyncio.Task[None]]:
        """All that have not ended, by name."""
        return dict(self._tasks)

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Begin that work; no other of this name may be running."""
        if name in self._tasks:
            work.close()
            raise ValueError(f"a task `{name}` is running already")
        whole = _contained(work, self._used)
        task = self._tasks[name] = asyncio.create_task(whole)
        task.add_done_callback(partial(self._ended, name, work))

    def cancel(self, name: str) -> None:
        """Its work is not wanted any more."""
        task = self._tasks.get(name)
        if task is not None:
            task.cancel()

    async def gone(self, name: str) -> None:
        """Cancel it and wait, for a moment, until it has ended."""
        task = self._tasks.get(name)
        if task is not None:
            self.cancel(name)
            await asyncio.wait({task}, timeout=FREEING)

    async def end(self) -> None:
        """Cancel all and wait, for a moment, until they have ended."""
        tasks = set(self._tasks.values())
        for name in list(self._tasks):
            self.cancel(name)
        if tasks:
            await asyncio.wait(tasks, timeout=FREEING)

    def _ended(
        self, name: str, work: Coroutine[Any, Any, None], task: asyncio.Task[None]
    ) -> None:
        self._tasks.pop(name, None)
        work.close()  # it never began where the task was cancelled at once
        # Cancelled from outside is asked for; work that raises it by itself is not.
        asked = task.cancelling() > 0
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if not asked and error is not None:
            self._lost(name, error)


async def _contained(
    work: Coroutine[Any, Any, None], used: Callable[[float], None] | None
) -> None:
    """A library that wants to end the process ends its task."""
    try:
        await (work if used is None else Metered(work, used))
    except SystemExit as error:
        raise RuntimeError("it wanted to end the process") from error
