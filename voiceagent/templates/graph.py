"""Templates as a graph of word pieces, built from the end of the sentence backwards.

A node is built knowing what comes after it, so that equal nodes are one; node 0 is the
end of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from hassil import expression as ex
from hassil.intents import (
    IntentData,
    Intents,
    RangeSlotList,
    SlotList,
    TextSlotList,
    TextSlotValue,
)
from hassil.util import check_excluded_context, check_required_context

from voiceagent.errors import PackError
from voiceagent.lang.written import spoken_number
from voiceagent.templates.automaton import AutomatonNode, too_large

__all__ = ["Pieces"]

_MOST_STEPS = 600_000
"""Template parts that are followed: Home Assistant's own files and a house of 100
things take 140,000 (1 s)."""


class Pieces:
    """Templates as nodes; a node is built knowing what comes after it."""

    def __init__(self, intents: Intents, slot_lists: Mapping[str, SlotList]) -> None:
        self.nodes: list[AutomatonNode] = [()]
        self._ids: dict[AutomatonNode, int] = {}
        self._memo: dict[tuple[object, ...], int] = {}
        self._rules = intents.expansion_rules
        self._lists = slot_lists
        self._data = IntentData([])
        self._open: list[str] = []
        self._steps = 0

    def sentence(self, expression: ex.Expression, data: IntentData) -> int:
        """The node from which every sentence of the template can be said."""
        self._data = data
        return self._build(expression, 0)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise too_large(f"the templates have more than {_MOST_STEPS:,} parts")

    def _node(self, arcs: Iterable[tuple[str, int]]) -> int:
        self._step()
        key = tuple(sorted(set(arcs)))
        if len(key) == 1 and key[0][0] == "":
            return key[0][1]
        if key not in self._ids:
            self._ids[key] = len(self.nodes)
            self.nodes.append(key)
        return self._ids[key]

    def _build(self, item: ex.Expression, after: int) -> int:
        self._step()
        match item:
            case ex.TextChunk():
                return self._text(item.text, after)
            case ex.Alternative():
                return self._any(self._build(i, after) for i in item.items)
            case ex.Permutation():
                return self._permutation(item.items, after)
            case ex.Group():
                return self._sequence(item.items, after)
            case ex.RuleReference():
                return self._rule(item.rule_name, after)
            case ex.ListReference():
                return self._list(item, after)
        raise PackError(f"cannot read template part `{item}`")

    def _text(self, text: str, after: int) -> int:
        for piece in reversed(re.findall(r"\s+|\S+", text)):
            after = self._node([(" " if piece.isspace() else piece, after)])
        return after

    def _any(self, starts: Iterable[int]) -> int:
        return self._node(("", start) for start in starts)

    def _sequence(self, items: Sequence[ex.Expression], after: int) -> int:
        for item in reversed(items):
            after = self._build(item, after)
        return after

    def _permutation(self, items: Sequence[ex.Expression], after: int) -> int:
        starts = {frozenset[int](): after}
        every = frozenset(range(len(items)))
        for size in range(1, len(items) + 1):
            for left in map(frozenset, combinations(sorted(every), size)):
                starts[left] = self._any(
                    self._build(items[at], starts[left - {at}]) for at in sorted(left)
                )
        return starts[every]

    def _rule(self, name: str, after: int) -> int:
        rule = self._data.expansion_rules.get(name) or self._rules.get(name)
        if rule is None:
            raise PackError(
                f"expansion rule `<{name}>` is not defined",
                hint="add it under `expansion_rules:`",
            )
        if name in self._open:
            raise PackError(f"expansion rule `<{name}>` refers to itself")
        self._open.append(name)
        start = self._build(rule.expression, after)
        self._open.pop()
        return start

    def _list(self, reference: ex.ListReference, after: int) -> int:
        name = reference.list_name
        inline = reference.get_inline_range()
        slots = self._data.slot_lists.get(name) or self._lists.get(name)
        if inline:
            slots = RangeSlotList(name, inline[0], inline[1], inline[2])
        if slots is None:
            raise PackError(
                f"list `{{{name}}}` is not defined", hint="add it under `lists:`"
            )
        local = id(self._data) if name in self._data.slot_lists else None
        key = (name, local, self._context_key(), after)
        if key not in self._memo:
            self._memo[key] = self._any(self._values(slots, after))
        return self._memo[key]

    def _values(self, slots: SlotList, after: int) -> Iterator[int]:
        if isinstance(slots, TextSlotList):
            for value in slots.values:
                if self._fits(value):
                    yield self._build(value.text_in, after)
        elif isinstance(slots, RangeSlotList):
            for number in slots.get_numbers():
                yield self._text(" ".join(spoken_number(f"{number}")), after)

    def _fits(self, value: TextSlotValue) -> bool:
        """As hassil does: a name of the wrong domain cannot be said here."""
        needed, barred = self._data.requires_context, self._data.excludes_context
        allowed = check_required_context(needed, value.context, allow_missing_keys=True)
        return bool(allowed and check_excluded_context(barred, value.context))

    def _context_key(self) -> str:
        return f"{self._data.requires_context}{self._data.excludes_context}"
