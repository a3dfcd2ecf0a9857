"""Joins template files into one collection.

Files that belong to different skills may share a list or rule only if it is the same,
and may not define the same intent. The files of one Home Assistant folder are one
collection: they add to each other's intents, and their lists and rules are their own:
where another skill uses the same name for something else, theirs get another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from voiceagent.lang.languages import LANGUAGE
from voiceagent.templates.language_rules import language_parts
from voiceagent.templates.yaml_file import Issue, TemplateSource

__all__ = ["blocks", "join", "plain_block"]

PARTS = ("lists", "expansion_rules")
OURS = "the language"
MARK = "ours_"
"""Goes before a name that somebody else uses for something else."""


def join(sources: Sequence[TemplateSource]) -> tuple[dict[str, Any], list[Issue]]:
    """One dictionary for hassil, and what cannot be joined."""
    joined: dict[str, Any] = {
        "language": LANGUAGE,
        "intents": {},
        "lists": {},
        "expansion_rules": {},
        "skip_words": [],
    }
    owners: dict[tuple[str, str], str] = {}
    for part, named in language_parts(_texts([s.data for s in sources])).items():
        joined[part].update(named)
        owners.update(dict.fromkeys(((part, key) for key in named), OURS))
    issues: list[Issue] = []
    for source in sources:
        taken = {key for key, owner in owners.items() if owner != _owner(source)}
        same = _scope(source, sources)
        data = _renamed(source, same, taken, joined) if source.group else source.data
        joined["language"] = data.get("language", joined["language"])
        issues += _join_parts(joined, source, data, owners)
        issues += _join_intents(joined, source, data, owners)
        for word in data.get("skip_words") or []:
            if word not in joined["skip_words"]:
                joined["skip_words"].append(word)
    return joined, issues


def _texts(value: Any) -> Iterator[str]:
    """Every text within data."""
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, dict) else value
    for one in inner if isinstance(value, dict | list) else ():
        yield from _texts(one)


def _owner(source: TemplateSource) -> str:
    return source.group or str(source.file)


def _scope(
    source: TemplateSource, sources: Sequence[TemplateSource]
) -> list[TemplateSource]:
    return [other for other in sources if _owner(other) == _owner(source)]


def _join_parts(
    joined: dict[str, Any],
    source: TemplateSource,
    data: Mapping[str, Any],
    owners: dict[tuple[str, str], str],
) -> Iterator[Issue]:
    for part in PARTS:
        for key, value in (data.get(part) or {}).items():
            if key in joined[part] and joined[part][key] != value:
                yield _twice(source, part, key)
                continue
            joined[part][key] = value
            owners.setdefault((part, key), _owner(source))


def _join_intents(
    joined: dict[str, Any],
    source: TemplateSource,
    data: Mapping[str, Any],
    owners: dict[tuple[str, str], str],
) -> Iterator[Issue]:
    for name, intent in (data.get("intents") or {}).items():
        if owners.setdefault(("intents", name), _owner(source)) != _owner(source):
            yield _twice(source, "intents", name)
            continue
        data_blocks = joined["intents"].setdefault(name, {"data": []})["data"]
        data_blocks += [plain_block(block) for block in intent["data"]]


def _twice(source: TemplateSource, part: str, key: str) -> Issue:
    cause = f"`{key}` is defined in another file of the pack as well"
    return source.issue((part, key), cause, "rename one of the two")


def plain_block(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block of sentences with `name_domains` and `inferred_domain` spelled out."""
    plain = dict(block)
    if "name_domains" in block:
        domains = {"domain": list(block["name_domains"])}
        plain["requires_context"] = {**domains, **(block.get("requires_context") or {})}
    if "inferred_domain" in block:
        domain = {"domain": block["inferred_domain"]}
        plain["slots"] = {**domain, **(block.get("slots") or {})}
    return plain


def _renamed(
    source: TemplateSource,
    scope: Sequence[TemplateSource],
    taken: set[tuple[str, str]],
    joined: Mapping[str, Any],
) -> Mapping[str, Any]:
    """The data of a source without names that others use for something else."""
    clashes: dict[str, set[str]] = {part: set() for part in PARTS}
    for part in PARTS:
        for other in scope:
            for key, value in (other.data.get(part) or {}).items():
                if (part, key) in taken and joined[part].get(key) != value:
                    clashes[part].add(key)
    if not any(clashes.values()):
        return source.data
    return _Renaming(clashes["lists"], clashes["expansion_rules"]).data(source.data)


class _Renaming:
    """Puts the mark before some lists and rules, wherever they are mentioned."""

    def __init__(self, lists: set[str], rules: set[str]) -> None:
        self._lists = lists
        self._rules = rules

    def data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        copy = dict(data)
        for part, names in (("lists", self._lists), ("expansion_rules", self._rules)):
            entries = (data.get(part) or {}).items()
            copy[part] = {self._name(k, names): self._deep(v) for k, v in entries}
        copy["intents"] = self._deep(data.get("intents") or {})
        return copy

    def _name(self, name: str, names: set[str]) -> str:
        return MARK + name if name in names else name

    def _deep(self, value: Any) -> Any:
        if isinstance(value, str):
            text = re.sub(r"<(\w+)>", self._rule, value)
            return re.sub(r"\{(\w+)(:\w+)?\}", self._list, text)
        if isinstance(value, list):
            return [self._deep(item) for item in value]
        if isinstance(value, dict):
            return {key: self._deep(item) for key, item in value.items()}
        return value

    def _rule(self, match: re.Match[str]) -> str:
        return f"<{self._name(match[1], self._rules)}>"

    def _list(self, match: re.Match[str]) -> str:
        slot = match[2] or f":{match[1]}"
        renamed = match[1] in self._lists
        return f"{{{MARK}{match[1]}{slot}}}" if renamed else match[0]


def blocks(
    source: TemplateSource,
) -> Iterator[tuple[tuple[object, ...], Mapping[str, Any]]]:
    """Every well-formed block of sentences with its path."""
    intents = source.data.get("intents")
    for name, intent in (intents if isinstance(intents, dict) else {}).items():
        found = intent.get("data") if isinstance(intent, dict) else None
        for number, block in enumerate(found if isinstance(found, list) else ()):
            if isinstance(block, dict):
                yield ("intents", name, "data", number), block
