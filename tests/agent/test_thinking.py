"""Whole turns with a language model: acting, asking back, and answers by voice."""

from collections.abc import Sequence

import msgspec
import pytest
from agents import Echo, Stage, without_content
from model_folders import Source

from voiceagent.nlu.intent import Intent
from voiceagent.nlu.reading import Doubts
from voiceagent.nlu.slm.protocol import Guess
from voiceagent.replay.expectations import check
from voiceagent.replay.scenario import Scenario
from voiceagent.skills.caution import ask_first
from voiceagent.skills.skill import Answer, Effect, TurnContext
from voiceagent.stt.protocol import Recognition
from voiceagent.trace.events import (
    Asked,
    Committed,
    IntentMatched,
    IntentMissed,
    ModelAnswered,
    ModelSwapped,
    Routed,
    SpeakingStarted,
    TurnStarted,
)
from voiceagent.trace.trace import encode

pytestmark = pytest.mark.unit
COMMAND = ((0.5, 0.0), (0.4, 0.3), (0.2, 0.0), (1.2, 0.3), (4.0, 0.0))
ANSWER = ((0.6, 0.3), (4.0, 0.0))
ODD = "gibberish about the dark"
LIGHT = Intent("echo", {"text": "light"}, text="light")


def source(probability: float) -> Source:
    made = Source(m={ODD: Guess(LIGHT, probability)})
    made.choice = "m"
    return made


def stage(probability: float, *says: str) -> Stage:
    return Stage(
        says=says,
        models=source(probability),
        doubts=Doubts(0.0, lambda intent: "turn on the light"),
        costs={"tts": 0.05, "stt": 0.002, "slm": 0.02},
    )


def test_what_no_template_says_is_done_on_the_word_of_a_sure_model() -> None:
    play = stage(0.97, ODD)
    (row,) = play.play(*COMMAND)
    assert row.effects == ["echo"] and row.tier == "device" and row.budget_met
    assert row.reason == "model m: echo 0.97 >= 0.90"
    (matched,) = play.events(IntentMatched)
    assert matched.by == "model m 1 m" and matched.confidence == 0.97  # type: ignore[union-attr]
    (noted,) = play.events(ModelAnswered)
    assert noted.turn == 1 and noted.version == "1 m"  # type: ignore[union-attr]


def test_an_unsure_model_hands_over_and_the_ladder_answers() -> None:
    play = stage(0.41, ODD)
    (row,) = play.play(*COMMAND)
    assert row.effects == [] and row.tier == "none" and row.reply
    assert row.reason == "model m not sure: 0.41 < 0.90"


def test_in_between_it_asks_the_microphone_opens_and_yes_acts() -> None:
    play = stage(0.7, ODD, "yes")
    first, second = play.play(*COMMAND, *ANSWER)
    assert first.reply == "Do you want me to turn on the light?"
    assert first.effects == [] and second.effects == ["echo"]
    assert second.by == "follow-up" and second.reason == "confirmed echo"
    (asked,) = play.events(Asked)
    assert asked == Asked(
        turn=1, about="echo", reason="model m: echo 0.70 < 0.90", options=1
    )
    assert [e.reason for e in play.events(IntentMissed)] == ["asked back"]  # type: ignore[union-attr]
    assert len(play.events(Committed)) == 1


def test_no_and_silence_change_nothing() -> None:
    no = stage(0.7, ODD, "no")
    rows = no.play(*COMMAND, *ANSWER)
    assert [row.effects for row in rows] == [[], []] and rows[1].reply == "All right."
    silence = stage(0.7, ODD, "yes")
    rows = silence.play(*COMMAND, (6.0, 0.0))
    assert rows[0].effects == [] and silence.events(Committed) == []


def grave(*says: str) -> Stage:
    """A skill that asks before it acts."""

    def answered(intent: Intent, context: TurnContext) -> Answer:
        done = Effect("open", lambda: play.skill.ran.append(intent.text))
        asked = ask_first(intent, "open the gate", reason="it opens a gate")
        if intent.text == "light":
            return Answer("Light is on", (Effect("light", lambda: None),))
        return Answer("The gate is opening", (done,), question=asked)

    play = Stage(says=says, skill=Echo(answered=answered))
    return play


def test_an_effect_with_consequences_waits_for_a_yes() -> None:
    play = grave("open the gate", "yes")
    first, second = play.play(*COMMAND, *ANSWER)
    assert first.reply == "Do you want me to open the gate?" and not first.effects
    # It was understood: what is expected of the turn holds before the yes.
    assert first.intent is not None and first.intent.name == "echo"
    assert second.effects == ["open"] and second.reply == "The gate is opening"
    assert play.skill.ran == ["open the gate"]
    (asked,) = play.events(Asked)
    assert asked == Asked(turn=1, about="echo", reason="it opens a gate")


def test_a_scenario_answers_the_question() -> None:
    turns = [
        {"expect": {"intent": "echo", "reply": "Do you want me to open the gate?"}},
        {"expect": {"transcript": "yes", "intent": "echo", "reply": "is opening"}},
    ]
    scenario = msgspec.convert({"audio": "x.flac", "turn": turns}, Scenario)
    play = grave("open the gate", "yes")
    rows = play.play(*COMMAND, *ANSWER)
    checks = check(scenario, rows, play.records, timed=False)
    assert [str(one) for one in checks if not one.ok] == []
    denied = grave("open the gate", "no")
    rows = denied.play(*COMMAND, *ANSWER)
    assert not all(one.ok for one in check(scenario, rows, denied.records, timed=False))


