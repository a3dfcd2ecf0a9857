"""Timers and alarms ring when a person expects it, whatever becomes of the clocks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fake_clocks import Bedside, FakeClocks, night

from voiceagent.skills.phrases import ago_words

pytestmark = pytest.mark.unit

MARGIN = 15.0
"""Seconds from what a person expects."""
HOUR, MINUTE = 3600.0, 60.0
YEARS = 3 * 365.0 * 24 * HOUR
CHANGES = {
    "spring": datetime(2026, 3, 29, 0, 50, tzinfo=UTC),
    "autumn": datetime(2026, 10, 24, 23, 50, tzinfo=UTC),
}
"""Ten minutes to two, before the clocks change in Berlin."""
TARGET = {
    "spring": datetime(2026, 3, 29, 3, 15),
    "autumn": datetime(2026, 10, 25, 3, 15),
}
STEPS: dict[str, Callable[[FakeClocks], None]] = {
    "none": lambda clocks: None,
    "forward 5 min": lambda clocks: clocks.step(5 * MINUTE),
    "forward 1 h": lambda clocks: clocks.step(HOUR),
    "forward 3 years": lambda clocks: clocks.step(YEARS),
    "back 5 min": lambda clocks: clocks.step(-5 * MINUTE),
    "back 1 h": lambda clocks: clocks.step(-HOUR),
    "to 1970 and back": lambda clocks: clocks.show(datetime(1970, 1, 1, tzinfo=UTC)),
}
OFF = {
    "none": 0.0,
    "forward 5 min": 5 * MINUTE,
    "forward 1 h": HOUR,
    "forward 3 years": YEARS,
    "back 5 min": -5 * MINUTE,
    "back 1 h": -HOUR,
    "to 1970 and back": 0.0,
}
HERE = "Europe/Berlin"
TIMES = range(int(8 * HOUR))
STEPPED, MOVED, ASLEEP, BACK = 301.0, 502.0, 603.0, 1504.0
"""True seconds at which something happens."""
SLEEP = 28 * MINUTE
TIMER = 40 * MINUTE


@pytest.mark.property
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("asleep", [False, True], ids=["awake", "asleep"])
@pytest.mark.parametrize("place", [HERE, "Europe/Lisbon", "Asia/Kolkata"])
def test_all_ring_when_a_person_expects_it(
    change: str, step: str, asleep: bool, place: str
) -> None:
    async def script(bed: Bedside) -> None:
        said = bed.say("set a 40 minute pizza timer")
        assert said == "Pizza timer set for forty minutes"
        said = bed.say("set an alarm for quarter past three am")
        assert said == "Alarm set for three fifteen in the morning"
        await asyncio.sleep(STEPPED - bed.clocks.passed)
        STEPS[step](bed.clocks)
        await asyncio.sleep(MOVED - bed.clocks.passed)
        bed.clocks.place = place
        await asyncio.sleep(ASLEEP - bed.clocks.passed)
        if asleep:
            bed.clocks.sleep(SLEEP)
        await asyncio.sleep(max(0.0, BACK - bed.clocks.passed))
        if step == "to 1970 and back":
            bed.clocks.show(bed.clocks.true)
        while len(bed.rang) < 2 or bed.alarms.ringing:
            assert bed.clocks.passed < 8 * HOUR
            await asyncio.sleep(60)

    def face(at: float) -> datetime:
        """What a person reads after so many seconds; nobody believes in 1970."""
        wrong = OFF[step] if at >= STEPPED else 0.0
        date = CHANGES[change] + timedelta(seconds=at + wrong)
        zone = ZoneInfo(place if at >= MOVED else HERE)
        return date.astimezone(zone).replace(tzinfo=None)

    def awake(at: float) -> float:
        """Then, or when the machine is awake again."""
        return max(at, ASLEEP + SLEEP) if asleep and at >= ASLEEP else at

    bed = night(script, CHANGES[change])
    assert len(bed.rang) == 2
    at, text = bed.first("pizza")
    assert abs(at - awake(TIMER)) <= MARGIN
    assert ("ago" in text) == (at - TIMER >= 60)
    at, text = bed.first("larm")
    assert (
        abs(at - awake(next(t for t in TIMES if face(t) >= TARGET[change]))) <= MARGIN
    )
    late = (face(at) - TARGET[change]).total_seconds()
    wanted = f"Your alarm was for three fifteen in the morning, {ago_words(late)}"
    assert (wanted if late >= 60 else "This is your alarm") in text


def test_in_the_gap_it_rings_that_long_after_midnight_and_says_so() -> None:
    async def script(bed: Bedside) -> None:
        said = bed.say("set an alarm for half past two am")
        changes = ", as the clocks go forward"
        assert said == f"Alarm set for three thirty in the morning{changes}"
        listed = bed.say("when is my alarm")
        assert listed == "Your alarm is set for three thirty in the morning"
        await asyncio.sleep(2 * HOUR)

    bed = night(script, CHANGES["spring"])
    at, text = bed.first("larm")
    assert abs(at - 40 * MINUTE) <= MARGIN and text == "This is your alarm"
    assert len(bed.rang) == 1


def test_a_time_that_comes_twice_rings_once_and_either_can_be_meant() -> None:
    async def script(bed: Bedside) -> None:
        said = bed.say("set an alarm for half past two am")
        changes = ", before the clocks go back"
        assert said == f"Alarm set for two thirty in the morning{changes}"
        await asyncio.sleep(HOUR)
        assert len(bed.rang) == 1
        said = bed.say("set an alarm for half past two am")
        changes = ", after the clocks go back"
        assert said == f"Alarm set for two thirty in the morning{changes}"
        await asyncio.sleep(3 * HOUR)

    bed = night(script, CHANGES["autumn"])
    assert [round(at / MINUTE) for at, _ in _first_rounds(bed)] == [40, 100]


def test_seven_said_on_the_eve_is_seven_by_the_new_clocks() -> None:
    async def script(bed: Bedside) -> None:
        said = bed.say("wake me at seven am")
        assert said == "Alarm set for seven in the morning tomorrow"
        await asyncio.sleep(60)
        bed.clocks.sleep(6 * HOUR)
        await asyncio.sleep(3.1 * HOUR)

    for eve, hours in (("2026-03-28", 7), ("2026-10-24", 9)):
        evening = datetime.fromisoformat(f"{eve}T23:00").replace(tzinfo=ZoneInfo(HERE))
        bed = night(script, evening.astimezone(UTC))
        ((at, text),) = _first_rounds(bed)
        assert abs(at - hours * HOUR) <= MARGIN and text == "This is your alarm"


def test_what_another_program_sets_or_cancels_is_seen_in_time() -> None:
    async def script(bed: Bedside) -> None:
        bed.say("set a timer for 30 seconds", elsewhere=True)
        await asyncio.sleep(60)
        assert len(bed.rang) == 1
        bed.say("set an alarm for half past seven am")
        await asyncio.sleep(60)
        bed.say("set a timer for 2 minutes")
        bed.clocks.sleep(300)
        bed.say("cancel the timer", elsewhere=True)
        await asyncio.sleep(60)
        assert len(bed.rang) == 1
        bed.say("cancel my alarm", elsewhere=True)
        await asyncio.sleep(8 * HOUR)

    bed = night(script, CHANGES["spring"])
    ((at, _),) = _first_rounds(bed)
    assert abs(at - 30) <= MARGIN and len(bed.rang) == 1


def test_a_clock_that_was_never_set_says_so_and_means_the_time_of_day() -> None:
    async def script(bed: Bedside) -> None:
        said = bed.say("wake me at seven am")
        assert said == "Alarm set for seven in the morning, but my clock is not set"
        bed.say("set a timer for 10 minutes")
        await asyncio.sleep(120)
        bed.clocks.show(bed.clocks.true)
        await asyncio.sleep(HOUR)
        bed.clocks.sleep(6 * HOUR)
        await asyncio.sleep(HOUR)

    evening = datetime(2026, 6, 1, 21, 30, tzinfo=UTC)  # half past eleven in Berlin
    bed = night(script, evening, shown=datetime(1970, 1, 1, 0, 5, tzinfo=UTC))
    (timer, said), (alarm, text) = _first_rounds(bed)
    assert abs(timer - 600) <= MARGIN and "ago" not in said
    assert abs(alarm - 7.5 * HOUR) <= MARGIN and text == "This is your alarm"


def _first_rounds(bed: Bedside) -> list[tuple[float, str]]:
    """Each ringing as it began."""
    begun = []
    last = -HOUR
    for at, text in bed.heard:
        if at - last > 30:
            begun.append((at, text))
        last = at
    return begun
