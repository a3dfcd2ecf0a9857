"""Words heard freely: read as typed where they are sure, spoken back where not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cafe import DARK, Cafe, order
from model_folders import Source

from voiceagent.clock import Compute, Pace, now, run
from voiceagent.deadline import Deadline
from voiceagent.nlu.decision import DecisionStep, Route
from voiceagent.nlu.free_words import BELIEVED, TAKEN, as_typed, sure_words
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.interpreter import Interpreter
from voiceagent.nlu.models.swap import ModelSwitch
from voiceagent.nlu.reading import Doubts, Reading
from voiceagent.nlu.slm.protocol import Guess
from voiceagent.stt.protocol import OUTSIDE, Recognition

pytestmark = pytest.mark.unit
SURE, UNSURE = TAKEN + 0.05, (BELIEVED + TAKEN) / 2


def play(
    *said: Recognition, guesses: dict[str, Guess | Exception] | None = None
) -> list[Reading]:
    async def main() -> list[Reading]:
        compute = Compute(Pace.VIRTUAL, {})
        models = None
        if guesses is not None:
            source = Source(m=guesses)
            models = ModelSwitch(source, compute, print, current=source.load("m"))
        doubts = Doubts(0.3, lambda intent: "turn on the light")
        reader = Interpreter(Cafe(), compute, models=models, doubts=doubts)
        found = []
        for turn, one in enumerate(said, 1):
            until = Deadline(now() + 0.8, 0.08)
            reading = await reader.read(one, turn=turn, typed=False, deadline=until)
            if reading.question is not None:
                reader.ask(reading.question, turn)
            found.append(reading)
        return found

    return run(main(), virtual=True)


def outside(words: str, certain: float) -> Recognition:
    return Recognition("", 0.0, False, OUTSIDE, transcript=words, certain=certain)


def test_sure_words_of_a_template_are_acted_upon() -> None:
    (reading,) = play(outside("a double espresso", SURE))
    assert reading.route.step is DecisionStep.ACT and reading.intent == order("double")
    assert reading.confidence == pytest.approx(SURE)


def test_sure_words_are_given_to_the_model_as_if_they_were_typed() -> None:
    guesses: dict[str, Guess | Exception] = {DARK: Guess(Intent("device.on"), 0.99)}
    (reading,) = play(outside(DARK, SURE), guesses=guesses)
    assert reading.route.step is DecisionStep.ACT
    (reading,) = play(outside(DARK, UNSURE), guesses=guesses)
    assert reading.question is not None


@pytest.mark.parametrize("certain", [0.0, BELIEVED - 0.01])
def test_words_that_are_not_sure_at_all_come_to_nothing(certain: float) -> None:
    (reading,) = play(outside("a double espresso", certain))
    assert reading.intent is None and reading.question is None


def test_unsure_words_of_a_template_are_spoken_back_and_yes_acts() -> None:
    first, second = play(
        outside("a double espresso", UNSURE),
        Recognition("yes", 1.0, True),
    )
    assert first.question is not None and first.route.step is DecisionStep.ASK
    assert second.intent == order("double")


def test_a_number_that_sounds_like_another_is_spoken_back() -> None:
    said = outside("turn on the light in fifteen minutes", 1.0)
    assert sure_words(said) is None
    (reading,) = play(said)
    assert reading.question is not None


def test_what_was_heard_besides_the_chosen_sentence_is_believed_where_sure() -> None:
    chosen = Recognition(
        "turn on the light", 0.9, True, free="a double espresso", certain=SURE
    )
    (reading,) = play(chosen)
    assert reading.intent == order("double")
    (reading,) = play(replace(chosen, certain=UNSURE))
    assert reading.intent is not None and reading.intent.name == "device.on"


def test_sure_words_that_nobody_understands_leave_the_chosen_sentence() -> None:
    chosen = Recognition(
        "turn on the light", 0.9, True, free="mumble mumble", certain=SURE
    )
    (reading,) = play(chosen)
    assert reading.intent is not None and reading.intent.name == "device.on"


def test_a_chosen_sentence_in_doubt_gives_way_to_what_was_heard_besides() -> None:
    chosen = Recognition(
        "turn on the light", 0.2, True, free="a double espresso", certain=UNSURE
    )
    reading, yes = play(chosen, Recognition("yes", 1.0, True))
    assert reading.question is not None and "espresso" in reading.question.text
    assert yes.intent == order("double")


def test_a_yes_that_a_whole_sentence_begins_with_is_no_answer() -> None:
    doubtful = Recognition("a double espresso", 0.2, True)
    went_on = Recognition("yes", 0.9, True, free="Yesterday I said make my heart")
    reading, nothing = play(doubtful, went_on)
    assert reading.question is not None and nothing.intent is None
    _, done = play(doubtful, replace(went_on, free="Yes, please do."))
    assert done.intent == order("double")


def test_words_of_which_each_is_known_are_read_where_all_of_them_are_less_sure() -> (
    None
):
    said = outside("a double espresso", UNSURE)
    (reading,) = play(replace(said, sure=(0.9, 0.6, 0.9)))
    assert reading.route.step is DecisionStep.ACT and reading.intent == order("double")
    (reading,) = play(replace(said, sure=(0.9, 0.6, 0.9), certain=BELIEVED / 2))
    assert reading.intent is None and reading.question is None


@pytest.mark.parametrize(("certain", "taken"), [(UNSURE, False), (SURE, True)])
def test_what_refers_to_the_last_command_has_to_be_sure(
    certain: float, taken: bool
) -> None:
    heard = replace(outside("again", certain), sure=(0.9,))
    found = Reading(Route("device", "again"), order("double"), by="conversation")

    async def read(said: Recognition) -> Reading:
        return found

    async def main() -> Reading | None:
        return await as_typed(heard, read)

    assert (run(main(), virtual=True) is found) is taken
