"""English: what a reason beside a command may be, and what is none."""

from __future__ import annotations

import pytest

from tests.lang.tables import Check, failing
from tests.packs import reader
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.reasons import is_reason
from voiceagent.nlu.replanned import planned

pytestmark = pytest.mark.unit
ORDER = "turn on the tv"


def read(text: str) -> Intent | None:
    return reader("home").parse(text)


def reason(text: str, *, so: bool = False) -> bool:
    return is_reason(text.split(), so=so)


CHECKS: dict[str, Check] = {
    "reasons.subjects": lambda word: reason(f"{word} rather tired", so=True),
    "reasons.verbs": lambda word: reason(f"the noise {word} gumption"),
    "reasons.open": lambda word: not reason(f"the noise is here {word}"),
    "reasons.unsure": lambda word: not reason(f"the {word} is gumption"),
    "reasons.before_so": lambda word: not reason(f"i really {word}", so=True),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("i am bored so turn on the tv", {"name": "TV"}),
        ("turn on the tv because i am bored", {"name": "TV"}),
        ("it is dark in the kitchen switch the lights on", {"area": "Kitchen"}),
        ("that's enough radio now switch it off", {"name": "Radio"}),
        (
            "there is wind from the office window close it",
            {"name": "Office Window"},
        ),
        ("nobody is in so turn off the tv", {"name": "TV"}),
    ],
)
def test_a_command_with_its_reason(text: str, slots: dict[str, str]) -> None:
    found = read(text)
    assert found is not None and dict(found.slots) == slots


@pytest.mark.parametrize(
    "front",
    [
        *("my friend said", "he says", "she told me", "the sign says", "they asked me"),
        *("if it rains", "when it is dark", "i wish you would", "i would", "we always"),
        *("my son wants to", "i am going to", "she is about to", "i forgot to"),
        *("it is a lie that i", "i never", "i do not", "don't", "you should not"),
        *("i am watching john", "i hear people", "do you", "how do i", "why did you"),
        *("at nine", "tomorrow", "it is at nine", "we have tomorrow", "every monday"),
        *("the button is called", "the song is called", "the first step is"),
        *("my line is", "let him", "maybe", "i think he said so", "the password is"),
        *("we could", "i might", "i am not sure we", "imagine i", "i dreamt i"),
    ],
)
def test_what_is_no_reason_stops_the_command(front: str) -> None:
    found = read(f"{front} {ORDER}")
    assert found is None or planned(found)  # it waits for what is said


@pytest.mark.parametrize(
    "back",
    [
        *("because", "because of", "since six", "since monday", "because if it rains"),
        *("so", "so what", "so that", "because he said so", "since you asked"),
        *("so gumption", "because at nine", "so i said"),
    ],
)
def test_what_is_no_reason_behind_it_stops_it(back: str) -> None:
    found = read(f"{ORDER} {back}")
    assert found is None or planned(found)
