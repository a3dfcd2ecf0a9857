"""Random faults around an agent in virtual time: what is hit, and what came of it.

Each turn is spoken; before some of them a fault is armed that strikes once, wherever
its part is used next. What must hold is looked up in the trace.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from agents import Echo, Stage
from trouble import COMMAND, LENGTH

from voiceagent.audio.clip import Clip
from voiceagent.audio.player import PlayResult, VirtualPlayer
from voiceagent.engines.fake import DeclaredTts, ScriptedStt
from voiceagent.errors import DeviceMissing, EngineFailed, StoreError
from voiceagent.nlu.intent import Intent
from voiceagent.routing.simulated_remote import Profile, SimulatedRemote
from voiceagent.skills.skill import Answer, Effect, SkillAlarm, TurnContext
from voiceagent.stt.protocol import Recognition
from voiceagent.trace.events import (
    Committed,
    Degraded,
    EarconPlayed,
    ReplyReady,
    SessionEnded,
    SpeakingStarted,
    TurnFinished,
)
from voiceagent.trace.trace import Record

PARTS = (
    *("skill", "effect", "effect store", "alarms", "rang", "listener", "verifier"),
    *("recogniser", "recogniser bug", "voice", "player", "player bug", "remote"),
    *("hangs stt.final", "hangs tts", "hangs skill", "hangs act"),
)
COSTS = {"tts": 0.05, "stt": 0.002, "stt.final": 0.02, "skill": 0.001, "act": 0.001}
"""Seconds that work takes, where it does not hang."""
GRACE = 250.0
"""Milliseconds over the budget that a reply or an earcon may come late."""


@dataclass
class Faults:
    """What strikes once when its part is used next."""

    armed: set[str] = field(default_factory=set)
    struck: Counter[str] = field(default_factory=Counter)

    def cost(self, kind: str) -> float:
        """What work of a kind takes this time: for ever, if it is its turn to hang."""
        if f"hangs {kind}" not in self.armed:
            return COSTS[kind]
        self.armed.discard(f"hangs {kind}")
        self.struck[f"hangs {kind}"] += 1
        return 1e6

    def strike(self, part: str, error: Exception) -> None:
        """Raise, if it is the turn of `part`."""
        if part in self.armed:
            self.armed.discard(part)
            self.struck[part] += 1
            raise error


@dataclass
class BrittleSkill(Echo):
    """Answers with two effects; any of its methods may fail."""

    faults: Faults = field(default_factory=Faults)
    began: list[str] = field(default_factory=list)

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """Two things to do."""
        self.faults.strike("skill", RuntimeError("a skill of somebody else"))
        effects = tuple(
            Effect(f"{key}", lambda k=key: self._do(k))  # type: ignore[misc]
            for key in ("one", "two")
        )
        return Answer(f"You said {intent.text}.", effects)

    def _do(self, key: str) -> None:
        self.faults.strike("effect", RuntimeError("an effect"))
        self.faults.strike("effect store", StoreError("the disk is full"))
        self.ran.append(key)

    def alarms(self) -> Sequence[SkillAlarm]:
        """What is still to ring, where it can be told."""
        self.faults.strike("alarms", RuntimeError("a table"))
        return super().alarms()

    def rang(self, alarm_id: str) -> None:
        """It was played, where that can be noted."""
        self.faults.strike("rang", StoreError("the disk is full"))
        super().rang(alarm_id)


@dataclass
class BrittlePlayer(VirtualPlayer):
    """A loudspeaker that refuses one clip."""

    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        super().__init__()

    async def play(self, clip: Clip) -> PlayResult:
        """Play, or raise."""
        self.faults.strike("player", DeviceMissing("the speaker is gone"))
        self.faults.strike("player bug", RuntimeError("a driver"))
        return await super().play(clip)


class BrittleVoice(DeclaredTts):
    """A voice that breaks; there is another one behind it."""

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self._faults = faults

    def synthesize(self, text: str) -> Clip:
        """Render, or raise."""
        self._faults.strike("voice", EngineFailed("the voice broke"))
        return super().synthesize(text)


class BrittleStt(ScriptedStt):
    """A recogniser that breaks once in an utterance."""

    def __init__(self, sentences: Sequence[str], faults: Faults) -> None:
        super().__init__(sentences)
        self._faults = faults

    def feed(self, pcm: bytes) -> str:
        """The words so far, or an error."""
        self._faults.strike("recogniser", EngineFailed("the recogniser broke"))
        return super().feed(pcm)

    def preview(self) -> Recognition | None:
        """The sentence, or a bug."""
        self._faults.strike("recogniser bug", RuntimeError("native code"))
        return super().preview()


@dataclass
class BrittleVerifier:
    """A second opinion that fails."""

    faults: Faults
    name: str = "brittle"

    def verify(self, word: str, pcm: bytes) -> float:
        """Sure, or broken."""
        self.faults.strike("verifier", RuntimeError("a model"))
        return 1.0


class BrittleRemote(SimulatedRemote):
    """A larger tier whose background work dies."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(Profile())
        self._faults = faults

    async def run(self) -> None:
        """Keep the way open, or die."""
        while True:
            self._faults.strike("remote", RuntimeError("a socket"))
            await asyncio.sleep(1.0)


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    turns: int
    struck: Counter[str]
    late: list[float]
    """Milliseconds to the first sound of turns that came later than allowed."""
    silent: list[int]
    """Turns without a reply and without an earcon."""
    half_done: int
    """Turns in which the second effect was done and the first one was not, or one was
    reported that was not done."""
    ended: int
    """How often the session ended; once is right."""
    degraded: int


