"""Which slots the templates of an intent give, always or sometimes, and which ones a
handler looks up."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hassil.intents import Intents, SlotList

from voiceagent.templates.reading import blocks_of
from voiceagent.templates.walk import Blank, Chunk, Fold

__all__ = ["Given", "ever_given", "given_slots", "used_slots"]

SlotNames = frozenset[str]
NONE: SlotNames = frozenset()


@dataclass(frozen=True, slots=True)
class Given:
    """Slots of one intent."""

    always: SlotNames
    ever: SlotNames


def given_slots(intents: Intents, lists: Mapping[str, SlotList]) -> dict[str, Given]:
    """By intent."""
    given: dict[str, list[Given]] = {}
    slots = Fold(_text, _slot, _either, _every)
    for block in blocks_of(intents, lists):
        fixed = {*block.data.slots, *_from_context(block.data.requires_context)}
        for _, part in block.parts():
            found = slots(part)
            one = Given(found.always | fixed, found.ever | fixed)
            given.setdefault(block.intent, []).append(one)
    return {name: _either(some) for name, some in given.items()}


def ever_given(lists: Mapping[str, SlotList], *said: Intents | None) -> set[str]:
    """Slots of any intent, in any of these."""
    every = [given_slots(one, lists).values() for one in said if one is not None]
    return {slot for found in every for given in found for slot in given.ever}


def _from_context(needed: Mapping[str, object]) -> Iterable[str]:
    for key, wanted in needed.items():
        slot = wanted.get("slot") if isinstance(wanted, dict) else None
        if slot:
            yield slot if isinstance(slot, str) else key


def _text(_: Chunk) -> Given:
    return Given(NONE, NONE)


def _slot(blank: Blank) -> Given:
    return Given(frozenset([blank.slot]), frozenset([blank.slot]))


def _either(some: Sequence[Given]) -> Given:
    ever = NONE.union(*(one.ever for one in some))
    return Given(ever.intersection(*(one.always for one in some)), ever)


def _every(some: Sequence[Given]) -> Given:
    always = NONE.union(*(one.always for one in some))
    return Given(always, NONE.union(*(one.ever for one in some)))


def used_slots(file: Path) -> Iterator[tuple[str, int]]:
    """Names that a handler looks up in `.slots`, with their lines."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Subscript) and _is_slots(node.value):
            key: ast.expr | None = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            get = node.func.attr == "get" and _is_slots(node.func.value) and node.args
            key = node.args[0] if get else None
        else:
            continue
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, key.lineno


def _is_slots(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "slots"
