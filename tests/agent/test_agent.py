"""Whole conversations over scripted engines: order, deadlines, barge-in, the ladder."""

import pytest
from agents import Echo, Stage

from voiceagent.agent.agent import Agent
from voiceagent.agent.sentences import Sentences
from voiceagent.agent.state import Options
from voiceagent.audio.clip import Clip
from voiceagent.engines.fake import DeclaredTts, ScriptedStt
from voiceagent.errors import EngineFailed, StoreError
from voiceagent.skills.skill import Answer, Effect
from voiceagent.stt.protocol import OUTSIDE, Recognition
from voiceagent.trace.events import (
    AlarmRang,
    BargeIn,
    Committed,
    Degraded,
    EarconPlayed,
    Failed,
    Muted,
    ReplyReady,
    SpeakingStarted,
    SpeakingStopped,
    StopHeard,
    TurnCancelled,
    TurnFinished,
    WakeDetected,
)
from voiceagent.trace.trace import encode

pytestmark = pytest.mark.unit
COMMAND = ((0.5, 0.0), (0.4, 0.3), (0.2, 0.0), (1.2, 0.3), (4.0, 0.0))


def test_a_turn_is_heard_acted_upon_and_answered_in_time() -> None:
    stage = Stage(says=["turn it on"])
    (row,) = stage.play(*COMMAND)
    assert row.transcript == "turn it on" and row.tier == "device"
    assert row.reply == "You said turn it on." and row.effects == ["echo"]
    assert row.budget_met and row.response_ms is not None and row.response_ms < 350
    assert row.wake is not None and row.wake.word == "hey_jarvis"
    assert row.endpoint is not None and row.endpoint.reason == "complete"
    assert stage.skill.ran == ["turn it on"]


def test_three_runs_are_byte_identical() -> None:
    logs = set()
    for _ in range(3):
        stage = Stage(says=["one", "two"], wakes=[0.9, 4.0])
        stage.play(*COMMAND, *COMMAND)
        logs.add(encode(stage.records))
    assert len(logs) == 1


def test_the_likely_reply_is_rendered_before_the_turn_ends() -> None:
    stage = Stage(costs={"tts": 0.1, "stt": 0.002})
    (row,) = stage.play(*COMMAND)
    (started,) = stage.events(SpeakingStarted)
    assert started.cached  # type: ignore[union-attr]
    assert row.latency_ms["tts"] < 50


def test_slow_thinking_is_bridged_by_a_sentence_inside_the_budget() -> None:
    stage = Stage(costs={"skill": 2.0, "tts": 0.01})
    (row,) = stage.play(*COMMAND)
    assert row.rescued_by == "wait" and row.budget_met
    assert row.response_ms == pytest.approx(720, abs=5)
    rungs = [event.rung for event in stage.events(ReplyReady)]  # type: ignore[union-attr]
    assert rungs == ["wait", "full"]
    assert row.reply.endswith("You said turn it on.")


def test_thinking_that_never_ends_gets_an_apology_not_silence() -> None:
    stage = Stage(costs={"skill": 60.0, "tts": 0.01})
    (row,) = stage.play(*COMMAND)
    rungs = [event.rung for event in stage.events(ReplyReady)]  # type: ignore[union-attr]
    assert rungs == ["wait", "late"]


def test_a_broken_skill_is_said_and_the_session_goes_on() -> None:
    def broken(intent: object, context: object) -> Answer:
        raise StoreError("the list cannot be kept", cause="disk full")

    stage = Stage(says=["one", "two"], wakes=[0.9, 7.2], skill=Echo(answered=broken))
    rows = stage.play(*COMMAND, *COMMAND)
    assert [row.failed for row in rows] == ["store", "store"]
    assert all("went wrong" in row.reply for row in rows)
    assert [e.code for e in stage.events(Failed)] == ["store"] * 2  # type: ignore[union-attr]


def test_a_failed_effect_is_never_reported_as_done() -> None:
    def fails() -> None:
        raise StoreError("disk full")

    def plan(intent: object, context: object) -> Answer:
        return Answer("It is on.", (Effect("light", fails),))

    stage = Stage(skill=Echo(answered=plan))
    (row,) = stage.play(*COMMAND)
    assert "It is on" not in row.reply
    assert [e.ok for e in stage.events(Committed)] == [False]  # type: ignore[union-attr]


def test_a_broken_recogniser_fails_its_turn_only() -> None:
    class Broken(ScriptedStt):
        def preview(self) -> Recognition | None:
            raise EngineFailed("the recogniser broke")

    stage = Stage(stt=Broken(["x"]))
    (row,) = stage.play(*COMMAND)
    assert row.failed == "engine-failed" and row.reply


class Mute:
    """A voice that cannot say anything."""

    name = "mute"

    def synthesize(self, text: str) -> Clip:
        raise EngineFailed("no voice", hint="install one")


def test_the_next_voice_takes_over_and_that_is_announced() -> None:
    stage = Stage(voices=[Mute(), DeclaredTts()])
    (row,) = stage.play(*COMMAND)
    assert row.reply == "You said turn it on."
    assert [e.what for e in stage.events(Degraded)] == ["voice mute"]  # type: ignore[union-attr]


def test_without_any_voice_there_is_an_earcon() -> None:
    stage = Stage(voices=[Mute()])
    (row,) = stage.play(*COMMAND)
    assert [e.name for e in stage.events(EarconPlayed)] == ["error"]  # type: ignore[union-attr]
    assert row.latency_ms


