"""English: every word of the tables of manners and of parts does what it is for."""

from __future__ import annotations

from functools import cache

import pytest

from tests.lang.tables import ENGLISH, Check, failing
from tests.packs import finder, parser
from voiceagent.nlu.correction import mended
from voiceagent.nlu.guards.account import Account, AccountRule
from voiceagent.nlu.guards.states import wanted_way
from voiceagent.nlu.guards.verdict import GuardVerdict
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.last_command import LastCommand
from voiceagent.nlu.manners import without_manners
from voiceagent.nlu.parts import PartsReader
from voiceagent.nlu.slm.forms import Takes

pytestmark = pytest.mark.unit
COMMAND = "turn on the kitchen light"
RULE = AccountRule(ENGLISH)
"""The wall, by itself."""


@cache
def known() -> tuple[Intent, Takes]:
    """The command, and what its intent takes."""
    intent = parser("home").parse(COMMAND)
    assert intent is not None
    return intent, finder("home").intents[intent.name]


def account(text: str) -> Account:
    """What is left of a sentence that is taken for the command."""
    return RULE.of(text, *known())


def judged(text: str) -> GuardVerdict:
    """What the wall says of that."""
    return RULE.judge(text, *known())


def likened(entry: tuple[str, frozenset[str]]) -> bool:
    """Whether a word is explained beside those it stands for, and not without."""
    word, likes = entry
    takes = known()[1]
    alone = RULE._explained(takes, frozenset())
    return word not in alone and all(
        word in RULE._explained(takes, frozenset((like,))) for like in likes
    )


def way(text: str) -> int:
    """What is wanted where that is said."""
    return wanted_way(text.split(), ENGLISH.manners.states, ENGLISH.guards.directions)


def parts(text: str) -> Intent | None:
    """A sentence of parts."""
    return PartsReader(parser("home").parse).read(text)


def halves(joint: str) -> bool:
    """Whether two commands are read where it stands between them."""
    found = parts(f"{COMMAND} {joint} turn off the bedroom light")
    return found is not None and len(found.parts) == 2


def spares(words: str) -> bool:
    """Whether a room is left as it is."""
    found = parts(f"turn off all the lights {words} the kitchen")
    return found is not None and len(found.without) == 1


def meant(words: str) -> bool:
    """Whether the second of two rooms is."""
    text = f"{COMMAND} {words} the bedroom light"
    found = mended(text, parser("home").parse)
    return found is not None and "kitchen" not in str(found.intent.slots)


def after(text: str) -> tuple[str, str]:
    """What is done, and to which sort of thing, where that follows the command."""
    last = LastCommand()
    last.did(known()[0], 0.0)
    found = last.read(text, parser("home").parse, 1.0)
    assert found is not None
    return found.intent.name, str(found.intent.slots["name"]).split()[-1].lower()


CHECKS: dict[str, Check] = {
    "manners.fronts": lambda words: without_manners(f"{words} {COMMAND}") == COMMAND,
    "manners.backs": lambda words: without_manners(f"{COMMAND} {words}") == COMMAND,
    "manners.within": lambda word: (
        without_manners(f"turn {word} on it") == "turn on it"
    ),
    "manners.gerunds": lambda words: (
        without_manners(f"{words} turning on the kitchen light") == COMMAND
    ),
    "manners.fillers": lambda word: account(f"{word} {COMMAND}").complete,
    "manners.joining": lambda word: (
        account(f"{COMMAND} {word}").dangling or word in ("on", "off")
    ),
    "manners.places": lambda word: judged(f"{COMMAND} {word} gumption").unknown != "",
    "manners.pronouns": lambda word: not account(f"{COMMAND} {word}").complete,
    "manners.pointing": lambda word: not account(f"{COMMAND} {word}").complete,
    "manners.likenesses": likened,
    "manners.endings": lambda end: "turn" in RULE._forms(f"turn{end}"),
    "manners.hence": lambda word: (
        not judged(f"i am off to work {word} {COMMAND}").ruling
    ),
    "manners.because": lambda word: (
        not judged(f"{COMMAND} {word} i am off to work").ruling
    ),
    "manners.states.high": lambda word: way(f"it is too {word}") == -1,
    "manners.states.low": lambda word: way(f"it is too {word}") == 1,
    "manners.states.making": lambda word: way(f"{word} it warm") == 1,
    "manners.states.negations": lambda word: way(f"it is {word} warm enough") == 1,
    "parts.joints": halves,
    "parts.both": lambda word: (
        parts(f"turn on {word} the kitchen light and the bedroom light") is not None
    ),
    "parts.exceptions": spares,
    "corrections.markers": meant,
    "parts.referring": lambda word: (
        after(f"turn off {word}") == ("device.off", "light")
    ),
    "parts.again": lambda words: after(words) == ("device.on", "light"),
    "parts.anew": lambda words: (
        after(f"{words} the bedroom light") == ("device.on", "light")
    ),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []
