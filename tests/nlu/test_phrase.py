"""From intents back to words: what is said means the same again, or is not said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.phrase import Phraser, as_question
from voiceagent.skills.packs.pack import load_pack

pytestmark = pytest.mark.property
PACK = load_pack(None)
PARSER = IntentParser(PACK)
PHRASER = Phraser(PACK, PARSER)
SAID = (
    "turn on the kitchen light|set a timer for five minutes|wake me at seven thirty|"
    "is the front door locked|set the kitchen brightness to fifty percent|"
    "add milk to my shopping list|what time is it|cancel all timers|"
    "turn off the lights in the bedroom|open the garage door|never mind|"
    "set a pasta timer for an hour and a half|wake me tomorrow at six am"
).split("|")


@pytest.mark.parametrize("text", SAID)
def test_what_was_understood_can_be_said_again(text: str) -> None:
    intent = PARSER.parse(text)
    assert intent is not None
    words = PHRASER.say(intent)
    again = PARSER.parse(words)
    assert again is not None and again.slots == intent.slots
    assert again.name == intent.name
    assert as_question(words).endswith("?")


@given(st.integers(1, 59), st.sampled_from(["minutes", "seconds"]))
def test_numbers_come_back_whole(number: int, unit: str) -> None:
    intent = Intent("timer.set", {unit: number})
    words = PHRASER.say(intent)
    found = PARSER.parse(words) if words else None
    assert found is None or found.slots == intent.slots


@given(st.text(max_size=10), st.text(max_size=10))
def test_what_the_pack_has_no_words_for_is_not_said(slot: str, value: str) -> None:
    assert PHRASER.say(Intent("device.on", {f"x{slot}": value})) == ""
    assert PHRASER.say(Intent(f"no.{slot}", {})) == ""


def test_commands_become_questions_and_questions_stay() -> None:
    assert as_question("turn on my lamp") == "Do you want me to turn on your lamp?"
    assert as_question("lights on") == "Did you mean: lights on?"
    assert as_question("") == ""