def test_the_wake_word_interrupts_and_history_keeps_what_was_heard() -> None:
    stage = Stage(says=["tell me a long story about nothing", "stop"], wakes=[0.9, 3.6])
    first, second = stage.play(*COMMAND[:-1], (1.0, 0), (0.3, 0.3), (1, 0.3), (3, 0))
    assert first.cancelled == "barge-in" and first.cut == "barge-in"
    (heard, _) = stage.events(SpeakingStopped)
    assert "You said tell me a long story about nothing.".startswith(heard.pii_heard)  # type: ignore[union-attr]
    assert 0 < len(heard.pii_heard) < 40  # type: ignore[union-attr]
    assert second.transcript == "stop"


def test_any_speech_interrupts_where_we_do_not_hear_ourselves() -> None:
    sound = (*COMMAND[:-1], (1.0, 0.0), (1.2, 0.3), (4.0, 0.0))
    full = Stage(
        says=["tell me a long story about nothing", "enough"],
        options=Options(full_duplex=True),
    )
    rows = full.play(*sound)
    assert [row.by for row in rows] == ["wake", "barge-in"]
    (barge,) = full.events(BargeIn)
    silent = full.at(SpeakingStopped)[0]
    assert silent - barge.t <= 0.121  # type: ignore[union-attr]
    half = Stage(says=["tell me a long story about nothing"])
    assert len(half.play(*sound)) == 1
    assert not half.events(BargeIn)


def test_the_stop_word_silences_a_reply_and_undoes_nothing() -> None:
    stage = Stage(says=["tell me a long story about nothing"], stops=[0.5])
    stage.play(*COMMAND)
    assert len(stage.events(StopHeard)) == 1
    (stopped,) = stage.events(SpeakingStopped)
    assert stopped.reason == "stop"  # type: ignore[union-attr]
    assert stage.skill.ran == ["tell me a long story about nothing"]
    assert len(stage.events(TurnFinished)) == 1


def test_an_alarm_rings_and_the_stop_word_ends_it() -> None:
    echo = Echo()
    echo.ring_at(1.0, "The tea is ready.")
    stage = Stage(wakes=[], skill=echo, stops=[0.6])
    stage.play((12.0, 0.0))
    assert len(stage.events(AlarmRang)) == 1
    assert len(stage.events(EarconPlayed)) == 1
    assert echo.rings == []


def test_mute_hears_nothing_but_alarms_still_ring() -> None:
    echo = Echo()
    echo.ring_at(2.0, "The tea is ready.")
    stage = Stage(wakes=[0.9], skill=echo)
    rows = stage.play(*COMMAND, at={0.1: lambda agent: agent.mute()})
    assert rows == [] and not stage.events(WakeDetected)
    assert len(stage.events(AlarmRang)) == 1


def test_a_session_that_begins_muted_hears_nothing_until_it_is_unmuted() -> None:
    deaf = Stage(options=Options(muted=True))
    assert deaf.play(*COMMAND) == [] and len(deaf.events(Muted)) == 1
    back = Stage(options=Options(muted=True))
    (row,) = back.play(*COMMAND, at={0.1: lambda agent: agent.mute(False)})
    assert row.transcript == "turn it on"


class WordsOnly(ScriptedStt):
    """Knows the words, and that they are no command."""

    def preview(self) -> None:
        """Nothing before the end."""

    def finish(self) -> Recognition:
        """What was said."""
        text = super().finish().text
        return Recognition("", 0.0, False, OUTSIDE, transcript=text)


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("how many people live in japan", Sentences().unknown),
        ("uh", Sentences().unclear),
    ],
)
def test_what_was_heard_and_cannot_be_done_is_not_called_unclear(
    said: str, reply: str
) -> None:
    stage = Stage(stt=WordsOnly([said]))
    (row,) = stage.play(*COMMAND)
    assert row.reply == reply


def test_nothing_said_after_the_wake_word_closes_quietly() -> None:
    stage = Stage()
    (row,) = stage.play((0.5, 0.0), (0.4, 0.3), (8.0, 0.0))
    assert row.cancelled == "no speech" and not row.latency_ms
    assert not stage.events(SpeakingStarted)


def test_a_question_of_ours_is_listened_for_without_a_wake_word() -> None:
    asked: list[str] = []

    def ask(intent: object, context: object) -> Answer:
        asked.append("x")
        return Answer("How many?", ask=len(asked) <= 2)

    stage = Stage(says=["some", "two"], skill=Echo(answered=ask))
    rows = stage.play(*COMMAND[:-1], (2.0, 0), (1.0, 0.3), (3.0, 0))
    assert [row.by for row in rows[:2]] == ["wake", "follow-up"]


def test_push_to_talk_needs_no_wake_word() -> None:
    def press(agent: Agent) -> None:
        agent.push_to_talk()

    stage = Stage(wakes=[])
    (row,) = stage.play(
        (0.5, 0), (1.0, 0.3), (3, 0), at={0.45: press, 1.6: lambda a: a.release()}
    )
    assert row.by == "push-to-talk" and row.transcript == "turn it on"


def test_typed_words_are_answered_too() -> None:
    stage = Stage(wakes=[])
    (row,) = stage.play((2.0, 0), at={0.5: lambda agent: agent.type("lights  on")})
    assert row.by == "text" and row.reply == "You said lights on."


def test_words_that_no_template_says_get_an_honest_answer() -> None:
    stage = Stage(says=["gibberish please"])
    (row,) = stage.play(*COMMAND)
    assert row.tier == "none" and "can't help" in row.reply
    assert stage.skill.ran == []


def test_noise_that_no_words_are_in_is_not_acted_upon() -> None:
    stage = Stage(says=[""])
    (row,) = stage.play(*COMMAND)
    assert row.tier == "none" and stage.skill.ran == []
    assert not stage.events(TurnCancelled)
