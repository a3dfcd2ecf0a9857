"""Shopping lists, to-do lists, and whatever else is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote, unquote

from voiceagent.lang.spoken import number_words
from voiceagent.nlu.clarify import Question
from voiceagent.nlu.intent import Intent
from voiceagent.skills.caution import Wish
from voiceagent.skills.hands import Hands
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import Entity
from voiceagent.skills.lists.making import ListMaker, no_list, wanted_things
from voiceagent.skills.lists.shelf import ListShelf
from voiceagent.skills.lists.things import found_in, is_doubtful, kept_of, same
from voiceagent.skills.phrases import be, listed, said_name, sentence
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Effect, Skill, TurnContext
from voiceagent.skills.which import (
    ask_either,
    ask_whether,
    ask_which,
    ask_words,
    picked,
)

__all__ = ["create"]

READ = 12
"""Things that are read out; more are counted."""
MOST = 2000
"""Things on one list; who has more has a shop."""


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    lists = Lists(host)
    return PlainSkill(
        "lists",
        {
            "list.add": lists.add,
            "list.remove": lists.remove,
            "list.clear": lists.clear,
            "list.read": lists.read,
            "list.count": lists.count,
            "list.has": lists.has,
            "list.make": lists.maker.make,
            "list.drop": lists.drop,
            "list.all": lists.all,
        },
        frozenset(("list.clear",)),
    )


class Lists:
    """Plans answers about lists."""

    def __init__(self, host: SkillHost) -> None:
        self._shelf = ListShelf(host.house, host.store)
        own = replace(host, house=self._shelf.own_house)
        self._hands, self._own_hands = Hands(host), Hands(own)
        self.maker = ListMaker(self._shelf)

    def add(self, intent: Intent, context: TurnContext) -> Answer:
        """Put things on a list."""
        todo = self._list(intent, offer=True)
        if isinstance(todo, Answer):
            return todo
        there, name = self._shelf.items(todo), _your(todo)
        wanted = wanted_things(intent, todo)
        if self._is_mixed(wanted):
            return Answer("One list at a time, please")
        if not wanted:
            return ask_words(
                f"What shall I put on {name}?", intent, "item", "put it on"
            )
        if len(there) + len(wanted) > MOST:
            return Answer(sentence(f"{name} is full"))
        new = [item for item in wanted if not any(same(item, kept) for kept in there)]
        if len(wanted) == 1 and not new:
            return self._again(wanted[0], there, todo, intent)
        old = [item for item in wanted if item not in new]
        if not new:
            return Answer(sentence(f"{listed(old)} {be(old[-1])} on {name} already"))
        wishes = [Wish([todo], "add_item", {"item": item}) for item in new]
        said = f"Added {listed(new)} to {name}"
        said += f", {listed(old)} {_were(old)} there already" if old else ""
        done = self._hands_of(todo).do(
            intent, wishes, said, claim="has it", key="list.add"
        )
        return replace(done, question=_whether_meant(new, name, intent))

    def _again(
        self, item: str, there: Sequence[str], todo: Entity, intent: Intent
    ) -> Answer:
        """It is there, perhaps with another amount."""
        kept = next(one for one in there if same(item, one))
        name = _your(todo)
        if item.lower() == kept.lower() or len(item.split()) < 2:
            return Answer(sentence(f"{kept} {be(kept)} on {name} already"))
        text = sentence(f"{kept} {be(kept)} on {name} already. Shall I make it {item}?")
        question = ask_whether(
            text, f"make it {item}", intent, seen=kept, reason="amount"
        )
        wishes = [
            Wish([todo], "remove_item", {"item": kept}),
            Wish([todo], "add_item", {"item": item}),
        ]
        said = sentence(f"{item} {be(item)} on {name} now")
        hands = self._hands_of(todo)
        done = hands.do(intent, wishes, said, claim="has it", key="list.add")
        return replace(done, question=question)

    def remove(self, intent: Intent, context: TurnContext) -> Answer:
        """Take things off a list."""
        todo = self._list(intent)
        if isinstance(todo, Answer):
            return todo
        there, name = self._shelf.items(todo), _your(todo)
        if ids := picked(intent):
            gone = [unquote(one) for one in ids]
            found = [kept for kept in there if kept in gone]
            missing = [] if found else gone
        else:
            wanted = wanted_things(intent, todo)
            fits = {item: found_in(item, there) for item in wanted}
            for item, several in fits.items():
                if len(several) > 1 and len(fits) == 1:
                    names = [(f"the {one}", one) for one in several]
                    keys = [quote(one, safe="") for one in several]
                    return ask_which(names, keys, intent, together=True)
                if len(several) > 1:
                    return Answer(f"Which {item}: {listed(several)}? Say it alone")
            found = [one for several in fits.values() for one in several]
            missing = [item for item, several in fits.items() if not several]
        if not found:
            return Answer(sentence(f"{listed(missing)} {_are(missing)} not on {name}"))
        wishes = [Wish([todo], "remove_item", {"item": item}) for item in found]
        said = f"Removed {listed(found)} from {name}"
        said += f", {listed(missing)} {_were(missing)} not there" if missing else ""
        hands = self._hands_of(todo)
        return hands.do(intent, wishes, said, claim="is without it", key="list.remove")

    def clear(self, intent: Intent, context: TurnContext) -> Answer:
        """Take everything off, after asking."""
        todo = self._list(intent)
        if isinstance(todo, Answer):
            return todo
        there, name = self._shelf.items(todo), _your(todo)
        if not there:
            return Answer(sentence(f"{name} is empty"))
        if intent.without:
            return self._all_but(intent, todo)
        words = f"clear {name}"
        text = f"Do you want me to {words}? {_counted(there)} on it"
        question = ask_whether(
            text, words, intent, seen=_mark(there), reason="all of it"
        )
        said, wish = sentence(f"{name} is empty now"), Wish([todo], "clear_list", {})
        hands = self._hands_of(todo)
        done = hands.do(intent, [wish], said, claim="is empty", key="list.clear")
        return replace(done, question=question)

    def _all_but(self, intent: Intent, todo: Entity) -> Answer:
        """Take off what is not to stay; of several after asking."""
        there, name = self._shelf.items(todo), _your(todo)
        stay = [item for one in intent.without for item in wanted_things(one, todo)]
        kept, missing = kept_of(stay, there)
        if missing:
            return Answer(sentence(f"{listed(missing)} {_are(missing)} not on {name}"))
        gone = [item for item in there if item not in kept]
        if not gone:
            return Answer(f"Nothing else is on {name}")
        wishes = [Wish([todo], "remove_item", {"item": item}) for item in gone]
        said, words = f"Removed {listed(gone)} from {name}", f"remove {listed(gone)}"
        hands = self._hands_of(todo)
        done = hands.do(intent, wishes, said, claim="is without it", key="list.remove")
        text = f"Do you want me to {words} from {name}?"
        asked = ask_whether(text, words, intent, seen=_mark(there), reason="all but")
        return replace(done, question=asked) if len(gone) > 1 else done

    def read(self, intent: Intent, context: TurnContext) -> Answer:
        """Say what is on it."""
        todo = self._list(intent)
        if isinstance(todo, Answer):
            return todo
        items, name = self._shelf.items(todo), said_name(todo.name)
        if not items:
            return Answer(f"Your {name} is empty")
        more = len(items) - READ
        told = [*items[:READ], f"{more} more"] if more > 0 else items
        return Answer(f"On your {name}: {listed(told)}")

    def count(self, intent: Intent, context: TurnContext) -> Answer:
        """Say how many things are on it."""
        todo = self._list(intent)
        if isinstance(todo, Answer):
            return todo
        items, name = self._shelf.items(todo), _your(todo)
        return Answer(
            f"{_counted(items)} on {name}" if items else f"Nothing is on {name}"
        )

    def has(self, intent: Intent, context: TurnContext) -> Answer:
        """Say whether a thing is on it."""
        todo = self._list(intent)
        if isinstance(todo, Answer):
            return todo
        there, name = self._shelf.items(todo), _your(todo)
        wanted = wanted_things(intent, todo)
        fits = {item: found_in(item, there) for item in wanted}
        if all(fits.values()):
            found = [one for several in fits.values() for one in several]
            return Answer(f"Yes, {listed(found)} {_are(found)} on {name}")
        missing = [item for item, several in fits.items() if not several]
        return Answer(f"No, {listed(missing)} {_are(missing)} not on {name}")

    def drop(self, intent: Intent, context: TurnContext) -> Answer:
        """A list is forgotten, after asking."""
        todo = self._list(intent)
        if isinstance(todo, Answer):
            return todo
        name, there = _your(todo), self._shelf.items(todo)
        if not self._shelf.is_own(todo):
            return Answer(sentence(f"{name} is part of the house, I can only clear it"))
        text = f"Do you want me to delete {name}? {_counted(there)} on it"
        seen, words = _mark(there), f"delete {name}"
        question = ask_whether(text, words, intent, seen=seen, reason="all of it")
        effect = Effect("list.drop", lambda: self._shelf.forget(todo))
        return Answer(sentence(f"{name} is gone"), (effect,), question=question)

    def all(self, intent: Intent, context: TurnContext) -> Answer:
        """Which lists there are."""
        names = [said_name(todo.name) for todo in self._shelf.every()]
        if not names:
            return Answer("There are no lists")
        return Answer(f"There {_are(names)} {listed([f'your {n}' for n in names])}")

    def _hands_of(self, todo: Entity) -> Hands:
        return self._own_hands if self._shelf.is_own(todo) else self._hands

    def _list(self, intent: Intent, *, offer: bool = False) -> Entity | Answer:
        """The list that is meant, or what is said instead."""
        every = self._shelf.every()
        said = str(intent.slots.get("name", "") or intent.slots.get("list", ""))
        if not every:
            return Answer("There is no such list here")
        if not said and (len(every) == 1 or intent.slots.get("kind") == "shopping"):
            return every[0]
        found = self._shelf.called(said) if said else every
        if len(found) == 1:
            return found[0]
        if found:
            ways = [(said_name(todo.name), {"list": todo.name}) for todo in found]
            names = " or ".join(f"the {name}" for name, _ in ways)
            return ask_either(f"Which list: {names}?", intent, ways)
        name = said.lower().removesuffix(" list")
        return self.maker.offer(name, intent) if offer else no_list(name)

    def _is_mixed(self, wanted: Sequence[str]) -> bool:
        """Whether a list is named among the things for another one."""
        names = [said_name(todo.name) for todo in self._shelf.every()]
        return any(name in item for item in wanted for name in names)


def _whether_meant(new: Sequence[str], name: str, intent: Intent) -> Question | None:
    """Asked where what is to be written down may be no thing at all."""
    if not any(map(is_doubtful, new)):
        return None
    phrase = f"put {listed(new)} on {name}"
    return ask_whether(
        f"Shall I {phrase}?", phrase, intent, seen=phrase, reason="no thing"
    )


def _your(todo: Entity) -> str:
    return f"your {said_name(todo.name)}"


def _are(names: Sequence[str]) -> str:
    return "are" if len(names) > 1 else be(names[0])


def _were(names: Sequence[str]) -> str:
    return "were" if _are(names) == "are" else "was"


def _counted(items: Sequence[str]) -> str:
    many = len(items)
    if many == 1:
        return "There is one thing"
    return f"There are {number_words(many) if many else 'no'} things"


def _mark(items: Sequence[str]) -> str:
    """What stands on it, to see whether that is another when the answer comes."""
    return quote(" ".join(items), safe="")[:2000] + str(len(items))
