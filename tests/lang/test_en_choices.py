"""English: every word of the tables for choosing does what its table is for."""

from __future__ import annotations

import pytest

from tests.lang.tables import Check, examples, failing
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.choosing import Chosen, chosen
from voiceagent.nlu.clarify import Option, Question
from voiceagent.nlu.intent import Intent

pytestmark = pytest.mark.unit
PAIR = (("pasta",), ("rice",))
THREE = (*PAIR, ("peas",))
ASKED = Question(
    "Which one: pasta or rice?",
    tuple(Option(name, Intent(name)) for (name,) in PAIR),
    together=lambda intents: Intent("+".join(i.name for i in intents)),
)
YES_NO = Question("Really?", (Option("clear the list", Intent("clear")),))


def picks(text: str, *places: int) -> bool:
    return chosen(text, THREE) == Chosen(places)


CHECKS: dict[str, Check] = {
    "choices.before": lambda word: picks(f"{word} rice", 1),
    "choices.behind": lambda word: picks(f"rice {word}", 1),
    "choices.telling": lambda cue: all(
        picks(f"the {said} the rice", 1) for said in examples(cue)
    ),
    "corrections.markers": lambda cue: picks(f"the pasta one {cue} the rice one", 1),
    "choices.all_of_them": lambda words: picks(words, 0, 1, 2),
    "choices.both": lambda words: chosen(words, PAIR) == Chosen((0, 1)),
    "choices.all_so_many": lambda word: picks(f"{word} three", 0, 1, 2),
    "choices.of_them": lambda words: picks(f"all three {words}", 0, 1, 2),
    "choices.excepting": lambda cue: picks(f"all of them {cue} the rice one", 0, 2),
    "choices.joints": lambda cue: picks(f"the first {cue} the peas", 0, 2),
    "choices.last": lambda word: picks(f"the {word} one", 2),
    "choices.again": lambda words: (
        isinstance(found := ASKED.settle(words), Question) and found.text == ASKED.text
    ),
    "choices.which": lambda words: (
        isinstance(found := ASKED.settle(words), Question)
        and found.text == "You can say: pasta, rice, both, or none of them"
    ),
    "choices.meant": lambda word: isinstance(YES_NO.settle(f"yes {word}"), Intent),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []


def test_a_number_is_a_place_where_it_is_said_to_be_one() -> None:
    assert picks("number two", 1) and spoken("number 2") == "number two"
