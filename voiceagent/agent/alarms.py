"""Alarms ring on the device at their date, whatever else is going on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from voiceagent.clock import Compute, wall
from voiceagent.skills.skill import SkillAlarm
from voiceagent.trace.events import AlarmRang, Event

__all__ = ["Alarms"]

ROUNDS = 5
"""How often a ringing alarm is repeated before it gives up."""
PAUSE = 1.5
"""Seconds between two rounds."""


class Bells(Protocol):
    """Whoever has alarms; an open pack of skills does."""

    def alarms(self) -> Sequence[SkillAlarm]:
        """Everything that is still to ring, earliest first."""
        ...

    def rang(self, alarm_id: str) -> None:
        """The alarm was played: it must not ring again."""
        ...


class Alarms:
    """Waits for the earliest alarm and rings it until it is stopped."""

    def __init__(
        self,
        bells: Bells,
        sound: Callable[[str], Awaitable[None]],
        compute: Compute,
        emit: Callable[[Event], None],
    ) -> None:
        """`sound(text)`: play the alarm sound and say `text` once."""
        self._bells, self._sound, self._compute = bells, sound, compute
        self._emit = emit
        self._changed = asyncio.Event()
        self._ringing: asyncio.Task[None] | None = None

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
            alarm = await self._compute("alarms", self._earliest)
            if alarm is None:
                await self._changed.wait()
                continue
            left = (alarm.due - wall()).total_seconds()
            if left > 0:
                await self._wait(left)
            else:
                await self._ring(alarm, -left)

    def _earliest(self) -> SkillAlarm | None:
        return min(self._bells.alarms(), key=lambda alarm: alarm.due, default=None)

    async def _wait(self, seconds: float) -> None:
        try:
            # A day at most: a machine that slept or got a new date looks again.
            async with asyncio.timeout(min(seconds, 86_400.0)):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _ring(self, alarm: SkillAlarm, late: float) -> None:
        self._emit(
            AlarmRang(id=alarm.id, pii_text=alarm.text, late_seconds=round(late, 3))
        )
        async with asyncio.TaskGroup() as group:
            self._ringing = group.create_task(self._rounds(alarm.text))
            await asyncio.wait({self._ringing})
        self._ringing = None
        await self._compute("alarms", self._bells.rang, alarm.id)

    async def _rounds(self, text: str) -> None:
        for _ in range(ROUNDS):
            await self._sound(text)
            await asyncio.sleep(PAUSE)
