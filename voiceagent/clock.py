"""Time: the loop is the clock, and CPU work meets it in one place.

Product code reads `asyncio.get_running_loop().time()` and nothing else. A replay
swaps the loop: hours pass in seconds, and the same recording gives the same events at
the same instants. `Compute` is the only bridge from blocking work into async code and
decides what that work does to time: a worker thread (live), inline at its measured
cost, or inline at a declared cost (virtual; byte-identical everywhere).
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar, TypeVarTuple, Unpack

__all__ = [
    "Compute",
    "Pace",
    "VirtualLoop",
    "cpu_seconds",
    "local",
    "now",
    "perf",
    "run",
    "wall",
]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

VIRTUAL_EPOCH = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""The date that every replay starts at (a Monday), so that goldens hold."""
TICK = 1e-9
"""Timers for the same instant are set this far apart, so that they fire in the order
they were made: asyncio's heap compares the time only."""


class Pace(StrEnum):
    """How a replay spends time."""

    VIRTUAL = "virtual"
    """No waiting, work costs what is declared: deterministic."""
    MEASURED = "measured"
    """No waiting, work costs what it took: honest latency, fast."""
    REALTIME = "realtime"
    """Waits and threads as on a microphone."""


class _JumpSelector(selectors.SelectSelector):
    """Never waits: tells the loop to move its clock by the time it wanted to wait."""

    jump: Callable[[float], None]

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise RuntimeError("virtual loop: nothing is ready and no timer is left")
        self.jump(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps from timer to timer and starts at zero."""

    def __init__(self, epoch: datetime | None = None) -> None:
        """`epoch`: the date at which it starts; the same for every replay if None."""
        self.epoch = epoch or VIRTUAL_EPOCH
        self._now = 0.0
        self._taken: set[float] = set()
        selector = _JumpSelector()
        selector.jump = self._advance
        super().__init__(selector)
        self._clock_resolution = TICK / 4

    def _advance(self, seconds: float) -> None:
        self._now += max(seconds, 0.0)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._now

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Schedule as usual, a tick later where another timer has that instant."""
        if len(self._taken) > 4096:
            self._taken = {taken for taken in self._taken if taken > self._now}
        while when in self._taken:
            when += TICK
        self._taken.add(when)
        return super().call_at(when, callback, *args, context=context)


class Compute:
    """Runs blocking work for async code: `await compute("stt", fn, *args)`.

    A stage may name a kind of work after a dot (`stt.final`): it has a declared cost of
    its own and shares the thread of its stage.
    Live, each stage has one worker thread of its own, because native engines are not
    re-entrant and a large pool oversubscribes a small machine. Cancelling the await
    does not stop the thread; its late result is dropped.
    """

    def __init__(
        self, pace: Pace = Pace.REALTIME, costs: Mapping[str, float] | None = None
    ) -> None:
        """`costs`: seconds a call of each stage takes in `Pace.VIRTUAL` (else 0)."""
        self.pace = pace
        self.spent: dict[str, float] = {}
        """Seconds of work done so far, by stage."""
        self._costs = dict(costs or {})
        self._threads: dict[str, ThreadPoolExecutor] = {}

    async def __call__(self, stage: str, fn: Callable[..., T], *args: Any) -> T:
        if self.pace is Pace.REALTIME:
            loop = asyncio.get_running_loop()
            pool = self._thread(stage)
            return await loop.run_in_executor(pool, self._timed, stage, fn, args)
        before = self.spent.get(stage, 0.0)
        result = self._timed(stage, fn, args)
        cost = self.spent[stage] - before
        if self.pace is Pace.VIRTUAL:
            cost = self._costs.get(stage, self._costs.get(_of(stage), 0.0))
        await asyncio.sleep(cost)
        return result

    def close(self) -> None:
        """Let the worker threads go; work in flight is not waited for."""
        for pool in self._threads.values():
            pool.shutdown(wait=False, cancel_futures=True)
        self._threads.clear()

    def _thread(self, kind: str) -> ThreadPoolExecutor:
        stage = _of(kind)
        if stage not in self._threads:
            self._threads[stage] = ThreadPoolExecutor(1, thread_name_prefix=stage)
        return self._threads[stage]

    def _timed(self, stage: str, fn: Callable[..., T], args: tuple[Any, ...]) -> T:
        began = time.perf_counter()
        try:
            return fn(*args)
        finally:
            took = time.perf_counter() - began
            self.spent[stage] = self.spent.get(stage, 0.0) + took


def _of(kind: str) -> str:
    """The stage of a kind of work."""
    return kind.partition(".")[0]


def now() -> float:
    """Seconds on the running loop's clock."""
    return asyncio.get_running_loop().time()


def wall() -> datetime:
    """The date and time, for labels, timers and tokens; fixed start in a replay."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return datetime.now(UTC)
    if isinstance(loop, VirtualLoop):
        return loop.epoch + timedelta(seconds=loop.time())
    return datetime.now(UTC)


def local() -> datetime:
    """The date and time where the device stands; UTC in a replay, so that it holds."""
    here = wall()
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return here.astimezone()
    replay = isinstance(loop, VirtualLoop) and loop.epoch == VIRTUAL_EPOCH
    return here if replay else here.astimezone()


def cpu_seconds() -> float:
    """Processor seconds this process has used."""
    return time.process_time()


def run(
    main: Coroutine[Any, Any, T], *, virtual: bool = False, today: bool = False
) -> T:
    """Run `main` to its end, on a virtual loop if asked; `today`: dates are real."""
    epoch = wall() if today else None
    factory = partial(VirtualLoop, epoch) if virtual else None
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


def perf() -> float:
    """Seconds on a clock for measuring how long something took, in any loop."""
    return time.perf_counter()
