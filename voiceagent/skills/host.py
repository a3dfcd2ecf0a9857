"""What a skill is made with, where it lives, and the open skills of a pack as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voiceagent.errors import PackError
from voiceagent.nlu.intent import Intent
from voiceagent.skills.config import ConfirmConfig
from voiceagent.skills.house.house import House
from voiceagent.skills.skill import Answer, Skill, TurnContext
from voiceagent.store import Store

__all__ = ["SkillFolder", "SkillHost", "Skills"]


METHODS = ("answer", "alarms", "rang", "close")
"""What every skill can be asked."""


@dataclass(frozen=True, slots=True)
class SkillHost:
    """What a handler gets when it is made."""

    store: Store
    house: House
    config: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """One table per skill name, from the user's configuration."""
    confirm: ConfirmConfig = field(default_factory=ConfirmConfig)
    """What is asked about before it is done."""


@dataclass(frozen=True, slots=True)
class SkillFolder:
    """Where a skill lives, what it understands and how to make it."""

    name: str
    path: Path
    intents: tuple[str, ...]
    create: Callable[[SkillHost], Skill]


class Skills:
    """The open skills of a pack, asked as one."""

    def __init__(self, folders: Iterable[SkillFolder], host: SkillHost) -> None:
        self._by_intent: dict[str, Skill] = {}
        self._all: list[Skill] = []
        for folder in folders:
            skill = _whole(folder, folder.create(host))
            self._all.append(skill)
            self._by_intent.update(dict.fromkeys(folder.intents, skill))

    def skill_for(self, intent_name: str) -> Skill:
        """The skill that answers an intent; `PackError` if there is none."""
        try:
            return self._by_intent[intent_name]
        except KeyError:
            raise PackError(f"no skill answers `{intent_name}`") from None

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """Plan the answer to `intent`; changes nothing."""
        return self.skill_for(intent.name).answer(intent, context)

    @property
    def each(self) -> Sequence[Skill]:
        """One after the other, in the order of their folders."""
        return tuple(self._all)

    def close(self) -> None:
        """Close every skill."""
        for skill in self._all:
            skill.close()


def _whole(folder: SkillFolder, skill: Skill) -> Skill:
    """A skill with all its methods; whoever wrote it may have left some out."""
    for name in METHODS:
        if not callable(getattr(skill, name, None)):
            raise PackError(
                f"`{folder.path / 'handler.py'}` makes no skill",
                cause=f"what `create` gives has no method `{name}`",
                hint="give a `voiceagent.skills.plain.PlainSkill`, or add the method",
            )
    return skill