@pytest.mark.parametrize("other", ["no", "light", "maybe", ""])
def test_without_a_yes_nothing_is_done(other: str) -> None:
    play = grave("open the gate", other)
    rows = play.play(*COMMAND, *(ANSWER if other else ((6.0, 0.0),)))
    assert "open" not in [key for row in rows for key in row.effects]
    assert play.skill.ran == []
    if other == "light":
        assert rows[1].effects == ["light"], "another command is that command"


def test_a_yes_of_its_own_or_a_second_one_opens_nothing() -> None:
    play = grave("open the gate", "yes", "yes")
    play.wakes = (0.9, 13.0)
    play.play(*COMMAND, *ANSWER, *COMMAND)
    assert play.skill.ran == ["open the gate"]


def test_what_is_agreed_beforehand_is_not_asked_about() -> None:
    play = grave("open the gate")
    play.doubts = Doubts(agreed=True)
    (row,) = play.play(*COMMAND)
    assert row.effects == ["open"] and play.events(Asked) == []


def test_a_yes_after_the_follow_up_was_silent_comes_too_late() -> None:
    play = stage(0.7, ODD, "yes")
    play.wakes = (0.9, 13.0)
    play.play(*COMMAND, (6.0, 0.0), *COMMAND)
    # The follow-up was turn 2; the yes of turn 3 is a command of its own.
    assert len(play.events(TurnStarted)) == 3
    assert play.skill.ran == ["yes"]


class Doubtful:
    """Hears two things that are nearly the same."""

    name = "doubtful"

    def __init__(self) -> None:
        self._turn = 0

    def start(self) -> None:
        pass

    def feed(self, pcm: bytes) -> str:
        return ""

    def preview(self) -> Recognition | None:
        return None

    def finish(self) -> Recognition:
        self._turn += 1
        if self._turn == 1:
            return Recognition("double", 0.8, True, "grammar", ("triple",))
        return Recognition("triple", 0.9, True, "grammar")


def test_a_slot_in_doubt_is_asked_for_and_the_bare_value_completes_it() -> None:
    play = Stage(stt=Doubtful(), skill=Echo())
    first, second = play.play(*COMMAND, *ANSWER)
    assert first.reply == "Double or triple?" and first.effects == []
    assert play.skill.ran == ["triple"] and second.reason == "confirmed echo"


class Told(Doubtful):
    """Remembers what it was told to expect."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: list[tuple[str, ...]] = []

    def expect(self, phrases: Sequence[str]) -> None:
        self.expected.append(tuple(phrases))


def test_the_answers_are_expected_in_the_next_turn_only() -> None:
    stt = Told()
    play = Stage(stt=stt, skill=Echo(), wakes=(0.9, 11.6))
    play.play(*COMMAND, *ANSWER, *COMMAND)
    turns = [bool(expected) for expected in dict.fromkeys(stt.expected)]
    assert stt.expected[0] == () and True in turns and stt.expected[-1] == ()
    (answers,) = {expected for expected in stt.expected if expected}
    assert {"double", "triple", "the second one", "no"} <= set(answers)


def test_a_late_model_costs_no_more_than_its_deadline() -> None:
    play = stage(0.97, ODD)
    play.costs["slm"] = 5.0
    (row,) = play.play(*COMMAND)
    assert row.reason == "model m: too late" and row.effects == []
    (noted,) = play.events(ModelAnswered)
    assert noted.outcome == "too late"  # type: ignore[union-attr]
    (routed,) = play.events(Routed)
    assert routed.left_ms >= 0  # type: ignore[union-attr]


def test_the_answer_of_a_quick_model_is_rendered_ahead() -> None:
    play = stage(0.97, ODD, ODD)
    play.wakes = (0.9, 7.2)
    _, second = play.play(*COMMAND, *COMMAND)
    assert second.effects == ["echo"]
    assert play.events(SpeakingStarted)[1].cached  # type: ignore[union-attr]


def test_a_choice_is_taken_up_between_two_turns() -> None:
    play = stage(0.97, ODD, ODD, ODD)
    play.wakes = (0.9, 7.2, 13.5)
    models = play.models
    assert isinstance(models, Source)
    models.known["n"] = {ODD: Guess(LIGHT, 0.95)}

    def choose(agent: object) -> None:
        models.choice = "n"

    rows = play.play(*COMMAND, *COMMAND, *COMMAND, at={3.0: choose})
    assert [row.effects for row in rows] == [["echo"]] * 3
    assert [e.model for e in play.events(ModelSwapped)] == ["n"]  # type: ignore[union-attr]
    asked = [e.model for e in play.events(ModelAnswered)]  # type: ignore[union-attr]
    assert asked[0] == "m" and asked[-1] == "n"


def test_three_runs_with_a_model_are_byte_identical_and_hold_no_words() -> None:
    logs = set()
    for _ in range(3):
        play = stage(0.7, ODD, "yes")
        play.play(*COMMAND, *ANSWER)
        logs.add(encode(play.records))
    assert len(logs) == 1
    assert ODD not in str(without_content(play.records))
