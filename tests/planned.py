"""A device on which plans are made and carried out: real skills, store and clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import cache

from voiceagent.agent.effects import Effects
from voiceagent.agent.missed import Missed
from voiceagent.agent.planner import Planner
from voiceagent.agent.plans import PlanKeeper
from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.clock import Compute, Pace, local, run, uptime
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.reader import CommandReader
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import Entity, LocalHouse
from voiceagent.skills.later.later import LaterSkill
from voiceagent.skills.skill import Answer, TurnContext
from voiceagent.store import Store
from voiceagent.trace.events import Event, PlanRan

__all__ = ["PEOPLE", "Device", "reader"]

PEOPLE = (
    Entity("person.anna", "Anna Berg", "person", state="home"),
    Entity("person.ben", "Ben", "person", state="not_home"),
)


@cache
def shop() -> Workshop:
    return Workshop(Config())


def reader() -> CommandReader:
    """Words to intents in the demo house."""
    return shop().language.reader


@dataclass
class Noted:
    """A turn, as far as effects know it."""

    turn: int = 1
    done: list[str] = field(default_factory=list)


class Device:
    """One process; another one with the same store is what is there after a kill."""

    def __init__(
        self,
        store: Store | None = None,
        people: tuple[Entity, ...] = (),
        house: type[LocalHouse] = LocalHouse,
    ) -> None:
        pack = shop().language.pack
        self.store = store or Store(None)
        model = replace(pack.house, entities=(*pack.house.entities, *people))
        self.house: LocalHouse = house(model, self.store)
        skills = pack.open(SkillHost(self.store, self.house))
        self.later = next(one for one in skills.each if isinstance(one, LaterSkill))
        self.compute = Compute(Pace.VIRTUAL, {})
        self.events: list[Event] = []
        self.told: list[str] = []
        self.planner = Planner(skills.skill_for, self.compute, self.later)
        self.effects = Effects(self.compute, self.events.append, self._changed)
        self.missed = Missed(self.store, self.compute)
        self.keeper = PlanKeeper(
            self.later,
            self.planner,
            self.effects,
            self.compute,
            self.events.append,
            self.told.append,
            self.missed,
        )

    def _changed(self) -> None:
        self.keeper.changed()

    async def plan(self, text: str) -> Answer:
        """What would be said and done."""
        intent = reader().parse(text)
        assert intent is not None, text
        return await self.answer(intent)

    async def answer(self, intent: Intent) -> Answer:
        """The same of what is understood."""
        context = TurnContext(local(), "", None, uptime())
        return await self.planner.answer(intent, context)

    async def say(self, text: str, *, agreed: bool = False) -> str:
        """Do it, and give the answer."""
        answer = await self.plan(text)
        if answer.question is not None and not agreed:
            return answer.question.text
        said = await self.effects.commit(Noted(), answer.effects, answer.text)
        return said or answer.text

    def play(self, script: Callable[[], Awaitable[None]]) -> None:
        """Run a script while plans are carried out."""

        async def whole() -> None:
            keeping = asyncio.create_task(self.keeper.run())
            try:
                await script()
            finally:
                keeping.cancel()
                await asyncio.wait({keeping})
            if not keeping.cancelled():
                keeping.result()

        run(whole(), virtual=True)

    def state(self, name: str) -> str:
        """Of a thing in the house."""
        entity = self.house.model.find(name)
        assert entity is not None, name
        return self.house.state(entity).state

    def moves(self, person: str, state: str) -> None:
        """A person of the house comes or goes."""
        row = (person, f'{{"state": "{state}", "attributes": {{}}}}')
        self.store.write(("INSERT OR REPLACE INTO entities VALUES (?, ?)", row))

    @property
    def ran(self) -> list[PlanRan]:
        """What was carried out, or could not be."""
        return [event for event in self.events if isinstance(event, PlanRan)]

    def kept(self) -> int:
        """Rows that are kept for plans."""
        tables = ("plans", "timers", "alarms", "uptimes")
        return sum(len(self.store.read(f"SELECT * FROM {table}")) for table in tables)
