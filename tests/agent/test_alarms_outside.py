"""One step outside of what alarms are made for: many, twice, far, wrong, restarted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from agents import Echo
from fake_clocks import Bedside, night

from voiceagent.clock import uptime
from voiceagent.skills.skill import SkillAlarm
from voiceagent.skills.timers.clock_alarm import AlarmTable, ClockAlarm
from voiceagent.skills.timers.table import Stamp, Timer, TimerTable
from voiceagent.store import Store
from voiceagent.trace.events import Degraded

pytestmark = pytest.mark.unit

EVENING = datetime(2026, 6, 1, 20, 0, tzinfo=UTC)
HOUR, DAY = 3600.0, 86_400.0
MARGIN = 15.0


def _now(bed: Bedside) -> Stamp:
    return Stamp(bed.clocks.wall().timestamp(), uptime())


def _soundings(bed: Bedside) -> list[float]:
    """When each ringing began."""
    times = [at for at, _ in bed.heard]
    return [b for a, b in zip([-HOUR, *times], times, strict=False) if b - a > 30]


def test_two_at_the_same_instant_are_said_together() -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set a 10 minute pizza timer")
        bed.say("set a 10 minute egg timer")  # within the same millisecond
        await asyncio.sleep(HOUR)

    bed = night(script, EVENING)
    assert len(bed.rang) == 2 and len(bed.heard) == 5
    at, text = bed.heard[0]
    assert abs(at - 600) <= MARGIN
    assert text == "Your pizza timer is done. Your egg timer is done"
    assert bed.skill.alarms() == []


def test_what_falls_due_while_another_rings_joins_in() -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set a 10 minute pizza timer")
        await asyncio.sleep(5)
        bed.say("set a 10 minute egg timer")
        await asyncio.sleep(600)
        bed.say("set a timer for 5 seconds")
        await asyncio.sleep(HOUR)

    bed = night(script, EVENING)
    for part, due in (("pizza", 600), ("egg", 605), ("five seconds", 610)):
        assert abs(bed.first(part)[0] - due) <= MARGIN
        assert sum(part in text for _, text in bed.heard) == 5
    assert len(_soundings(bed)) == 1 and bed.skill.alarms() == []


def test_stop_silences_all_that_ring_and_nothing_that_is_to_come() -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set a 10 minute pizza timer")
        bed.say("set a 10 minute egg timer")
        bed.say("set a 20 minute tea timer")
        await asyncio.sleep(601)
        bed.alarms.stop()
        await asyncio.sleep(HOUR)

    bed = night(script, EVENING)
    assert [text for _, text in bed.heard[1:]] == ["Your tea timer is done"] * 5


def test_cancelled_while_it_rings_is_silent_and_put_off_rings_again() -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set a 10 minute pizza timer")
        bed.say("set a 10 minute egg timer")
        await asyncio.sleep(603)
        bed.say("cancel the egg timer")
        bed.say("add 5 minutes to the pizza timer")
        await asyncio.sleep(60)
        assert bed.say("timer status").startswith("Four minutes")
        await asyncio.sleep(HOUR)

    bed = night(script, EVENING)
    assert [round(at / 60) for at in _soundings(bed)] == [10, 15]
    assert sum("egg" in text for _, text in bed.heard) == 1
    assert sum("pizza" in text for _, text in bed.heard) == 6


def test_two_programs_on_one_folder_skip_no_day() -> None:
    store = Store()

    async def script(bed: Bedside) -> None:
        when = (EVENING + timedelta(minutes=30)).astimezone(ZoneInfo("Europe/Berlin"))
        alarm = ClockAlarm.new(when, _now(bed)).recurring("FREQ=DAILY")
        AlarmTable(store).add(alarm)
        await asyncio.sleep(1805)
        # The other one has rung and noted it already.
        bed.skill.rang(alarm.id)
        await asyncio.sleep(HOUR)
        (kept,) = AlarmTable(store).every()
        assert kept.local == when.replace(tzinfo=None) + timedelta(days=1)

    assert len(night(script, EVENING, store=store).rang) == 1


def test_what_another_program_sets_while_one_rings_joins_in() -> None:
    async def script(bed: Bedside) -> None:
        for name in ("pizza", "egg", "tea", "rice"):
            bed.say(f"set a 10 minute {name} timer")
        await asyncio.sleep(601)
        bed.say("set a timer for 2 seconds", elsewhere=True)
        await asyncio.sleep(HOUR)

    bed = night(script, EVENING)
    assert abs(bed.first("two seconds")[0] - 603) <= MARGIN
    assert sum("And 1 more" in text for _, text in bed.heard) >= 3


def test_a_skill_that_gives_no_date_silences_no_other() -> None:
    class Wrong(Echo):
        def alarms(self) -> list[SkillAlarm]:
            return [SkillAlarm("x", datetime(2026, 6, 1, 21), "Now")]  # whose nine?

    async def script(bed: Bedside) -> None:
        bed.say("set a 10 minute pizza timer")
        await asyncio.sleep(HOUR)

    bed = night(script, EVENING, others=[Wrong()])
    assert abs(bed.first("pizza")[0] - 600) <= MARGIN and len(bed.rang) == 1
    told = [event.what for event in bed.events if isinstance(event, Degraded)]
    assert told == ["alarms of `echo`"]


def test_a_thousand_at_once_ring_are_counted_and_noted() -> None:
    async def script(bed: Bedside) -> None:
        table = TimerTable(bed.store)
        now = _now(bed)
        for number in range(1000):
            timer = Timer.new("timer", now, seconds=60.0)
            table.add(replace(timer, id=f"timer-{number}"))
        await asyncio.sleep(120)

    bed = night(script, EVENING)
    assert len(bed.rang) == 1000 and len(bed.heard) == 5
    assert abs(bed.heard[0][0] - 60) <= MARGIN
    assert bed.heard[0][1].endswith(". And 997 more")
    assert bed.skill.alarms() == []


def test_a_thousand_that_wait_hold_up_none() -> None:
    async def script(bed: Bedside) -> None:
        table = AlarmTable(bed.store)
        for number in range(1000):
            when = (EVENING + timedelta(days=1, minutes=number)).astimezone(
                ZoneInfo("Europe/Berlin")
            )
            alarm = ClockAlarm.new(when, Stamp(EVENING.timestamp() + number))
            table.add(alarm)
        bed.say("set a timer for 45 seconds")
        await asyncio.sleep(100)

    bed = night(script, EVENING)
    assert len(bed.rang) == 1 and abs(bed.heard[0][0] - 45) <= MARGIN
    assert len(bed.skill.alarms()) == 1000


def test_one_cancelled_while_the_machine_sleeps_stays_silent() -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set an alarm for half past ten pm")
        bed.say("set a 30 minute pizza timer")
        await asyncio.sleep(600)
        bed.clocks.sleep(HOUR)
        bed.say("cancel my alarm", elsewhere=True)
        bed.say("cancel the pizza timer", elsewhere=True)
        await asyncio.sleep(2 * DAY / 24)

    bed = night(script, EVENING)
    assert bed.heard == []


def test_after_a_restart_while_it_rings_it_rings_again_and_once() -> None:
    store = Store()

    async def script(bed: Bedside) -> None:
        bed.say("set a 10 minute pizza timer")
        bed.say("set an alarm for ten ten pm")
        await asyncio.sleep(603)

    async def later(bed: Bedside) -> None:
        bed.clocks.before = 603.0 + 300.0
        bed.alarms.changed()
        await asyncio.sleep(HOUR)

    first = night(script, EVENING, store=store)
    assert len(first.heard) == 1 and len(first.rang) == 2
    begin = EVENING + timedelta(seconds=903)
    again = night(later, begin, store=store)
    assert len(again.rang) == 2 and len(_soundings(again)) == 1
    assert sum("pizza" in text for _, text in again.heard) == 5
    assert 586 <= again.heard[-1][0] - again.heard[0][0] <= 602
    assert "Your pizza timer was done five minutes ago" in again.heard[0][1]
    assert "Your alarm was for ten ten in the evening, five" in again.heard[0][1]
    assert night(later, begin, store=store).heard == []


@pytest.mark.parametrize("shown", [None, datetime(1970, 1, 1, tzinfo=UTC)])
def test_after_a_boot_the_date_counts_once_there_is_one(shown: datetime | None) -> None:
    store = Store()

    async def script(bed: Bedside) -> None:
        bed.say("set a 30 minute pizza timer")
        bed.say("set an alarm for half past ten pm")
        bed.say("set a 3 hour tea timer")

    async def later(bed: Bedside) -> None:
        await asyncio.sleep(120)
        bed.clocks.show(bed.clocks.true)
        await asyncio.sleep(3 * HOUR)

    night(script, EVENING, store=store)
    begin = EVENING + timedelta(hours=1)
    bed = night(later, begin, store=store, boot="second", shown=shown)
    at, text = bed.heard[0]
    assert at <= (MARGIN if shown is None else 120 + MARGIN)
    ago = "thirty" if shown is None else "thirty two"
    assert f"Your pizza timer was done {ago} minutes ago" in text
    assert f"ten thirty in the evening, {ago} minutes ago" in text
    assert abs(bed.first("tea")[0] - 2 * HOUR) <= MARGIN
    assert bed.first("tea")[1] == "Your tea timer is done"


def test_a_timer_set_before_the_clock_was_says_no_wrong_while() -> None:
    store = Store()

    async def script(bed: Bedside) -> None:
        bed.say("set a 30 minute pizza timer")
        assert bed.say("timer status") == "Thirty minutes left on the pizza timer"

    async def later(bed: Bedside) -> None:
        await asyncio.sleep(60)

    night(script, EVENING, store=store, shown=datetime(1970, 1, 1, tzinfo=UTC))
    bed = night(later, EVENING, store=store, boot="second")
    assert bed.heard[0][1] == "Your pizza timer ended while I was off"


def test_a_timer_of_forty_days_and_years_after_2038() -> None:
    async def script(bed: Bedside) -> None:
        table = TimerTable(bed.store)
        table.add(Timer.new("timer", _now(bed), seconds=40 * DAY, name="bread"))
        bed.alarms.changed()
        await asyncio.sleep(60)
        left = "Thirty nine days, twenty three hours and fifty nine minutes left"
        assert bed.say("timer status") == f"{left} on the bread timer"
        bed.clocks.sleep(40 * DAY - 600)
        await asyncio.sleep(HOUR)

    for begin in (EVENING, datetime(2038, 1, 19, 3, 0, tzinfo=UTC), CENTURY):
        bed = night(script, begin)
        assert abs(bed.first("bread")[0] - 40 * DAY) <= MARGIN
        assert len(_soundings(bed)) == 1


CENTURY = datetime(2106, 2, 7, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize("step", [-5 * DAY, -HOUR, -60.0, HOUR, 3 * 365 * DAY])
def test_a_step_while_it_rings_neither_ends_nor_repeats_it(step: float) -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set a 10 minute pizza timer")
        bed.say("set an alarm for ten ten pm")
        await asyncio.sleep(604)
        bed.clocks.step(step)
        await asyncio.sleep(2 * HOUR)

    bed = night(script, EVENING)
    assert len(bed.rang) == 2 and len(_soundings(bed)) == 1
    assert sum("pizza" in text for _, text in bed.heard) == 5
    assert 586 <= bed.heard[-1][0] - bed.heard[0][0] <= 602
    assert bed.skill.alarms() == []


def test_a_timer_beyond_the_calendar_silences_no_other() -> None:
    async def script(bed: Bedside) -> None:
        table = TimerTable(bed.store)
        table.add(Timer.new("timer", _now(bed), seconds=1e15))
        bed.say("set a 10 minute pizza timer")
        await asyncio.sleep(HOUR)

    assert len(night(script, EVENING).rang) == 1


def test_a_zone_that_is_gone_is_told_once_and_the_one_of_before_holds() -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set an alarm for half past ten pm")
        bed.clocks.place = ""
        await asyncio.sleep(HOUR)
        bed.clocks.place = "Europe/Berlin"
        await asyncio.sleep(60)
        bed.clocks.place = ""
        await asyncio.sleep(60)

    bed = night(script, EVENING)
    assert abs(bed.heard[0][0] - 1800) <= MARGIN
    told = [event for event in bed.events if isinstance(event, Degraded)]
    assert [event.what for event in told] == ["the time zone"] * 2
    assert "Mars/Base" in told[0].why and "Europe/Berlin" in told[0].hint


def test_a_clock_that_is_not_set_is_told_once() -> None:
    async def script(bed: Bedside) -> None:
        await asyncio.sleep(HOUR)
        bed.clocks.show(bed.clocks.true)
        await asyncio.sleep(60)

    bed = night(script, EVENING, shown=datetime(1970, 1, 1, tzinfo=UTC))
    (told,) = (event for event in bed.events if isinstance(event, Degraded))
    assert told.what == "the clock" and "1970-01-01" in told.why


def test_what_was_missed_is_listed_as_missed() -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set an alarm for eleven pm")
        bed.say("set an alarm for half past ten pm")
        bed.say("set an alarm for half past eleven pm")
        bed.say("set a 10 minute pizza timer")
        bed.clocks.sleep(HOUR + 600)
        said = "Your alarm was for ten thirty in the evening, forty minutes ago, "
        said += "and eleven in the evening, ten minutes ago, "
        said += "and is set for eleven thirty in the evening"
        assert bed.say("when is my alarm") == said
        assert bed.say("timer status") == "The pizza timer was done one hour ago"

    night(script, EVENING)


def test_a_clock_put_right_again_finds_the_alarm_as_it_was_set() -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set an alarm for half past eleven pm")
        for step in (-3 * DAY, 3 * DAY, -700 * DAY, 700 * DAY):
            await asyncio.sleep(300)
            bed.clocks.step(step)
        await asyncio.sleep(2 * HOUR)

    bed = night(script, EVENING)
    assert [round(at / 60) for at in _soundings(bed)] == [90]
    assert bed.heard[0][1] == "This is your alarm"


def test_every_evening_rings_every_evening_over_wrong_clocks() -> None:
    async def script(bed: Bedside) -> None:
        when = (EVENING + timedelta(minutes=30)).astimezone(ZoneInfo("Europe/Berlin"))
        alarm = ClockAlarm.new(when, _now(bed)).recurring("FREQ=DAILY")
        AlarmTable(bed.store).add(alarm)
        await asyncio.sleep(HOUR)
        bed.clocks.sleep(DAY - 2 * HOUR)
        await asyncio.sleep(2 * HOUR)
        bed.clocks.step(3 * 365 * DAY)
        await asyncio.sleep(60)
        bed.clocks.step(-3 * 365 * DAY)
        bed.clocks.sleep(DAY - 2 * HOUR)
        await asyncio.sleep(2 * HOUR)

    bed = night(script, EVENING)
    hours = [at / HOUR for at in _soundings(bed)]
    # The third is by the wrong clock, which nobody can know then.
    assert [round(hour, 1) for hour in hours] == [0.5, 24.5, 25.0, 48.5]
    assert "three years ago" not in bed.heard[-1][1]


def test_an_alarm_that_nobody_stops_rings_for_ten_minutes_and_no_longer() -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set an alarm for eleven pm")
        await asyncio.sleep(HOUR + 300)
        bed.say("set a timer for 5 seconds")
        await asyncio.sleep(HOUR)

    bed = night(script, EVENING)
    times = [at for at, text in bed.heard if "alarm" in text]
    assert abs(times[0] - HOUR) <= MARGIN and 586 <= times[-1] - times[0] <= 602
    gaps = [b - a for a, b in zip(times, times[1:], strict=False)]
    assert max(gaps) <= 15.0 and len(times) < 100
    timer = [at for at, text in bed.heard if "five seconds" in text]
    assert abs(timer[0] - (HOUR + 305)) <= MARGIN and len(timer) == 5
    assert len(bed.rang) == 2 and bed.skill.alarms() == []


def test_stop_ends_an_alarm_between_two_of_its_slow_rounds() -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set an alarm for eleven pm")
        await asyncio.sleep(HOUR + 120)
        bed.alarms.stop()
        await asyncio.sleep(HOUR)

    bed = night(script, EVENING)
    assert bed.heard[-1][0] <= HOUR + 120 and bed.skill.alarms() == []


def test_cancelled_between_two_slow_rounds_it_is_silent() -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set an alarm for eleven pm")
        await asyncio.sleep(HOUR + 120)
        bed.say("cancel my alarm")
        bed.alarms.changed()
        await asyncio.sleep(HOUR)

    bed = night(script, EVENING)
    assert bed.heard[-1][0] <= HOUR + 125 and bed.skill.alarms() == []
