"""Plans as rows of the store: a command that waits, and what it waits for.

When it is due stands with timers and alarms (`skills/timers/set_times.py`), under the
same id, so that clocks which are set, zones and recurrence are theirs; a plan without
such a row waits for people alone. A plan is claimed before it is carried out and gone
when it has been: whatever happens in between, it is never done twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.skills.timers.table import Beside, stored_number, stored_text
from voiceagent.store import Store, StoredRow
from voiceagent.store.statements import SqlStatement

__all__ = ["KeptPlan", "PlanTable", "packed", "unpacked"]

DEEPEST = 4
"""Commands within commands; there are two."""


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """One command that waits."""

    id: str
    command: Intent
    words: str
    """The command as the user says it, in the mouth of the agent."""
    area: str
    """Where the device stood."""
    agreed: bool
    """Whether what has consequences was agreed to."""
    sort: str = ""
    """Of people: `wait`, `each` (every time), `if`; empty: it waits for a time."""
    who: str = ""
    """The id of a person, `any` or `all`."""
    place: str = ""
    """`home` or `away`."""
    held: str = ""
    """Whether that was so when it was looked at last: `yes`, `no`, or not known."""
    looked: float = 0.0
    """When that was, by the date."""
    set_at: float = 0.0
    began: float = 0.0
    """When it was begun to be carried out, by the date; 0: it is not."""


class PlanTable:
    """All plans of the device."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def every(self) -> list[KeptPlan]:
        """In the order in which they were made."""
        query = "FROM plans ORDER BY set_at, id"
        return self._store.read_as(_plan, "plans", query)

    def beside(self, plan: KeptPlan) -> Beside:
        """What keeps `plan` with the row that says when, under its id."""
        return lambda new: [_insert(plan, new)]

    def add(self, plan: KeptPlan) -> str:
        """Keep one that waits for people alone, under the id that is given."""
        taken, unique = {one.id for one in self.every()}, plan.id
        number = 1
        while unique in taken:
            unique, number = f"{plan.id}-{number}", number + 1
        self._store.write(_insert(plan, unique))
        return unique

    def renamed(self, old: str) -> Beside:
        """What hands the plan over to another row that says when."""
        change = "UPDATE plans SET id = ?, began = 0 WHERE id = ?"
        return lambda new: [(change, (new, old)), *_gone(old)[1:]]

    def held(self, plan: KeptPlan, held: str, at: float) -> None:
        """Note how the people are."""
        sql = "UPDATE plans SET held = ?, looked = ? WHERE id = ?"
        self._store.write((sql, (held, at, plan.id)), passing=True)

    def claim(self, plan_id: str, at: float) -> bool:
        """Begin to carry it out; false where somebody else has, or it is gone."""
        # What was waited for is so from now on.
        sql = "UPDATE plans SET began = ?, held = 'yes' WHERE id = ? AND began = 0"
        return self._store.write((sql, (at, plan_id))) == 1

    def free(self, plan_id: str) -> None:
        """It waits on, for the next time."""
        self._store.write(("UPDATE plans SET began = 0 WHERE id = ?", (plan_id,)))

    def remove(self, ids: Sequence[str]) -> None:
        """Forget them, and when they were due."""
        gone = [statement for one in ids for statement in _gone(one)]
        if gone:
            self._store.write(*gone)


def packed(intent: Intent) -> dict[str, Any]:
    """An intent as JSON."""
    found: dict[str, Any] = {"name": intent.name, "slots": dict(intent.slots)}
    for key, some in (("without", intent.without), ("parts", intent.parts)):
        if some:
            found[key] = [packed(one) for one in some]
    return {**found, "text": intent.text} if intent.text else found


def unpacked(kept: object, depth: int = DEEPEST) -> Intent:
    """The same back; raises `TypeError`, `ValueError` or `KeyError`."""
    if not isinstance(kept, Mapping) or depth == 0:
        raise TypeError("no intent")
    slots: dict[str, SlotValue] = {}
    if not isinstance(kept["slots"], Mapping):
        raise TypeError("no slots")
    for key, value in kept["slots"].items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise TypeError("no value of a slot")
        slots[stored_text(key)] = value
    without = tuple(unpacked(one, depth - 1) for one in kept.get("without", ()))
    parts = tuple(unpacked(one, depth - 1) for one in kept.get("parts", ()))
    text = stored_text(kept.get("text", ""))
    name = stored_text(kept["name"])
    return Intent(name, slots, 1.0, text, without=without, parts=parts)


def _insert(plan: KeptPlan, unique: str) -> SqlStatement:
    row = (
        *(unique, json.dumps(packed(plan.command)), plan.words, plan.area),
        *(int(plan.agreed), plan.sort, plan.who, plan.place, plan.held, plan.looked),
        *(plan.set_at, plan.began),
    )
    return f"INSERT OR IGNORE INTO plans VALUES ({', '.join('?' * len(row))})", row


def _gone(plan_id: str) -> list[SqlStatement]:
    tables = ("plans", "uptimes", "timers", "alarms")
    return [(f"DELETE FROM {table} WHERE id = ?", (plan_id,)) for table in tables]


def _plan(row: StoredRow) -> KeptPlan:
    """Raises `TypeError`, `ValueError` or `KeyError` for what is no plan."""
    unique, command, words, area, agreed, sort, who, place, held, *times = row
    looked, set_at, began = map(stored_number, times)
    return KeptPlan(
        stored_text(unique),
        unpacked(json.loads(stored_text(command))),
        stored_text(words),
        stored_text(area),
        bool(agreed),
        sort=stored_text(sort),
        who=stored_text(who),
        place=stored_text(place),
        held=stored_text(held),
        looked=looked,
        set_at=set_at,
        began=began,
    )
