"""Writes a house as a `house.toml` that a person can go on with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from voiceagent.skills.house.house import Area, Entity, HouseModel

__all__ = ["house_text"]


def house_text(model: HouseModel, head: Sequence[str] = ()) -> str:
    """The file; `head`: lines of comment at its beginning."""
    lines = [*(f"# {line}".rstrip() for line in head), f"name = {_text(model.name)}"]
    for area in model.areas:
        lines += ["", "[[area]]", *_area(area)]
    for entity in model.entities:
        lines += ["", "[[entity]]", *_entity(entity)]
    return "\n".join(lines) + "\n"


def _area(area: Area) -> Iterator[str]:
    yield f"name = {_text(area.name)}"
    if area.aliases:
        yield f"aliases = {_list(area.aliases)}"
    if area.floor:
        yield f"floor = {_text(area.floor)}"


def _entity(entity: Entity) -> Iterator[str]:
    yield f"name = {_text(entity.name)}"
    for key in ("domain", "area", "kind", "unit"):
        if value := getattr(entity, key):
            yield f"{key} = {_text(value)}"
    for key in ("aliases", "features"):
        if values := getattr(entity, key):
            yield f"{key} = {_list(values)}"
    if entity.confirm is not None:
        yield f"confirm = {str(entity.confirm).lower()}"
    yield f"id = {_text(entity.id)}"


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """A basic string of TOML, which JSON's are but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
