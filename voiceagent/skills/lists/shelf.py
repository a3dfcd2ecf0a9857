"""The lists that there are: those of the house, and those that were made by voice.

What was made is kept in the store of the device, as entries of lists of a local house.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from voiceagent.lang.spoken import spoken
from voiceagent.skills.house.house import Entity, House, HouseModel, LocalHouse
from voiceagent.store import Store

__all__ = ["ListShelf"]

KEY = "lists"
OWN = "own."
NOUN = "list"
MOST = 50
"""Lists that can be made."""


class ListShelf:
    """Finds, makes and forgets lists."""

    def __init__(self, house: House, store: Store) -> None:
        self._house, self._store = house, store
        self.own_house = LocalHouse(HouseModel("lists"), store)
        """Keeps the entries of what was made."""

    def every(self) -> tuple[Entity, ...]:
        """All, those of the house first."""
        return (*self._house.model.select("todo"), *self._own())

    def is_own(self, todo: Entity) -> bool:
        """Whether it was made by voice, and not by the house."""
        return todo.id.startswith(OWN)

    def items(self, todo: Entity) -> list[str]:
        """What stands on it."""
        house = self.own_house if self.is_own(todo) else self._house
        return house.items(todo)

    def called(self, name: str) -> tuple[Entity, ...]:
        """Those of that name, `list` left out of it; else those that have its words."""
        wanted = _bare(name)
        named = [
            (todo, [_bare(said) for said in _names(todo)]) for todo in self.every()
        ]
        exact = tuple(todo for todo, names in named if wanted in names)
        words = set(wanted.split())
        return exact or tuple(
            todo
            for todo, names in named
            if words and any(words <= set(own.split()) for own in names)
        )

    @property
    def full(self) -> bool:
        """Whether no more can be made."""
        return len(self._own()) >= MOST

    def make(self, name: str) -> Entity:
        """A new one; the same one where it is there already."""
        made = _entity(name)
        names = dict.fromkeys([*(todo.name for todo in self._own()), made.name])
        self._store.remember(KEY, json.dumps(list(names)))
        return made

    def forget(self, todo: Entity) -> None:
        """It is gone with all that stands on it."""
        names = [own.name for own in self._own() if own.id != todo.id]
        self.own_house.call([todo], "clear_list", {})
        self._store.remember(KEY, json.dumps(names))

    def _own(self) -> Sequence[Entity]:
        try:
            names = json.loads(self._store.glance(KEY, "[]"))
        except ValueError:
            return ()
        if not isinstance(names, list):
            return ()
        return tuple(_entity(name) for name in names if isinstance(name, str) and name)


def _entity(name: str) -> Entity:
    said = _bare(name)
    title = f"{said} {NOUN}".strip()
    return Entity(f"{OWN}{said.replace(' ', '_') or NOUN}", title, "todo")


def _names(todo: Entity) -> Sequence[str]:
    return (todo.name, *todo.aliases)


def _bare(name: str) -> str:
    return " ".join(word for word in spoken(name).split() if word != NOUN)
