"""Which files a pack or skill is made of: our folders and Home Assistant's.

Ours hold an `intents.yaml`, and a `lists.yaml` where lists are many. Home Assistant's
own template files load unchanged: a folder of YAML files (`light_HassTurnOn.yaml`,
`HassTurnOn/name_only.yaml`, `_common.yaml`), or the folder that holds them as
`sentences/en`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from voiceagent.errors import PackError
from voiceagent.skills.packs.places import (
    sentences_folder,
    shared_files,
    shipped_packs,
)
from voiceagent.templates.yaml_file import Issue, TemplateSource, scan_yaml

__all__ = ["needed", "scan_templates"]

OUTSIDE_RULES = {"percent": "([ ]%| percent)"}
"""Rules that Home Assistant keeps in a folder beside the sentences (`rules/en`); used
where that folder did not come along."""
PLACES = re.compile(
    r"\{(name|area|floor)\}|<(name|area|floor|area_floor|in_area_floor)>"
)


def needed(file: Path) -> Path:
    """The file, if it is there; raises `PackError`."""
    if file.is_file():
        return file
    cause = "the folder is missing" if not file.parent.is_dir() else "no such file"
    known = ", ".join(f"`{name}`" for name in shipped_packs())
    hint = f"give a folder that holds `{file.name}`, or a shipped pack: {known}"
    raise PackError(f"`{file}` is needed by the pack", cause=cause, hint=hint)


def scan_templates(folder: Path) -> tuple[list[TemplateSource], list[Issue]]:
    """The template files of a pack or skill, and what is wrong with them as YAML.

    Raises `PackError` where there are none.
    """
    sentences = sentences_folder(folder)
    if sentences is None:
        return _scan_ours(folder)
    return _Sentences(sentences).scan()


def _scan_ours(folder: Path) -> tuple[list[TemplateSource], list[Issue]]:
    found, issues = scan_yaml(needed(folder / "intents.yaml"))
    sources = [found] if found else []
    file = folder / "lists.yaml"
    if file.exists():
        lists, more = scan_yaml(file)
        issues += more
        if lists:
            lines = {("lists", *path): at for path, at in lists.lines.items()}
            sources.append(replace(lists, data={"lists": lists.data}, lines=lines))
    return sources, issues


class _Sentences:
    """Reads a folder in Home Assistant's layout as one group of sources."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = folder.parent.parent
        self._issues: list[Issue] = []

    def scan(self) -> tuple[list[TemplateSource], list[Issue]]:
        schema = self._schema()
        sources = list(self._shared())
        for file in sorted(self._folder.rglob("*.yaml")):
            source = self._read(file)
            if source is not None and "data" in source.data:
                source = _combination(source, schema)
            if source is not None:
                sources.append(source)
        return sources, self._issues

    def _read(self, file: Path) -> TemplateSource | None:
        source, issues = scan_yaml(file)
        self._issues += issues
        return source and replace(source, group=str(self._folder))

    def _schema(self) -> Mapping[str, Any]:
        """Home Assistant's list of intents, where it came along."""
        file = self._root / "intents.yaml"
        source = self._read(file) if file.is_file() else None
        return source.data if source else {}

    def _shared(self) -> Iterator[TemplateSource]:
        """Rules and lists that lie beside the sentences."""
        known: set[str] = set()
        common = self._folder / "_common.yaml"
        for part, files in shared_files(self._root):
            for file in files:
                source = self._read(file)
                if source is not None:
                    data = {k: v for k, v in source.data.items() if k != "language"}
                    known.update(data)
                    yield replace(source, data={part: data}, lines={})
        said = common.read_text(encoding="utf-8", errors="replace")
        extra = {
            name: body
            for name, body in OUTSIDE_RULES.items()
            if name not in known and f"\n  {name}:" not in said
        }
        yield TemplateSource(common, {"expansion_rules": extra}, {}, str(self._folder))


def _combination(source: TemplateSource, schema: Mapping[str, Any]) -> TemplateSource:
    """A file of one intent and one combination of slots, in the form of the others."""
    intent, name = source.file.parent.name, source.file.stem
    blocks = source.data["data"]
    if isinstance(blocks, list):
        blocks = [_with_area(b, _combined(schema, intent, name)) for b in blocks]
    data = {k: v for k, v in source.data.items() if k != "data"}
    lines = {("intents", intent, *path): at for path, at in source.lines.items()}
    lines[()] = 1
    return replace(
        source, data={**data, "intents": {intent: {"data": blocks}}}, lines=lines
    )


def _combined(schema: Mapping[str, Any], intent: str, name: str) -> bool | None:
    """Whether the combination is about the room of the device; None: not known."""
    entry = schema.get(intent)
    combinations = entry.get("slot_combinations") if isinstance(entry, dict) else None
    found = combinations.get(name) if isinstance(combinations, dict) else None
    return bool(found.get("context_area")) if isinstance(found, dict) else None


def _with_area(block: Any, wanted: bool | None) -> Any:
    """Sentences about the room of the device take it from there."""
    if not isinstance(block, dict):
        return block
    if wanted is None:
        told = PLACES.search(f"{block.get('sentences')}")
        wanted = "inferred_domain" in block and told is None
    if not wanted:
        return block
    context = block.get("requires_context") or {}
    return {**block, "requires_context": {"area": {"slot": True}, **context}}
