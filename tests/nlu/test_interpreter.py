"""Templates, then the model, then asking back: what the words come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from cafe import DARK, Cafe, order
from hypothesis import given
from hypothesis import strategies as st
from model_folders import Source

from voiceagent.clock import Compute, Pace, now, run
from voiceagent.deadline import Deadline
from voiceagent.nlu.decision import DecisionStep
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.interpreter import Interpreter
from voiceagent.nlu.models.swap import ModelSwitch
from voiceagent.nlu.open_question import DECLINED
from voiceagent.nlu.reading import Doubts, Reading
from voiceagent.nlu.slm.protocol import NOT_MINE, Guess
from voiceagent.stt.protocol import Recognition
from voiceagent.trace.events import Event

pytestmark = pytest.mark.unit
SIZES = ("double", "triple")


def heard(text: str, confidence: float = 1.0, *others: str) -> Recognition:
    return Recognition(text, confidence, True, "scripted", others)


@dataclass
class Desk:
    """An interpreter and the turns it is asked about."""

    guesses: Mapping[str, Guess | Exception] | None = None
    doubts: Doubts = field(default_factory=lambda: Doubts(0.6, _phrase))
    events: list[Event] = field(default_factory=list)
    cafe: Cafe = field(default_factory=Cafe)
    turn: int = 0
    costs: Mapping[str, float] = field(default_factory=lambda: {"slm": 0.02})

    def open(self) -> None:
        compute = Compute(Pace.VIRTUAL, self.costs)
        models = None
        if self.guesses is not None:
            source = Source(m=self.guesses)
            slm = source.load("m")
            models = ModelSwitch(source, compute, self.events.append, current=slm)
        self.interpreter = Interpreter(
            self.cafe, compute, models=models, doubts=self.doubts
        )

    async def read(self, recognition: Recognition, *, typed: bool = False) -> Reading:
        self.turn += 1
        found = await self.interpreter.read(
            recognition,
            turn=self.turn,
            typed=typed,
            deadline=Deadline(now() + 0.8, 0.08),
        )
        if found.question is not None:
            self.interpreter.ask(found.question, self.turn)
        return found


def _phrase(intent: Intent) -> str:
    return {"device.on": "turn on my light", "order": "order a coffee"}[intent.name]


def play(desk: Desk, *said: Recognition) -> list[Reading]:
    async def main() -> list[Reading]:
        desk.open()
        return [await desk.read(one) for one in said]

    return run(main(), virtual=True)


def test_a_template_is_acted_upon_and_the_model_not_asked() -> None:
    desk = Desk({})
    (found,) = play(desk, heard("a double espresso"))
    assert found.intent == order("double") and found.question is None
    assert found.route.tier == "device" and desk.events == []


def test_a_sure_model_acts_an_unsure_one_asks_an_ignorant_one_hands_over() -> None:
    light = Intent("device.on", {}, text=DARK)
    for probability, step in (
        (0.97, DecisionStep.ACT),
        (0.7, DecisionStep.ASK),
        (0.3, DecisionStep.HAND_OVER),
    ):
        (found,) = play(Desk({DARK: Guess(light, probability)}), heard(DARK))
        assert found.route.step is step
        assert (found.intent is not None) == (step is not DecisionStep.HAND_OVER)
    (found,) = play(Desk({DARK: NOT_MINE}), heard(DARK))
    assert found.route.reason == "model m: not mine" and found.intent is None


def test_an_unsure_model_asks_in_the_words_of_the_pack_and_yes_acts() -> None:
    light = Intent("device.on", {"area": "Hall"}, text=DARK)
    desk = Desk({DARK: Guess(light, 0.7)})
    asked, settled = play(desk, heard(DARK), heard("yes please"))
    assert asked.question is not None
    assert asked.question.text == "Do you want me to turn on your light?"
    assert settled.intent == light and settled.by == "answer"
    assert settled.route.reason == "confirmed device.on"


def test_no_does_nothing_and_the_question_is_gone() -> None:
    light = Intent("device.on", {}, text=DARK)
    desk = Desk({DARK: Guess(light, 0.7)})
    _, declined, late = play(desk, heard(DARK), heard("no"), heard("yes"))
    assert declined.reply == DECLINED and declined.intent is None
    assert late.intent is None and late.route.tier == "none"


def test_a_question_expires_with_the_next_turn_whatever_it_was() -> None:
    light = Intent("device.on", {}, text=DARK)
    desk = Desk({DARK: Guess(light, 0.7)})
    _, other, yes = play(desk, heard(DARK), heard("a double espresso"), heard("yes"))
    assert other.intent == order("double"), "a new command is no answer"
    assert yes.intent is None


def test_what_was_not_accepted_never_says_yes() -> None:
    light = Intent("device.on", {}, text=DARK)
    noise = Recognition("yes", 0.2, False, "noise")
    _, found = play(Desk({DARK: Guess(light, 0.7)}), heard(DARK), noise)
    assert found.intent is None and found.route.tier == "none"


def test_a_refused_word_of_an_option_settles_nothing() -> None:
    said = heard("a double espresso", 0.9, "a triple espresso")
    noise = Recognition("triple", 0.1, False, "noise")
    _, found = play(Desk(), said, noise)
    assert found.intent is None and found.route.tier == "none"


def unheard(words: str) -> Recognition:
    return Recognition(words, 0.0, False, "outside the grammar", transcript=words)


@pytest.mark.parametrize("probability", [0.7, 0.99])
def test_free_words_are_given_to_the_model_and_never_acted_upon(
    probability: float,
) -> None:
    light = Intent("device.on", {}, text=DARK)
    asked, yes = play(
        Desk({DARK: Guess(light, probability)}), unheard(DARK), heard("yes")
    )
    assert asked.question is not None
    assert yes.intent == light, "what was asked and confirmed is done"


@pytest.mark.parametrize("guess", [NOT_MINE, Guess(None), Exception("broken")])
def test_free_words_that_the_model_does_not_know_are_handed_over(
    guess: Guess | Exception,
) -> None:
    (found,) = play(Desk({DARK: guess}), unheard(DARK))
    assert found.question is None and found.route.step is DecisionStep.HAND_OVER
    (silent,) = play(Desk(), unheard(DARK))
    assert silent.route.step is DecisionStep.HAND_OVER


def test_near_readings_that_differ_in_one_slot_are_asked_for_by_name() -> None:
    said = heard("a double espresso", 0.9, "a triple espresso")
    asked, settled = play(Desk(), said, heard("triple"))
    assert asked.question is not None and asked.question.text == "Double or triple?"
    assert settled.intent == order("triple")


def test_near_readings_that_mean_the_same_or_nothing_are_no_doubt() -> None:
    said = heard("a double espresso", 0.9, "a double espresso", "mumble")
    (found,) = play(Desk(), said)
    assert found.question is None and found.intent == order("double")


def test_a_template_heard_in_doubt_is_repeated_back() -> None:
    asked, settled = play(Desk(), heard("a double espresso", 0.5), heard("right"))
    assert asked.question is not None
    assert asked.question.text == "Did you say: a double espresso?"
    assert settled.intent == order("double")
    (sure,) = play(Desk(), heard("a double espresso", 0.6))
    assert sure.question is None


def test_after_a_no_the_number_that_sounds_like_it_is_asked_about() -> None:
    said, other = (f"a {size} espresso" for size in ("fourteen", "forty"))
    no, yes = heard("no"), heard("yes")
    asked, again, settled = play(Desk(), heard(said, 0.5), no, yes)
    assert asked.question is not None and again.question is not None
    assert again.question.text == f"Did you say: {other}?"
    assert settled.intent == order("forty")
    *_, declined = play(Desk(), heard(said, 0.5), no, no)
    assert declined.reply == DECLINED and declined.intent is None


@pytest.mark.parametrize("answer", ["mumble", "a double espresso", "", "maybe"])
def test_whatever_else_is_answered_is_no_yes_to_the_other_number(answer: str) -> None:
    _, found, late = play(
        Desk(), heard("a fourteen espresso", 0.5), heard(answer), heard("yes")
    )
    assert late.intent is None and late.question is None
    wanted = order("double") if answer.startswith("a ") else None
    assert found.intent == wanted


def test_the_corrected_sentence_itself_is_a_command() -> None:
    _, found = play(
        Desk(), heard("a fourteen espresso", 0.5), heard("a forty espresso")
    )
    assert found.intent == order("forty") and found.question is None


def test_the_model_is_not_believed_on_words_heard_in_doubt() -> None:
    light = Intent("device.on", {}, text=DARK)
    (found,) = play(Desk({DARK: Guess(light, 0.99)}), heard(DARK, 0.4))
    assert found.question is not None


def test_an_intent_that_the_pack_does_not_have_is_handed_over() -> None:
    guess = Guess(Intent("rocket.launch"), 0.99)
    (found,) = play(Desk({DARK: guess}), heard(DARK))
    assert found.route.reason == "model m: not in this pack" and found.intent is None


def test_without_words_to_ask_back_it_is_handed_over() -> None:
    light = Intent("device.on", {}, text=DARK)
    desk = Desk({DARK: Guess(light, 0.7)}, Doubts(0.0, lambda intent: ""))
    (found,) = play(desk, heard(DARK))
    assert found.route.tier == "none" and found.question is None


def test_a_model_that_talks_is_heard_and_does_nothing() -> None:
    desk = Desk({DARK: Guess(None, reply="Then open the curtains.")})
    (found,) = play(desk, heard(DARK))
    assert found.reply == "Then open the curtains." and found.intent is None


def test_a_model_that_is_late_or_broken_hands_over() -> None:
    light = Intent("device.on", {}, text=DARK)
    late = Desk({DARK: Guess(light, 0.99)}, costs={"slm": 3.0})
    (found,) = play(late, heard(DARK))
    assert found.route.reason == "model m: too late"
    (found,) = play(Desk({DARK: ValueError("x")}), heard(DARK))
    assert found.route.reason == "model m: failed"


def test_typing_may_take_the_place_of_the_turn_that_listens() -> None:
    async def main() -> tuple[Reading, Reading]:
        desk = Desk({DARK: Guess(Intent("device.on", {}, text=DARK), 0.7)})
        desk.open()
        asked = await desk.read(heard(DARK))
        desk.turn += 1  # the microphone opened, nothing was said
        return asked, await desk.read(heard("yes"), typed=True)

    asked, settled = run(main(), virtual=True)
    assert asked.question is not None and settled.intent is not None


@given(st.lists(st.sampled_from([DARK, "a double espresso", "x"]), max_size=4))
def test_foreseeing_changes_nothing(said: list[str]) -> None:
    guesses = {DARK: Guess(Intent("device.on", {}, text=DARK), 0.7)}

    async def main(ahead: bool) -> list[Reading]:
        desk = Desk(guesses)
        desk.open()
        found = []
        for text in said:
            if ahead:
                await desk.interpreter.foresee(text)
                await desk.interpreter.foresee("yes")
            found.append(await desk.read(heard(text)))
        return found

    plain = run(main(False), virtual=True)
    assert run(main(True), virtual=True) == plain


def test_the_likely_answer_to_a_question_is_foreseen() -> None:
    async def main() -> Reading:
        desk = Desk({DARK: Guess(Intent("device.on", {}, text=DARK), 0.7)})
        desk.open()
        await desk.read(heard(DARK))
        return await desk.interpreter.foresee("yes")

    assert run(main(), virtual=True).intent is not None


@pytest.mark.fault
@given(st.text(max_size=300))
def test_any_text_comes_to_something(text: str) -> None:
    accepted = bool(text.strip())
    said = Recognition(text, 1.0 if accepted else 0.0, accepted, "typed")
    (found,) = play(Desk({}), said)
    assert found.route.reason
