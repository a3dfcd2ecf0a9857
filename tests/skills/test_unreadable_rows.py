"""Rows that cannot be read: told once, set aside, and every other one goes on."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from talk import MONDAY, Talk

from voiceagent.store import Store

pytestmark = pytest.mark.unit

TIMER = ("timer-1", "timer", "tea", "", 60.0, MONDAY.timestamp(), None, 0.0)
ALARM = ("alarm-1", "", "2026-01-06T07:00:00", 0, "", 0, 0.0, "", 0.0, *[""] * 4)
NO_TEXT = b"\xff\xfe tea".decode("latin-1").encode("latin-1")
STRANGE = (None, b"\x00\xff", "", "tomorrow", 1e308, -1e15, math.inf, "9" * 5000, 7)
COLUMNS = {"timers": TIMER, "alarms": ALARM}


def put(store: Store, table: str, row: tuple[object, ...]) -> None:
    marks = ", ".join("?" * len(row))
    store.write((f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row))


def loosened(store: Store) -> None:
    """Tables that take anything: what another program or a bad disk may leave."""
    for table, row in COLUMNS.items():
        names = [one[1] for one in store.read(f"PRAGMA table_info({table})")]
        assert len(names) == len(row)
        store.write((f"DROP TABLE {table}", ()))
        columns = ", ".join(names)
        store.write((f"CREATE TABLE {table} ({columns}, PRIMARY KEY (id))", ()))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(COLUMNS)),
    st.integers(0, 12),
    st.sampled_from(STRANGE),
)
def test_no_value_in_any_column_stops_the_others(
    table: str, column: int, value: object
) -> None:
    talk = Talk()
    loosened(talk.store)
    talk.say("set a timer for 5 minutes")
    talk.say("wake me at seven in the morning")
    before = len(talk.alarms())
    row = COLUMNS[table]
    at = column % len(row)
    put(talk.store, table, (*row[:at], value, *row[at + 1 :]))
    after = talk.alarms()
    aside = talk.store.read("SELECT source FROM set_aside")
    assert before == 2 and len(after) + len(aside) in (2, 3)
    assert "left on" in talk.say("how much time is left")
    assert "seven in the morning" in talk.say("when is my alarm")
    told = talk.store.troubles()
    assert len(told) == len(aside) and talk.alarms() == after
    assert talk.store.troubles() == []
    for alarm in after:
        talk.rang(alarm.id)
    assert talk.store.unkept == 0


def test_what_was_set_aside_is_kept_and_told_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.sqlite")
    put(store, "alarms", (*ALARM[:2], "soon", *ALARM[3:]))
    put(store, "alarms", ("alarm-2", "", "later", *ALARM[3:]))
    put(store, "alarms", ("alarm-3", *ALARM[1:]))
    talk = Talk(store)
    assert [alarm.id for alarm in talk.alarms()] == ["alarm-3"]
    (told,) = store.troubles()
    assert told.said == "I can't read one of my alarms. I set it aside."
    store.close()
    again = Store(tmp_path / "state.sqlite")
    assert [alarm.id for alarm in Talk(again).alarms()] == ["alarm-3"]
    assert again.troubles() == []
    entries = again.read("SELECT entry FROM set_aside")
    whens = {json.loads(entry)[2] for (entry,) in entries}
    assert whens == {"soon", "later"}


def test_text_that_is_none_stops_its_row_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.sqlite")
    put(store, "timers", TIMER)
    store.write(("UPDATE timers SET kind = CAST(? AS TEXT)", (NO_TEXT,)))
    talk = Talk(store)
    talk.say("set a timer for 5 minutes")
    assert len(talk.alarms()) == 1 and len(store.troubles()) == 1


@pytest.mark.parametrize(
    "state",
    ["", "null", "[]", "{}", '{"state": 1, "attributes": {}}', "{" * 5000]
    + ['{"state": "on", "attributes": 5}', b"\xff"],
)
def test_a_state_of_the_house_that_is_none_is_as_at_the_start(state: object) -> None:
    talk = Talk()
    before = talk.say("is the front door locked")
    (entity,) = [e for e in talk.pack.house.entities if e.id == "lock.front_door"]
    put(talk.store, "entities", (entity.id, state))
    assert talk.say("is the front door locked") == before
    assert len(talk.store.troubles()) == 1
    assert talk.say("turn on the kitchen light")


def test_settings_of_any_kind_are_read() -> None:
    store = Store()
    put(store, "settings", ("volume", b"\xff"))
    put(store, "settings", ("list:list.shopping", "9" * 5000))
    talk = Talk(store)
    assert talk.say("turn up the volume") and store.glance("volume") != ""
    store.remember("volume", "9" * 5000)
    assert "percent" in talk.say("turn down the volume")
