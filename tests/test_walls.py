"""The supervisor: whatever breaks around a turn, the session goes on and says so once.

Each fault hits the first of two turns; the second one must be answered and heard, and
the alarm after it must ring.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from agents import Echo, Stage
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from trouble import (
    COMMAND,
    LENGTH,
    PAUSED,
    SECOND,
    Always,
    BrokenBells,
    Once,
    Unplugged,
    audible,
    degraded,
    leave,
)

from voiceagent.agent.ledger import Ledger
from voiceagent.agent.state import Options
from voiceagent.audio.clip import Clip
from voiceagent.engines.fake import DeclaredTts
from voiceagent.errors import DeviceMissing, LinkDown
from voiceagent.nlu.intent import Intent
from voiceagent.routing.simulated_remote import Profile, SimulatedRemote
from voiceagent.skills.skill import Answer, Effect, TurnContext
from voiceagent.trace.events import (
    AlarmRang,
    ReplyReady,
    SessionEnded,
    TurnFinished,
    WakeCandidate,
)

pytestmark = pytest.mark.fault
BUG = RuntimeError("a bug of somebody else")
GONE = DeviceMissing("the speaker is gone", hint="plug it in")
RINGS = 2 * LENGTH - 2.0
"""When the last alarm is due: the second reply has been said."""


def ringing(second: float, skill: Echo | None = None) -> Echo:
    """A skill with an alarm during the first command."""
    skill = skill or Echo()
    skill.ring_at(second, "Your tea is ready.")
    return skill


@dataclass
class Unsure:
    """A second opinion that breaks the first time it is asked for."""

    name: str = "unsure"
    asked: int = 0

    def verify(self, word: str, pcm: bytes) -> float:
        """Certain from the second time on."""
        self.asked += 1
        if self.asked == 1:
            raise BUG
        return 1.0


class Hoarse(DeclaredTts):
    """A voice that breaks the first time it is used."""

    used = 0

    def synthesize(self, text: str) -> Clip:
        """Silence from the second time on."""
        self.used += 1
        if self.used == 1:
            raise BUG
        return super().synthesize(text)


class Forgetful(SimulatedRemote):
    """A larger tier whose way is lost the first time it is kept open."""

    def __init__(self, error: Exception) -> None:
        super().__init__(Profile())
        self.error, self.kept = error, 0

    async def run(self) -> None:
        """Die once."""
        self.kept += 1
        if self.kept == 1:
            raise self.error
        await super().run()


def spoiled(player: Unplugged) -> dict[str, object]:
    return {"player": player, "options": Options(wake_earcon=True)}


FAULTS: Mapping[str, Callable[[], dict[str, object]]] = {
    "reply, device gone": lambda: spoiled(Unplugged(2.3, 4.6, GONE)),
    "reply, player with a bug": lambda: spoiled(Unplugged(2.3, 4.6, BUG)),
    "announcement, device gone": lambda: {
        **spoiled(Unplugged(4.9, 5.4, GONE)),
        "skill": ringing(5.0),
    },
    "announcement, player with a bug": lambda: {
        **spoiled(Unplugged(4.9, 5.4, BUG)),
        "skill": ringing(5.0),
    },
    "chime, device gone": lambda: spoiled(Unplugged(0.0, 1.5, GONE)),
    "chime, player with a bug": lambda: spoiled(Unplugged(0.0, 1.5, BUG)),
    "alarms": lambda: {"skill": BrokenBells(broken="alarms", until=5.0)},
    "rang": lambda: {"skill": ringing(4.8, BrokenBells(broken="rang", until=9.0))},
    "observer of one event": lambda: {"listeners": [Once(TurnFinished)]},
    "observer of frames": lambda: {"listeners": [Once(WakeCandidate)]},
    "observer of the reply": lambda: {"listeners": [Once(ReplyReady)]},
    "observer of everything": lambda: {"listeners": [Always()]},
    "verifier": lambda: {"verifier": Unsure()},
    "voice": lambda: {"voices": [Hoarse()]},
    "remote with a bug": lambda: {"remotes": [Forgetful(BUG)]},
    "remote, refused": lambda: {"remotes": [Forgetful(OSError("refused"))]},
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_beside_a_turn_is_said_once_and_the_session_goes_on(name: str) -> None:
    script = {"says": ["one", "two"], "wakes": [0.9, SECOND], **FAULTS[name]()}
    stage = Stage(**script)  # type: ignore[arg-type]
    stage.skill.ring_at(RINGS, "Your bread is ready.")
    first = PAUSED if name.startswith("chime") else COMMAND
    rows = stage.play(*first, *COMMAND, (6.0, 0.0))
    goes_on(stage, rows[-1].reply)
    texts = [event.pii_text for event in stage.events(AlarmRang)]  # type: ignore[union-attr]
    assert texts.count("Your tea is ready.") <= 1, "what was rung rings again"


def goes_on(stage: Stage, reply: str) -> None:
    """The second turn and the alarm after it are heard, one thing was announced."""
    assert len(stage.events(SessionEnded)) == 1
    assert reply == "You said two."
    assert 0.8 < audible(stage, SECOND + 1.5) - audible(stage, RINGS)
    (rang,) = [e for e in stage.events(AlarmRang) if "bread" in e.pii_text]  # type: ignore[union-attr]
    assert rang.late_seconds < 1.0 and audible(stage, RINGS) > 1.5  # type: ignore[union-attr]
    assert len(degraded(stage)) == 1, degraded(stage)


def test_books_that_cannot_be_true_are_kept_out_and_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    finish, closed = Ledger.finish, list[TurnFinished]()

    def cooked(ledger: Ledger, tier: str, reason: str) -> TurnFinished:
        finished = finish(ledger, tier, reason)
        closed.append(finished)
        if len(closed) == 1:
            finished.latency_ms["stt"] -= 1000.0
        return finished

    monkeypatch.setattr(Ledger, "finish", cooked)
    stage = Stage(["one", "two"], wakes=[0.9, SECOND])
    stage.skill.ring_at(RINGS, "Your bread is ready.")
    rows = stage.play(*COMMAND, *COMMAND, (6.0, 0.0))
    assert len(closed) == 2
    goes_on(stage, rows[-1].reply)
    assert all(min(e.latency_ms.values()) >= 0 for e in stage.events(TurnFinished))  # type: ignore[union-attr]


def test_an_observer_that_breaks_takes_nothing_from_the_others() -> None:
    told: list[object] = []
    stage = Stage(listeners=[Always(), lambda record: told.append(record.event)])
    stage.play(*COMMAND)
    assert told == [record.event for record in stage.records]


@pytest.mark.parametrize("error", [BUG, LinkDown("no way there")])
def test_a_way_that_was_lost_comes_back_by_itself(error: Exception) -> None:
    far = Forgetful(error)
    stage = Stage(remotes=[far])
    stage.play(*COMMAND, (120.0, 0.0))
    assert far.kept == 2 and len(degraded(stage)) == 1


@dataclass
class House:
    """Two things that are switched together, slowly."""

    ran: list[str] = field(default_factory=list)

    def plan(self, intent: Intent, context: TurnContext) -> Answer:
        """Switch both."""
        lamp = Effect("lamp", lambda: self.ran.append("lamp"))
        blind = Effect("blind", lambda: self.ran.append("blind"))
        return Answer("Both are done.", (lamp, blind))


@settings(max_examples=12, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(second=st.integers(0, 250).map(lambda step: step / 20))
def test_a_session_may_be_left_at_any_instant(second: float) -> None:
    house = House()
    costs = {"act": 0.3, "skill": 0.2, "tts": 0.05}
    skill = ringing(4.5, Echo(answered=house.plan))
    stage = Stage(["one", "two"], wakes=[0.9, SECOND], skill=skill, costs=costs)
    left = leave(stage, second, *COMMAND, *COMMAND)
    assert house.ran in ([], ["lamp", "blind"], ["lamp", "blind"] * 2)
    assert len(stage.events(SessionEnded)) == 1 and not left


class Distant(SimulatedRemote):
    """A larger tier that takes a moment to be told something."""

    async def heard(self, turn_id: str, text: str) -> None:
        """Remember it, later."""
        await asyncio.sleep(0.2)
        await super().heard(turn_id, text)


def test_whoever_answers_is_told_what_was_heard_when_a_session_is_left() -> None:
    far = Distant(Profile(first=0.1), answer=lambda question: "Yes. " * 20)
    stage = Stage(["gibberish"], remotes=[far])
    leave(stage, 4.0, *COMMAND)
    assert len(far.told) == 1
    _, heard = far.told[0]
    assert heard.startswith("Yes.") and len(heard) < 100
