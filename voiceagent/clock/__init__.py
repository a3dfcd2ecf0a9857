"""Time: the loop is the clock, and CPU work meets it in one place.

Product code reads `asyncio.get_running_loop().time()` and nothing else. A replay
swaps the loop: hours pass in seconds, and the same recording gives the same events at
the same instants. `Compute` is the only bridge from blocking work into async code and
decides what that work does to time: a worker thread (live), inline at its measured
cost, or inline at a declared cost (virtual; byte-identical everywhere).
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Self, TypeVar

from voiceagent.clock.clocks import (
    SENSIBLE,
    Uptime,
    believed,
    clock_errors,
    local,
    outside,
    steady,
    uptime,
    wall,
    zone,
)
from voiceagent.clock.limits import LIMITS, limit_of
from voiceagent.clock.virtual import VIRTUAL_EPOCH, VirtualLoop
from voiceagent.clock.worker import Crew, Job
from voiceagent.clock.zones import Zone, instant, stands_twice, zone_named
from voiceagent.errors import EngineHung, EngineLost

__all__ = [
    "SENSIBLE",
    "VIRTUAL_EPOCH",
    "Compute",
    "Cost",
    "Pace",
    "Uptime",
    "VirtualLoop",
    "Zone",
    "believed",
    "clock_errors",
    "cpu_seconds",
    "cpu_seconds_of",
    "instant",
    "local",
    "now",
    "outside",
    "perf",
    "run",
    "stands_twice",
    "steady",
    "uptime",
    "waited",
    "wall",
    "zone",
    "zone_named",
]

log = logging.getLogger(__name__)

E = TypeVar("E", bound=BaseException)
T = TypeVar("T")

CPU_CLOCK = 2
"""How Linux numbers the processor clocks of processes (`clock_getcpuclockid`)."""

Cost = float | Callable[[], float]
"""Seconds that a call is declared to take, or who says so anew for each."""


class Pace(StrEnum):
    """How a replay spends time."""

    VIRTUAL = "virtual"
    """No waiting, work costs what is declared: deterministic."""
    MEASURED = "measured"
    """No waiting, work costs what it took: honest latency, fast."""
    REALTIME = "realtime"
    """Waits and threads as on a microphone."""


class Compute:
    """Runs blocking work for async code: `await compute("stt", fn, *args)`.

    A stage may name a kind of work after a dot (`stt.final`): it has a declared cost
    and a limit of its own and shares the thread of its stage.
    Live, each stage has one worker thread of its own. Cancelling the await does not
    stop the thread; its late result is dropped. A call that takes longer than its limit
    is given up, and its thread with it: `EngineHung`. At `Pace.MEASURED` work is done
    inline, where it cannot be cut short, and takes what it takes.
    """

    def __init__(
        self,
        pace: Pace = Pace.REALTIME,
        costs: Mapping[str, Cost] | None = None,
        *,
        limits: Mapping[str, float] | None = None,
        lost: Callable[[EngineLost], None] | None = None,
    ) -> None:
        """`costs`: seconds a call of each stage takes in `Pace.VIRTUAL` (else 0);
        `limits`: seconds it may take at most, instead of those of `LIMITS`.
        `lost`: told once of every engine that died or hung, on the loop, even where
        nobody waits for its answer any more."""
        self.pace = pace
        self.spent: dict[str, float] = {}
        """Seconds of work done so far, by stage."""
        self._costs = dict(costs or {})
        self._limits = {**LIMITS, **(limits or {})}
        self._lost = lost or _logged
        self._crew = Crew()

    @property
    def given_up(self) -> Mapping[str, int]:
        """Threads left behind in calls that hang, by stage."""
        return self._crew.given_up

    async def __call__(
        self, kind: str, fn: Callable[..., T], *args: Any, limit: float | None = None
    ) -> T:
        """`limit`: seconds that this call may take, where the caller knows better."""
        most = limit_of(kind, self._limits) if limit is None else limit
        if self.pace is Pace.REALTIME:
            return await self._apart(kind, partial(self._timed, kind, fn, args), most)
        declared = self._cost(kind) if self.pace is Pace.VIRTUAL else 0.0
        if declared > most:  # it is to hang: what it would have done is not done
            await asyncio.sleep(most)
            raise self._noted(_hung(kind, most, replaced=True))
        before = self.spent.get(kind, 0.0)
        try:
            result = self._timed(kind, fn, args)
        except EngineLost as error:
            self._lost(error)
            raise
        took = self.spent[kind] - before
        await asyncio.sleep(declared if self.pace is Pace.VIRTUAL else took)
        return result

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the worker threads go; work in flight is not waited for."""
        self._crew.close()

    async def _apart(self, kind: str, work: Callable[[], T], limit: float) -> T:
        worker = self._crew.worker(_of(kind))

        def overdue() -> EngineHung:
            self._crew.give_up(_of(kind), worker)
            return self._noted(_hung(kind, limit))

        call = Job(work, limit=limit, overdue=overdue, failed=self._noted)
        worker.do(call)
        return await call.result

    def _noted(self, error: E) -> E:
        if isinstance(error, EngineLost):
            self._lost(error)
        return error

    def _cost(self, kind: str) -> float:
        cost = self._costs.get(kind, self._costs.get(_of(kind), 0.0))
        return cost() if callable(cost) else cost

    def _timed(self, kind: str, fn: Callable[..., T], args: tuple[Any, ...]) -> T:
        began = time.perf_counter()
        try:
            return fn(*args)
        finally:
            took = time.perf_counter() - began
            self.spent[kind] = self.spent.get(kind, 0.0) + took


def _of(kind: str) -> str:
    """The stage of a kind of work."""
    return kind.partition(".")[0]


def _hung(kind: str, limit: float, *, replaced: bool = False) -> EngineHung:
    return EngineHung(
        f"`{_of(kind)}` hung",
        cause=f"no answer for {limit:g} s",
        hint="it was given up; the next call is made afresh",
        replaced=replaced,
    )


def _logged(error: EngineLost) -> None:
    log.warning("engine lost", extra={"code": error.code, "cause": error.cause})


def now() -> float:
    """Seconds on the running loop's clock."""
    return asyncio.get_running_loop().time()


async def waited(event: asyncio.Event, seconds: float | None) -> None:
    """Until it is set, or so long at most; None: however long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def cpu_seconds_of(process: int) -> float | None:
    """Processor seconds another process has used; None where that is not told."""
    if sys.platform != "linux":
        return None
    with suppress(OSError):
        return time.clock_gettime(~process << 3 | CPU_CLOCK)
    return None


def cpu_seconds() -> float:
    """Processor seconds this process has used."""
    return time.process_time()


def run(
    main: Coroutine[Any, Any, T],
    *,
    virtual: bool = False,
    today: bool = False,
    start: datetime = VIRTUAL_EPOCH,
) -> T:
    """Run `main` to its end, on a virtual loop if asked; `today`: dates are real, else
    they begin at `start`."""
    factory = partial(VirtualLoop, today=today, start=start) if virtual else None
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


def perf() -> float:
    """Seconds on a clock for measuring how long something took, in any loop."""
    return time.perf_counter()
