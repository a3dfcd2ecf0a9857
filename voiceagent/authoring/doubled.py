"""Sentences and values of a pack that are written twice: a slip, as a rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from voiceagent.templates.yaml_file import Issue, TemplateSource

__all__ = ["doubled"]


def doubled(source: TemplateSource) -> Iterator[Issue]:
    """What a sound template file holds for the second time, with its line."""
    for name, intent in (source.data.get("intents") or {}).items():
        seen: set[str] = set()
        for at, block in enumerate(intent.get("data") or ()):
            path = ("intents", name, "data", at, "sentences")
            yield from _again(source, path, block.get("sentences") or (), seen)
    for name, body in (source.data.get("lists") or source.data or {}).items():
        if isinstance(body, dict) and isinstance(body.get("values"), list):
            path = (*(("lists",) if "lists" in source.data else ()), name, "values")
            yield from _again(source, path, body["values"], set())


def _again(
    source: TemplateSource, path: tuple[object, ...], texts: Any, seen: set[str]
) -> Iterator[Issue]:
    for at, text in enumerate(texts):
        said = text.get("in") if isinstance(text, dict) else text
        key = str(said).casefold()
        if key in seen:
            yield source.issue((*path, at), f"`{said}` is written twice")
        seen.add(key)