def run_faults(turns: int, faults: int, seed: int) -> Outcome:
    """So many spoken turns with so many faults among them."""
    chance, armed = random.Random(seed), Faults()
    plan: dict[int, list[str]] = {}
    for number in range(faults):
        part = PARTS[number % len(PARTS)]
        plan.setdefault(chance.randrange(1, turns - 1), []).append(part)
    skill = BrittleSkill(faults=armed)
    for number in range(0, turns, 5):
        skill.ring_at(number * LENGTH + 5.2, f"alarm {number}")
    stage = Stage(
        says=[f"turn {number}" for number in range(turns)],
        wakes=[number * LENGTH + 0.9 for number in range(turns)],
        skill=skill,
        stt=BrittleStt([f"turn {number}" for number in range(turns)], armed),
        voices=[BrittleVoice(armed) for _ in range(faults + 1)],
        player=BrittlePlayer(faults=armed),
        verifier=BrittleVerifier(armed),
        remotes=[BrittleRemote(armed)],
        costs={kind: partial(armed.cost, kind) for kind in COSTS},
    )

    def listen(record: Record) -> None:
        armed.strike("listener", RuntimeError("an observer"))

    stage.listeners = [listen]
    hands = {
        number * LENGTH + 0.05: lambda agent, parts=parts: armed.armed.update(parts)
        for number, parts in plan.items()
    }
    stage.play(*(COMMAND * turns), at=hands)  # type: ignore[arg-type]
    return outcome(stage, turns, armed)


def outcome(stage: Stage, turns: int, faults: Faults) -> Outcome:
    """What the trace says."""
    finished = stage.events(TurnFinished)
    answered = {event.turn for event in stage.events(ReplyReady)}
    answered |= {event.turn for event in stage.events(EarconPlayed)}
    assert stage.events(SpeakingStarted)
    over = [e.latency_ms["response"] for e in finished]
    allowed = finished[0].budget_ms + GRACE
    done = Counter(e.key for e in stage.events(Committed) if e.ok)
    reported = sum(len(e.effects) for e in finished)
    wrong = abs(sum(done.values()) - len(stage.skill.ran))
    wrong += max(0, done["two"] - done["one"])
    assert reported <= sum(done.values())
    return Outcome(
        turns=len(finished),
        struck=faults.struck,
        late=[ms for ms in over if ms > allowed],
        silent=[e.turn for e in finished if e.turn not in answered],
        half_done=wrong,
        ended=len(stage.events(SessionEnded)),
        degraded=len(stage.events(Degraded)),
    )
