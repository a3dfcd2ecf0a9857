"""Every sentence a template allows means that intent, with those slots."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from hassil import recognize_all
from hassil.intents import IntentData
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import packs
from tests.packs import shipped
from voiceagent.authoring.sampler import pieces_said
from voiceagent.frontend.endpoint import Completeness
from voiceagent.lang.spoken import number_words, spoken
from voiceagent.nlu.intent import IntentParser
from voiceagent.skills.packs.pack import Pack
from voiceagent.templates.reading import blocks_of
from voiceagent.templates.walk import AnyWords, Blank, Listed, NumberRange, Part

pytestmark = pytest.mark.property

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
Slots = dict[str, object]


@lru_cache
def home() -> Pack:
    return shipped("home")


@lru_cache
def parser() -> IntentParser:
    return packs.parser("home")


class Sampler:
    """Says random sentences of the templates, remembering what each slot got."""

    def __init__(self, data: IntentData, chance: random.Random) -> None:
        self._chance = chance
        self.slots: Slots = dict(data.slots)
        self.wild = False

    def say(self, part: Part) -> str:
        pieces = pieces_said(part, self._chance)
        return "".join(
            piece if isinstance(piece, str) else self._value(piece) for piece in pieces
        )

    def _value(self, blank: Blank) -> str:
        if isinstance(blank.holds, NumberRange):
            number = self._chance.choice(blank.holds.numbers)
            self.slots[blank.slot] = blank.holds.value(number)
            return number_words(number)
        if isinstance(blank.holds, Listed):
            value = self._chance.choice(blank.holds.values)
            self.slots[blank.slot] = value.value
            return self.say(value.said)
        if isinstance(blank.holds, AnyWords) and blank.holds.heard is not None:
            slots, self.slots = self.slots, {}
            words = spoken(self.say(blank.holds.heard))
            self.slots = slots | {blank.slot: words}
            return words
        self.wild = True
        self.slots[blank.slot] = "purple gumption"
        return "purple gumption"


def samples(pack: Pack, seed: int) -> Iterator[tuple[str, Slots, str]]:
    """One sentence of every template: intent, slots, text."""
    chance = random.Random(seed)
    for block in blocks_of(pack.intents, pack.slot_lists):
        for _, part in block.parts():
            sampler = Sampler(block.data, chance)
            text = sampler.say(part)
            yield block.intent, sampler.slots, " ".join(text.split())


@pytest.mark.parametrize("seed", range(8))
def test_a_sampled_sentence_means_its_intent_with_its_slots(seed: int) -> None:
    for name, slots, text in samples(home(), seed):
        found = parser().parse(text)
        assert found is not None, text
        assert (found.name, dict(found.slots)) == (name, slots), text


@pytest.mark.parametrize("seed", range(3))
def test_no_beginning_of_a_command_counts_as_none(seed: int) -> None:
    for _, _, text in list(samples(home(), seed))[seed::6]:
        words = spoken(text).split()
        for many in range(1, len(words)):
            beginning = parser().completeness(" ".join(words[:many]))
            assert beginning is not Completeness.DEAD, (text, many)
            assert beginning is not Completeness.COMPLETE, (text, many)
        whole = parser().completeness(text)
        assert whole in (Completeness.COMPLETE, Completeness.EXTENSIBLE), text


def test_hassil_reads_sampled_sentences_as_we_do() -> None:
    pack = home()
    for name, slots, text in list(samples(pack, 99))[::7]:
        results = recognize_all(
            text, pack.intents, slot_lists=dict(pack.slot_lists), language="en"
        )
        readings = [
            (result.intent.name, {k: e.value for k, e in result.entities.items()})
            for result in results
        ]
        assert (name, slots) in readings, text


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=80))
def test_any_text_is_survived(text: str) -> None:
    parser().parse(text)
    parser().completeness(text)


@given(st.integers(0, 999_999))
def test_numbers_sound_the_same_typed_or_spoken(number: int) -> None:
    assert spoken(str(number)) == number_words(number)
    assert spoken(number_words(number)) == number_words(number)


@given(st.text(max_size=60))
def test_spoken_words_stay_as_they_are(text: str) -> None:
    assert spoken(spoken(text)) == spoken(text)


@pytest.mark.parametrize("folder", ["home", "home_rhasspy"])
def test_every_command_of_the_recordings_is_understood(folder: str) -> None:
    labels = DATA / folder / "labels.jsonl"
    if not labels.exists():
        pytest.skip(f"no recordings at {labels}")
    rows = [json.loads(line) for line in labels.read_text().splitlines()]
    texts = [row["text"] for row in rows if row.get("text")]
    assert [text for text in texts if parser().parse(text) is None] == []


@pytest.mark.parametrize(
    "text",
    [
        "don't turn on the kitchen lights",
        "do not turn off the kitchen lights",
        "never unlock the front door",
        "turn on the kitchen lights not",
        "turn on the",
        "the kitchen lights",
        "a timer",
        "I turned on the lights yesterday",
        "",
        "!?",
    ],
)
def test_what_is_no_command_is_none(text: str) -> None:
    assert parser().parse(text) is None


@pytest.mark.parametrize(
    ("text", "name", "slots"),
    [
        (
            "Please set the Bed Light to 75%!",
            "light.brightness",
            {"name": "Bed Light", "brightness": 75},
        ),
        (
            "wake me at 7:30 am tomorrow",
            "alarm.set",
            {"hour": 7, "minute": 30, "half": "am", "day": 1},
        ),
        (
            "set a timer for four and a half hours",
            "timer.set",
            {"hours": 4, "minutes": 30},
        ),
        ("could you turn the TV off please", "device.off", {"name": "TV"}),
        ("whats the time", "clock.time", {}),
        (
            "add oat milk to my shopping list",
            "list.add",
            {"item": "oat milk", "name": "Shopping List"},
        ),
        (
            "add purple gumption to the shopping list",
            "list.add",
            {"item": "purple gumption", "name": "Shopping List"},
        ),
        ("turn off the lights in here", "device.off", {"scope": "here"}),
    ],
)
def test_typed_and_spoken_words_are_understood(
    text: str, name: str, slots: Slots
) -> None:
    found = parser().parse(text)
    assert found is not None
    assert (found.name, dict(found.slots)) == (name, slots)


def test_parsing_says_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    parser().parse("turn on the kitchen lights")
    assert caplog.records == []


def test_an_unfinished_number_is_waited_for() -> None:
    ask = parser().completeness
    assert ask("set a timer for twenty one and") is Completeness.INCOMPLETE
    assert ask("turn on the kitchen") is Completeness.INCOMPLETE
    # Its unit is asked for where nothing follows; `Progress` waits for it.
    assert ask("set a timer for twenty") is Completeness.EXTENSIBLE
    assert ask("set a timer for five minutes and") is Completeness.INCOMPLETE
    assert ask("turn on all of the kitchen lights") is Completeness.COMPLETE
    assert ask("set a timer for") is Completeness.INCOMPLETE
    assert ask("good heavens") is Completeness.DEAD
