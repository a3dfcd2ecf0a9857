"""From intents back to words: what is said means the same again, or is not said."""

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packs import parser, shipped
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.phrase import Phraser, as_question

pytestmark = pytest.mark.property
SAID = (
    "turn on the kitchen light|set a timer for five minutes|wake me at seven thirty|"
    "is the front door locked|set the kitchen brightness to fifty percent|"
    "add milk to my shopping list|what time is it|cancel all timers|"
    "turn off the lights in the bedroom|open the garage door|never mind|"
    "set a pasta timer for an hour and a half|wake me tomorrow at six am"
).split("|")


@lru_cache
def phraser() -> Phraser:
    return Phraser(shipped("home"), parser("home"))


@pytest.mark.parametrize("text", SAID)
def test_what_was_understood_can_be_said_again(text: str) -> None:
    intent = parser("home").parse(text)
    assert intent is not None
    words = phraser().say(intent)
    again = parser("home").parse(words)
    assert again is not None and again.slots == intent.slots
    assert again.name == intent.name
    assert as_question(words).endswith("?")


@given(st.integers(1, 59), st.sampled_from(["minutes", "seconds"]))
def test_numbers_come_back_whole(number: int, unit: str) -> None:
    intent = Intent("timer.set", {unit: number})
    words = phraser().say(intent)
    found = parser("home").parse(words) if words else None
    assert found is None or found.slots == intent.slots


@given(st.text(max_size=10), st.text(max_size=10))
def test_what_the_pack_has_no_words_for_is_not_said(slot: str, value: str) -> None:
    assert phraser().say(Intent("device.on", {f"x{slot}": value})) == ""
    assert phraser().say(Intent(f"no.{slot}", {})) == ""


def test_commands_become_questions_and_questions_stay() -> None:
    assert as_question("turn on my lamp") == "Do you want me to turn on your lamp?"
    assert as_question("lights on") == "Did you mean: lights on?"
    assert as_question("") == ""
