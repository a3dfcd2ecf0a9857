#!/usr/bin/env python3
"""A real clock that is set while timers and alarms wait: they ring when expected.

    .venv/bin/python scripts/check_clock_steps.py             # says what it would do
    .venv/bin/python scripts/check_clock_steps.py --own       # a clock of its own
    sudo .venv/bin/python scripts/check_clock_steps.py --really

For each step (five minutes and an hour, forward and back) a timer of 15 s and an alarm
are set, the clock of this machine is stepped, and what rings is timed by the clock that
nobody sets. Then the clock is put right: it is after each step, in `finally`, and once
more by the process that started the steps, even if that one is killed. About four
minutes. Everything else on the machine sees the wrong time meanwhile: do not run it
where others work. A time service should rest (`timedatectl set-ntp false`); it would
put the clock right before its time, and the check would fail.
With `--own` a small library, made by a C compiler, gives this process its own date,
which alone is stepped: safe anywhere, and needs no root.
Ends with 1 where something rang too early, too late or in wrong words.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from voiceagent.agent.alarms import Alarms
from voiceagent.agent.supervisor import Supervisor
from voiceagent.clock import Compute, local, run, uptime
from voiceagent.skills.timers.clock_alarm import AlarmTable, ClockAlarm
from voiceagent.skills.timers.handler import Timers
from voiceagent.skills.timers.table import Stamp, Timer, TimerTable
from voiceagent.store import Store

OWN = "fake_clock_is_here"
"""What the library has that gives this process a clock of its own."""
STEPS = (300.0, 3600.0, -300.0, -3600.0)
MOST = 3600.0
"""Seconds that the clock may be off."""
TIMER, ALARM = 15.0, 40.0
"""Seconds after which they are due."""
STEPPED, WATCHED = 5.0, 45.0
"""When the clock is stepped, and when it is put right again."""
MARGIN = 15.0
"""Seconds from what a person expects."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The right date, as it was when the script began."""

    date: float
    since: float

    @staticmethod
    def now() -> Anchor:
        """Both clocks at once."""
        return Anchor(time.time(), _since_boot())

    def step(self, seconds: float) -> None:
        """The clock of this machine is off by so many seconds from now on."""
        if abs(seconds) > MOST:
            raise ValueError("an hour at most")
        right = self.date + _since_boot() - self.since
        time.clock_settime(time.CLOCK_REALTIME, right + seconds)

    def put_right(self) -> None:
        """It is off by nothing."""
        self.step(0.0)

    @property
    def off(self) -> float:
        """Seconds that it is off."""
        return time.time() - (self.date + _since_boot() - self.since)


@dataclass
class Heard:
    """What rang, in seconds since the timers were set."""

    began: float
    rang: list[tuple[float, str]] = field(default_factory=list)

    async def sound(self, text: str) -> None:
        """One sounding."""
        at = _since_boot() - self.began
        self.rang += [(at, sentence) for sentence in text.split(". ")]
        await asyncio.sleep(1.0)

    def first(self, part: str) -> tuple[float, str]:
        """When something with these words was heard first; never: infinitely late."""
        found = (pair for pair in self.rang if part in pair[1])
        return next(found, (float("inf"), "nothing"))


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@contextmanager
def stepped(anchor: Anchor, seconds: float) -> Iterator[None]:
    """The clock is off for a while, and put right whatever happens."""
    try:
        anchor.step(seconds)
        yield
    finally:
        anchor.put_right()


async def try_step(anchor: Anchor, seconds: float) -> list[str]:
    """What was wrong with what rang over one step; empty: nothing."""
    store, heard = Store(), Heard(_since_boot())
    timers, alarms = TimerTable(store), AlarmTable(store)
    date = local()
    stamp = Stamp(date.timestamp(), uptime())
    timers.add(Timer.new("timer", stamp, seconds=TIMER, name="pizza"))
    alarms.add(ClockAlarm.new(date + timedelta(seconds=ALARM), stamp))
    tasks = Supervisor(lambda event: None)
    async with Compute() as compute, tasks:
        bells = Timers(timers, alarms)
        ringing = Alarms([bells], heard.sound, compute, lambda event: None, tasks)
        tasks.keep(ringing.run, what="alarms")
        await asyncio.sleep(STEPPED)
        with stepped(anchor, seconds):
            await asyncio.sleep(WATCHED - STEPPED)
        await asyncio.sleep(MARGIN + 5)
        ringing.stop()
        await asyncio.sleep(1.0)
        tasks.rest()
    store.close()
    return list(_wrong(heard, seconds))


