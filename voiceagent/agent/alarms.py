"""Alarms ring on the device at their time, whatever else is going on.

The date can be set, the machine can sleep and travel, another program can add a timer:
so the skills are asked again every ten seconds, and what is due by then rings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from voiceagent.agent.missed import Missed, late_words
from voiceagent.agent.supervisor import Supervisor
from voiceagent.clock import (
    Compute,
    believed,
    clock_errors,
    now,
    steady,
    uptime,
    waited,
)
from voiceagent.skills.phrases import LATE, ago_words
from voiceagent.skills.skill import SkillAlarm
from voiceagent.trace.events import AlarmRang, Degraded, Event

__all__ = ["Alarms", "Bells", "time_left"]

ROUNDS = 5
"""How often what rings is repeated before it gives up, or goes on more slowly."""
PAUSE = 1.5
"""Seconds between two rounds."""
SLOW = 8.0
"""The same for what rings on."""
LONGEST = 3600.0
"""Seconds after its time at which whatever rings on is over."""
LOOK = 10.0
"""Seconds after which clocks that can be set are looked at again."""
AGAIN = 60.0
"""Seconds after which skills that failed are asked for their alarms again."""
SAID = 3
"""Of so many that ring at once the words are said; the rest is counted."""
NOTED = 100
"""So many are noted in one call, each a write to the disk."""


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
class _Pending:
    """What the skills were asked for, and which of them failed."""

    alarms: tuple[SkillAlarm, ...]
    failed: tuple[tuple[str, Exception], ...] = ()
    looked: float = 0.0  # when, on the loop's clock

    @property
    def keys(self) -> set[tuple[str, str]]:
        """Of all."""
        return {alarm.key for alarm in self.alarms}


@dataclass(slots=True)
class _Ringing:
    """One alarm while it rings."""

    alarm: SkillAlarm
    text: str
    until: float
    """When it gives up, where its rounds are over by then."""
    rounds: int = ROUNDS
    dropped: bool = False
    """It was cancelled or put off while it rang."""

    @property
    def on(self) -> bool:
        """Whether there is another round."""
        return self.rounds > 0 or now() < self.until

    def end(self) -> None:
        """It was cancelled or put off."""
        self.rounds, self.until, self.dropped = 0, 0.0, True


class Alarms:
    """Waits for what is due and rings it until it is stopped."""

    def __init__(
        self,
        bells: Sequence[Bells],
        sound: Callable[[str], Awaitable[None]],
        compute: Compute,
        emit: Callable[[Event], None],
        tasks: Supervisor,
        missed: Missed | None = None,
    ) -> None:
        """`sound(text)`: play the alarm sound and say `text` once; `tasks`: where a
        skill that fails is told; `missed`: what nobody stopped."""
        self._bells, self._sound, self._compute = tuple(bells), sound, compute
        self._emit, self._tasks = emit, tasks
        self._missed = missed
        self._changed = asyncio.Event()
        self._pending = _Pending(())
        self._task: asyncio.Task[None] | None = None
        self._ringing: dict[tuple[str, str], _Ringing] = {}
        self._rung: set[tuple[str, str]] = set()
        self._wrong: list[str] = []
        """What is wrong with the clocks, as it was told."""

    @property
    def ringing(self) -> bool:
        """Whether an alarm is being played."""
        return self._task is not None

    def changed(self) -> None:
        """An effect ran: the earliest alarm may be another one."""
        self._changed.set()

    def stop(self) -> None:
        """Silence what rings; it counts as heard."""
        if self._task is not None:
            self._task.cancel()

    async def run(self) -> None:
        """Ring every alarm when it is due; runs until cancelled."""
        while True:
            await self._look()
            if due := self._due():
                await self._ring(due)
            else:
                await waited(self._changed, min(self._waits_for(), default=None))

    async def _look(self) -> None:
        """Ask the skills what is to ring."""
        self._changed.clear()
        began, found = now(), await self._compute("alarms", self._asked)
        self._pending = replace(found, looked=began)
        for name, error in self._pending.failed:
            self._tasks.failed(f"alarms of `{name}`", error)
        wrong = clock_errors()
        for trouble in wrong:
            if trouble.cause not in self._wrong:
                self._emit(Degraded.by(trouble))
        self._wrong = [trouble.cause for trouble in wrong]

    def _asked(self) -> _Pending:
        """Each skill is asked for itself: one that fails silences no other one."""
        alarms: list[SkillAlarm] = []
        failed = []
        for bell in self._bells:
            try:
                alarms += [_checked(alarm) for alarm in bell.alarms()]
            except Exception as error:  # of whoever wrote the skill
                failed.append((bell.name, error))
        alarms.sort(key=lambda alarm: (alarm.due, alarm.id))
        return _Pending(tuple(alarms), tuple(failed))

    def _waits(self, alarm: SkillAlarm) -> bool:
        return alarm.key not in self._rung and alarm.key not in self._ringing

    def _due(self) -> list[SkillAlarm]:
        left = time_left()
        return [a for a in self._pending.alarms if self._waits(a) and left(a) <= 0]

    def _waits_for(self) -> list[float]:
        """Seconds to what has to be looked at again; none: until something changes."""
        left = time_left()
        limits = [left(alarm) for alarm in self._pending.alarms if self._waits(alarm)]
        if self._pending.failed:
            limits.append(AGAIN)
        if not steady():
            limits.append(LOOK)
        return limits

    async def _ring(self, due: Sequence[SkillAlarm]) -> None:
        self._begin(due)
        self._task = self._tasks.spawn(self._rounds(), what="an alarm")
        try:
            await asyncio.wait({self._task})
        finally:
            self._task.cancel()
            gave_up, self._task = not self._task.cancelled(), None
            rang = list(self._ringing.values())
            self._ringing.clear()
        await self._note([ringing.alarm for ringing in rang])
        if gave_up and self._missed is not None:
            left = time_left()
            gone = [(r.alarm, -left(r.alarm)) for r in rang if not r.dropped]
            await self._compute("alarms", self._missed.add, gone)

    def _begin(self, due: Iterable[SkillAlarm]) -> None:
        left = time_left()
        for alarm in due:
            late = max(0.0, -left(alarm))
            text = _words(alarm, late)
            until = now() + min(alarm.rings, LONGEST - late)
            self._ringing[alarm.key] = _Ringing(alarm, text, until)
            self._emit(
                AlarmRang(id=alarm.id, pii_text=text, late_seconds=round(late, 3))
            )

    async def _rounds(self) -> None:
        """Say all that rings, again and again; what falls due meanwhile joins in, what
        is cancelled or put off is silent."""
        while texts := self._next_round():
            await self._sound(texts)
            await self._pause()
            stale = not steady() and now() - self._pending.looked >= LOOK
            if self._changed.is_set() or stale:
                await self._look()
                if not self._pending.failed:
                    self._drop(self._ringing.keys() - self._pending.keys)
            self._begin(self._due())

    async def _pause(self) -> None:
        await asyncio.sleep(PAUSE)
        if all(ringing.rounds <= 0 for ringing in self._ringing.values()):
            # What falls due, or is changed, joins in at once.
            await waited(self._changed, max(0.0, min([SLOW, *self._waits_for()])))

    def _drop(self, keys: Iterable[tuple[str, str]]) -> None:
        for key in keys:
            self._ringing[key].end()

    def _next_round(self) -> str:
        still = [ringing for ringing in self._ringing.values() if ringing.on]
        still.sort(key=lambda ringing: -ringing.rounds)  # what is new is named
        for ringing in still:
            ringing.rounds -= 1
        texts = [ringing.text for ringing in still[:SAID]]
        if more := len(still) - len(texts):
            texts.append(f"And {more} more")
        return ". ".join(texts)

    async def _note(self, alarms: Sequence[SkillAlarm]) -> None:
        # Whatever the skill makes of it: it does not ring twice in this session.
        self._rung.update(alarm.key for alarm in alarms)
        for begin in range(0, len(alarms), NOTED):
            some = alarms[begin : begin + NOTED]
            keys = {alarm.key for alarm in some}
            failed = await self._compute("alarms", self._noted, keys)
            for name, error in failed:
                self._tasks.failed(f"alarms of `{name}`", error)
            if not failed:
                self._rung -= keys

    def _noted(self, keys: set[tuple[str, str]]) -> list[tuple[str, Exception]]:
        """Tell the skills; not of what was put off while it rang, nor of what another
        program has noted and moved on."""
        failed, ids, left = [], {unique for unique, _ in keys}, time_left()
        for bell in self._bells:
            try:
                for alarm in bell.alarms():
                    if alarm.key in keys or (alarm.id in ids and left(alarm) <= 0):
                        bell.rang(alarm.id)
            except Exception as error:  # of whoever wrote the skill
                failed.append((bell.name, error))
        return failed


def _checked(alarm: SkillAlarm) -> SkillAlarm:
    if alarm.due.utcoffset() is None:
        raise ValueError("a date without a zone")
    return alarm


def time_left() -> Callable[[SkillAlarm], float]:
    """Seconds until an alarm is due, by the clocks as they are now."""
    date, up = believed(), uptime()

    def left(alarm: SkillAlarm) -> float:
        if up is not None and alarm.at is not None and alarm.at.boot == up.boot:
            return alarm.at.seconds - up.seconds
        return (alarm.due - date).total_seconds()

    return left


def _words(alarm: SkillAlarm, late: float) -> str:
    if late < LATE:
        return alarm.text
    return late_words(alarm).replace("{ago}", ago_words(late))
