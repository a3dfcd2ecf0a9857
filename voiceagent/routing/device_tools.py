"""Tools of this device for a larger tier: the intents that the operator names.

A region that is asked something hard may need the house for its answer: "make it cosy
for a film" is three intents. It is told what each tool is called and takes, calls them
with JSON, and gets the sentence that the skill would have said. Every call is held
against the templates of the pack: what they do not say cannot be done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from voiceagent.errors import ToolRefused
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.nlu.slm.tools import Signature, Tool, schemas

__all__ = ["Deeds", "Toolbox", "canonical"]

LARGEST = 4_000
"""Letters of the arguments of one call."""
LONGEST = 200
"""Letters of free text in a slot."""
MOST = 64
"""Tools that are offered at once, as many as any Realtime server takes."""
ALLOWED = re.compile(r"[^A-Za-z0-9_-]")
"""What must not be in the name of a function."""


class Toolbox:
    """The tools that are offered."""

    def __init__(
        self,
        tools: Iterable[Tool],
        wanted: Sequence[str],
        examples: Mapping[str, str] | None = None,
    ) -> None:
        """`wanted`: names of intents or patterns (`light.*`), none: nothing is offered;
        `examples`: how each intent is asked for, for whoever has to choose."""
        chosen = (tool for tool in tools if _wanted(tool.name, wanted))
        named = {ALLOWED.sub("_", tool.name)[:64]: tool for tool in chosen}
        self._tools = dict(list(named.items())[:MOST])
        self._examples = examples or {}
        self.offered = tuple(self._function(*one) for one in self._tools.items())
        """The tools as the Realtime protocol describes functions."""

    def __bool__(self) -> bool:
        return bool(self._tools)

    def _function(self, name: str, tool: Tool) -> dict[str, Any]:
        (schema,) = schemas((tool,))
        inner = schema["function"]
        assert isinstance(inner, dict)
        found = {"type": "function", "name": name, "parameters": inner["parameters"]}
        example = self._examples.get(tool.name, "")
        return {**found, "description": f"Said like: {example}"} if example else found

    def intent(
        self, name: str, arguments: str, restore: Callable[[str], str] = str
    ) -> Intent:
        """What a call asks for; `restore`: puts back what was replaced in words.

        Raises `ToolRefused`, with words that the caller can mend its call by.
        """
        tool = self._tools.get(name)
        if tool is None:
            raise ToolRefused("this device has no such tool")
        given = {
            key: restore(value) if isinstance(value, str) else value
            for key, value in _arguments(arguments).items()
        }
        # What is given decides; only then may a slot of one value have been left out.
        exact = [one for one in tool.signatures if one.slots.keys() == given.keys()]
        for signature in (*exact, *tool.signatures):
            slots = _filled(signature, given)
            if slots is not None:
                return Intent(tool.name, slots, 1.0, "")
        raise ToolRefused(_why_not(tool, given))


class Deeds:
    """What tools have done in a turn: each call once, all of them for one leg.

    Two regions that race would do everything twice, each in its own way.
    """

    def __init__(self) -> None:
        self._turn, self._owner = 0, ""
        self._results: dict[str, str] = {}

    def taken(self, turn: int, leg: str) -> bool:
        """Whether another leg acts in this turn."""
        return turn == self._turn and self._owner not in ("", leg)

    def claim(self, turn: int, leg: str) -> None:
        """From now on only this leg acts; raises `ToolRefused` where another does."""
        if self.taken(turn, leg):
            raise ToolRefused("somebody else answers already")
        if turn != self._turn:
            self._results.clear()
        self._turn, self._owner = turn, leg

    def release(self, turn: int, leg: str) -> None:
        """The leg has ended: another one may go on, and repeats nothing."""
        if turn == self._turn and self._owner == leg:
            self._owner = ""

    async def once(self, intent: Intent, act: Callable[[], Awaitable[str]]) -> str:
        """What `act` gives, or gave when the same was asked for before."""
        key = canonical(intent)
        if key not in self._results:
            self._results[key] = await act()
        return self._results[key]


def canonical(intent: Intent) -> str:
    """The same for calls that ask for the same."""
    return json.dumps([intent.name, dict(intent.slots)], sort_keys=True)


def _wanted(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _arguments(text: str) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise ToolRefused(f"the arguments have more than {LARGEST} letters")
    try:
        found = json.loads(text or "{}")
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


def _why_not(tool: Tool, given: Mapping[str, Any]) -> str:
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
