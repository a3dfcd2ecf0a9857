"""Shopping and to-do lists."""

from __future__ import annotations

from voiceagent.nlu.intent import Intent
from voiceagent.skills.caution import Wish
from voiceagent.skills.hands import Hands
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import Entity
from voiceagent.skills.phrases import be, listed, said_name, sentence
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext
from voiceagent.skills.targets import named

__all__ = ["create"]


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    lists = Lists(host)
    return PlainSkill(
        "lists",
        {
            "list.add": lists.add,
            "list.remove": lists.remove,
            "list.read": lists.read,
            "list.has": lists.has,
        },
    )


class Lists:
    """Plans answers about the lists of a house."""

    def __init__(self, host: SkillHost) -> None:
        self._house, self._hands = host.house, Hands(host)

    def add(self, intent: Intent, context: TurnContext) -> Answer:
        """Put one or two things on a list."""
        todo = self._list(intent, context)
        if todo is None:
            return _no_list()
        there = [item.lower() for item in self._house.items(todo)]
        new = [item for item in _items(intent) if item not in there]
        name = said_name(todo.name)
        if not new:
            items = listed(_items(intent))
            return Answer(sentence(f"{items} {be(items)} on your {name} already"))

        wishes = [Wish([todo], "add_item", {"item": item}) for item in new]
        said = f"Added {listed(new)} to your {name}"
        return self._hands.do(intent, wishes, said, claim="has it", key="list.add")

    def remove(self, intent: Intent, context: TurnContext) -> Answer:
        """Take a thing off a list."""
        todo = self._list(intent, context)
        if todo is None:
            return _no_list()
        item, name = str(intent.slots["item"]).lower(), said_name(todo.name)
        there = {kept.lower(): kept for kept in self._house.items(todo)}
        if item not in there:
            return Answer(sentence(f"{item} {be(item)} not on your {name}"))
        wish = Wish([todo], "remove_item", {"item": there[item]})
        said, gone = f"Removed {item} from your {name}", "is without it"
        return self._hands.do(intent, [wish], said, claim=gone, key="list.remove")

    def read(self, intent: Intent, context: TurnContext) -> Answer:
        """Say what is on it."""
        todo = self._list(intent, context)
        if todo is None:
            return _no_list()
        items, name = self._house.items(todo), said_name(todo.name)
        if not items:
            return Answer(f"Your {name} is empty")
        return Answer(f"On your {name}: {listed(items)}")

    def has(self, intent: Intent, context: TurnContext) -> Answer:
        """Say whether a thing is on it."""
        todo = self._list(intent, context)
        if todo is None:
            return _no_list()
        item, name = str(intent.slots["item"]).lower(), said_name(todo.name)
        if item in [kept.lower() for kept in self._house.items(todo)]:
            return Answer(f"Yes, {item} {be(item)} on your {name}")
        return Answer(f"No, {item} {be(item)} not on your {name}")

    def _list(self, intent: Intent, context: TurnContext) -> Entity | None:
        first = next(iter(self._house.model.select("todo")), None)
        one = named(self._house.model, intent, context, "todo")
        return one.entities[0] if one and one.entities else first


def _items(intent: Intent) -> list[str]:
    slots = intent.slots
    items = [str(slots[key]).lower() for key in ("item", "item2") if key in slots]
    return list(dict.fromkeys(items))


def _no_list() -> Answer:
    return Answer("There is no such list here")
