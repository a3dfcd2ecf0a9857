"""A thread that does one call after the other, and can be given up while it hangs.

A thread cannot be ended from outside. One that is stuck in a native call is left
behind: it is a daemon, so it keeps nothing from ending, and another does what waited.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from voiceagent.errors import EngineHung

__all__ = ["MAX_STUCK", "Job", "Crew", "Worker"]

T = TypeVar("T")

LEAVING = 2.0
"""Seconds that a call in flight has left when the program ends: a row of a file or a
database is written in far less."""
LATE = 1.0
"""Seconds after its time at which an alarm tells more about us than about a call: we
were stopped ourselves, with all that we wait for."""
MAX_STUCK = 4
"""Threads of one stage that may be stuck at once; each keeps a stack and an engine."""


class Job(Generic[T]):
    """One piece of work on its way from a loop through a worker and back."""

    def __init__(
        self,
        work: Callable[[], T],
        *,
        limit: float,
        overdue: Callable[[], BaseException],
        failed: Callable[[BaseException], object],
    ) -> None:
        """`overdue()`: called when it takes longer than `limit` seconds, gives the
        error for whoever waits; `failed(error)`: told of what the work raised, even
        where nobody waits for it any more."""
        self._work, self._limit = work, limit
        self._overdue, self._failed = overdue, failed
        self._loop = asyncio.get_running_loop()
        self.result: asyncio.Future[T] = self._loop.create_future()
        """Of the work; cancelled by whoever gives up waiting."""
        self._alarm: asyncio.TimerHandle | None = None
        self._ended = False

    def __call__(self) -> None:
        """Do it; in the worker's thread."""
        if self.result.cancelled():
            return
        self._tell(self._begun)
        try:
            value = self._work()
        except BaseException as error:  # a worker lives on, whatever an engine raises
            self._tell(self._end, error)
        else:
            self._tell(self._end, None, value)

    def fail(self, error: BaseException) -> None:
        """It will not be made."""
        if not self.result.done():
            self.result.set_exception(error)

    def _tell(self, fn: Callable[..., None], *args: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(fn, *args)

    def _begun(self) -> None:
        # Only now: what waits behind another call is not slow.
        if not self._ended:
            self._alarm = self._loop.call_later(self._limit, self._rings)

    def _rings(self) -> None:
        assert self._alarm is not None
        if self._loop.time() - self._alarm.when() > LATE:
            self._begun()
            return
        self._ended = True
        self.fail(self._overdue())

    def _end(self, error: BaseException | None, value: Any = None) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        if self._ended:
            return  # given up: what comes now is for nobody
        self._ended = True
        if isinstance(error, StopIteration):  # no future can hold one
            error = RuntimeError("the work raised StopIteration")
        if error is not None:
            self._failed(error)
            self.fail(error)
        elif not self.result.done():
            self.result.set_result(value)


Calls = SimpleQueue[Job[Any] | None]


class Worker:
    """One daemon thread and the calls that it has to make."""

    def __init__(self, name: str) -> None:
        self._calls: Calls = SimpleQueue()
        self._thread = threading.Thread(
            target=_work, args=(self._calls,), name=name, daemon=True
        )
        self._thread.start()
        weakref.finalize(self, self._calls.put, None).atexit = False
        _LIVING.add(self)

    @property
    def alive(self) -> bool:
        """Whether its thread has not ended."""
        return self._thread.is_alive()

    def do(self, call: Job[Any]) -> None:
        """Make that call after all that it has been given before."""
        self._calls.put(call)

    def waiting(self) -> list[Job[Any]]:
        """What it has not begun, taken from it."""
        left = []
        with suppress(Empty):
            while (call := self._calls.get_nowait()) is not None:
                left.append(call)
        return left

    def leave(self) -> None:
        """It ends after what it has been given."""
        self._calls.put(None)

    def give_up(self) -> None:
        """It hangs: it ends when its call comes back, if ever, and keeps nobody."""
        _LIVING.discard(self)
        self.leave()

    def join(self, seconds: float) -> None:
        """Wait for its end, at most so long."""
        self._thread.join(seconds)


class Crew:
    """One worker a stage, because native engines are not re-entrant and a large pool
    oversubscribes a small machine."""

    def __init__(self) -> None:
        self.given_up: dict[str, int] = {}
        """Threads left behind so far, by stage."""
        self._workers: dict[str, Worker] = {}
        self._stuck: dict[str, list[Worker]] = {}

    def worker(self, stage: str) -> Worker:
        """The one of that stage; `EngineHung` where too many are stuck already."""
        if stage not in self._workers:
            stuck = [worker for worker in self._stuck.get(stage, ()) if worker.alive]
            self._stuck[stage] = stuck
            if len(stuck) >= MAX_STUCK:
                raise EngineHung(
                    f"`{stage}` is out of use",
                    cause=f"{MAX_STUCK} of its calls never came back",
                    hint="start the agent again",
                )
            name = f"{stage}_{self.given_up.get(stage, 0)}"
            self._workers[stage] = Worker(name)
        return self._workers[stage]

    def give_up(self, stage: str, worker: Worker) -> None:
        """It hangs: leave it behind, and let another do what waits."""
        waiting = worker.waiting()
        worker.give_up()
        self.given_up[stage] = self.given_up.get(stage, 0) + 1
        self._stuck.setdefault(stage, []).append(worker)
        if self._workers.get(stage) is worker:
            del self._workers[stage]
        for call in waiting:
            try:
                self.worker(stage).do(call)
            except EngineHung as error:
                call.fail(error)

    def close(self) -> None:
        """Let all go: what has not begun is cancelled, what has is not waited for."""
        for worker in self._workers.values():
            for call in worker.waiting():
                call.result.cancel()
            worker.leave()
        self._workers.clear()


def _work(calls: Calls) -> None:
    while (call := calls.get()) is not None:
        call()
        del call  # it holds what it was about, which may be much


_LIVING: weakref.WeakSet[Worker] = weakref.WeakSet()


@atexit.register
def _leave() -> None:
    """What is being written is written; what hangs keeps nobody."""
    living = list(_LIVING)
    for worker in living:
        worker.leave()
    for worker in living:
        worker.join(LEAVING)
