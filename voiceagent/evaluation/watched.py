"""A workshop whose agents change nothing outside: it is told what they would do.

The house is the local one, in memory. Skills that come with the program change nothing
but that house and the store; the effects of a pack's own skills, which may make coffee,
are not run, and count as done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from voiceagent import skills
from voiceagent.app.language import PackLanguage
from voiceagent.app.workshop import Workshop
from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillFolder, SkillHost
from voiceagent.skills.house.house import (
    Entity,
    EntityState,
    House,
    HouseModel,
    LocalHouse,
    Unmoved,
    Value,
)
from voiceagent.skills.packs.outfit import Outfit
from voiceagent.skills.skill import Answer, Effect, Skill, SkillAlarm, TurnContext
from voiceagent.store import Store

__all__ = ["WatchedHouse", "WatchedWorkshop"]

OURS = Path(skills.__file__).resolve().parent
PACKS = OURS / "packs"


class WatchedWorkshop(Workshop):
    """The parts of another workshop; `calls` says what houses were told to do."""

    def __init__(self, shop: Workshop) -> None:
        # The same parts: what one of them has made, the other has.
        self.__dict__.update(shop.__dict__)
        self.calls: list[str] = []

    @cached_property
    def language(self) -> PackLanguage:
        """What is understood, by skills that leave the world alone."""
        return _HarmlessLanguage(super().language)

    def house(self, store: Store, *, kept: bool = True) -> House:
        """The house of the pack, never a real one."""
        model: HouseModel = self.language.outfit.house
        return WatchedHouse(LocalHouse(model, store), self.calls.append)


class _HarmlessLanguage(PackLanguage):
    def __init__(self, language: PackLanguage) -> None:
        self.__dict__.update(language.__dict__)

    @property
    def outfit(self) -> Outfit:
        """All of it, but for effects of skills that are not ours."""
        found = super().outfit
        return replace(found, skills=tuple(map(_harmless, found.skills)))


def _harmless(folder: SkillFolder) -> SkillFolder:
    path = folder.path.resolve()
    if OURS in path.parents and PACKS not in path.parents and path != PACKS:
        return folder

    def create(host: SkillHost) -> Skill:
        return _Recorded(folder.create(host))

    return replace(folder, create=create)


class _Recorded:
    """A skill whose effects are planned and not run."""

    def __init__(self, skill: Skill) -> None:
        self._skill, self.name = skill, skill.name

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """As planned, with effects that do nothing."""
        answer = self._skill.answer(intent, context)
        effects = tuple(Effect(one.key, _nothing) for one in answer.effects)
        return replace(answer, effects=effects)

    def alarms(self) -> Sequence[SkillAlarm]:
        """As the skill says."""
        return self._skill.alarms()

    def rang(self, alarm_id: str) -> None:
        """Passed on."""
        self._skill.rang(alarm_id)

    def close(self) -> None:
        """Passed on."""
        self._skill.close()


def _nothing() -> None:
    """What is done instead."""


class WatchedHouse:
    """A house that tells what is asked of it."""

    def __init__(self, house: House, tell: Callable[[str], None]) -> None:
        self._house, self._tell = house, tell
        self.model = house.model

    def state(self, entity: Entity) -> EntityState:
        """As the house says."""
        return self._house.state(entity)

    def states(self, entities: Sequence[Entity]) -> Mapping[Entity, EntityState]:
        """As the house says."""
        return self._house.states(entities)

    def missing(self) -> Sequence[Entity]:
        """As the house says."""
        return self._house.missing()

    def call(
        self, entities: Sequence[Entity], service: str, data: Mapping[str, Value]
    ) -> Sequence[Unmoved]:
        """Told for each of them, then done."""
        more = "".join(f" {key}={value}" for key, value in sorted(data.items()))
        for entity in entities:
            self._tell(f"{service} {entity.id}{more}")
        return self._house.call(entities, service, data)

    def items(self, entity: Entity) -> list[str]:
        """As the house says."""
        return self._house.items(entity)
