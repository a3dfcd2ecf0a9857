"""Frames: what people say their own way, in templates that nobody listens for.

A pack or skill folder may hold a `frames.yaml` beside its `intents.yaml`, written like
it. Its sentences are understood where the words are known one by one, typed or heard by
a recogniser of any words; the grammar that is listened for stays small. The intents are
those of the pack; what this house has no thing for is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hassil.intents import Intents, SlotList

from voiceagent.skills.house.house import HouseModel
from voiceagent.templates.template_file import build_intents
from voiceagent.templates.yaml_file import TemplateSource, scan_yaml

__all__ = ["FILE", "FramedPack", "read_frames"]

FILE = "frames.yaml"
NAME = "name"
"""The slot whose values are things of the house."""


@dataclass(frozen=True, slots=True)
class FramedPack:
    """The frames of a pack, as a parser takes them."""

    intents: Intents
    slot_lists: Mapping[str, SlotList]


def read_frames(
    folders: Iterable[Path],
    sources: Sequence[TemplateSource],
    lists: Mapping[str, SlotList],
    house: HouseModel,
    *,
    name: str,
) -> Intents | None:
    """The frames of these folders; None where there are none. `sources`: the templates
    of the pack. Raises `PackError`."""
    files = [folder / FILE for folder in folders]
    found = list(_scanned(file for file in files if file.is_file()))
    known = {intent for s in sources for intent in s.data.get("intents") or {}}
    frames = [_fitting(source, known, house) for source in found]
    if not any(source.data.get("intents") for source in frames):
        return None
    shared = [replace(s, data=_without_intents(s.data)) for s in sources if not s.group]
    return build_intents([*shared, *frames], lists, name=name)


def _scanned(files: Iterable[Path]) -> Iterator[TemplateSource]:
    for file in files:
        source, issues = scan_yaml(file)
        for issue in issues:
            raise issue.error()
        if source is not None:
            yield source


def _without_intents(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != "intents"}


def _fitting(
    source: TemplateSource, known: set[str], house: HouseModel
) -> TemplateSource:
    """Without intents that the pack lacks, values that name no thing of the house, and
    sentences that nothing is left for."""
    intents = source.data.get("intents") or {}
    kept = {name: intent for name, intent in intents.items() if name in known}
    things = {entity.name for entity in house.entities}
    named = _lists_of_names(kept)
    lists = {
        name: {**body, "values": [v for v in body["values"] if _there(v, things)]}
        if name in named and "values" in body
        else body
        for name, body in (source.data.get("lists") or {}).items()
    }
    empty = [name for name, body in lists.items() if body.get("values") == []]
    lists = {name: body for name, body in lists.items() if name not in empty}
    kept = dict(_sayable(kept, empty)) if empty else kept
    return replace(source, data={**source.data, "intents": kept, "lists": lists})


def _sayable(
    intents: Mapping[str, Any], empty: Sequence[str]
) -> Iterator[tuple[str, Any]]:
    """The intents without sentences that need one of the `empty` lists."""
    gone = tuple(f"{{{name}{end}" for name in empty for end in ":}")
    for name, intent in intents.items():
        blocks = []
        for block in intent["data"]:
            said = [s for s in block["sentences"] if not any(g in s for g in gone)]
            if said:
                blocks.append({**block, "sentences": said})
        if blocks:
            yield name, {**intent, "data": blocks}


def _lists_of_names(intents: Mapping[str, Any]) -> set[str]:
    text = str(intents)
    pieces = text.split("{")[1:]
    pairs = (piece.partition("}")[0].partition(":") for piece in pieces)
    return {given for given, _, slot in pairs if slot == NAME}


def _there(value: object, things: set[str]) -> bool:
    out = value.get("out") if isinstance(value, Mapping) else None
    return out is None or out in things
