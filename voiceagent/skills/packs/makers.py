"""What makes the skills of a pack; small enough to be kept and sent about."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from voiceagent.errors import PackError
from voiceagent.skills.host import SkillHost
from voiceagent.skills.packs.places import BUILT_IN
from voiceagent.skills.skill import Skill

__all__ = ["HandlerMaker", "RepliesMaker", "make_hass"]


class HandlerMaker:
    """Makes the skill of a folder's `handler.py`, which is imported once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._create: Callable[[SkillHost], Skill] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        return HandlerMaker, (self._folder,)

    def __call__(self, host: SkillHost) -> Skill:
        """Open the skill; raises `PackError`."""
        return self.load()(host)

    def load(self) -> Callable[[SkillHost], Skill]:
        """Its `create`; raises `PackError`."""
        if self._create is None:
            self._create = _handler(self._folder)
        return self._create


@dataclass(frozen=True, slots=True)
class RepliesMaker:
    """Makes a skill that only says what was understood."""

    name: str
    replies: Mapping[str, str]

    def __call__(self, host: SkillHost) -> Skill:
        """Open the skill."""
        from voiceagent.skills.replies import RepliesSkill

        return RepliesSkill(self.name, self.replies)


def make_hass(host: SkillHost) -> Skill:
    """The skill behind Home Assistant's own templates."""
    create: Callable[[SkillHost], Skill]
    create = importlib.import_module("voiceagent.skills.hass").create
    return create(host)


def _handler(folder: Path) -> Callable[[SkillHost], Skill]:
    create: object = getattr(_module(folder), "create", None)
    if callable(create):
        return create
    cause = "it has no function `create(host)`"
    what = f"`{folder / 'handler.py'}` is no handler"
    raise PackError(what, cause=cause, hint="add one that returns the skill")


def _module(folder: Path) -> ModuleType:
    file = folder / "handler.py"
    try:
        if folder.parent == BUILT_IN:
            return importlib.import_module(f"voiceagent.skills.{folder.name}.handler")
        return _foreign(file)
    except PackError:
        raise
    except Exception as error:  # whatever a foreign module raises, it has a name
        cause = f"{type(error).__name__}: {error}"
        hint = "mend the handler; `python -X dev handler.py` shows the line"
        raise PackError(f"`{file}` cannot be loaded", cause=cause, hint=hint) from error


def _foreign(file: Path) -> ModuleType:
    name = f"voiceagent_skill_{file.resolve().parent.name}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise PackError(f"`{file}` cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
