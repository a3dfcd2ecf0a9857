"""Dialogues as scripts, held by the real agent in virtual time: words in, words out.

# a heading names the dialogue
> what the user types
< what the reply contains             ? the same of a question
= effects that run in that turn       none: nothing may be done
^ what is typed while the reply before it is being said
~ 90                                  seconds that pass
*                                     what is due rings, and is stopped
! a command that another hand does meanwhile
: what is kept at the end             every line of that kind, in any order
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from voiceagent.agent.agent import Agent
from voiceagent.app.assemble import assemble
from voiceagent.app.config import Config
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.frames import AudioFrame
from voiceagent.audio.player import VirtualPlayer
from voiceagent.audio.source import OnEvent, ignore
from voiceagent.clock import Pace, local, run, uptime
from voiceagent.nlu.intent import IntentParser
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import LocalHouse
from voiceagent.skills.packs.pack import Pack, load_pack
from voiceagent.skills.skill import TurnContext
from voiceagent.store import Store
from voiceagent.trace.events import Asked, Committed, ReplyReady, TurnFinished
from voiceagent.trace.trace import Record, Trace

__all__ = ["Dialogue", "Outcome", "dialogues", "play"]


@dataclass
class Step:
    """One turn, and what is to come of it."""

    text: str
    effects: tuple[str, ...] = ()
    said: list[str] = field(default_factory=list)
    asks: bool = False
    over: bool = False
    """Typed while the answer before it is being said."""
    before: list[str] = field(default_factory=list)
    """What happens before it: `~ 90`, `! cancel all timers`."""


@dataclass
class Dialogue:
    """A script."""

    name: str
    steps: list[Step] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """What became of a dialogue."""

    name: str
    wrong: list[str] = field(default_factory=list)
    """What was done that nobody asked for."""
    missed: list[str] = field(default_factory=list)
    """Where it went another way."""
    told: list[str] = field(default_factory=list)
    """What was said, turn by turn."""

    @property
    def reached(self) -> bool:
        """Whether it came to its end as written."""
        return not self.wrong and not self.missed


def dialogues(file: Path) -> list[Dialogue]:
    """All of a file; raises `ValueError` with the line that cannot be read."""
    found: list[Dialogue] = []
    waiting: list[str] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        sign, _, rest = line.partition(" ")
        try:
            match sign:
                case "":
                    pass
                case "#":
                    found.append(Dialogue(rest))
                case ">" | "^":
                    step = Step(rest, before=waiting, over=sign == "^")
                    found[-1].steps.append(step)
                    waiting = []
                case "<" | "?":
                    step = found[-1].steps[-1]
                    step.said.append(rest)
                    step.asks |= sign == "?"
                case "=":
                    found[-1].steps[-1].effects += tuple(rest.split())
                case "~" | "!" | "*":
                    waiting.append(line)
                case ":":
                    found[-1].kept.append(rest)
                case _:
                    raise ValueError(f"line {number}: `{line}`")
        except IndexError:
            raise ValueError(f"line {number}: `{line}` stands too early") from None
    return found


@cache
def shop() -> Workshop:
    return Workshop(Config())


@cache
def _home() -> tuple[Pack, IntentParser]:
    pack = load_pack(None)
    return pack, IntentParser(pack)


@dataclass
class Script:
    """A source in which the script is typed, and nothing is heard."""

    dialogue: Dialogue
    outcome: Outcome
    store: Store
    trace: Trace
    agent: Agent | None = None
    name: str = "text"
    on_event: OnEvent = ignore

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """No sound; the turns happen meanwhile."""
        events: list[object] = []
        answered, ready = asyncio.Event(), asyncio.Event()
        ended: set[int] = set()

        def note(record: Record) -> None:
            events.append(record.event)
            if isinstance(record.event, ReplyReady):
                ready.set()
            if isinstance(record.event, TurnFinished):
                ended.add(record.event.turn)
                answered.set()

        self.trace.subscribe(note)
        steps = self.dialogue.steps
        for number, step in enumerate(steps, 1):
            for line in step.before:
                await self.happens(line)
            events.clear()
            answered.clear()
            ready.clear()
            assert self.agent is not None
            turn = self.agent.type(step.text)
            if any(later.over for later in steps[number : number + 1]):
                await ready.wait()
            else:
                while turn not in ended:  # one that was cut ends as well
                    await answered.wait()
                    answered.clear()
                await asyncio.sleep(0.01)
            self.judge(number, step, events)
        nothing: tuple[AudioFrame, ...] = ()
        for frame in nothing:
            yield frame

    async def happens(self, line: str) -> None:
        """What stands between two turns."""
        sign, _, rest = line.partition(" ")
        if sign == "~":
            await asyncio.sleep(float(rest))
            return
        pack, parser = _home()
        skills = pack.open(SkillHost(self.store, LocalHouse(pack.house, self.store)))
        if sign == "*":
            for skill in skills.each:
                for alarm in skill.alarms():
                    if alarm.due <= local():
                        self.outcome.told.append(f"* {alarm.text}")
                        skill.rang(alarm.id)
            return
        intent = parser.parse(rest)
        assert intent is not None, rest
        answer = skills.answer(intent, TurnContext(local(), uptime=uptime()))
        for effect in answer.effects:
            effect.run()

    def judge(self, number: int, step: Step, events: Sequence[object]) -> None:
        """Note where a turn went another way."""
        done = [e.key for e in events if isinstance(e, Committed) and e.ok]
        said = " ".join(e.pii_text for e in events if isinstance(e, ReplyReady))
        asked = any(isinstance(e, Asked) for e in events)
        self.outcome.told.append(f"> {step.text}\n< {said}")
        where = f"turn {number}, `{step.text}`"
        wanted = list(step.effects)
        for key in done:
            if key in wanted:
                wanted.remove(key)
            else:
                self.outcome.wrong.append(f"{where}: {key} ({said})")
        missed = [f"does not {key}" for key in wanted]
        missed += [f"`{part}` is not in" for part in step.said if part not in said]
        missed += ["asks" if asked else "does not ask"] * (asked != step.asks)
        self.outcome.missed += [f"{where} {what}: {said}" for what in missed]


def kept(store: Store) -> list[str]:
    """What a store holds, a line for each thing."""
    rows = store.read("SELECT kind, name, seconds FROM timers ORDER BY due")
    lines = [f"{kind} {name} {seconds:.0f}" for kind, name, seconds in rows]
    rows = store.read("SELECT name, local, rule FROM alarms ORDER BY local")
    lines += [f"clock {name} {local[:16]} {rule}" for name, local, rule in rows]
    rows = store.read("SELECT list, item FROM items ORDER BY rowid")
    lines += [f"item {name.partition('.')[2]} {item}" for name, item in rows]
    rows = store.read("SELECT id, state FROM entities ORDER BY id")
    lines += [f"house {name} {state}" for name, state in rows]
    return [" ".join(line.split()) for line in lines]


def play(
    dialogue: Dialogue,
    *,
    script: type[Script] = Script,
    of: Workshop | None = None,
    typed: bool = True,
) -> Outcome:
    """Hold one dialogue with an agent of its own; `script`: how its turns come,
    `of`: whose agent, not `typed`: one that hears."""
    store, trace, outcome = Store(None), Trace(), Outcome(dialogue.name)
    held = script(dialogue, outcome, store, trace)
    options = AgentOptions(
        player=VirtualPlayer(),
        pace=Pace.VIRTUAL,
        store=store,
        typed=typed,
        silent=True,
        trace=trace,
    )
    held.agent = assemble(of or shop(), options)
    run(held.agent.run(held), virtual=True)
    left = kept(store)
    store.close()
    kinds = {line.split()[0] for line in dialogue.kept}
    there = sorted(line for line in left if line.split()[0] in kinds)
    wanted = [" ".join(line.split()) for line in dialogue.kept]
    wanted = sorted(line for line in wanted if len(line.split()) > 1)
    if there != wanted:
        outcome.missed.append(f"kept {there}, not {wanted}")
    return outcome
