"""What rang and nobody stopped is told once, with the next answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from voiceagent.clock import Compute, believed
from voiceagent.skills.phrases import LATE, ago_words
from voiceagent.skills.skill import Answer, SkillAlarm
from voiceagent.store import Store

__all__ = ["Missed", "Unheard", "late_words"]

KEY = "alarms.missed"
MOST = 20
"""So many are kept; who was away for longer is told of the newest."""
SAID = 3
"""Of so many the words are said; the rest is counted."""
STOPPED = "{words}, and nobody stopped it"
OFF = "{words}. I was off then"

Unheard = Callable[[], Sequence[tuple[SkillAlarm, float]]]
"""What was due while nothing could ring, and how late it is; counts as told. Blocking,
may raise anything."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One ringing."""

    words: str
    """With `{ago}` for how long ago it was."""
    due: float
    """Seconds since 1970."""
    whole: bool = False
    """Whether the words are all that is to be said."""

    def told(self, form: str) -> str:
        """The sentence."""
        if self.whole:
            return self.words
        ago = ago_words(max(LATE, believed().timestamp() - self.due))
        return form.format(words=self.words.replace("{ago}", ago))


class Missed:
    """Kept in the store: whoever answers next tells it."""

    def __init__(
        self, store: Store, compute: Compute, unheard: Unheard | None = None
    ) -> None:
        """`unheard()`: asked with every answer where nothing can ring."""
        self._store, self._compute, self._unheard = store, compute, unheard
        self._telling: list[_Entry] = []

    def add(self, alarms: Sequence[tuple[SkillAlarm, float]]) -> None:
        """They rang (so many seconds ago they were due) and gave up; blocking."""
        if not alarms:
            return
        now = believed().timestamp()
        new = [_Entry(late_words(alarm), now - late) for alarm, late in alarms]
        self._keep([*self._entries(), *new][-MOST:])

    def note(self, words: str) -> None:
        """To be told as it is; blocking."""
        new = _Entry(words, believed().timestamp(), whole=True)
        self._keep([*self._entries(), new][-MOST:])

    async def told_with(self, answer: Answer) -> Answer:
        """The answer, and what is to be told with it. A question is left alone: its
        answer comes first."""
        waits = bool(self._store.glance(KEY)) or self._unheard is not None
        if not waits or not answer.text or answer.ask or answer.more is not None:
            return answer
        entries = await self._compute("alarms", self._entries)
        off = [_Entry(*entry) for entry in await self._compute("alarms", self._off)]
        told = [
            *(entry.told(STOPPED) for entry in entries),
            *(entry.told(OFF) for entry in off),
        ]
        if not told:
            return answer
        self._telling = entries
        rest = [f"And {len(told) - SAID} more"] if len(told) > SAID else []
        said = answer.text.rstrip(".")
        return replace(answer, text=". ".join([said, *told[-SAID:], *rest]))

    async def said(self) -> None:
        """It was said to its end: what was cut short is told again."""
        if self._telling:
            await self._compute("alarms", self._forget, self._telling)
            self._telling = []

    def _off(self) -> list[tuple[str, float]]:
        if self._unheard is None:
            return []
        now = believed().timestamp()
        return [(late_words(alarm), now - late) for alarm, late in self._unheard()]

    def _entries(self) -> list[_Entry]:
        try:
            rows = json.loads(self._store.setting(KEY) or "[]")
            return [_entry(*row) for row in rows][-MOST:]
        except (ValueError, TypeError, RecursionError):
            return []

    def _forget(self, told: Sequence[_Entry]) -> None:
        """Another program may have told or added some meanwhile."""
        self._keep([entry for entry in self._entries() if entry not in told])

    def _keep(self, entries: Sequence[_Entry]) -> None:
        rows = [
            [entry.words, entry.due, *([1] if entry.whole else [])] for entry in entries
        ]
        self._store.remember(KEY, json.dumps(rows) if rows else "")


def _entry(words: object, due: object, whole: object = False) -> _Entry:
    return _Entry(str(words), float(str(due)), bool(whole))


def late_words(alarm: SkillAlarm) -> str:
    """What is said of it when it is late, with `{ago}` for how late."""
    return alarm.late or f"{alarm.text.rstrip('.')}. It was due {{ago}}"