def _wrong(heard: Heard, seconds: float) -> Iterator[str]:
    at, text = heard.first("pizza")
    if abs(at - TIMER) > MARGIN or "ago" in text:
        yield f"the timer: {text!r} after {at:.1f} s, due after {TIMER:.0f}"
    # Past at once by a step forward; by one back only when the clock is right again.
    expected = STEPPED if seconds > ALARM else WATCHED
    late = seconds - (ALARM - STEPPED) if seconds > ALARM else WATCHED - ALARM
    at, text = heard.first("larm")
    if not -0.5 <= at - expected <= MARGIN:
        yield f"the alarm: {text!r} after {at:.1f} s, due after {expected:.0f}"
    if ("ago" in text) != (late >= 60):
        yield f"the alarm said {text!r}, {late:.0f} s late"


async def try_all(anchor: Anchor) -> bool:
    """Whether all rang as they should."""
    fine = True
    for seconds in STEPS:
        wrong = await try_step(anchor, seconds)
        print(f"{_named(seconds)}: {'; '.join(wrong) or 'both rang as expected'}")
        fine = fine and not wrong
    return fine


def _named(seconds: float) -> str:
    way = "forward" if seconds > 0 else "back"
    return f"{abs(seconds) / 60:.0f} minutes {way}"


def dry_run() -> None:
    """What would be done."""
    for seconds in STEPS:
        print(f"would step this machine's clock {_named(seconds)} for 40 s")
    print("and put it right each time; `--really` does it, as root")


def guarded(work: Callable[[], bool]) -> bool:
    """Run it in a process of its own, and put the clock right when that has ended,
    however it did."""
    anchor = Anchor.now()
    child = os.fork()
    if child == 0:
        _end_with(work)
    status = 1
    try:
        _, status = os.waitpid(child, 0)
    except KeyboardInterrupt:
        os.kill(child, signal.SIGTERM)  # else it would step the clock once more
        os.waitpid(child, 0)
    finally:
        off = anchor.off
        if abs(off) > 0.5:
            anchor.put_right()
            print(f"the clock was left {off:.0f} s off, and put right")
    return os.waitstatus_to_exitcode(status) == 0


def _end_with(work: Callable[[], bool]) -> NoReturn:
    code = 1
    try:
        code = 0 if work() else 1
    except KeyboardInterrupt:
        print("interrupted; the clock is right", file=sys.stderr)
    finally:
        sys.stdout.flush()
        os._exit(code)


def own_clock() -> int:
    """The same with a clock that only this process sees: nothing else is stepped."""
    if hasattr(ctypes.CDLL(None), OWN):
        anchor = Anchor.now()
        return 0 if run(try_all(anchor)) else 1
    if OWN in os.environ:
        print("the library with the clock was not loaded", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        library = str(Path(folder) / "own_clock.so")
        source = Path(__file__).with_name("lib") / "own_clock.c"
        make = ["cc", "-shared", "-fPIC", "-O1", "-o", library, str(source), "-ldl"]
        subprocess.run(make, check=True)
        environment = {**os.environ, "LD_PRELOAD": library, OWN: "1"}
        again = [sys.executable, __file__, "--own"]
        return subprocess.run(again, env=environment).returncode


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """0: all rang as they should, or nothing was tried."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--really", action="store_true", help="step this clock")
    parser.add_argument("--own", action="store_true", help="step one of its own")
    chosen = parser.parse_args()
    if chosen.own:
        return own_clock()
    if not chosen.really:
        dry_run()
        return 0
    signal.signal(signal.SIGTERM, _interrupt)  # so that `finally` runs
    anchor = Anchor.now()
    try:
        anchor.put_right()
    except PermissionError:
        print("only root may set the clock", file=sys.stderr)
        return 2
    return 0 if guarded(lambda: run(try_all(anchor))) else 1


if __name__ == "__main__":
    sys.exit(main())
