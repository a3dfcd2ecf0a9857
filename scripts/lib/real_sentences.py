"""Sentences of users from folders of data sets, whatever the format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["real_sentences"]

SHORTEST = 8
"""Letters of a sentence."""
KEYS = ("text", "sentence")


def real_sentences(folder: Path) -> list[str]:
    """All of them, each once, in one order."""
    found: set[str] = set()
    for file in sorted(folder.rglob("*.json*")):
        text = file.read_text("utf-8", errors="replace")
        whole = file.suffix == ".json"
        rows = [text] if whole else text.splitlines()
        for row in rows:
            found.update(_sentences(json.loads(row)))
    return sorted(s for s in found if len(s) >= SHORTEST and " " in s)


def _sentences(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (value[key] for key in KEYS if isinstance(value.get(key), str))
        for inner in value.values():
            yield from _sentences(inner)
    elif isinstance(value, list) and value and isinstance(value[0], str):
        yield value[0]  # sentence and intent
    elif isinstance(value, list) and value and _is_pieces(value):
        yield "".join(piece[0] for piece in value)
    elif isinstance(value, list):
        for inner in value:
            yield from _sentences(inner)


def _is_pieces(value: list[Any]) -> bool:
    """A sentence in pieces, each with its slot or nothing."""
    return all(
        isinstance(piece, list)
        and len(piece) == 2
        and isinstance(piece[0], str)
        and (piece[1] is None or isinstance(piece[1], str))
        for piece in value
    ) and any(piece[1] is None for piece in value)
