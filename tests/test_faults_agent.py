"""Faults of a session that were provoked, stated as what is right instead."""

import io

import pytest
from agents import Echo, Knob, Stage
from rich.console import Console
from trouble import COMMAND, PAUSED, SECOND, BrokenBells, Unplugged, audible, leave

from voiceagent.agent.agent import Agent
from voiceagent.agent.looking import LookedAbout
from voiceagent.agent.port import AgentPort
from voiceagent.agent.state import Options
from voiceagent.cli.terminal import Display
from voiceagent.clock import Compute, Pace, run
from voiceagent.errors import HouseFailed, StoreError
from voiceagent.nlu.intent import Intent
from voiceagent.routing.simulated_remote import Profile, SimulatedRemote
from voiceagent.skills.skill import Answer, Effect, TurnContext
from voiceagent.trace.events import (
    AlarmRang,
    Committed,
    Degraded,
    EarconPlayed,
    Failed,
    Muted,
    PartialTranscript,
    SessionEnded,
    SpeakingStarted,
    TurnCancelled,
    TurnStarted,
    WakeDetected,
)

pytestmark = pytest.mark.fault


@pytest.mark.parametrize(
    ("first", "since", "until", "ring"),
    [
        pytest.param(COMMAND, 2.3, 4.6, None, id="reply"),
        pytest.param(COMMAND, 4.9, 5.4, 5.0, id="announcement"),
        pytest.param(PAUSED, 0.0, 1.5, None, id="chime"),
    ],
)
def test_a_speaker_that_goes_away_does_not_end_the_session(
    first: tuple[tuple[float, float], ...],
    since: float,
    until: float,
    ring: float | None,
) -> None:
    player = Unplugged(since, until)
    options = Options(wake_earcon=True)
    stage = Stage(["one", "two"], wakes=[0.9, SECOND], player=player, options=options)
    if ring is not None:
        stage.skill.ring_at(ring, "Your tea is ready.")
    rows = stage.play(*first, *COMMAND)
    assert player.refused > 0 and stage.events(SessionEnded)
    assert rows[-1].reply == "You said two." and audible(stage, SECOND + 1.5) > 0.8


@pytest.mark.parametrize("method", ["alarms", "rang"])
def test_a_skill_with_broken_alarms_does_not_end_the_session(method: str) -> None:
    skill = BrokenBells(broken=method, until=100.0)
    skill.ring_at(4.8, "Your tea is ready.")
    stage = Stage(["one", "two"], wakes=[0.9, SECOND], skill=skill)
    rows = stage.play(*COMMAND, *COMMAND)
    assert skill.failed > 0 and stage.events(SessionEnded)
    assert rows[-1].reply == "You said two."


def two_effects(ran: list[str]) -> Echo:
    """A skill that changes two things."""

    def plan(intent: Intent, context: TurnContext) -> Answer:
        effects = (
            Effect("lamp", lambda: ran.append("lamp")),
            Effect("blind", lambda: ran.append("blind")),
        )
        return Answer("Both are done.", effects)

    return Echo(answered=plan)


def test_quitting_finishes_the_effects_that_began() -> None:
    ran: list[str] = []
    stage = Stage(skill=two_effects(ran), costs={"act": 1.0})
    leave(stage, 3.2, *COMMAND)
    assert ran == ["lamp", "blind"]
    assert [event.key for event in stage.events(Committed)] == ["lamp", "blind"]


def test_quitting_ends_the_session_in_order() -> None:
    stage = Stage()
    leave(stage, 3.2, *COMMAND)
    assert len(stage.events(SessionEnded)) == 1
    assert isinstance(stage.records[-1].event, SessionEnded)


@pytest.mark.parametrize("error", [StoreError("disk full"), RuntimeError("a bug")])
def test_a_failed_effect_is_not_among_what_was_done(error: Exception) -> None:
    asked: list[TurnContext] = []

    def fails() -> None:
        raise error

    def plan(intent: Intent, context: TurnContext) -> Answer:
        asked.append(context)
        lamp, light = Effect("lamp", lambda: None), Effect("light", fails)
        return Answer("It is on.", (lamp, light) if intent.text == "one" else ())

    stage = Stage(["one", "two"], wakes=[0.9, SECOND], skill=Echo(answered=plan))
    rows = stage.play(*COMMAND, *COMMAND)
    committed = [(event.key, event.ok) for event in stage.events(Committed)]
    assert committed == [("lamp", True), ("light", False)]
    assert rows[0].effects == ["lamp"]
    last = asked[-1].last
    assert last is not None and list(last.done) == ["lamp"]


def test_a_command_that_waits_for_another_is_given_up_with_its_turn() -> None:
    """It must not happen when nobody thinks of it any more."""
    ran: list[str] = []

    def plan(intent: Intent, context: TurnContext) -> Answer:
        return Answer("Done.", (Effect("it", lambda: ran.append(intent.text)),))

    skill = Echo(answered=plan)
    costs = {"act": 9.0, "tts": 0.05, "stt": 0.002}
    stage = Stage(["one", "two"], wakes=[0.9, SECOND], skill=skill, costs=costs)
    stage.play(*COMMAND, *COMMAND, at={SECOND + 4.0: Agent.cancel})
    assert ran == ["one"]


