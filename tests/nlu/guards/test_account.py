"""The wall: what nobody explains keeps a command from being done."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

import pytest

from tests.nlu.test_intent import samples
from tests.packs import SHIPPED, finder, parser, reader, shipped
from voiceagent.lang.languages import language
from voiceagent.nlu.guards.guards import Guards, Ruling
from voiceagent.nlu.guards.states import wanted_way
from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.manners import without_manners
from voiceagent.skills.packs.frames import FramedPack
from voiceagent.skills.packs.pack import load_pack

pytestmark = pytest.mark.property
STRANGE = ("gumption", "annas", "tuesdayish", "grandma", "upstairs", "cellar")
NOTHING = "dialog.never_mind"
MANNERS, GUARDS = language().manners, language().guards


@lru_cache
def guards(name: str) -> Guards:
    return Guards(finder(name).intents, framed=shipped(name).framed)


def commands(name: str, seed: int) -> list[tuple[Intent, str]]:
    """Sentences of the pack that do something, without free text in them.

    "Never mind" takes back whatever stands before it, and has a test of its own.
    """
    known = finder(name).intents
    found = []
    for intent, _, text in samples(shipped(name), seed):
        takes = known[intent]
        wild = any(atom.wild for atom in takes.atoms)
        read = parser(name).parse(text)
        taken_back = intent == NOTHING
        if read is not None and not takes.asks and not wild and not taken_back:
            found.append((read, text))
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_one_strange_word_anywhere_and_nothing_is_done(name: str) -> None:
    chance = random.Random(18)
    for intent, text in commands(name, 18):
        words = text.split()
        at, word = chance.randint(0, len(words)), chance.choice(STRANGE)
        said = " ".join([*words[:at], word, *words[at:]])
        assert reader(name).parse(said) is None, said
        assert guards(name).judge(said, intent).ruling is not Ruling.ACT, said


def test_what_is_taken_back_at_once_is_not_done() -> None:
    said = ["turn on the fan and turn off the tv", "gumption", "don't lock the door"]
    said += [text for _, text in commands("home", 21)[::3]]
    ends = [
        text for intent, _, text in samples(shipped("home"), 3) if intent == NOTHING
    ]
    for at, text in enumerate(said):
        found = reader("home").parse(f"{text} {ends[at % len(ends)]}")
        assert found is None or found.name == NOTHING, text


@pytest.mark.parametrize("name", SHIPPED)
def test_manners_around_a_command_change_nothing(name: str) -> None:
    chance = random.Random(7)
    for intent, text in commands(name, 7):
        front, back = chance.choice(MANNERS.fronts), chance.choice(MANNERS.backs)
        if back in ("again", "then", "already", "now") or "just" in front:
            continue
        if intent.name.startswith("manners."):
            continue  # they are what is taken away
        found = reader(name).parse(f"{front} {text} {back}")
        assert found is not None and found.meaning == intent.meaning, (front, back)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("um turn on the, uh, kitchen light please", "turn on the, kitchen light"),
        ("Would you mind closing the blind", "close the blind"),
        ("could you set it to 20 percent, thanks", "set it to 20 percent"),
        ("please", "please"),
        ("不要 turn on the tv please", "不要 turn on the tv please"),
        ("add milk please to my list", "add milk to my list"),
    ],
)
def test_manners_are_taken_off(text: str, bare: str) -> None:
    assert without_manners(text).rstrip(",") == bare


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("it is too cold", 1),
        ("im freezing", 1),
        ("its so loud in here", -1),
        ("not so loud", -1),
        ("its not warm enough", 1),
        ("make it dark", -1),
        ("less bright", -1),
        ("dim the lights", 0),
        ("warm enough", 0),
        ("hot and cold", 0),
    ],
)
def test_a_state_says_which_way_is_wanted(text: str, way: int) -> None:
    assert wanted_way(text.split(), MANNERS.states, GUARDS.directions) == way


@pytest.mark.parametrize(
    "text",
    [
        "turn off the lights in anna's room",
        "turn off the lights out back",
        "turn off the lights next door",
        "turn on light to",
        "turn on light too",
        "turn it off",
        "turn them off",
        "make it blue",
        "不要 turn on the tv",
    ],
)
def test_no_rest_of_a_sentence_is_acted_upon(text: str) -> None:
    for name in ("device.off", "device.on", "light.color"):
        intent = Intent(name, finder("home").resolve(name, text) or {})
        assert guards("home").judge(text, intent).ruling is not Ruling.ACT


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("give the timer ten more minutes", True),
        ("give the timer ten extra minutes", True),
        ("give the timer ten minutes", True),
        ("give the timer ten more", False),
        ("give the timer ten more degrees", False),
        ("give the timer ten more gumption minutes", False),
    ],
)
def test_a_number_and_its_unit_may_have_a_step_between_them(
    text: str, kept: bool
) -> None:
    intent = Intent("timer.add", {"minutes": 10, "sign": 1})
    assert (guards("home").judge(text, intent).ruling is Ruling.ACT) is kept


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("manners.thanks", "how kind of you to say so"),
        ("manners.bye", "i am going out now see you"),
        ("know.coin", "decide for us with a coin"),
    ],
)
def test_what_only_says_something_may_be_said_in_any_words(
    name: str, text: str
) -> None:
    assert finder("home").intents[name].only_says
    assert guards("home").judge(text, Intent(name)).ruling is Ruling.ACT
    command = Intent("device.on", {"scope": "all"})
    assert guards("home").judge(text, command).ruling is not Ruling.ACT


def test_what_does_something_never_only_says() -> None:
    for name in SHIPPED:
        for intent, takes in finder(name).intents.items():
            harmless = intent.startswith(("manners.", "know."))
            assert harmless or not takes.only_says, intent


def test_frames_name_things_of_this_house_alone(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text(
        'area = [{ name = "Den" }]\n'
        '[[entity]]\nname = "Den Lamp"\ndomain = "light"\narea = "Den"\n'
    )
    pack = load_pack(None, house=tmp_path / "house.toml")
    assert pack.frames is not None and "Shopping List" not in str(pack.frames)
    assert IntentParser(FramedPack(pack.frames, pack.slot_lists)).parse(
        "kill the den lamp"
    )
