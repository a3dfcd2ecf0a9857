"""The tables of a language by name, and what its cues look like in a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from voiceagent.lang.languages import language

__all__ = ["ENGLISH", "Check", "examples", "failing", "tables", "taken_out"]

ENGLISH = language("en")
Check = Callable[[Any], bool]
"""Whether an entry of a table does what the table is for."""
PIECE = re.compile(r"!?\([^()]*\)|\[[^\[\]]*\]|\S+")


def tables(value: Any = ENGLISH, name: str = "") -> dict[str, Any]:
    """Everything in a language that holds several words, by its dotted name."""
    found: dict[str, Any] = {}
    for field in value.__struct_fields__:
        inner = getattr(value, field)
        if isinstance(inner, Struct):
            found |= tables(inner, f"{name}{field}.")
        elif not isinstance(inner, str):
            found[f"{name}{field}"] = inner
    return found


def failing(name: str, check: Check) -> list[Any]:
    """The entries of a table that do not do what it is for."""
    table = tables()[name]
    entries = table.items() if isinstance(table, Mapping) else table
    return [entry for entry in entries if not check(entry)]


def taken_out(value: Any, field: str, entry: Any) -> Any:
    """The same tables, one of them without one of its entries."""
    table = getattr(value, field)
    left = [each for each in table if each != entry]
    return replace(value, **{field: type(table)(left)})


def examples(cue: str) -> Iterator[str]:
    """What a cue stands for, every choice once; words of its own for the signs."""
    for pieces in product(*map(_choices, PIECE.findall(cue))):
        yield " ".join(filter(None, pieces))


def _choices(piece: str) -> list[str]:
    if piece.startswith("!"):
        return [""]
    if piece == "...":
        return ["the blue one", "it"]
    inner = piece.strip("()[]").split("|")
    words = [one.replace("*", "sunn") for one in inner]
    return [*words, ""] if piece.startswith("[") else words
