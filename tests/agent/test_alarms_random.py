"""Whatever is done to the clocks, in any order: all ring within fifteen seconds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from fake_clocks import Bedside, FakeClocks, night
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from voiceagent.clock import local, stands_twice, uptime
from voiceagent.skills.timers.clock_alarm import AlarmTable, ClockAlarm
from voiceagent.skills.timers.table import Stamp, Timer, TimerTable

pytestmark = [pytest.mark.unit, pytest.mark.property]

MARGIN = 15.0
DAY = 86_400.0
AWAKE = 30.0
"""Seconds between two happenings, so that each is looked at."""
NIGHTS = [datetime(2026, *day, tzinfo=UTC) for day in ((3, 29), (6, 1), (10, 24, 23))]
PLACES = ["Europe/Berlin", "Europe/Lisbon", "Asia/Kolkata", "Australia/Lord_Howe"]
STEPS = [-40_000.0, -3600.0, -300.0, -20.0, 20.0, 300.0, 3600.0, 40_000.0, 9.5e7]


@dataclass(frozen=True)
class Step:
    """Somebody sets the date."""

    seconds: float

    def do(self, clocks: FakeClocks) -> None:
        clocks.step(self.seconds)


@dataclass(frozen=True)
class Sleep:
    """The machine is suspended."""

    seconds: float

    def do(self, clocks: FakeClocks) -> None:
        clocks.sleep(self.seconds)


@dataclass(frozen=True)
class Move:
    """It is carried away."""

    place: str

    def do(self, clocks: FakeClocks) -> None:
        clocks.place = self.place


HAPPENINGS = st.one_of(
    st.builds(Step, st.sampled_from(STEPS)),
    st.builds(Sleep, st.floats(20, 3000)),
    st.builds(Move, st.sampled_from(PLACES)),
)


@settings(max_examples=15, deadline=None)
@given(
    begin=st.sampled_from(NIGHTS),
    timer=st.floats(60, 5000),
    alarm=st.integers(1, 80),
    happen=st.lists(st.tuples(st.floats(AWAKE, 1500), HAPPENINGS), max_size=4),
)
def test_all_ring_in_time(
    begin: datetime,
    timer: float,
    alarm: int,
    happen: list[tuple[float, Step | Sleep | Move]],
) -> None:
    steps = [what.seconds for _, what in happen if isinstance(what, Step)]
    assume(min(accumulate(steps), default=0.0) > -DAY)  # that far back is not believed
    target = begin.astimezone(ZoneInfo(PLACES[0])) + timedelta(minutes=alarm)
    shown: list[tuple[float, datetime]] = []
    """When the machine was awake, and what a person read then."""

    async def watch(clocks: FakeClocks) -> None:
        while True:
            face = clocks.wall().astimezone(ZoneInfo(clocks.place))
            shown.append((clocks.passed, face.replace(tzinfo=None)))
            await asyncio.sleep(2.0)

    async def script(bed: Bedside) -> None:
        now = Stamp(local().timestamp(), uptime())
        TimerTable(bed.store).add(Timer.new("timer", now, seconds=timer, name="tea"))
        AlarmTable(bed.store).add(ClockAlarm.new(target, now))
        bed.alarms.changed()
        watching = asyncio.ensure_future(watch(bed.clocks))
        for seconds, what in happen:
            await asyncio.sleep(seconds)
            what.do(bed.clocks)
        for _ in range(30 * 60):
            if not bed.skill.alarms() and not bed.alarms.ringing:
                break
            await asyncio.sleep(60)
        watching.cancel()

    bed = night(script, begin)
    at, text = bed.first("tea")
    assert abs(at - next(seen for seen, _ in shown if seen >= timer)) <= MARGIN
    assert ("ago" in text) == (at - timer >= 60)
    wanted = target.replace(tzinfo=None, fold=0)
    if any(_changes_at(wanted, place) for place in PLACES):
        return  # what is expected then has tests of its own
    at, text = bed.first("larm")
    assert abs(at - next(seen for seen, face in shown if face >= wanted)) <= MARGIN
    assert len(bed.rang) == 2


def _changes_at(face: datetime, place: str) -> bool:
    zone = ZoneInfo(place)
    shown = face.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return stands_twice(face, zone) or shown.replace(tzinfo=None, fold=0) != face
