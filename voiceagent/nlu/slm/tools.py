"""What a pack lets a model call: every intent, its slots and the values they take.

Templates say more than names: which slots go together, which are fixed, which values a
list has. A signature is one such combination; a call is valid if one signature has it.
The same signatures become the JSON schemas that instruct models know as tools.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hassil.intents import IntentData

from voiceagent.nlu.intent import SlotValue, Understood, plain
from voiceagent.templates.reading import Block, blocks_of, fits
from voiceagent.templates.walk import Blank, Fold, Holds, Listed, NumberRange

__all__ = ["Signature", "CallableIntent", "schemas", "tools_of"]

COMBINATIONS = 256
"""Slot combinations of one template that are looked at; few have more."""
MOST_NUMBERS = 1001
"""Values of a range that are listed one by one."""

Used = tuple[tuple[str, Holds], ...]
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
    found: dict[str, list[Signature]] = {name: [] for name in pack.intents.intents}
    uses: Fold[tuple[Used, ...]] = Fold(lambda _: ((),), _use, _any_of, _together)
    for block in blocks_of(pack.intents, pack.slot_lists):
        found[block.intent] += _of(block, uses)
    return tuple(
        CallableIntent(name, _unique(signatures))
        for name, signatures in found.items()
        if signatures
    )


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


def _of(block: Block, uses: Fold[tuple[Used, ...]]) -> Iterator[Signature]:
    values: dict[Holds, tuple[SlotValue, ...] | None] = {}
    fixed: dict[str, tuple[SlotValue, ...] | None] = {
        name: (plain(value),) for name, value in block.data.slots.items()
    }
    for _, part in block.parts():
        for used in uses(part):
            for _, holds in used:
                if holds not in values:
                    values[holds] = _values(holds, block.data)
            slots = {slot: values[holds] for slot, holds in used}
            if all(some is None or some for some in slots.values()):
                yield Signature({**slots, **fixed})


def _values(holds: Holds, data: IntentData) -> tuple[SlotValue, ...] | None:
    """What a list gives; None where it takes any words."""
    if isinstance(holds, NumberRange):
        numbers = holds.numbers[:MOST_NUMBERS]
        return tuple(plain(holds.value(number)) for number in numbers)
    if not isinstance(holds, Listed):
        return None
    fitting = (item.value for item in holds.values if fits(data, item.context))
    return tuple(dict.fromkeys(plain(value) for value in fitting))


def _use(blank: Blank) -> tuple[Used, ...]:
    return (((blank.slot, blank.holds),),)


def _any_of(parts: Sequence[tuple[Used, ...]]) -> tuple[Used, ...]:
    return _few(use for part in parts for use in part)


def _together(parts: Sequence[tuple[Used, ...]]) -> tuple[Used, ...]:
    """The combinations of slots that parts in a row may fill."""
    found: tuple[Used, ...] = ((),)
    for part in parts:
        if part != ((),):
            found = _few(_joined(left, right) for left in found for right in part)
    return found


def _joined(left: Used, right: Used) -> Used:
    known = {slot for slot, _ in left}
    return (*left, *(item for item in right if item[0] not in known))


def _few(uses: Iterable[Used]) -> tuple[Used, ...]:
    return tuple(dict.fromkeys(uses))[:COMBINATIONS]


def _unique(signatures: Iterable[Signature]) -> tuple[Signature, ...]:
    found = {tuple(sorted(sig.slots.items(), key=str)): sig for sig in signatures}
    return tuple(found.values())
