"""Things told one by one are as many commands as were told, or none."""

from __future__ import annotations

import pytest

from tests.packs import reader
from voiceagent.nlu.intent import Intent

pytestmark = pytest.mark.unit


def parts(text: str) -> list[Intent]:
    found = reader("home").parse(text)
    return list(found.parts) if found is not None else []


@pytest.mark.parametrize(
    "text",
    [
        "set two timers, one for five minutes and one for ten",
        "set two timers one for five minutes and another for ten minutes",
        "set timers for five and ten minutes",
        "set a few timers for five and ten minutes",
    ],
)
def test_each_is_told_by_itself(text: str) -> None:
    assert [part.slots for part in parts(text)] == [{"minutes": 5}, {"minutes": 10}]


@pytest.mark.parametrize(
    "text",
    [
        "set three timers for five and ten minutes",
        "set two timers, one for five minutes",
        "set two timers, one for five minutes and one for gumption",
        "set two gumptions, one for five minutes and one for ten",
        "set two timers, one for five minutes and one for five minutes",
    ],
)
def test_another_number_of_them_is_none(text: str) -> None:
    assert parts(text) == []


def test_three_things_share_a_frame() -> None:
    found = parts("set the bed light, the bedroom light and the kitchen light to red")
    names = [part.slots["name"] for part in found]
    assert names == ["Bed Light", "Bedroom Light", "Kitchen Light"]
    assert {part.slots["color"] for part in found} == {"red"}
    assert parts("set the bed light, the gumption and the kitchen light to red") == []


def test_a_second_command_is_about_the_list_of_the_first() -> None:
    added, removed = parts("add milk to my shopping list and remove bananas")
    assert (added.name, removed.name) == ("list.add", "list.remove")
    assert removed.slots == {"item": "bananas", "name": "Shopping List"}
    assert parts("set the bed light to red and blue") == []


def test_a_number_alone_counts_what_was_counted() -> None:
    found = parts("add five minutes to the pasta timer and two to the egg timer")
    assert [part.slots["minutes"] for part in found] == [5, 2]
