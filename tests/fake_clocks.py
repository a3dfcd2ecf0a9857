"""Clocks that are set, put to sleep and carried away while a virtual loop runs, and a
bedside with timers and alarms beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from talk import home

from voiceagent.agent.alarms import Alarms, Bells
from voiceagent.agent.supervisor import Supervisor
from voiceagent.clock import Compute, Pace, Uptime, VirtualLoop, Zone, local, uptime
from voiceagent.clock.clocks import MachineClocks
from voiceagent.skills.skill import Skill, TurnContext
from voiceagent.skills.timers.clock_alarm import AlarmTable
from voiceagent.skills.timers.handler import Timers
from voiceagent.skills.timers.table import TimerTable
from voiceagent.store import Store
from voiceagent.trace.events import AlarmRang, Event

__all__ = ["Bedside", "FakeClocks", "night"]

LENGTH = 2.0
"""Seconds that one sounding of an alarm takes."""


class FakeClocks(MachineClocks):
    """`begin` is the true date at which the loop's time is zero."""

    def __init__(self, begin: datetime, zone: str, boot: str = "first") -> None:
        super().__init__()
        self.begin, self.place, self.boot = begin, zone, boot
        self.slept = self.stepped = self.before = 0.0

    @property
    def passed(self) -> float:
        """True seconds since the beginning, sleep included."""
        return asyncio.get_running_loop().time() + self.slept

    @property
    def true(self) -> datetime:
        """The date that a good clock would show."""
        return self.begin + timedelta(seconds=self.passed)

    def wall(self) -> datetime:
        """Off by what it was stepped."""
        return self.true + timedelta(seconds=self.stepped)

    def uptime(self) -> Uptime:
        """Since the boot, whatever the date was set to."""
        return Uptime(self.boot, self.before + self.passed)

    def zone(self) -> Zone:
        """Where it was carried."""
        if not self.place:
            return Zone(UTC, "UTC", "there is no zone `Mars/Base`")
        return Zone(ZoneInfo(self.place), self.place)

    def step(self, seconds: float) -> None:
        """Somebody sets the date."""
        self.stepped += seconds

    def show(self, date: datetime) -> None:
        """Somebody sets it to that."""
        self.stepped = (date - self.true).total_seconds()

    def sleep(self, seconds: float) -> None:
        """The machine is suspended: the loop's time stands still."""
        self.slept += seconds


@dataclass
class Bedside:
    """Timers and alarms by an open store, and what was heard of them."""

    clocks: FakeClocks
    store: Store
    skill: Skill
    alarms: Alarms
    heard: list[tuple[float, str]] = field(default_factory=list)
    """When, in true seconds, and what; each sounding."""
    events: list[Event] = field(default_factory=list)

    def say(self, text: str, *, elsewhere: bool = False) -> str:
        """Do it and give the answer; `elsewhere`: in another program."""
        intent = home()[1].parse(text)
        assert intent is not None, text
        answer = self.skill.answer(intent, TurnContext(local(), uptime=uptime()))
        for effect in answer.effects:
            effect.run()
        if answer.effects and not elsewhere:
            self.alarms.changed()
        return answer.text

    def first(self, part: str) -> tuple[float, str]:
        """When a sentence with these words was heard first, and the sentence."""
        said = ((at, one) for at, text in self.heard for one in text.split(". "))
        return next((at, one) for at, one in said if part in one)

    @property
    def rang(self) -> list[AlarmRang]:
        """Each alarm once."""
        return [event for event in self.events if isinstance(event, AlarmRang)]


def night(
    script: Callable[[Bedside], Awaitable[None]],
    begin: datetime,
    *,
    zone: str = "Europe/Berlin",
    store: Store | None = None,
    boot: str = "first",
    shown: datetime | None = None,
    others: Sequence[Bells] = (),
) -> Bedside:
    """Play `script` beside running alarms, from the date `begin`; `shown`: what the
    clocks show instead; `others`: further skills."""
    clocks = FakeClocks(begin, zone, boot)
    clocks.stepped = (shown - begin).total_seconds() if shown else 0.0

    async def main() -> Bedside:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.clocks = clocks
        return await _played(script, clocks, store or Store(), others)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())


async def _played(
    script: Callable[[Bedside], Awaitable[None]],
    clocks: FakeClocks,
    store: Store,
    others: Sequence[Bells],
) -> Bedside:
    events: list[Event] = []
    skill = Timers(TimerTable(store), AlarmTable(store))
    tasks = Supervisor(events.append)

    async def sound(text: str) -> None:
        bed.heard.append((clocks.passed, text))
        await asyncio.sleep(LENGTH)

    alarms = Alarms(
        [*others, skill], sound, Compute(Pace.VIRTUAL), events.append, tasks
    )
    bed = Bedside(clocks, store, skill, alarms, events=events)
    async with tasks:
        tasks.keep(alarms.run, what="alarms")
        await asyncio.sleep(0)
        await script(bed)
        tasks.rest()
    return bed
