"""Values of words that were heard freely have to be sure by themselves."""

from __future__ import annotations

import pytest

from tests.packs import finder, parser
from voiceagent.nlu.guards.free_values import by_word
from voiceagent.nlu.guards.guards import Guards, Ruling
from voiceagent.stt.protocol import Recognition

pytestmark = pytest.mark.unit


def ruling(text: str, unsure: str, likely: float, certain: float = 0.3) -> Ruling:
    intent = parser("home").parse(text)
    assert intent is not None
    sure = tuple(likely if word == unsure else 0.9 for word in text.split())
    heard = Recognition(text, 0.5, True, certain=certain, sure=sure)
    return Guards(finder("home").intents).heard(heard, intent).ruling


@pytest.mark.parametrize(
    ("text", "unsure", "likely", "expected"),
    [
        ("set a timer for nine minutes", "nine", 0.5, Ruling.ASK),
        ("set a timer for nine minutes", "nine", 0.7, Ruling.ACT),
        ("set a timer for nine minutes", "set", 0.1, Ruling.ACT),
        ("turn on the kitchen light", "kitchen", 0.1, Ruling.ASK),
        ("turn on the kitchen light", "kitchen", 0.4, Ruling.ACT),
        ("turn on the kitchen light", "turn", 0.1, Ruling.ACT),
        ("what time is it", "time", 0.1, Ruling.ACT),
    ],
)
def test_numbers_and_names_have_to_be_likely(
    text: str, unsure: str, likely: float, expected: Ruling
) -> None:
    assert ruling(text, unsure, likely) is expected


@pytest.mark.parametrize(("certain", "asked"), [(0.3, True), (0.6, False)])
def test_a_value_of_any_words_needs_a_sure_sentence(
    certain: float, asked: bool
) -> None:
    found = ruling("add oranges to my shopping list", "", 0.9, certain)
    assert (found is Ruling.ASK) is asked


def test_words_of_a_number_are_as_likely_as_it_is() -> None:
    found = by_word("Set it to 25%, or 5", (0.9, 0.8, 0.7, 0.3, 0.6, 0.2))
    assert found["twenty"] == 0.3 and found["percent"] == 0.3
    assert found["five"] == 0.2 and found["set"] == 0.9
    assert by_word("anything", ()) == {}
