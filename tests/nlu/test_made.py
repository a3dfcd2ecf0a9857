"""What was made just now: `it`, by its place, and one more of its kind."""

from __future__ import annotations

import pytest

from tests.packs import reader
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.last_command import LastCommand

pytestmark = pytest.mark.unit
TIMER, ALARM = "set a timer for ten minutes", "set an alarm for 7 am"
PLAN = "turn off the tv in ten minutes"


def after(text: str, *said: str) -> Intent | None:
    past, parse = LastCommand(), reader("home").parse
    for one in said:
        done = parse(one)
        assert done is not None, one
        past.did(done, 0.0)
    found = past.read(text, parse, 1.0)
    return found.intent if found else None


@pytest.mark.parametrize(
    ("text", "before", "name", "slots"),
    [
        ("cancel it", TIMER, "timer.cancel", {"minutes": 10}),
        ("pause that one", TIMER, "timer.pause", {"minutes": 10}),
        ("cancel that timer", TIMER, "timer.cancel", {"minutes": 10}),
        ("cancel it", "set a pasta timer for ten minutes", "", {"name": "pasta"}),
        ("cancel it", ALARM, "alarm.cancel", {"hour": 7, "half": "am"}),
        ("cancel the second one", TIMER, "timer.cancel", {"place": 2}),
        ("cancel the second one", PLAN, "later.cancel", {"place": 2}),
        ("cancel the last one", ALARM, "alarm.cancel", {"place": "last"}),
        ("and another for five", TIMER, "timer.set", {"minutes": 5}),
        ("another one for two hours", TIMER, "timer.set", {"hours": 2}),
        ("and one for eight", ALARM, "alarm.set", {"hour": 8, "half": "am"}),
    ],
)
def test_it_is_the_one_that_was_made(
    text: str, before: str, name: str, slots: dict[str, object]
) -> None:
    found = after(text, before)
    assert found is not None
    assert found.name.startswith(name) and found.slots == slots


def test_more_time_is_for_the_one_that_was_made() -> None:
    found = after("make it five minutes longer", TIMER)
    assert found is not None and found.name == "timer.add"
    assert found.slots == {"total_minutes": 10, "minutes": 5, "sign": 1}
    later = after("make it half an hour later", ALARM)
    assert later is not None and later.name == "alarm.move"
    assert later.slots == {"hour": 7, "half": "am", "minutes": 30, "sign": 1}


@pytest.mark.parametrize(
    "text", ["cancel gumption", "cancel the gumption one", "another gumption", "it"]
)
def test_what_names_nothing_of_it_is_none(text: str) -> None:
    assert after(text, TIMER) is None


def test_it_is_nothing_where_something_else_was_done() -> None:
    assert after("cancel the second one", "turn on the tv") is None
