"""English: every word that puts commands together, or refers to one, does so."""

from __future__ import annotations

import pytest

from tests.lang.tables import ENGLISH, Check, failing, taken_out
from tests.packs import reader
from voiceagent.agent.together import tells
from voiceagent.nlu.correction import mended, takes_back
from voiceagent.nlu.enumerated import of_its_thing
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


MADE = {
    "timer": "set a timer for ten minutes",
    "alarm": "set an alarm for six am",
    "reminder": "remind me at eight to call mum",
    "plan": "turn off the tv in ten minutes",
}
ELIDED = {
    "make": "twice as bright",
    "set": "to thirty percent",
    "turn": "off",
    "": "at thirty percent",
}


def two_timers(text: str) -> bool:
    found = read(text)
    return found is not None and [p.slots.get("minutes") for p in found.parts] == [5, 9]


def both_lights(word: str) -> bool:
    rest = f"turn {word} off" if word != "their" else "set their brightness to half"
    found = after(rest, "turn on the kitchen light and the bed light")
    return found is not None and len(found.parts) == 2


def shared(beside: str) -> bool:
    """Whether a thing is found behind that word."""
    parse = reader("home").parse
    last = parse("add milk to my shopping list")
    assert last is not None

    def one(words: tuple[str, ...]) -> Intent | None:
        taken = parse("remove eggs from my shopping list")
        return taken if words[2:3] == (beside,) else None

    return of_its_thing(("remove", "eggs"), last, one, WORDS) is not None


def begins(text: str, name: str) -> bool:
    found = after("cancel it", text)
    return found is not None and found.name.startswith(name)


CHECKS: dict[str, Check] = {
    "parts.one_of_two": lambda word: (
        either(f"turn on {word} the tv or the radio", reader("home").parse) is not None
    ),
    "parts.opening": lambda cue: (
        (found := read(f"{cue} {COMMAND} then the tv")) is not None
        and len(found.parts) == 2
    ),
    "parts.heaps": lambda word: two_timers(
        f"set {word} timers for five and nine minutes"
    ),
    "parts.each_one": lambda cue: two_timers(
        f"set two timers {cue} for five minutes and {cue} for nine"
    ),
    "parts.beside": shared,
    "parts.many": both_lights,
    "parts.made": lambda pair: begins(MADE[pair[1]], pair[0]),
    "parts.counted": lambda word: (
        (found := after(f"cancel the {word} one", MADE["timer"])) is not None
        and found.name == "timer.cancel"
        and "place" in found.slots
    ),
    "parts.elided": lambda word: after(ELIDED[word]) is not None,
    "parts.added": lambda name: (
        (found := after("and eggs", "add milk to my shopping list")) is not None
        and found.name == name
        and found.slots["item"] == "eggs"
    ),
    "parts.emptied": lambda name: (
        (found := read("clear my shopping list except apples")) is not None
        and found.name == name
        and bool(found.without)
    ),
    "parts.taking_out": lambda words: (
        "apples" in spared("clear my shopping list except apples")
    ),
    "parts.instead": lambda cue: (
        (found := read(f"turn off the radio and turn on the tv {cue}")) is not None
        and len(found.parts) == 2
    ),
    "parts.the_rest": lambda cue: (
        spared(f"leave the bed light on and turn off {cue}") == ["Bed Light"]
    ),
    "parts.only": lambda cue: (
        spared(f"{cue} keep the bed light on and turn off the rest") == ["Bed Light"]
    ),
    "corrections.going_on": lambda cue: (
        (found := mended(f"wake me at six no {cue} half past six", read)) is not None
        and found.intent.slots.get("minute") == 30
    ),
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
