"""English: every word that puts commands together, or refers to one, does so."""

from __future__ import annotations

import pytest

from tests.lang.tables import ENGLISH, Check, failing, taken_out
from tests.packs import reader
from voiceagent.agent.together import tells
from voiceagent.nlu.correction import mended, takes_back
from voiceagent.nlu.intent import SEVERAL, UNDO, Intent
from voiceagent.nlu.last_command import LastCommand
from voiceagent.nlu.parts import PartsReader, either
from voiceagent.nlu.reader import CommandReader

pytestmark = pytest.mark.unit
COMMAND = "turn on the kitchen light"
WORDS = ENGLISH.parts


def read(text: str) -> Intent | None:
    return reader("home").parse(text)


def spared(text: str) -> list[object]:
    """What is left as it is."""
    found = read(text)
    return [s for one in (found.without if found else ()) for s in one.slots.values()]


def after(text: str, *said: str) -> Intent | None:
    """What is done where that follows some commands."""
    past = LastCommand()
    for one in said or (COMMAND,):
        done = read(one)
        assert done is not None, one
        past.did(done, 0.0)
    found = past.read(text, reader("home").parse, 1.0)
    return found.intent if found else None


def kept(entry: tuple[str, str]) -> bool:
    front, back = entry
    words = f"turn off all the lights but {front} the bed light {back}".strip()
    return spared(words) == ["Bed Light"]


def another(cue: str) -> bool:
    found = read(f"set an alarm for six am and {cue} for seven am")
    return found is not None and [p.slots["hour"] for p in found.parts] == [6, 7]


def without(field: str, word: str, text: str) -> bool:
    """Whether `text` is read another way where a table lacks a word."""
    fewer = PartsReader(reader("home").parse, taken_out(WORDS, field, word))
    found = read(text)
    return found is not None and fewer.read(text) != found


def one_value(cue: str) -> bool:
    found = after(f"{cue} five minutes", "set a timer for ten minutes")
    if found is None or found.name != SEVERAL:
        return False
    undone, new = found.parts
    return undone.name == UNDO and new.slots == {"minutes": 5}


def lights(cue: str) -> bool:
    found = after(f"turn {cue} off", "turn on the tv", "turn on the fan")
    return found is not None and [p.slots["name"] for p in found.parts] == [
        "TV",
        "Ceiling Fan",
    ]


def no_name(word: str) -> bool:
    """Whether nothing is called so."""
    found = CommandReader(reader("home")._parser, lambda: None).parse(
        f"cancel the {word} gumption timer"
    )
    return found is None or found.slots.get("name") != f"{word} gumption"


def named(intent: Intent | None) -> object:
    return intent.slots.get("name") if intent else None


CHECKS: dict[str, Check] = {
    "parts.turns": lambda cue: (
        (found := read(f"{COMMAND} {cue} turn off the tv")) is not None
        and len(found.parts) == 2
    ),
    "parts.keeping": kept,
    "parts.the_one": lambda cue: (
        "Kitchen" in spared(f"turn off all the lights except {cue} in the kitchen")
    ),
    "parts.one": lambda word: (
        spared(f"cancel all timers except the pasta {word}") == ["pasta"]
    ),
    "parts.another": another,
    "parts.articles": lambda word: (
        word == "another"
        or read(f"set {word} alarm for six am") is not None
        or read(f"set {word} timer for ten minutes") is not None
    ),
    "parts.no_names": no_name,
    "parts.kinds": lambda word: (
        (found := read(f"cancel the gumption {word} timer")) is None
        or named(found) != f"gumption {word}"
    ),
    "parts.lists": lambda word: (
        (found := read(f"add milk to my shopping {word} and eggs to my to do list"))
        is not None
        and (bool(found.parts) or word == "lists")
    ),
    "parts.singular": lambda pair: (
        pair[0] == "were"
        or (found := read(f"{pair[0]} the front door and the back door locked"))
        is not None
        and len(found.parts) == 2
    ),
    "parts.either": lambda word: (
        (asked := either(f"{COMMAND} {word} the bed light", reader("home").parse))
        is not None
        and len(asked.options) == 2
    ),
    "parts.telling": lambda word: tells(Intent("any", text=f"{word} me the time")),
    "parts.rather": one_value,
    "parts.also": lambda cue: named(after(f"{cue} the bed light")) == "Bed Light",
    "parts.also_behind": lambda cue: (
        named(after(f"the bed light {cue}")) == "Bed Light"
    ),
    "parts.the_other": lambda cue: (
        named(after(f"turn {cue} off", "turn on the tv", "turn on the fan")) == "TV"
    ),
    "parts.both_of_them": lights,
    "corrections.dropped": lambda words: (
        (found := read(f"{COMMAND} {words}")) is None
        or found.name.startswith("dialog.")
    ),
    "corrections.fillers": lambda word: (
        takes_back(f"{COMMAND} {word} no the bed light")
        and (found := mended(f"{COMMAND} {word} no the bed light", read)) is not None
        and named(found.intent) == "Bed Light"
    ),
    "corrections.articles": lambda word: (
        (found := mended("turn on the tv no the radio", read)) is not None
        and found.plain
    ),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []


@pytest.mark.parametrize(
    "text",
    [
        "turn off the tv but gumption",
        "turn off all the lights but leave the gumption on",
        "turn off all the lights, the gumption stays on",
        "set an alarm for six am and another one for gumption",
        "turn on the kitchen light and dim it gumption",
        "cancel all timers except the pasta gumption one",
        "are the front door and the gumption locked",
    ],
)
def test_a_strange_word_in_any_of_them_stops_it(text: str) -> None:
    found = read(text)
    assert found is None or "gumption" in str(found), found


@pytest.mark.parametrize(
    "text",
    [
        *("make it gumption", "the same for the gumption", "and the gumption too"),
        *("turn the other gumption off", "now gumption", "both", "the other one"),
        *("make it purple", "turn both gumption off", "and too", "now"),
    ],
)
def test_what_refers_to_nothing_is_no_command(text: str) -> None:
    assert after(text, "set a timer for ten minutes", "turn on the tv") is None
