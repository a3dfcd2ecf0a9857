"""Talks to the home pack without sound: words in, effects run, words out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from tests.packs import parser, shipped
from voiceagent.nlu.intent import IntentParser
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import LocalHouse
from voiceagent.skills.packs.pack import Pack
from voiceagent.skills.skill import Answer, LastTurn, SkillAlarm, TurnContext
from voiceagent.store import Store

__all__ = ["MONDAY", "Talk"]

MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
T = TypeVar("T")


def once(make: Callable[[], T]) -> Callable[[], T]:
    made: list[T] = []

    def get() -> T:
        if not made:
            made.append(make())
        return made[0]

    return get


@once
def home() -> tuple[Pack, IntentParser]:
    return shipped("home"), parser("home")


class Talk:
    """One device with one store; `say` gives what it answers."""

    def __init__(
        self,
        store: Store | None = None,
        *,
        area: str = "",
        config: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        self.pack, self.parser = home()
        self.store = store or Store()
        self.house = LocalHouse(self.pack.house, self.store)
        self.skills = self.pack.open(SkillHost(self.store, self.house, config or {}))
        self.context = TurnContext(MONDAY, area)

    def plan(self, text: str) -> Answer:
        """What would be said and done."""
        intent = self.parser.parse(text)
        assert intent is not None, text
        return self.skills.answer(intent, self.context)

    def say(self, text: str) -> str:
        """Do it and give the answer."""
        answer = self.plan(text)
        said = answer.text
        for effect in answer.effects:
            said = effect.run() or said
        return said

    def alarms(self) -> list[SkillAlarm]:
        """Everything that is still to ring, earliest first."""
        every = [alarm for skill in self.skills.each for alarm in skill.alarms()]
        return sorted(every, key=lambda alarm: alarm.due)

    def rang(self, alarm_id: str) -> None:
        """It was played."""
        for skill in self.skills.each:
            skill.rang(alarm_id)

    def wait(self, **time: float) -> None:
        """Let time pass."""
        now = self.context.now + timedelta(**time)
        self.context = replace(self.context, now=now)

    def remember(self, last: LastTurn) -> None:
        """Pretend that this was the turn before."""
        self.context = replace(self.context, last=last)

    def state(self, name: str) -> str:
        """The state of a thing in the house."""
        entity = self.house.model.find(name)
        assert entity is not None
        return self.house.state(entity).state

    def snapshot(self) -> list[object]:
        """Everything that is kept, to see that nothing changed."""
        tables = ("timers", "alarms", "entities", "items", "settings")
        return [self.store.read(f"SELECT * FROM {table}") for table in tables]
