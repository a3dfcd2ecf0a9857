"""Slips of the pen in a scenario: keys that are unknown, or stand in another place.

They are looked for before the types, so that what may have been meant can be said.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from voiceagent.errors.meant import did_you_mean

__all__ = ["ScenarioSlip", "slip_of"]

ScenarioSlip = tuple[str, str]
"""What is wrong, and what may have been meant."""


def slip_of(
    data: Mapping[str, object],
    top: type[Struct],
    turn: type[Struct],
    expect: type[Struct],
) -> ScenarioSlip | None:
    """The first key that does not belong where it stands, and what may be meant."""
    levels = {
        "at the top, before the first `[[turn]]`": list(top.__struct_fields__),
        "in a `[[turn]]`": list(turn.__struct_fields__),
        "in a `[[turn]]`, as `expect.KEY = ...`": list(expect.__struct_fields__),
    }
    found = _unknown(data, "$", 0, levels)
    turns = data.get("turn")
    if isinstance(turns, Mapping):
        return "`$.turn` is one table", "write `[[turn]]`, with two brackets"
    for number, one in enumerate(turns if isinstance(turns, list) else [], 1):
        if not isinstance(one, Mapping):
            continue
        found = found or _unknown(one, f"$.turn[{number}]", 1, levels)
        told = one.get("expect")
        if isinstance(told, Mapping):
            where = f"$.turn[{number}].expect"
            found = found or _unknown(told, where, 2, levels)
    return found


def _unknown(
    table: Mapping[str, object], where: str, level: int, levels: Mapping[str, list[str]]
) -> ScenarioSlip | None:
    known = list(levels.values())[level]
    for key in table:
        if key not in known:
            return f"unknown key `{where}.{key}`", _meant(key, known, levels)
    return None


def _meant(key: str, known: list[str], levels: Mapping[str, list[str]]) -> str:
    """The same word elsewhere, or one like it here, or one like it elsewhere."""
    for place, names in levels.items():
        if key in names:
            return f"`{key}` stands {place}"
    if meant := did_you_mean(key, known):
        return meant
    for place, names in levels.items():
        if meant := did_you_mean(key, names):
            return f"{meant} it stands {place}"
    return f"known here: {', '.join(known)}"
