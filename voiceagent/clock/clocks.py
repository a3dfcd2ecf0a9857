"""What the clocks show: the date, the zone, and how long the machine has been up.

The date is set by others: by hand, by the network, back to 1970 where a battery is
empty. The uptime is set by nobody and runs on while the machine sleeps; it begins anew
with each boot. A replay has clocks of its own, so that it gives the same each time.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol

from voiceagent.clock.zones import Zone, device_zone
from voiceagent.errors import ClockError

__all__ = [
    "SENSIBLE",
    "Clocks",
    "LoopClocks",
    "MachineClocks",
    "ReplayClocks",
    "Uptime",
    "believed",
    "clock_errors",
    "local",
    "outside",
    "steady",
    "uptime",
    "wall",
    "zone",
]

SENSIBLE = datetime(2025, 1, 1, tzinfo=UTC)
"""This program is younger: a clock that shows an earlier date has not been set."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Uptime:
    """Seconds since the machine was started, sleep included."""

    boot: str
    """Which start: seconds of different ones cannot be compared."""
    seconds: float


class Clocks(Protocol):
    """Whatever time is read from."""

    @property
    def steady(self) -> bool:
        """Whether nobody can set the date."""
        ...

    def wall(self) -> datetime:
        """The date and time in UTC, as the machine has it."""
        ...

    def believed(self) -> datetime:
        """The same, reckoned from before where the date is no longer sensible."""
        ...

    def uptime(self) -> Uptime | None:
        """None where the date is as good."""
        ...

    def zone(self) -> Zone:
        """Where the device stands."""
        ...


class MachineClocks:
    """The clocks of this machine, which anybody may set."""

    steady = False

    def __init__(self) -> None:
        self._booted: datetime | None = None

    def wall(self) -> datetime:
        """The system's clock."""
        return datetime.now(UTC)

    def believed(self) -> datetime:
        """The date; after a fall back to 1970, the last good one and the while since
        then, so that a morning's alarm rings in the morning all the same."""
        date, up = self.wall(), timedelta(seconds=self.uptime().seconds)
        if date >= SENSIBLE:
            self._booted = date - up
        return date if self._booted is None else self._booted + up

    def uptime(self) -> Uptime:
        """By the clock that counts sleep, where there is one."""
        return Uptime(_boot(), _since_boot())

    def zone(self) -> Zone:
        """Looked up anew."""
        return device_zone()


class ReplayClocks:
    """Those of a replay: everything follows from the loop's time."""

    steady = True

    def __init__(self, epoch: datetime, elapsed: Callable[[], float]) -> None:
        """`epoch`: the date at which the loop's time, `elapsed()`, was zero."""
        self._epoch, self._elapsed = epoch, elapsed

    def wall(self) -> datetime:
        """The epoch and what has passed since."""
        return self._epoch + timedelta(seconds=self._elapsed())

    def believed(self) -> datetime:
        """The same: nobody sets it."""
        return self.wall()

    def uptime(self) -> Uptime | None:
        """None: dates hold for the same, and stay equal in the next replay."""
        return None

    def zone(self) -> Zone:
        """UTC, so that a replay gives the same everywhere."""
        return Zone(UTC, "UTC")


class LoopClocks(ReplayClocks):
    """Those of a virtual loop that begins now: `ask` waits for nothing."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        super().__init__(MACHINE.believed(), elapsed)
        self._up = MACHINE.uptime()

    def uptime(self) -> Uptime:
        """The machine's when the loop was made, and what has passed since."""
        return Uptime(self._up.boot, self._up.seconds + self._elapsed())

    def zone(self) -> Zone:
        """The device's."""
        return MACHINE.zone()


MACHINE = MachineClocks()


def _clocks() -> Clocks:
    """Those of the running loop, where it has some; else the machine's."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return MACHINE
    clocks: Clocks = getattr(loop, "clocks", MACHINE)
    return clocks


def wall() -> datetime:
    """The date and time in UTC, for labels and tokens; fixed start in a replay."""
    return _clocks().wall()


def outside() -> datetime:
    """The date and time outside of any replay: for books of what really happened."""
    return MACHINE.wall()


def believed() -> datetime:
    """The date and time in UTC, for what is to happen at its time."""
    return _clocks().believed()


def zone() -> Zone:
    """Where the device stands; UTC in a replay, so that it holds."""
    return _clocks().zone()


def local() -> datetime:
    """The date and time where the device stands."""
    clocks = _clocks()
    return clocks.believed().astimezone(clocks.zone().info)


def uptime() -> Uptime | None:
    """How long the machine is up; None where dates hold for the same."""
    return _clocks().uptime()


def steady() -> bool:
    """Whether nobody can set the clocks."""
    return _clocks().steady


def clock_errors() -> list[ClockError]:
    """What is wrong with the clocks, in words that help."""
    found = []
    if trouble := zone().trouble:
        hint = "set it to a name such as `Europe/Berlin`; until then UTC is used"
        found.append(ClockError("the time zone", cause=trouble, hint=hint))
    date = believed()
    if date < SENSIBLE:
        why = f"it shows {date:%Y-%m-%d}; alarms wait until it is set"
        hint = "`sudo date -s '2026-01-31 07:00'` sets it, and so does a network"
        found.append(ClockError("the clock", cause=why, hint=hint))
    return found


def _since_boot() -> float:
    """`time.monotonic` stands still on Linux while the machine sleeps."""
    with suppress(OSError):  # a sandbox may lack the better one
        if sys.platform == "linux":
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        if sys.platform == "darwin":
            return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


@cache
def _boot() -> str:
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        # Nobody says which boot it is: what holds within this process is known.
        return f"process {os.getpid()} {time.time():.3f}"
