"""Timers, alarms and reminders as they were: what one command changed is put back.

Rows are looked at before and after the command, so that what rings or is set meanwhile
by somebody else stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from voiceagent.skills.phrases import sentence
from voiceagent.skills.plain import act
from voiceagent.skills.skill import Answer, Effect
from voiceagent.skills.timers.clock_alarm import AlarmTable, ClockAlarm
from voiceagent.skills.timers.table import Timer, TimerTable

__all__ = ["RowKeeper"]

KeptRow: TypeAlias = Timer | ClockAlarm
RowsById: TypeAlias = Mapping[str, KeptRow]


@dataclass(frozen=True, slots=True)
class _RowChange:
    """What one effect did to the rows."""

    before: RowsById
    after: RowsById

    @property
    def new(self) -> list[str]:
        return [one for one in self.after if one not in self.before]

    @property
    def other(self) -> list[KeptRow]:
        """As they were: what is gone, and what is not the same any more."""
        return [row for one, row in self.before.items() if self.after.get(one) != row]


class RowKeeper:
    """Sees what effects do to both tables."""

    def __init__(self, timers: TimerTable, alarms: AlarmTable) -> None:
        self._timers, self._alarms = timers, alarms

    def undoable(self, answer: Answer) -> Answer:
        """The same answer, whose effects can be taken back."""
        if not answer.effects:
            return answer
        return replace(answer, effects=tuple(map(self._watched, answer.effects)))

    def _watched(self, effect: Effect) -> Effect:
        seen: list[_RowChange] = []

        def run() -> str | None:
            before = self._rows()
            said = effect.run()
            seen.append(_RowChange(before, self._rows()))
            return said

        return replace(effect, run=run, undo=partial(self._plan, seen))

    def _plan(self, seen: Sequence[_RowChange]) -> Answer:
        if not seen or not (seen[-1].new or seen[-1].other):
            return Answer("Nothing was changed")
        change = seen[-1]
        changed = [*change.other, *(change.after[one] for one in change.new)]
        kinds = dict.fromkeys(row.kind for row in changed)
        kind = next(iter(kinds)) if len(kinds) == 1 else "timer"
        many = len(change.other or change.new) > 1
        what = f"{kind}s are" if many else f"{kind} is"
        how = "as before" if change.other else "cancelled"
        there = self._rows()
        gone = [one for one in change.new if one not in there]
        if gone and len(gone) == len(changed):
            return Answer(f"That {kind} is gone already")
        text = sentence(f"the {what} {how}")
        done = act(text, f"{kind}.undo", partial(self._put_back, change))
        return self.undoable(done)

    def _put_back(self, change: _RowChange) -> None:
        rows = change.other
        ids = [*change.new, *(row.id for row in rows)]
        self._timers.remove(ids)
        self._alarms.remove(ids)
        for row in rows:
            if isinstance(row, Timer):
                self._timers.add(row)
            else:
                self._alarms.add(row)

    def _rows(self) -> dict[str, KeptRow]:
        every: list[KeptRow] = [*self._timers.every(), *self._alarms.every()]
        return {row.id: row for row in every}