def test_a_turn_that_is_given_up_while_it_acts_says_that_it_may_still_happen() -> None:
    ran: list[str] = []
    stage = Stage(skill=two_effects(ran), costs={"act": 14.0, "tts": 0.05, "stt": 0.0})
    (row,) = stage.play(*COMMAND, (30.0, 0.0))
    assert row.rung == "late" and "may still happen" in row.reply
    assert ran == ["lamp", "blind"]


def test_a_hub_that_is_away_is_told_once_and_looked_at_again() -> None:
    looks: list[int] = []
    taken: list[int] = []

    def look() -> LookedAbout:
        looks.append(1)
        if len(looks) < 3:
            raise HouseFailed("Home Assistant cannot be reached", hint="start it")
        notice = Degraded(what="the house", why="it does not know the lamp")
        return LookedAbout([notice], lambda: taken.append(len(looks)))

    stage = Stage(look=look)
    (row,) = stage.play(*COMMAND, (8.0, 0.0))
    assert row.effects == ["echo"]
    away, stranger = stage.events(Degraded)
    assert away.why == "Home Assistant cannot be reached"
    assert stranger.why == "it does not know the lamp" and taken == [3]


def test_an_error_that_has_words_of_its_own_is_said_by_them() -> None:
    def fails() -> None:
        raise HouseFailed("it hangs", cause="no answer", hint="wait", said="It hangs")

    stage = Stage(skill=Echo(answered=lambda *_: Answer("x", (Effect("x", fails),))))
    (row,) = stage.play(*COMMAND)
    assert row.reply == "It hangs" and row.failed == "house-failed" and not row.effects
    (failed,) = stage.events(Failed)
    assert (failed.what, failed.why, failed.hint) == ("it hangs", "no answer", "wait")


def test_the_talk_key_opens_no_turn_while_muted() -> None:
    hands = {0.2: Agent.mute, 0.6: Agent.push_to_talk}
    stage = Stage(wakes=[])
    stage.play(*COMMAND, at=hands)
    assert stage.events(Muted) and not stage.events(TurnStarted)


class Sure:
    """A second opinion that always agrees."""

    name = "sure"

    def verify(self, word: str, pcm: bytes) -> float:
        """Certain."""
        return 1.0


def test_a_wake_word_is_not_believed_after_muting() -> None:
    stage = Stage(verifier=Sure(), costs={"wake": 0.4})
    stage.play(*COMMAND, at={1.0: Agent.mute})
    assert stage.events(Muted)
    assert not stage.events(WakeDetected) and not stage.events(TurnStarted)


def stopping(intent: Intent, context: TurnContext) -> Answer:
    return Answer("Okay, I stop.", stop=True)


def test_an_answer_that_stops_says_no_more() -> None:
    stage = Stage(skill=Echo(answered=stopping))
    (row,) = stage.play(*COMMAND)
    assert row.tier == "device" and not row.cancelled
    assert not stage.events(SpeakingStarted)


def test_an_answer_that_stops_silences_what_rings() -> None:
    """The alarm begins while the answer is being made."""
    skill = Echo(answered=stopping)
    skill.ring_at(3.0, "Your tea is ready.")
    stage = Stage(skill=skill, costs={"skill": 0.6})
    stage.play(*COMMAND)
    assert len(stage.events(AlarmRang)) == 1 and not skill.rings
    rounds = [event for event in stage.events(EarconPlayed) if event.name == "alarm"]
    assert len(rounds) == 1


def test_a_pinned_region_with_cap_in_its_name_is_no_question_of_money() -> None:
    far = SimulatedRemote(Profile())
    stage = Stage(["gibberish"], remotes=[far], pin="cape-town")
    (row,) = stage.play(*COMMAND)
    assert far.calls == 0
    assert row.reply == "Sorry, that question may not leave this device."


def test_the_screen_forgets_the_words_of_a_turn_that_was_cut() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100, color_system=None)
    seen: list[str] = []

    async def main() -> None:
        stage = Stage()
        agent = stage.make()
        port = AgentPort(agent, Compute(Pace.VIRTUAL), volume=Knob())
        with Display(console, snapshot=port.snapshot):
            for event in (
                TurnStarted(turn=1, t=0.5, by="wake"),
                PartialTranscript(turn=1, t=1.0, pii_text="turn off the"),
                TurnCancelled(turn=1, reason="stop"),
            ):
                agent.trace.emit(event)
                seen.append(port.snapshot().captions.tentative)
            written = len(screen.getvalue())
        last = screen.getvalue()[written:]
        assert "arming" in last and "turn off the" not in last

    run(main(), virtual=True)
    assert seen == ["", "turn off the", ""]
