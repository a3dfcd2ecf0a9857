"""Alarms at a time of day as they are kept: old rows, rules, skips, ends."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from talk import Talk

from voiceagent.clock import Uptime, Zone
from voiceagent.errors import UsageError
from voiceagent.nlu.intent import Intent
from voiceagent.skills.timers.clock_alarm import AlarmTable, ClockAlarm
from voiceagent.skills.timers.dates import alarm_date, times_of_day
from voiceagent.skills.timers.recurrence import recurrence
from voiceagent.skills.timers.table import Stamp, TimerTable
from voiceagent.store import SCHEMA, Store

pytestmark = pytest.mark.unit

BERLIN = Zone(ZoneInfo("Europe/Berlin"), "Europe/Berlin")
NOW = Stamp(datetime(2026, 3, 25, 12, tzinfo=UTC).timestamp(), Uptime("first", 99.0))
SEVEN = datetime(2026, 3, 26, 7)
FIRST_SCHEMA = """
CREATE TABLE timers (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, area TEXT NOT NULL,
    seconds REAL NOT NULL, due REAL, remaining REAL, set_at REAL NOT NULL);
PRAGMA user_version = 1;
"""


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_rows_of_the_first_schema_become_what_was_meant(
    tmp_path: Path, berlin: None
) -> None:
    eve = datetime(2026, 3, 28, 21, 0, 0, 250_000, tzinfo=UTC).timestamp()
    # Seven by the offset of the eve, which is eight by the clocks of that morning.
    seven = datetime(2026, 3, 29, 6, tzinfo=UTC).timestamp()
    rows = [
        ("timer-1", "timer", "pizza", "", 600.0, eve + 600, None, eve),
        ("timer-2", "timer", "", "", 60.0, None, 30.0, eve),
        ("alarm-1", "alarm", "", "", 0.0, seven, None, eve),
        ("alarm-2", "alarm", "", "", 0.0, eve + 1200, None, eve),
    ]
    file = tmp_path / "state.sqlite"
    db = sqlite3.connect(file)
    db.executescript(FIRST_SCHEMA)
    db.executemany("INSERT INTO timers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.commit()
    db.close()
    for _ in range(2):
        store = Store(file)
        assert store.read("PRAGMA user_version") == [(SCHEMA,)]
        (alarm,) = AlarmTable(store).every()
        assert alarm.id == "alarm-1" and alarm.local == datetime(2026, 3, 29, 7)
        assert alarm.due(BERLIN) == datetime(2026, 3, 29, 5, tzinfo=UTC)
        kept = TimerTable(store).every()
        assert [timer.id for timer in kept] == ["timer-1", "alarm-2", "timer-2"]
        assert kept[0].due == Stamp(eve + 600) and kept[2].due is None
        store.close()


def _added(table: AlarmTable, rule: str, start: datetime = SEVEN) -> ClockAlarm:
    when = start.replace(tzinfo=BERLIN.info)
    alarm = ClockAlarm.new(when, NOW, name="work", recurs=recurrence(rule, start))
    table.add(alarm)
    assert table.every() == [alarm]
    return alarm


def _stamp(local: datetime) -> Stamp:
    return Stamp(local.replace(tzinfo=BERLIN.info).timestamp())


def test_every_day_at_seven_is_seven_across_the_change() -> None:
    table = AlarmTable(Store())
    alarm = _added(table, "FREQ=DAILY;COUNT=5")
    rang = []
    while kept := table.every():
        rang.append(kept[0].due(BERLIN))
        assert rang[-1].astimezone(BERLIN.info).hour == 7
        table.rang(alarm.id, Stamp(rang[-1].timestamp() + 20), BERLIN)
    assert len(rang) == 5
    hours = [(b - a) / timedelta(hours=1) for a, b in zip(rang, rang[1:], strict=False)]
    assert hours == [24, 24, 23, 24]


def test_a_skipped_time_is_left_out_and_what_ends_is_forgotten() -> None:
    table = AlarmTable(Store())
    alarm = _added(table, "FREQ=DAILY;UNTIL=20260328T070000")
    assert table.skip(alarm.id)
    (kept,) = table.every()
    assert kept.local == SEVEN + timedelta(days=1)
    table.rang(alarm.id, _stamp(kept.local), BERLIN)
    (kept,) = table.every()
    assert kept.local == SEVEN + timedelta(days=2)
    assert table.skip(alarm.id) and table.every() == []
    assert not table.skip(alarm.id)


def test_of_many_that_were_missed_the_latest_is_meant() -> None:
    table = AlarmTable(Store())
    alarm = _added(table, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
    monday = datetime(2026, 4, 6, 9)
    assert alarm.meant(monday) == monday.replace(hour=7)
    table.rang(alarm.id, _stamp(monday), BERLIN)
    assert table.every()[0].local == datetime(2026, 4, 7, 7)


def test_one_that_rang_by_a_wrong_clock_rings_again_by_the_right_one() -> None:
    table = AlarmTable(Store())
    alarm = _added(table, "FREQ=DAILY")
    table.rang(alarm.id, _stamp(datetime(2029, 1, 1, 12)), BERLIN)
    (kept,) = table.every()
    assert kept.local.year == 2029
    back = kept.settled(_stamp(datetime(2026, 3, 27, 12)), BERLIN)
    assert back.local == datetime(2026, 3, 28, 7)
    table.replace(back)
    # An hour back is no reason to ring twice.
    table.rang(alarm.id, _stamp(back.local), BERLIN)
    (kept,) = table.every()
    assert kept.local == datetime(2026, 3, 29, 7)
    assert kept.settled(_stamp(back.local - timedelta(hours=1)), BERLIN) == kept


def test_a_weekday_stays_the_weekday_whatever_clock_it_rang_by() -> None:
    table = AlarmTable(Store())
    thursday = _added(table, "FREQ=WEEKLY")
    table.rang(thursday.id, _stamp(datetime(2029, 1, 1, 12)), BERLIN)
    (kept,) = table.every()
    back = kept.settled(_stamp(datetime(2026, 3, 27, 12)), BERLIN)
    assert back.local == SEVEN + timedelta(days=7)


def test_rows_that_are_broken_silence_no_other() -> None:
    table = AlarmTable(Store())
    for number in range(4):
        stamp = Stamp(NOW.date + number)
        when = SEVEN.replace(minute=number, tzinfo=BERLIN.info)
        rules = recurrence("FREQ=DAILY", when.replace(tzinfo=None))
        table.add(ClockAlarm.new(when, stamp, recurs=rules))
    first, second, third, fourth = (alarm.id for alarm in table.every())
    for column, text, unique in (
        ("local", "yesterday", first),
        ("rule", "FREQ=DAILY;INTERVAL=0", second),
        ("last", "\x00", third),
    ):
        sql = f"UPDATE alarms SET {column} = ? WHERE id = ?"
        table._store.write((sql, (text, unique)))
    assert [alarm.id for alarm in table.every()] == [second, fourth]
    assert table.every()[0].recurs is None


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=DAILY", "seven in the morning tomorrow, and then every day"),
        (
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            "seven in the morning tomorrow, and then every weekday",
        ),
        (
            "FREQ=WEEKLY;BYDAY=SA,SU",
            "seven in the morning on Saturday, and then every Saturday and Sunday",
        ),
        ("FREQ=WEEKLY", "seven in the morning tomorrow, and then every Tuesday"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "seven in the morning on January 31, and again after that",
        ),
        (
            "FREQ=DAILY;INTERVAL=2",
            "seven in the morning tomorrow, and again after that",
        ),
    ],
)
def test_an_alarm_that_comes_again_is_set_listed_skipped_and_cancelled(
    rule: str, said: str
) -> None:
    talk = Talk()

    def do(name: str, **slots: str | int) -> str:
        answer = talk.skills.skill_for("alarm.set").answer(
            Intent(name, slots, "as it is said"), talk.context
        )
        for effect in answer.effects:
            effect.run()
        return answer.text

    assert do("alarm.skip") == "There is no such alarm that comes again"
    set_for = do("alarm.set", hour=7, half="am", rule=rule)
    assert set_for == f"Alarm set for {said}"
    assert do("alarm.status") == f"Your alarm is set for {said}"
    assert do("alarm.skip").startswith("I skip the alarm for seven in the morning")
    assert do("alarm.status") != f"Your alarm is set for {said}"
    assert do("alarm.cancel") == "Alarm for seven in the morning cancelled"
    assert do("alarm.status") == "There is no alarm set"


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "every day",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=5",
        "FREQ=DAILY;UNTIL=20200101T000000",
        "FREQ=DAILY;UNTIL=20300101T000000Z",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY\nEXDATE:20260326T070000",
        "FREQ=DAILY;BYDAY=" + "MO," * 200,
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=DAILY;COUNT=2;UNTIL=20300101T000000",
        "FREQ=DAILY;BYHOUR=8",
        "FREQ=HOURLY",
        "FREQ=DAILY;SUGAR=2",
        "FREQ=WEEKLY;BYDAY=XX",
        "RRULE:RRULE:FREQ=DAILY",
    ],
)
def test_what_is_no_rule_is_refused_in_words(rule: str) -> None:
    with pytest.raises(UsageError) as refused:
        recurrence(rule, SEVEN)
    assert refused.value.hint


@pytest.mark.property
@given(
    rule=st.sampled_from(
        ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU,SA", "FREQ=MONTHLY;BYMONTHDAY=31"]
    ),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    late=st.integers(0, 3 * 86_400),
)
def test_times_that_were_rung_never_come_again(
    rule: str, hour: int, minute: int, late: int
) -> None:
    table = AlarmTable(Store())
    start = SEVEN.replace(hour=hour, minute=minute)
    alarm = _added(table, rule, start)
    before = datetime.min
    for _ in range(4):
        (kept,) = table.every()
        assert kept.local > before and kept.local.time() == start.time()
        before = kept.local
        table.rang(alarm.id, _stamp(before + timedelta(seconds=late)), BERLIN)


def test_another_place_keeps_its_clocks_and_one_that_is_gone_gives_way() -> None:
    tokyo = SEVEN.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    pinned = ClockAlarm.new(tokyo, NOW, pinned=True)
    assert pinned.due(BERLIN) == tokyo
    table = AlarmTable(Store())
    table.add(pinned)
    table._store.write(("UPDATE alarms SET zone = 'Mars/Base'", ()))
    (gone,) = table.every()
    assert gone.due(BERLIN) == SEVEN.replace(tzinfo=BERLIN.info)
    lost = Zone(UTC, "UTC", "there is no such zone")
    floating = ClockAlarm.new(SEVEN.replace(tzinfo=BERLIN.info), NOW)
    assert floating.due(lost) == SEVEN.replace(tzinfo=BERLIN.info)


def test_the_same_moment_twice_is_two_alarms_and_one_effect_is_one() -> None:
    table = AlarmTable(Store())
    first = ClockAlarm.new(SEVEN.replace(tzinfo=BERLIN.info), NOW)
    other = ClockAlarm.new(SEVEN.replace(hour=8, tzinfo=BERLIN.info), NOW)
    for alarm in (first, first, other, other):
        table.add(alarm)
    assert [alarm.local.hour for alarm in table.every()] == [7, 8]


PLACES = (
    *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"),
    *("America/Sao_Paulo", "Pacific/Apia", "Asia/Tehran", "UTC", "Europe/Dublin"),
)


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(
    place=st.sampled_from(PLACES),
    said=st.datetimes(datetime(2005, 1, 1), datetime(2036, 1, 1)),
    near=st.integers(-180, 180),
    hour=st.integers(0, 12),
    minute=st.integers(-15, 59),
    half=st.sampled_from(["", "am", "pm"]),
    day=st.sampled_from([None, 0, 1]),
)
def test_an_alarm_is_the_next_time_that_the_clocks_show(
    place: str,
    said: datetime,
    near: int,
    hour: int,
    minute: int,
    half: str,
    day: int | None,
) -> None:
    here = ZoneInfo(place)
    now = _change_near(said.replace(tzinfo=UTC), here) + timedelta(minutes=near)
    shown = now.astimezone(here)
    slots: dict[str, str | int] = {"hour": hour, "minute": minute, "half": half}
    slots |= {} if day is None else {"day": day}
    alarm = ClockAlarm.new(alarm_date(slots, shown), Stamp(now.timestamp()))
    due = alarm.due(Zone(here))
    assert now < due <= now + timedelta(hours=50)
    times = times_of_day(slots)
    assert alarm.local.time() in times
    seen = due.astimezone(here).replace(tzinfo=None)
    if day == 1 and seen == alarm.local:
        assert (seen.date() - shown.date()).days in (1, 2)  # one is left out in Apia
    if day != 1:
        minutes = int((due - now).total_seconds() // 60)
        between = (now + timedelta(minutes=n) for n in range(1, minutes))
        faces = {at.astimezone(here).strftime("%H:%M") for at in between}
        assert not faces & {f"{time:%H:%M}" for time in times}


def _change_near(date: datetime, here: ZoneInfo) -> datetime:
    """The next change of the clocks, to the hour; else the date itself."""
    for hours in range(24 * 200):
        later = date + timedelta(hours=hours)
        after = later + timedelta(hours=1)
        if later.astimezone(here).utcoffset() != after.astimezone(here).utcoffset():
            return after
    return date
