"""Alarms ring on the device at their date, whatever else is going on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from voiceagent.agent.supervisor import Supervisor
from voiceagent.clock import Compute, wall
from voiceagent.skills.skill import SkillAlarm
from voiceagent.trace.events import AlarmRang, Event

__all__ = ["Alarms"]

ROUNDS = 5
"""How often a ringing alarm is repeated before it gives up."""
PAUSE = 1.5
"""Seconds between two rounds."""


AGAIN = 60.0
"""Seconds after which skills that failed are asked for their alarms again."""


class Bells(Protocol):
    """Whoever has alarms: a skill."""

    @property
    def name(self) -> str:
        """For the trace."""
        ...

    def alarms(self) -> Sequence[SkillAlarm]:
        """Everything that is still to ring, earliest first."""
        ...

    def rang(self, alarm_id: str) -> None:
        """The alarm was played: it must not ring again."""
        ...


@dataclass(frozen=True, slots=True)
class _Due:
    """What the skills were asked for, and which of them failed."""

    next: SkillAlarm | None
    failed: tuple[tuple[str, Exception], ...] = ()


class Alarms:
    """Waits for the earliest alarm and rings it until it is stopped."""

    def __init__(
        self,
        bells: Sequence[Bells],
        sound: Callable[[str], Awaitable[None]],
        compute: Compute,
        emit: Callable[[Event], None],
        tasks: Supervisor,
    ) -> None:
        """`sound(text)`: play the alarm sound and say `text` once; `tasks`: where a
        skill that fails is told."""
        self._bells, self._sound, self._compute = tuple(bells), sound, compute
        self._emit, self._tasks = emit, tasks
        self._changed = asyncio.Event()
        self._ringing: asyncio.Task[None] | None = None
        self._rung: set[tuple[str, datetime]] = set()

    @property
    def ringing(self) -> bool:
        """Whether an alarm is being played."""
        return self._ringing is not None

    def changed(self) -> None:
        """An effect ran: the earliest alarm may be another one."""
        self._changed.set()

    def stop(self) -> None:
        """Silence the alarm that rings; it counts as heard."""
        if self._ringing is not None:
            self._ringing.cancel()

    async def run(self) -> None:
        """Ring every alarm when it is due; runs until cancelled."""
        while True:
            self._changed.clear()
            due = await self._compute("alarms", self._earliest)
            for name, error in due.failed:
                self._tasks.failed(f"alarms of `{name}`", error)
            if due.next is None:
                await self._wait(AGAIN if due.failed else None)
                continue
            left = (due.next.due - wall()).total_seconds()
            if left > 0:
                await self._wait(min(left, AGAIN) if due.failed else left)
            else:
                await self._ring(due.next, -left)

    def _earliest(self) -> _Due:
        """Each skill is asked for itself: one that fails silences no other one."""
        alarms, failed = [], []
        for bell in self._bells:
            try:
                alarms += [a for a in bell.alarms() if (a.id, a.due) not in self._rung]
            except Exception as error:  # of whoever wrote the skill
                failed.append((bell.name, error))
        first = min(alarms, key=lambda alarm: (alarm.due, alarm.id), default=None)
        return _Due(first, tuple(failed))

    async def _wait(self, seconds: float | None) -> None:
        # A day at most: a machine that slept or got a new date looks again.
        limit = None if seconds is None else min(seconds, 86_400.0)
        try:
            async with asyncio.timeout(limit):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _ring(self, alarm: SkillAlarm, late: float) -> None:
        self._emit(
            AlarmRang(id=alarm.id, pii_text=alarm.text, late_seconds=round(late, 3))
        )
        self._ringing = self._tasks.spawn(self._rounds(alarm.text), what="an alarm")
        try:
            await asyncio.wait({self._ringing})
        finally:
            self._ringing.cancel()
            self._ringing = None
        # Whatever the skill makes of it: it does not ring twice in this session.
        self._rung.add((alarm.id, alarm.due))
        failed = await self._compute("alarms", self._note, alarm.id)
        for name, error in failed:
            self._tasks.failed(f"alarms of `{name}`", error)
        if not failed:
            self._rung.discard((alarm.id, alarm.due))

    def _note(self, alarm_id: str) -> list[tuple[str, Exception]]:
        failed = []
        for bell in self._bells:
            try:
                if any(alarm.id == alarm_id for alarm in bell.alarms()):
                    bell.rang(alarm_id)
            except Exception as error:  # of whoever wrote the skill
                failed.append((bell.name, error))
        return failed

    async def _rounds(self, text: str) -> None:
        for _ in range(ROUNDS):
            await self._sound(text)
            await asyncio.sleep(PAUSE)
