"""An agent of scripted engines around the real orchestration, for tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from voiceagent.agent.agent import Agent
from voiceagent.agent.build import Brain, HearingParts, Voice, build_agent
from voiceagent.agent.looking import LookAbout, Outlook
from voiceagent.agent.missed import Missed
from voiceagent.agent.state import Options
from voiceagent.audio.file import AudioFacts, Recording
from voiceagent.audio.player import Player, VirtualPlayer
from voiceagent.audio.streams import FileSource
from voiceagent.clock import VIRTUAL_EPOCH, Compute, Cost, Pace, run
from voiceagent.engines.fake import (
    DeclaredTts,
    ScriptedStt,
    ScriptedWake,
    ThresholdVad,
)
from voiceagent.frontend.endpoint import Completeness, EndpointPolicy
from voiceagent.frontend.frontend import Frontend
from voiceagent.frontend.vad import VadSmoother
from voiceagent.frontend.wake import WakeGate, WakeRule, WakeVerifier
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.interpreter import Interpreter
from voiceagent.nlu.models.swap import ModelSource, ModelSwitch
from voiceagent.nlu.reading import Doubts
from voiceagent.privacy.gate import Policy, PrivacyGate
from voiceagent.privacy.receipts import Receipts
from voiceagent.routing.breaker import Breaker
from voiceagent.routing.escalation import Escalation
from voiceagent.routing.handover import RemoteLeg
from voiceagent.routing.latency import LatencyBook
from voiceagent.routing.meter import Meter
from voiceagent.routing.receipt_book import ReceiptBook
from voiceagent.routing.release import Release
from voiceagent.routing.remote import Remote
from voiceagent.routing.request import Sender
from voiceagent.routing.till import Till
from voiceagent.routing.toolbox import Toolbox
from voiceagent.routing.way_out import WayOut
from voiceagent.skills.skill import Answer, Effect, Skill, SkillAlarm, TurnContext
from voiceagent.store import Store
from voiceagent.stt.protocol import Stt
from voiceagent.testing import tone
from voiceagent.trace.events import Degraded, Event
from voiceagent.trace.trace import Record, Trace, encode
from voiceagent.trace.turn_rows import TurnRow, turn_rows
from voiceagent.tts.protocol import Tts

E = TypeVar("E", bound=Event)


def without_content(records: Iterable[Record]) -> list[dict[str, object]]:
    """The lines of a trace without the fields that may hold what was said."""
    lines = map(json.loads, encode(records).splitlines())
    return [
        {key: value for key, value in line.items() if not key.startswith("pii_")}
        for line in lines
    ]


@dataclass
class Echo:
    """A skill that says what it was told and counts its effects."""

    name: str = "echo"
    ran: list[str] = field(default_factory=list)
    rings: list[SkillAlarm] = field(default_factory=list)
    answered: Callable[[Intent, TurnContext], Answer] | None = None

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """Say the words back."""
        if self.answered is not None:
            return self.answered(intent, context)
        effect = Effect("echo", lambda: self.ran.append(intent.text))
        return Answer(f"You said {intent.text}.", (effect,))

    def alarms(self) -> Sequence[SkillAlarm]:
        """What is still to ring."""
        return self.rings

    def rang(self, alarm_id: str) -> None:
        """It was played."""
        self.rings = [alarm for alarm in self.rings if alarm.id != alarm_id]

    def ring_at(self, seconds: float, text: str) -> None:
        """Ring that long after the start of the replay."""
        due = VIRTUAL_EPOCH + timedelta(seconds=seconds)
        self.rings.append(SkillAlarm(f"a{len(self.rings)}", due, text))

    def close(self) -> None:
        """Nothing to close."""


@dataclass
class Knob:
    """A volume in memory."""

    level: int = 70

    def percent(self) -> int:
        """As loud."""
        return self.level

    def turn_to(self, percent: int) -> None:
        """Louder or softer."""
        self.level = percent


@dataclass
class Anything:
    """Every sentence is a command for one skill."""

    skill: Skill

    def progress(self, text: str) -> Completeness:
        """Complete as soon as there is a word."""
        return Completeness.COMPLETE if text else Completeness.INCOMPLETE

    def parse(self, text: str) -> Intent | None:
        """Always the same intent, except for what nobody understands."""
        return (
            None if "gibberish" in text else Intent("echo", {"text": text}, text=text)
        )

    def answers(self, intent: str) -> bool:
        """Whether anybody answers it."""
        return True

    def skill_for(self, intent: str) -> Skill | None:
        """The skill."""
        return self.skill


@dataclass
class Stage:
    """A scripted conversation; `play` runs it and keeps what happened."""

    says: Sequence[str] = ("turn it on",)
    wakes: Sequence[float] = (0.9,)
    skill: Echo = field(default_factory=Echo)
    stt: Stt | None = None
    voices: Sequence[Tts] = field(default_factory=lambda: [DeclaredTts()])
    costs: dict[str, Cost] = field(default_factory=lambda: {"tts": 0.05, "stt": 0.002})
    limits: dict[str, float] = field(default_factory=dict)
    """Seconds a call may take, where not as usual."""
    pace: Pace = Pace.VIRTUAL
    options: Options = field(default_factory=Options)
    stops: Sequence[float] = ()
    doubts: Doubts | None = None
    models: ModelSource | None = None
    """Where language models come from; the first is the one that is wanted."""
    remotes: Sequence[Remote] = ()
    """Larger tiers, the preferred one first."""
    policy: Policy = field(default_factory=Policy)
    book: LatencyBook = field(default_factory=LatencyBook)
    meter: Meter = field(default_factory=Meter)
    breakers: Sequence[Breaker] = ()
    pin: str = ""
    verifier: WakeVerifier | None = None
    """A second opinion on the wake word."""
    listeners: Sequence[Callable[[Record], None]] = ()
    """Told of every record of the trace."""
    toolbox: Toolbox | None = None
    dictate: Callable[[bytes], str] | None = None
    look: LookAbout | None = None
    """What is looked for when the session begins."""
    receipts: Receipts = field(default_factory=lambda: Receipts(None))
    store: Store = field(default_factory=Store)
    """What is told of where it fails."""
    player: Player = field(default_factory=VirtualPlayer)
    verifier: WakeVerifier | None = None
    records: list[Record] = field(default_factory=list)
    agent: Agent | None = None

    def make(self) -> Agent:
        """The agent."""
        trace = Trace()
        compute = Compute(
            self.pace,
            self.costs,
            limits=self.limits,
            lost=lambda error: trace.emit(Degraded.by(error)),
        )
        for listens in self.listeners:
            trace.subscribe(listens)
        meaning = Anything(self.skill)
        models = None
        if self.models is not None:
            first = self.models.load(self.models.wanted())
            models = ModelSwitch(self.models, compute, trace.emit, current=first)
        frontend = Frontend(
            wake=ScriptedWake(self.wakes),
            gate=WakeGate({"hey_jarvis": WakeRule(0.5)}),
            vad=ThresholdVad(),
            smoother=VadSmoother(),
            policy=EndpointPolicy(),
        )
        self.agent = build_agent(
            brain=Brain(
                meaning=meaning,
                bells=[self.skill],
                models=models,
                interpreter=Interpreter(
                    meaning, compute, models=models, doubts=self.doubts
                ),
                escalation=self._escalation(trace, compute),
                outlook=Outlook(self.look),
                missed=Missed(self.store, compute),
                books=[self.store],
                unkept=lambda: self.store.unkept,
            ),
            voice=Voice(voices=self.voices, player=self.player),
            hearing=HearingParts(
                frontend=frontend,
                stt=self.stt or ScriptedStt(self.says),
                progress=meaning.progress,
                lookback=0.3,
                verifier=self.verifier,
                stop_word=ScriptedWake(self.stops, "stop") if self.stops else None,
            ),
            compute=compute,
            trace=trace,
            options=self.options,
        )
        return self.agent

    def _escalation(self, trace: Trace, compute: Compute) -> Escalation | None:
        if not self.remotes:
            return None
        breakers = self.breakers or [Breaker() for _ in self.remotes]
        legs = [
            RemoteLeg(remote, breaker, model="voiceagent")
            for remote, breaker in zip(self.remotes, breakers, strict=True)
        ]
        gate = PrivacyGate(self.policy, ["Anna Kowalski"])
        out = WayOut(
            Sender(session="stage", pin=self.pin),
            Release(gate, compute, self.dictate),
            ReceiptBook(self.receipts, compute, "stage"),
            Till(self.meter, compute, trace.emit),
            trace.emit,
            toolbox=self.toolbox,
        )
        return Escalation(legs, out, trace.emit, book=self.book)

    def play(
        self,
        *pieces: tuple[float, float],
        at: dict[float, Callable[[Agent], None]] | None = None,
    ) -> list[TurnRow]:
        """Run over tones (seconds, level); `at`: what a hand does at which second."""
        sound = b"".join(tone(seconds, level=level) for seconds, level in pieces)
        import numpy as np

        recording = Recording(np.frombuffer(sound, "<i2"), AudioFacts("stage"))

        async def main() -> None:
            agent = self.make()
            loop = asyncio.get_running_loop()
            for second, hand in (at or {}).items():
                loop.call_later(second, hand, agent)
            await agent.run(FileSource(recording, pace=self.pace))
            self.records = list(agent.trace)

        run(main(), virtual=self.pace is Pace.VIRTUAL)
        return turn_rows(self.records)

    def events(self, kind: type[E]) -> list[E]:
        """All events of a kind."""
        return [r.event for r in self.records if isinstance(r.event, kind)]

    def at(self, kind: type[Event]) -> list[float]:
        """When they happened."""
        return [r.at for r in self.records if isinstance(r.event, kind)]
