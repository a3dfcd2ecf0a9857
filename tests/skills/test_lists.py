"""Lists: several things at once, any name, full ones, and what is no list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talk import Talk

from voiceagent.nlu.intent import Intent
from voiceagent.skills.lists.shelf import ListShelf
from voiceagent.skills.lists.things import core, found_in, same, things
from voiceagent.store import Store

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("milk", ["milk"]),
        ("milk, eggs and bread", ["milk", "eggs", "bread"]),
        ("milk eggs and bread", ["milk", "eggs", "bread"]),
        ("Milk, Eggs, and Bread.", ["milk", "eggs", "bread"]),
        ("two litres of milk and a dozen eggs", ["two litres of milk", "a dozen eggs"]),
        ("some milk please", ["milk"]),
        ("an avocado & limes", ["avocado", "limes"]),
        ("milk and milk", ["milk"]),
        ("fish and chips and peas", ["fish and chips", "peas"]),
        ("sandpaper", ["sandpaper"]),
        ("and", []),
        (", ,", []),
        ("", []),
    ],
)
def test_things_are_taken_apart(text: str, found: list[str]) -> None:
    assert things(text) == found


def test_a_task_is_one() -> None:
    assert things("call anna and bob", tasks=True) == ["call anna and bob"]
    assert len(things("call anna, buy stamps", tasks=True)) == 2


def test_an_amount_changes_nothing_about_the_thing() -> None:
    assert core("two litres of milk") == core("some milk") == "milk"
    assert same("an egg", "a dozen eggs") and not same("milk", "coconut milk")
    there = ["two litres of milk", "coconut milk", "eggs"]
    assert found_in("milk", there) == ["two litres of milk"]
    assert found_in("coconut", there) == ["coconut milk"]
    assert found_in("bread", there) == []


@given(st.text(max_size=60))
def test_whatever_is_said_things_are_short_and_differ(text: str) -> None:
    found = things(text)
    assert len(set(found)) == len(found)
    assert all(one and len(one) <= 120 for one in found)


def test_a_list_of_two_thousand_things_is_read_and_cleared() -> None:
    talk = Talk()
    todo = talk.house.model.find("Shopping List")
    assert todo is not None
    add = "INSERT OR IGNORE INTO items VALUES (?, ?)"
    talk.house.call([todo], "clear_list", {})
    talk.store.write(*((add, (todo.id, f"thing {n}")) for n in range(2000)))
    said = talk.say("what's on my shopping list")
    assert said.endswith("thing 11 and 1988 more")
    assert (
        talk.plan("add milk to my shopping list").text == "Your shopping list is full"
    )
    answer = talk.plan("clear my shopping list")
    assert answer.question is not None and len(answer.effects) == 1
    answer.effects[0].run()
    assert talk.say("what's on my shopping list") == "Your shopping list is empty"


def test_own_lists_are_made_kept_and_forgotten() -> None:
    talk = Talk()
    assert talk.say("make a list called garden") == "There is a garden list now"
    assert talk.plan("make a garden list").text == "There is a garden list already"
    assert talk.say("put seeds on my garden list") == "Added seeds to your garden list"
    again = Talk(talk.store)
    assert again.say("what's on the garden list") == "On your garden list: seeds"
    for effect in again.plan("delete my garden list").effects:
        effect.run()
    assert again.plan("read my garden list").text == "There is no garden list"
    assert ListShelf(again.house, again.store).called("garden") == ()


@pytest.mark.parametrize("kept", ["", "{", "null", "7", '[1, null, ""]'])
def test_what_is_kept_of_lists_may_be_anything(kept: str) -> None:
    store = Store()
    store.remember("lists", kept)
    assert len(Talk(store).plan("which lists are there").text) > 10


@pytest.mark.parametrize("name", ["stop", "off", "number five", "x" * 200, "'; --"])
def test_lists_of_any_name(name: str) -> None:
    talk = Talk()
    intent = Intent("list.make", {"list": name})
    for effect in talk.skills.answer(intent, talk.context).effects:
        effect.run()
    add = Intent("list.add", {"list": name, "item": "soap"})
    answer = talk.skills.answer(add, talk.context)
    for effect in answer.effects:
        effect.run()
    read = Intent("list.read", {"list": name})
    assert talk.skills.answer(read, talk.context).text.endswith("soap")
