"""The coffee pack understands orders as people say them and says them back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.packs import parser, reply, shipped
from voiceagent.authoring.sampler import Sampler
from voiceagent.skills.packs.pack import load_pack

pytestmark = pytest.mark.unit

SHARED = Path(__file__).resolve().parents[3].parent / "shared"


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("gimme a large latte", {"size": "large", "coffeeDrink": "latte"}),
        (
            "um, d'ya think i could get a triple shot dark roast mocha please",
            {
                "numberOfShots": "triple shot",
                "roast": "dark roast",
                "coffeeDrink": "mocha",
            },
        ),
        (
            "can I get an iced coffee with brown sugar and a lot of soy milk, thanks",
            {
                "coffeeDrink": "iced coffee",
                "sugarAmount": "brown sugar",
                "milkAmount": "a lot of soy milk",
            },
        ),
        ("hello, i'll have an espresso", {"coffeeDrink": "espresso"}),
    ],
)
def test_orders_are_understood(text: str, slots: dict[str, str]) -> None:
    found = parser("coffee").parse(text)
    assert found is not None
    assert (found.name, found.slots) == ("orderDrink", slots)


@pytest.mark.parametrize("text", ["a large", "i want milk", "turn on the lights", ""])
def test_what_is_no_order_is_none(text: str) -> None:
    assert parser("coffee").parse(text) is None


def test_the_reply_repeats_the_order() -> None:
    said = reply("coffee", "make me a small dark roast latte with cream and some sugar")
    assert said == "One small dark roast latte with cream and some sugar, coming up"
    assert reply("coffee", "brew a coffee") == "One coffee, coming up"


@pytest.mark.property
def test_every_slot_said_is_repeated() -> None:
    for sample in Sampler(shipped("coffee"), seed=5).draw(200):
        said = reply("coffee", sample.text)
        for value in sample.slots.values():
            assert str(value) in said


def test_the_labels_of_the_recordings_fit() -> None:
    labels = SHARED / "data" / "coffee" / "labels.jsonl"
    if not labels.exists():
        pytest.skip(f"no recordings at {labels}")
    lists = shipped("coffee").intents.slot_lists
    for line in labels.read_text().splitlines():
        row = json.loads(line)
        assert row["intent"] == "orderDrink"
        for slot, value in row["slots"].items():
            known = {one.value_out for one in lists[slot].values}  # type: ignore[attr-defined]
            assert value in known


def test_the_given_domain_is_understood_by_ours_too() -> None:
    domain = SHARED / "eval" / "coffee"
    if not domain.exists():
        pytest.skip(f"no coffee domain at {domain}")
    for sample in Sampler(load_pack(domain), seed=3).draw(300):
        found = parser("coffee").parse(sample.text)
        assert found is not None, sample.text
        assert found.slots == sample.slots
