"""Says random sentences of a pack, knowing what they mean."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    Sentence,
    TextChunk,
)
from hassil.intents import IntentData, RangeSlotList, SlotList, TextSlotList
from hassil.util import check_excluded_context, check_required_context

from voiceagent.errors import PackError
from voiceagent.lang.spoken import number_words
from voiceagent.nlu.intent import SlotValue, Understood, plain
from voiceagent.skills.packs.takes import Sample
from voiceagent.templates.yaml_file import suggest

__all__ = ["Sampler", "pieces_said"]

FREE = ("the blue one", "something nice", "two of those", "what we talked about")
"""Said where a template takes any words."""
TRIES = 50
"""Draws before a template counts as one that nobody can say in this house."""


def pieces_said(
    expression: Expression, rules: Mapping[str, Sentence], chance: random.Random
) -> Iterator[str | ListReference]:
    """One way through a template: its texts, and the lists to be filled in between."""
    if isinstance(expression, TextChunk):
        yield str(expression.original_text)
    elif isinstance(expression, RuleReference):
        rule = rules[expression.rule_name].expression
        yield from pieces_said(rule, rules, chance)
    elif isinstance(expression, ListReference):
        yield expression
    elif isinstance(expression, Alternative):
        yield from pieces_said(chance.choice(expression.items), rules, chance)
    else:
        assert isinstance(expression, Group)
        items = list(expression.items)
        if isinstance(expression, Permutation):
            chance.shuffle(items)
        for item in items:
            yield from pieces_said(item, rules, chance)


class _Unsayable(Exception):
    """A list without values that fit."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Sentences with the lists and rules that hold for them."""

    intent: str
    data: IntentData
    lists: Mapping[str, SlotList]
    rules: Mapping[str, Sentence]


@dataclass(slots=True)
class _Draft:
    """One sentence in the making."""

    block: _Block
    chance: random.Random
    slots: dict[str, SlotValue]
    context: dict[str, Any] = field(default_factory=dict)

    def say(self, expression: Expression) -> str:
        parts = pieces_said(expression, self.block.rules, self.chance)
        return "".join(
            part if isinstance(part, str) else self._list(part) for part in parts
        )

    def _list(self, reference: ListReference) -> str:
        bounds = reference.get_inline_range()
        entry = self.block.lists.get(reference.list_name)
        if bounds is not None:
            entry = RangeSlotList("", bounds[0], bounds[1], bounds[2])
        if isinstance(entry, RangeSlotList):
            number = self.chance.choice(list(entry.get_numbers()))
            value = number if entry.multiplier is None else number * entry.multiplier
            self.slots[reference.slot_name] = plain(value)
            return number_words(number)
        if isinstance(entry, TextSlotList):
            return self._text(reference, entry)
        words = self.chance.choice(FREE)
        self.slots[reference.slot_name] = words
        return words

    def _text(self, reference: ListReference, entry: TextSlotList) -> str:
        data = self.block.data
        fitting = [v for v in entry.values if _fits(data, v.context)]
        if not fitting:
            raise _Unsayable
        value = self.chance.choice(fitting)
        self.context.update(value.context or {})
        self.slots[reference.slot_name] = plain(value.value_out)
        return self.say(value.text_in)


def _fits(data: IntentData, context: Mapping[str, Any] | None) -> bool:
    given = dict(context or {})
    needed, barred = data.requires_context, data.excludes_context
    fits = check_required_context(needed, given, allow_missing_keys=True)
    return bool(fits and check_excluded_context(barred, given))


class Sampler:
    """Draws sentences; the same seed gives the same ones."""

    def __init__(self, pack: Understood, *, seed: int = 0) -> None:
        self._chance = random.Random(seed)
        lists = {**pack.intents.slot_lists, **pack.slot_lists}
        self._blocks: dict[str, list[_Block]] = {
            name: [
                _Block(
                    name,
                    data,
                    {**lists, **data.slot_lists},
                    {**pack.intents.expansion_rules, **data.expansion_rules},
                )
                for data in intent.data
            ]
            for name, intent in pack.intents.intents.items()
        }

    def draw(self, count: int, *, intent: str | None = None) -> Iterator[Sample]:
        """Random sentences of all intents or one; raises `PackError` for an unknown
        intent, and gives none where nothing can be said."""
        if intent is not None and intent not in self._blocks:
            hint = suggest(intent, self._blocks)
            raise PackError(f"there is no intent `{intent}`", hint=hint)
        names = [intent] if intent else sorted(self._blocks)
        for _ in range(count):
            found = self._try(lambda: self._one(self._chance.choice(names)))
            if found is not None:
                yield found

    def each_template(self) -> Iterator[Sample]:
        """One sentence of every template that can be said, in the order written."""
        for blocks in self._blocks.values():
            for block in blocks:
                for sentence in block.data.sentences:
                    found = self._try(partial(self._say, block, sentence))
                    if found is not None:
                        yield found

    def _try(self, make: Callable[[], Sample | None]) -> Sample | None:
        for _ in range(TRIES):
            found = make()
            if found is not None:
                return found
        return None

    def _one(self, intent: str) -> Sample | None:
        block = self._chance.choice(self._blocks[intent])
        return self._say(block, self._chance.choice(block.data.sentences))

    def _say(self, block: _Block, sentence: Sentence) -> Sample | None:
        fixed = {name: plain(value) for name, value in block.data.slots.items()}
        draft = _Draft(block, self._chance, fixed)
        try:
            text = " ".join(draft.say(sentence.expression).split())
        except _Unsayable:
            return None
        if not check_required_context(block.data.requires_context, draft.context):
            return None
        return Sample(text, block.intent, draft.slots, str(sentence.text or ""))
