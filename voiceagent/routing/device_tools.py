"""Tools of this device for a larger tier: the intents that the operator names.

A region that is asked something hard may need the house for its answer: "make it cosy
for a film" is three intents. It is told what each tool is called and takes, calls them
with JSON, and gets the sentence that the skill would have said. Every call is held
against the templates of the pack: what they do not say cannot be done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from voiceagent.errors import ToolRefused
from voiceagent.errors.foreign import cleaned
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.nlu.slm.tools import CallableIntent, Signature, schemas
from voiceagent.skills.tool import ToolCall, ToolPolicy, ToolTurn

__all__ = ["DeviceTool", "canonical", "device_tools"]

LARGEST = 4_000
"""Letters of the arguments of one call."""
LONGEST = 200
"""Letters of free text in a slot."""
LONGEST_NAME = 64
"""Letters of the name of a function; no server takes more."""
ALLOWED = re.compile(r"[^A-Za-z0-9_-]")
"""What must not be in the name of a function."""


class DeviceTool:
    """One intent of the pack as a tool."""

    policy = ToolPolicy.ACTS
    """Nothing in a pack says which intents only ask."""

    def __init__(self, callable_: CallableIntent, example: str = "") -> None:
        """`example`: how the intent is asked for, for whoever has to choose."""
        self._callable = callable_
        self.name = ALLOWED.sub("_", callable_.name)[:LONGEST_NAME]
        self.schema = self._schema(example)

    def _schema(self, example: str) -> dict[str, Any]:
        (described,) = schemas((self._callable,))
        inner = described["function"]
        assert isinstance(inner, dict)
        parameters = inner["parameters"]
        found = {"type": "function", "name": self.name, "parameters": parameters}
        return {**found, "description": f"Said like: {example}"} if example else found

    def read(self, arguments: str, turn: ToolTurn) -> ToolCall:
        """What a call asks for; raises `ToolRefused`."""
        intent = self._intent(arguments, turn.restore)
        return ToolCall(intent.name, canonical(intent), lambda: turn.act(intent))

    def _intent(self, arguments: str, restore: Callable[[str], str]) -> Intent:
        given = {
            key: restore(value) if isinstance(value, str) else value
            for key, value in _arguments(arguments).items()
        }
        signatures = self._callable.signatures
        # What is given decides; only then may a slot of one value have been left out.
        exact = [one for one in signatures if one.slots.keys() == given.keys()]
        for signature in (*exact, *signatures):
            slots = _filled(signature, given)
            if slots is not None:
                return Intent(self._callable.name, slots, 1.0, "")
        raise ToolRefused(_why_not(self._callable, given))


def device_tools(
    intents: Iterable[CallableIntent],
    wanted: Sequence[str],
    examples: Mapping[str, str] | None = None,
) -> tuple[DeviceTool, ...]:
    """The tools that the operator names.

    `wanted`: names of intents or patterns (`light.*`), none: there are none;
    `examples`: how each intent is asked for.
    """
    said = examples or {}
    return tuple(
        DeviceTool(intent, said.get(intent.name, ""))
        for intent in intents
        if any(fnmatchcase(intent.name, pattern) for pattern in wanted)
    )


def canonical(intent: Intent) -> str:
    """The same for calls that ask for the same."""
    return json.dumps([intent.name, dict(intent.slots)], sort_keys=True)


def _arguments(text: str) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise ToolRefused(f"the arguments have more than {LARGEST} letters")
    try:
        found = cleaned(json.loads(text or "{}"))
    except (ValueError, RecursionError) as error:
        raise ToolRefused("the arguments are no JSON") from error
    if not isinstance(found, dict):
        raise ToolRefused("the arguments are no JSON object")
    return {key: value for key, value in found.items() if value is not None}


def _filled(
    signature: Signature, given: Mapping[str, Any]
) -> dict[str, SlotValue] | None:
    """The slots of a call by one signature; None where it is not by that one.

    Slots that can only have one value may be left out.
    """
    if not given.keys() <= signature.slots.keys():
        return None
    slots: dict[str, SlotValue] = {}
    for slot, values in signature.slots.items():
        if slot in given:
            found = _value(given[slot], values)
        else:
            found = values[0] if values is not None and len(values) == 1 else None
        if found is None:
            return None
        slots[slot] = found
    return slots


def _value(given: Any, values: tuple[SlotValue, ...] | None) -> SlotValue | None:
    """The value as templates give it; None where they give no such value."""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return None
    if values is None:
        text = str(given).strip()
        return text if 0 < len(text) <= LONGEST else None
    wanted = _plain(given)
    return next((value for value in values if _plain(value) == wanted), None)


def _plain(value: SlotValue) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().casefold()


def _why_not(tool: CallableIntent, given: Mapping[str, Any]) -> str:
    for slot in given:
        if slot not in tool.order:
            return f"there is no argument `{slot[:40]}`; there are {_list(tool.order)}"
    for slot, value in given.items():
        if _value(value, tool.values(slot)) is None:
            return f"`{slot}` has no such value"
    missing = [slot for slot in tool.required if slot not in given]
    if missing:
        return f"{_list(missing)} missing"
    return "these arguments do not go together"


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
