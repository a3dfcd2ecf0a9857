"""Plans are carried out once, at their time, by the skills; or it is told why not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from planned import PEOPLE, Device

from voiceagent.errors import HouseFailed
from voiceagent.skills.house.house import (
    Entity,
    EntityState,
    LocalHouse,
    Unmoved,
    Value,
)
from voiceagent.skills.later.later import LATE, LOOK
from voiceagent.skills.skill import Answer
from voiceagent.store import Store

pytestmark = pytest.mark.unit
LIGHT = "turn on the kitchen light"


def test_a_command_after_a_while_is_done_then_and_told_once() -> None:
    device = Device()

    async def script() -> None:
        said = await device.say(f"{LIGHT} in ten minutes")
        assert said == "In ten minutes I'll turn on the kitchen light"
        await asyncio.sleep(599)
        assert device.state("Kitchen Light") == "off" and device.told == []
        await asyncio.sleep(2)
        assert device.state("Kitchen Light") == "on"
        await asyncio.sleep(7200)

    device.play(script)
    (told,) = device.told
    assert told.startswith("As planned: ") and "kitchen light" in told
    (ran,) = device.ran
    assert ran.ok and ran.late_seconds < 1
    assert device.kept() == 0


def test_every_day_it_is_done_again() -> None:
    device = Device()

    async def script() -> None:
        await device.say(f"{LIGHT} every day at seven am")
        for _ in range(3):
            await asyncio.sleep(86_400)
            assert device.state("Kitchen Light") == "on"
            await device.say("turn off the kitchen light")

    device.play(script)
    assert len(device.ran) == 3 and device.kept()


def test_all_commands_of_a_sentence_are_done() -> None:
    device = Device()

    async def script() -> None:
        await device.say("in an hour turn on the kitchen light and turn on the tv")
        await asyncio.sleep(3601)

    device.play(script)
    assert device.state("Kitchen Light") == device.state("TV") == "on"
    assert len(device.told) == 1


def test_it_survives_the_end_of_the_program(tmp_path: Path) -> None:
    first = Device(Store(tmp_path / "state.db"))

    async def plan() -> None:
        await first.say(f"{LIGHT} in ten minutes")

    first.play(plan)  # nothing is closed: as after kill -9
    second = Device(Store(tmp_path / "state.db"))

    async def wait() -> None:
        await asyncio.sleep(700)

    second.play(wait)
    assert second.state("Kitchen Light") == "on" and len(second.told) == 1
    third = Device(Store(tmp_path / "state.db"))
    third.play(wait)
    assert third.told == [] and third.kept() == 0


def test_two_programs_with_one_store_do_it_once(tmp_path: Path) -> None:
    both = [Device(Store(tmp_path / "state.db")) for _ in range(2)]

    async def script() -> None:
        await both[0].say(f"{LIGHT} in ten minutes")
        other = asyncio.create_task(both[1].keeper.run())
        await asyncio.sleep(700)
        other.cancel()

    both[0].play(script)
    assert len(both[0].ran) + len(both[1].ran) == 1


def overdue(device: Device, seconds: float) -> None:
    """As if the device had been off for that long after it was due."""
    for table, column in (("timers", "due"), ("uptimes", "up")):
        device.store.write((f"UPDATE {table} SET {column} = {column} - {seconds}", ()))


@pytest.mark.parametrize(("late", "done"), [(LATE - 5, True), (LATE + 5, False)])
def test_a_little_late_it_is_done_and_later_it_is_told(late: float, done: bool) -> None:
    device = Device()

    async def script() -> None:
        answer = await device.plan(f"{LIGHT} in ten minutes")
        for effect in answer.effects:
            effect.run()
        overdue(device, 600 + late)
        device.keeper.changed()
        await asyncio.sleep(60)

    device.play(script)
    assert (device.state("Kitchen Light") == "on") is done
    assert len(device.told) == 1 and device.kept() == 0
    assert device.told[0].startswith("As planned" if done else "I was off")


def test_what_was_begun_when_the_program_was_killed_is_told_and_not_done() -> None:
    device = Device()

    async def script() -> None:
        await device.say(f"{LIGHT} in ten minutes")
        device.store.write(("UPDATE plans SET began = 1000", ()))
        await asyncio.sleep(1200)

    device.play(script)
    assert device.state("Kitchen Light") == "off"
    assert len(device.told) == 1 and "can't tell if I did" in device.told[0]
    assert device.kept() == 0


class Away(LocalHouse):
    """A house that does not answer."""

    gone = False

    def states(self, entities: Sequence[Entity]) -> Mapping[Entity, EntityState]:
        if self.gone:
            raise HouseFailed("no house", said="The house does not answer")
        return super().states(entities)

    def call(
        self, entities: Sequence[Entity], service: str, data: Mapping[str, Value]
    ) -> Sequence[Unmoved]:
        if self.gone:
            raise HouseFailed("no house", said="The house does not answer")
        return super().call(entities, service, data)


def test_what_fails_is_told_then_and_once_more_with_the_next_answer() -> None:
    device = Device(house=Away)

    async def script() -> None:
        await device.say(f"{LIGHT} in ten minutes")
        device.house.gone = True  # type: ignore[attr-defined]
        await asyncio.sleep(700)
        answer = await device.missed.told_with(Answer("It is noon"))
        assert "The house does not answer" in answer.text
        await device.missed.said()
        assert (await device.missed.told_with(Answer("Yes"))).text == "Yes"

    device.play(script)
    assert len(device.told) == 1 and not device.ran[0].ok and device.kept() == 0


@pytest.mark.parametrize(
    ("text", "moves", "done"),
    [
        (f"when Ben comes home {LIGHT}", [("ben", "home")], True),
        (f"when Ben comes home {LIGHT}", [("anna", "not_home")], False),
        (f"when Ben comes home {LIGHT}", [("ben", "Work")], False),
        (f"when Ben comes home {LIGHT}", [("ben", "unavailable")], False),
        (f"{LIGHT} when Anna leaves", [("anna", "Work")], True),
        (f"{LIGHT} when anna berg leaves", [("anna", "not_home")], True),
        (f"{LIGHT} when everybody has left", [("anna", "not_home")], True),
        (f"{LIGHT} when nobody is home", [("anna", "unknown")], False),
        (f"{LIGHT} when everyone is home", [("ben", "home")], True),
        # He is home already: the next time is meant.
        (f"{LIGHT} when Anna gets home", [], False),
        (f"{LIGHT} when Anna gets home", [("anna", "away"), ("anna", "home")], True),
        (f"{LIGHT} whenever somebody comes home", [("ben", "home")], False),
    ],
)
def test_it_is_done_when_people_come_and_go(
    text: str, moves: list[tuple[str, str]], done: bool
) -> None:
    device = Device(people=PEOPLE)

    async def script() -> None:
        await device.say(text)
        await asyncio.sleep(2 * LOOK)
        assert device.state("Kitchen Light") == "off"
        for person, state in moves:
            device.moves(f"person.{person}", state)
            await asyncio.sleep(2 * LOOK)
        await asyncio.sleep(3600)

    device.play(script)
    assert (device.state("Kitchen Light") == "on") is done, device.told
    assert len(device.ran) == done
    assert bool(device.kept()) is not done


def test_every_time_means_every_time() -> None:
    device = Device(people=PEOPLE)

    async def script() -> None:
        said = await device.say(f"whenever Ben gets home {LIGHT}")
        assert said == "Every time Ben comes home I'll turn on the kitchen light"
        for state in ("home", "not_home", "home", "home", "not_home"):
            device.moves("person.ben", state)
            await asyncio.sleep(2 * LOOK)

    device.play(script)
    assert len(device.ran) == 2 and device.kept() == 1


def test_who_came_while_the_device_was_off_is_told_and_not_acted_upon() -> None:
    device = Device(people=PEOPLE)

    async def script() -> None:
        await device.say(f"when Ben comes home {LIGHT}")

    async def wait() -> None:  # in another run of the program
        device.store.write(("UPDATE plans SET looked = looked - 4000", ()))
        device.moves("person.ben", "home")
        await asyncio.sleep(100)

    device.play(script)
    device = Device(device.store, PEOPLE)
    device.play(wait)
    assert device.state("Kitchen Light") == "off" and device.kept() == 0
    assert len(device.told) == 1 and "off for a while" in device.told[0]


@pytest.mark.parametrize(
    ("condition", "so"),
    [
        ("if Anna is home", True),
        ("if nobody is home", False),
        ("only if somebody is home", True),
        ("if Ben is home", False),
        ("if Ben is not home", True),
        ("if everybody is home", False),
    ],
)
def test_if_looks_now_or_at_the_time(condition: str, so: bool) -> None:
    device = Device(people=PEOPLE)

    async def script() -> None:
        await device.say(f"{condition} {LIGHT}")
        assert (device.state("Kitchen Light") == "on") is so
        assert device.kept() == 0
        await device.say(f"in ten minutes {condition} turn on the tv")
        assert device.state("TV") == "off"
        await asyncio.sleep(700)

    device.play(script)
    assert (device.state("TV") == "on") is so and device.kept() == 0
    assert len(device.told) == so  # what is as it was asked for is no news


def test_a_plan_of_another_pack_is_left_alone() -> None:
    device = Device()

    async def script() -> None:
        await device.say(f"{LIGHT} in ten minutes")
        strange = '{"name": "order.coffee", "slots": {}}'
        device.store.write(("UPDATE plans SET command = ?", (strange,)))
        await asyncio.sleep(7200)

    device.play(script)
    assert device.ran == [] and device.kept()


def test_a_plan_of_another_pack_holds_up_no_other_one() -> None:
    device = Device()

    async def script() -> None:
        await device.say("turn on the tv in ten minutes")
        strange = '{"name": "order.coffee", "slots": {}}'
        device.store.write(("UPDATE plans SET command = ?", (strange,)))
        await asyncio.sleep(595)
        await device.say(f"{LIGHT} in ten seconds")
        await asyncio.sleep(300)

    device.play(script)
    (ran,) = device.ran
    assert ran.ok and ran.late_seconds < 1
    assert device.state("Kitchen Light") == "on" and device.kept()


def test_what_has_consequences_is_asked_about_at_once_and_not_then() -> None:
    device = Device()

    async def script() -> None:
        text = "unlock the front door in ten minutes"
        asked = await device.say(text)
        assert asked == "Do you want me to unlock the front door in ten minutes?"
        assert device.kept() == 0
        await device.say(text, agreed=True)
        await asyncio.sleep(700)

    device.play(script)
    assert device.state("Front Door") == "unlocked" and len(device.told) == 1
