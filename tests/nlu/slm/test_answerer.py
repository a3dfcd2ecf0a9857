"""A model that answers in its own words, or not at all."""

from __future__ import annotations

import pytest
from scripted_decoder import ScriptedDecoder

from voiceagent.nlu.slm.answerer import AnsweringSlm
from voiceagent.nlu.slm.in_child import Cancellable
from voiceagent.nlu.slm.protocol import Guess

pytestmark = pytest.mark.unit
TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}<a>"


def answerer(wish: str) -> AnsweringSlm:
    """A model that wants to write that."""
    return AnsweringSlm(ScriptedDecoder(wish), name="x", template=TEMPLATE)


def test_it_says_one_sentence_as_its_own_and_stops() -> None:
    guess = answerer("Paris is there. And much more.").understand("where is paris")
    assert guess.intent is None and guess.reply == "I think Paris is there."
    assert guess.probability > 0.9


@pytest.mark.parametrize("wish", ["I have done it.", "Is it?", "no end of it"])
def test_what_must_not_be_said_is_not(wish: str) -> None:
    guess = answerer(wish).understand("where is paris")
    assert (guess.reply, guess.reason) == ("", "nothing to say")


def test_a_question_of_any_length_is_taken() -> None:
    slm = answerer("Paris is there.")
    assert slm.understand("") == Guess(None, reason="no words")
    assert slm.understand("why " * 500) == Guess(None, reason="too long")


def test_it_stops_when_told() -> None:
    slm = answerer("Paris is there.")
    assert isinstance(slm, Cancellable)
    slm.stop = lambda: True
    assert slm.understand("where is paris").reason == "cancelled"
