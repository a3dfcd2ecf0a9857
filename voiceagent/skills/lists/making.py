"""Lists that are made by voice, also where things are put on one that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voiceagent.nlu.intent import Intent
from voiceagent.skills.house.house import Entity
from voiceagent.skills.lists.shelf import ListShelf
from voiceagent.skills.lists.things import is_task_list, things
from voiceagent.skills.phrases import listed, said_name
from voiceagent.skills.plain import act
from voiceagent.skills.skill import Answer, TurnContext
from voiceagent.skills.which import ask_whether, ask_words

__all__ = ["ListMaker", "no_list", "wanted_things"]

ITEMS = ("item", "item2", "item3")
"""Slots that hold things."""
LONGEST = 3
"""Words of a name that somebody may have meant."""
FULL = "There are too many lists already"


class ListMaker:
    """Plans answers to wishes for a new list."""

    def __init__(self, shelf: ListShelf) -> None:
        self._shelf = shelf

    def make(self, intent: Intent, context: TurnContext) -> Answer:
        """A new one."""
        said = str(intent.slots.get("list", "")).strip()
        if not said:
            return ask_words("What shall it be called?", intent, "list", "call it that")
        if there := self._shelf.called(said):
            return Answer(f"There is a {said_name(there[0].name)} already")
        if self._shelf.full:
            return Answer(FULL)
        name = _bare(said)

        def run() -> None:
            self._shelf.make(name)

        return act(f"There is a {name} list now", "list.make", run)

    def offer(self, name: str, intent: Intent) -> Answer:
        """Things are to stand on a list that is not there: it may be made."""
        if self._shelf.full or len(name.split()) > LONGEST:
            return no_list(name)
        text = f"There is no {name} list. Do you want me to make one?"
        question = ask_whether(text, "make one", intent, seen="none", reason="no list")

        def run() -> None:
            made = self._shelf.make(name)
            for item in wanted_things(intent, made):
                self._shelf.own_house.call([made], "add_item", {"item": item})

        told = f"Added {listed(_told(intent))} to your new {name} list"
        return replace(act(told, "list.make", run), question=question)


def no_list(name: str) -> Answer:
    """There is none of that name."""
    return Answer(f"There is no {name} list")


def wanted_things(intent: Intent, todo: Entity) -> list[str]:
    """The things that are to stand on a list, or to go from it."""
    return _things(intent, tasks=is_task_list(todo.name))


def _told(intent: Intent) -> Sequence[str]:
    return _things(intent, tasks=False) or ["nothing"]


def _things(intent: Intent, *, tasks: bool) -> list[str]:
    said = [str(intent.slots[key]) for key in ITEMS if key in intent.slots]
    found = [one for text in said for one in things(text, tasks=tasks)]
    return list(dict.fromkeys(found))


def _bare(name: str) -> str:
    return name.lower().removesuffix(" list").strip()
