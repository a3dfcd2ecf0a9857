"""What a device keeps, as a few words for each thing: to see what a sentence changed.

    light.kitchen_light=on brightness_pct=40
    timer pasta 600                    as long as it was set for; `paused` if it is
    alarm +5400                        rings that many seconds after the start
    alarm 2026-03-11T07:00 FREQ=DAILY
    item todo.shopping_list milk
    volume=40

Whatever else the store has a table for is told by its columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from voiceagent.lang.spoken import spoken
from voiceagent.skills.house.house import HouseModel, LocalHouse
from voiceagent.store import Store
from voiceagent.store.statements import SqlStatement

__all__ = ["KeptRows", "WorldChange", "changes", "rows_of", "world_of"]

OWN = frozenset(
    {"entities", "items", "done", "set_aside", "uptimes", "sqlite_sequence"}
)
"""Tables that are told by the house, or say nothing about the world."""
HIDDEN = ("id", "set_at", "boot", "up", "zone", "fold", "pinned", "last", "created")
"""Columns that hold no meaning for whoever spoke."""
Columns = Mapping[str, object]
KeptRows = Sequence[SqlStatement]
"""What a store holds, as what writes it."""


@dataclass(frozen=True, slots=True)
class WorldChange:
    """One thing that is there now (`+`) or no more (`-`)."""

    sign: str
    what: str

    def __str__(self) -> str:
        return f"{self.sign}{self.what}"


def world_of(store: Store, house: HouseModel, start: datetime) -> Counter[str]:
    """Everything that is kept; times are seconds after `start`. Blocking."""
    names = store.read("SELECT name FROM sqlite_master WHERE type = 'table'")
    found: Counter[str] = Counter(_house(store, house))
    for (table,) in names:
        if table in OWN:
            continue
        columns = [row[1] for row in store.read(f"PRAGMA table_info({table})")]
        tell = TELLERS.get(str(table))
        for row in store.read(f"SELECT * FROM {table}"):
            named = dict(zip(columns, row, strict=True))
            line = tell(named, start) if tell else _other(str(table), named, start)
            if line:
                found[line] += 1
    return found


def rows_of(store: Store) -> KeptRows:
    """Everything that is kept, as what brings it into another store. Blocking."""
    names = store.read("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = [str(row[0]) for row in names if row[0] != "sqlite_sequence"]
    return tuple(
        (f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        for table in tables
        for row in store.read(f"SELECT * FROM {table}")
    )


def changes(before: Counter[str], after: Counter[str]) -> tuple[WorldChange, ...]:
    """What is gone and what is new, in that order."""
    gone = [WorldChange("-", what) for what in sorted((before - after).elements())]
    new = [WorldChange("+", what) for what in sorted((after - before).elements())]
    return (*gone, *new)


def _house(store: Store, model: HouseModel) -> Iterable[str]:
    """Every thing of the house, and what is on its lists."""
    house = LocalHouse(model, store)
    kept = {str(row[0]) for row in store.read("SELECT id FROM entities")}
    for entity in model.entities:
        # The house itself is asked about what has changed alone: it is quick then.
        now = house.state(entity) if entity.id in kept else None
        more = now.attributes if now else entity.attributes
        state = now.state if now else entity.state
        shown = (f"{key}={_short(value)}" for key, value in sorted(more.items()))
        yield _line(f"{entity.id}={state}", shown)
        if entity.domain == "todo":
            yield from (f"item {entity.id} {item}" for item in house.items(entity))


def _timer(row: Columns, start: datetime) -> str:
    named = " ".join(filter(None, (str(row["kind"]), spoken(str(row["name"])))))
    stands = "paused" if row["due"] is None else ""
    long = _short(row["seconds"]) if row["seconds"] else _after(row["due"], start)
    return _line(named, (long, stands))


def _alarm(row: Columns, start: datetime) -> str:
    local = str(row["local"]).removesuffix(":00")
    name = spoken(str(row["name"]))
    kind = "plan" if str(row["id"]).startswith("plan-") else "alarm"
    return _line(kind, [local, name, str(row["rule"]), str(row["skipped"])])


def _plan(row: Columns, start: datetime) -> str:
    """One that waits for people; others are told by when they are due."""
    people = [str(row[key]) for key in ("sort", "who", "place")]
    return (
        _line("plan", [str(row["words"]), *people])
        if people[0] in ("wait", "each")
        else ""
    )


def _setting(row: Columns, start: datetime) -> str:
    key, value = str(row["key"]), str(row["value"])
    return "" if ":" in key or value in ("", "no") else f"{key}={value}"


def _other(table: str, row: Columns, start: datetime) -> str:
    shown = ((key, value) for key, value in row.items() if key not in HIDDEN and value)
    return _line(table, (f"{key}={_told(value, start)}" for key, value in shown))


def _told(value: object, start: datetime) -> str:
    """A column; what can only be a date is told from the start."""
    if isinstance(value, float) and value > 1e9:
        return _after(value, start)
    return _short(value)


def _after(date: object, start: datetime) -> str:
    return f"+{round(float(str(date)) - start.timestamp())}"


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _line(first: str, more: Iterable[str]) -> str:
    return " ".join([first, *(word for word in more if word)])


TELLERS: Mapping[str, Callable[[Columns, datetime], str]] = {
    "timers": _timer,
    "alarms": _alarm,
    "plans": _plan,
    "settings": _setting,
}
