"""Slots read from a guessed intent's words are those that templates would give."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import packs
from tests.nlu.test_intent import samples
from tests.packs import shipped
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.guards.guards import Guards
from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.slm.slots import SlotFinder
from voiceagent.skills.packs.pack import Pack, load_pack

pytestmark = pytest.mark.property

FREE = "purple gumption"
"""What is said where a template takes any words."""
OWN_PACK = """\
language: en
intents:
  tea.brew:
    data:
      - sentences: ["brew {amount} (cup|cups) of {kind} [tea]", "brew {kind} [tea]"]
  tea.strength:
    data:
      - sentences: ["make it stronger"]
        slots: {change: 1}
      - sentences: ["make it weaker"]
        slots: {change: -1}
lists:
  amount:
    range: {from: 1, to: 9}
  kind:
    values: [green, black, mint, {in: "earl grey", out: bergamot}]
"""


TIMES = ("alarm.", "reminder.")
"""Intents whose times may be each other's by their words alone: templates tell which is
which, and what a model reads of them is held against every word behind this."""


TWINS = ({"part", "whole"}, {"from", "to"})
"""Slots that take the same words: one is told from the other by templates, or marks."""


def two_of_a_kind(slots: Iterable[str]) -> bool:
    """Whether words alone do not say which of two values is which."""
    return any(both <= {*slots} for both in TWINS)


@lru_cache
def home() -> Pack:
    return shipped("home")


@lru_cache
def finder() -> SlotFinder:
    return packs.finder("home")


@pytest.mark.parametrize("seed", range(6))
def test_sampled_sentences_give_the_slots_of_the_parser(seed: int) -> None:
    parser = IntentParser(home())
    for name, slots, text in samples(home(), seed):
        intent = parser.parse(text)
        assert intent is not None
        if name.startswith(TIMES):
            continue
        if FREE not in slots.values():
            found = finder().resolve(name, text)
            if "asks" in slots and found is None:
                continue  # a beginning that nothing but its template tells
            if any(slot.startswith("to_") for slot in slots):
                assert found is None  # which time is which only templates tell
                continue
            if found is None and two_of_a_kind(slots):
                continue  # unless one is of many and one of one: "cups in a litre"
            assert found == dict(intent.slots), text


@pytest.mark.parametrize("seed", range(2))
def test_free_words_need_a_mark(seed: int) -> None:
    for name, slots, text in samples(home(), seed):
        if FREE in slots.values() and not name.startswith(TIMES):
            unmarked = finder().resolve(name, text)
            if unmarked is not None:  # without the name: then nothing is done
                guards = Guards(finder().intents)
                assert guards.judge(text, Intent(name, unmarked)).ruling, text
            free = [slot for slot, value in slots.items() if value == FREE]
            starts = [hit.start() for hit in re.finditer(FREE, spoken(text))]
            assert len(free) == len(starts)
            marks = [
                [
                    (start, start + len(FREE), slot)
                    for start, slot in zip(starts, turn, strict=True)
                ]
                for turn in permutations(free)
            ]
            found = [finder().resolve(name, text, each) for each in marks]
            if any(slot.startswith("to_") for slot in slots):
                assert found == [None] * len(found)  # as above: only templates tell
                continue
            # `about` a thing or `to` do it: only a template tells, and the reminder is
            # of the same words.
            said = {slot: value for slot, value in slots.items() if slot != "form"}
            beginning = "asks" in slots and found == [None] * len(found)
            assert beginning or slots in found or said in found


CASES = [
    ("alarm.set", "wake me in [twenty](minutes)", {"minutes": 20}),
    ("alarm.set", "wake me in twenty", None),
    (
        "timer.set",
        "nudge me when the pasta is done in eight minutes",
        {"minutes": 8, "name": "pasta"},
    ),
    ("light.brightness", "it's [too dark](change=25)", {"change": 25}),
    ("light.brightness", "it's so gloomy", None),
    (
        "light.brightness",
        "it's [too dark](change=25) in here",
        {"change": 25, "scope": "here"},
    ),
    ("light.brightness", "make it [darker](change=-25) than brighter", None),
    (
        "list.add",
        "we're [out of](name=Shopping List) [oat milk](item)",
        {"item": "oat milk", "name": "Shopping List"},
    ),
    ("list.add", "we're out of oat milk", None),
    ("device.on", "light up the [kichen](area)", {"area": "Kitchen"}),
    ("device.on", "light up the kichen", None),
    ("device.on", "turn on the heater", None),
    ("device.on", "turn on the kitchen heater", None),
    ("device.on", "turn on the [garden gnome](name)", None),
    ("device.off", "kill the desk lamp and the radio", None),
    ("timer.set", "ping me in [fifteem](minutes) minutes", None),
    ("climate.set", "turn the heat up to twenty two", {"temperature": 22}),
    ("know.sum", "two plus minus seven please", {"sum": "two plus minus seven"}),
    ("know.sum", "half of nine, go on", {"sum": "half of nine"}),
    ("know.sum", "give me [two plus love](sum)", None),
    ("know.percent", "two percentage five", None),
    (
        "know.percent",
        "what percentage is [two](part) of [five](whole)",
        {"part": "two", "whole": "five"},
    ),
    ("know.convert", "i have three cups and a litre", None),
    ("timer.cancel", "kill all my timers", {"scope": "all"}),
    ("timer.cancel", "kill my pasta timer", {"name": "pasta"}),
    ("volume.change", "decrease the volume by twenty percent", None),
    ("scene.activate", "make it [cosy](name=Mood Lighting)", {"name": "Mood Lighting"}),
    ("scene.activate", "make it [cosy](name=Disco Inferno)", None),
    ("nobody.knows", "turn on the light", None),
]


def marked(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    """`[words](slot)` as words and marks on their spoken form."""
    plain, spans = "", []
    while "[" in text:
        before, _, rest = text.partition("[")
        words, _, rest = rest.partition("](")
        slot, _, text = rest.partition(")")
        plain += before
        start = len(spoken(plain)) + 1
        plain += words
        spans.append((start, start + len(words), slot))
    return plain + text, spans


@pytest.mark.parametrize(("intent", "text", "slots"), CASES)
def test_own_words_give_slots_or_none(
    intent: str, text: str, slots: dict[str, object] | None
) -> None:
    plain, spans = marked(text)
    assert finder().resolve(intent, plain, spans) == slots


def test_a_refusal_says_why_without_the_words() -> None:
    found = finder().find("device.on", "turn on the heater")
    assert found.slots is None
    assert found.reason and "heater" not in found.reason


def test_any_pack_will_do(tmp_path: Path) -> None:
    (tmp_path / "intents.yaml").write_text(OWN_PACK, encoding="utf-8")
    replies = "tea.brew: Yes.\ntea.strength: Yes.\n"
    (tmp_path / "replies.yaml").write_text(replies, encoding="utf-8")
    own = SlotFinder(load_pack(tmp_path))
    fancy = "I fancy three cups of earl grey"
    assert own.resolve("tea.brew", fancy) == {"amount": 3, "kind": "bergamot"}
    assert own.resolve("tea.brew", "some mint would be nice") == {"kind": "mint"}
    assert own.resolve("tea.brew", "some mint and some green") is None
    assert own.resolve("tea.brew", "something hot") is None
    assert own.resolve("tea.strength", "a little stronger") == {"change": 1}
    assert own.resolve("tea.strength", "stronger not weaker") is None


@given(
    st.text(max_size=80),
    st.lists(
        st.tuples(
            st.integers(-5, 90),
            st.integers(-5, 90),
            st.sampled_from(["name", "minutes", "change=25", "item", "x=", "="]),
        ),
        max_size=4,
    ),
)
def test_any_text_and_any_marks_are_survived(
    text: str, spans: list[tuple[int, int, str]]
) -> None:
    for intent in ("light.brightness", "timer.add", "list.add"):
        finder().resolve(intent, text, spans)


def test_a_very_long_text_is_refused_at_once() -> None:
    assert finder().find("device.on", "turn on the light " * 6000).slots is None


SOME = (
    "ceiling christmas disco other second neighbour's night left old led baby".split()
)
ALL_OF_A_SORT = [
    ("device.on", "turn on the {} lights"),
    ("device.on", "{} lights on"),
    ("device.off", "turn off all the {} lamps in the house"),
    ("device.off", "could you switch the {} lights off"),
    ("light.brightness", "dim the {} lights"),
    ("light.color", "set the {} lights to red"),
    ("cover.open", "open the {} blinds"),
    ("cover.close", "close all {} curtains"),
    ("lock.lock", "lock the {} doors"),
]


@pytest.mark.parametrize("some", SOME)
@pytest.mark.parametrize(("intent", "text"), ALL_OF_A_SORT)
def test_some_that_nobody_knows_are_never_all(
    intent: str, text: str, some: str
) -> None:
    found = finder().find(intent, text.format(some))
    assert found.slots is None and found.reason


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("device.on", "get the lights going"),
        ("device.on", "could you please turn the lights on"),
        ("device.off", "turn all of the lights off"),
        ("device.off", "the kitchen lights off"),
        ("device.on", "switch on both lamps in the bedroom"),
        ("lock.lock", "lock the doors"),
    ],
)
def test_those_that_are_meant_all_still_are(intent: str, text: str) -> None:
    assert finder().find(intent, text).slots is not None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("turn the garden light on", None),  # and there is a garage light
        ("turn the bed room light on", "Bedroom Light"),
        ("turn the bedrom light on", "Bedroom Light"),
    ],
)
def test_words_that_are_known_were_not_misheard(text: str, name: str | None) -> None:
    start = text.index("the ") + 4
    slots = finder().find("device.on", text, [(start, len(text) - 3, "name")]).slots
    assert (slots or {}).get("name") == name
