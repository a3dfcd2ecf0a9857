"""Which slots the templates of an intent give, always or sometimes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    RuleReference,
    Sentence,
)
from hassil.intents import Intents

__all__ = ["Given", "given_slots"]

SlotNames = frozenset[str]
NONE: SlotNames = frozenset()


@dataclass(frozen=True, slots=True)
class Given:
    """Slots of one intent."""

    always: SlotNames
    ever: SlotNames


def given_slots(intents: Intents) -> dict[str, Given]:
    """By intent."""
    found = {}
    for name, intent in intents.intents.items():
        given = []
        for data in intent.data:
            rules = {**intents.expansion_rules, **data.expansion_rules}
            fixed = {*data.slots, *_from_context(data.requires_context)}
            walk = _Walk(rules)
            for sentence in data.sentences:
                always, ever = walk.slots(sentence.expression)
                given.append(Given(always | fixed, ever | fixed))
        always = NONE.union(given[0].always).intersection(*(g.always for g in given))
        found[name] = Given(always, NONE.union(*(one.ever for one in given)))
    return found


def _from_context(needed: Mapping[str, object]) -> Iterable[str]:
    for key, wanted in needed.items():
        slot = wanted.get("slot") if isinstance(wanted, dict) else None
        if slot:
            yield slot if isinstance(slot, str) else key


class _Walk:
    """Slots of expressions; rules are looked at once."""

    def __init__(self, rules: Mapping[str, Sentence]) -> None:
        self._rules = rules
        self._memo: dict[str, tuple[SlotNames, SlotNames]] = {}

    def slots(self, expression: Expression) -> tuple[SlotNames, SlotNames]:
        """Those that every sentence gives, and those that some do."""
        if isinstance(expression, ListReference):
            one = frozenset([expression.slot_name])
            return one, one
        if isinstance(expression, RuleReference):
            name = expression.rule_name
            if name not in self._memo:
                self._memo[name] = self.slots(self._rules[name].expression)
            return self._memo[name]
        if not isinstance(expression, Group) or not expression.items:
            return NONE, NONE
        parts = [self.slots(item) for item in expression.items]
        ever = NONE.union(*(part[1] for part in parts))
        if isinstance(expression, Alternative):
            return parts[0][0].intersection(*(part[0] for part in parts)), ever
        return NONE.union(*(part[0] for part in parts)), ever
