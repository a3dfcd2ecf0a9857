"""What a pack lets a model call: every intent, its slots and the values they take.

Templates say more than names: which slots go together, which are fixed, which values a
list has. A signature is one such combination; a call is valid if one signature has it.
The same signatures become the JSON schemas that instruct models know as tools.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    RuleReference,
    Sentence,
)
from hassil.intents import IntentData, RangeSlotList, SlotList, TextSlotList

from voiceagent.nlu.intent import SlotValue, Understood

__all__ = ["Signature", "CallableIntent", "schemas", "tools_of"]

COMBINATIONS = 256
"""Slot combinations of one template that are looked at; few have more."""
MOST_NUMBERS = 1001
"""Values of a range that are listed one by one."""

Used = tuple[tuple[str, str], ...]
"""Slot and list, in the order of the words."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Slots that go together."""

    slots: Mapping[str, tuple[SlotValue, ...] | None]
    """Each with its values; None: words of the sentence itself."""


@dataclass(frozen=True, slots=True)
class CallableIntent:
    """One intent as something to call."""

    name: str
    signatures: tuple[Signature, ...]

    @property
    def order(self) -> tuple[str, ...]:
        """All slots, in the order in which a call names them."""
        return tuple(dict.fromkeys(s for sig in self.signatures for s in sig.slots))

    @property
    def required(self) -> tuple[str, ...]:
        """The slots that every call has."""
        return tuple(
            s for s in self.order if all(s in sig.slots for sig in self.signatures)
        )

    def values(self, slot: str) -> tuple[SlotValue, ...] | None:
        """Every value a slot may have; None: words of the sentence itself."""
        found: dict[SlotValue, None] = {}
        for signature in self.signatures:
            values = signature.slots.get(slot, ())
            if values is None:
                return None
            found.update(dict.fromkeys(values))
        return tuple(found)


def tools_of(pack: Understood) -> tuple[CallableIntent, ...]:
    """Every intent of a pack that can be called; one without values cannot."""
    lists = {**pack.intents.slot_lists, **pack.slot_lists}
    rules = pack.intents.expansion_rules
    found = []
    for intent in pack.intents.intents.values():
        signatures = _unique(
            signature for block in intent.data for signature in _of(block, lists, rules)
        )
        if signatures:
            found.append(CallableIntent(intent.name, signatures))
    return tuple(found)


def schemas(tools: Iterable[CallableIntent]) -> list[dict[str, object]]:
    """The tools as chat templates take them (OpenAI's form)."""
    return [
        {
            "type": "function",
            "function": {"name": tool.name, "parameters": _schema(tool)},
        }
        for tool in tools
    ]


def _schema(tool: CallableIntent) -> dict[str, object]:
    properties = {slot: _type(tool.values(slot)) for slot in tool.order}
    return {
        "type": "object",
        "properties": properties,
        "required": list(tool.required),
    }


def _type(values: tuple[SlotValue, ...] | None) -> dict[str, object]:
    if values is None:
        return {"type": "string"}
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) == len(values) > 2:
        return {"type": "number", "minimum": min(numbers), "maximum": max(numbers)}
    return {"enum": list(values)}


def _of(
    block: IntentData, lists: Mapping[str, SlotList], rules: Mapping[str, Sentence]
) -> Iterator[Signature]:
    reader = _ToolReader(
        {**lists, **block.slot_lists},
        {**rules, **block.expansion_rules},
        block.requires_context or {},
    )
    fixed: dict[str, tuple[SlotValue, ...] | None] = {
        name: (_plain(value),) for name, value in block.slots.items()
    }
    for sentence in block.sentences:
        for used in reader.uses(sentence.expression):
            slots = {slot: reader.values(name) for slot, name in used}
            if all(values is None or values for values in slots.values()):
                yield Signature({**slots, **fixed})


class _ToolReader:
    """Expressions to slot combinations, lists to values, in one place of a pack."""

    def __init__(
        self,
        lists: Mapping[str, SlotList],
        rules: Mapping[str, Sentence],
        context: Mapping[str, Any],
    ) -> None:
        self._lists, self._rules, self._context = lists, rules, context
        self._values: dict[str, tuple[SlotValue, ...] | None] = {}

    def uses(self, expression: Expression) -> tuple[Used, ...]:
        """The combinations of slots that an expression may fill."""
        if isinstance(expression, ListReference):
            return (((expression.slot_name, expression.list_name),),)
        if isinstance(expression, RuleReference):
            return self.uses(self._rules[expression.rule_name].expression)
        if not isinstance(expression, Group):
            return ((),)
        parts = [self.uses(item) for item in expression.items]
        if isinstance(expression, Alternative):
            return _few(use for part in parts for use in part)
        found: tuple[Used, ...] = ((),)
        for part in parts:
            if part != ((),):
                found = _few(_joined(left, right) for left in found for right in part)
        return found

    def values(self, name: str) -> tuple[SlotValue, ...] | None:
        """What a list gives; None where it takes any words."""
        if name not in self._values:
            self._values[name] = self._listed(name)
        return self._values[name]

    def _listed(self, name: str) -> tuple[SlotValue, ...] | None:
        entry = self._lists.get(name)
        inline = ListReference(list_name=name).get_inline_range()
        if inline is not None:
            entry = RangeSlotList(name, *inline)
        if isinstance(entry, RangeSlotList):
            times = 1 if entry.multiplier is None else entry.multiplier
            numbers = [_plain(n * times) for n in entry.get_numbers()]
            return tuple(numbers[:MOST_NUMBERS])
        if not isinstance(entry, TextSlotList):
            return None
        fitting = (v.value_out for v in entry.values if self._fits(v.context or {}))
        return tuple(dict.fromkeys(_plain(value) for value in fitting))

    def _fits(self, context: Mapping[str, Any]) -> bool:
        """Whether a value may stand where the template asks for a context."""
        for key, wanted in self._context.items():
            wanted = wanted.get("value") if isinstance(wanted, dict) else wanted
            some = wanted if isinstance(wanted, list) else [wanted]
            if wanted is not None and key in context and context[key] not in some:
                return False
        return True


def _joined(left: Used, right: Used) -> Used:
    known = {slot for slot, _ in left}
    return (*left, *(item for item in right if item[0] not in known))


def _few(uses: Iterable[Used]) -> tuple[Used, ...]:
    return tuple(dict.fromkeys(uses))[:COMBINATIONS]


def _unique(signatures: Iterable[Signature]) -> tuple[Signature, ...]:
    found = {tuple(sorted(sig.slots.items(), key=str)): sig for sig in signatures}
    return tuple(found.values())


def _plain(value: Any) -> SlotValue:
    """Slots hold texts and numbers only, as templates give them."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int | float) else str(value)
