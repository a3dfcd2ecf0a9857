"""Whether every list and rule that a template mentions is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from hassil.errors import HassilError
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from voiceagent.templates.join import blocks
from voiceagent.templates.language_rules import LANGUAGE_LISTS, LANGUAGE_RULES
from voiceagent.templates.reading import Mention, mentioned
from voiceagent.templates.yaml_file import Issue, TemplateSource, suggest

__all__ = ["WIDEST", "check_references", "mentions"]

DEEPEST = 40
"""Rules within rules; deeper ones are a slip."""
WIDEST = 20_000
"""Numbers in one range; more make no grammar."""


@lru_cache(maxsize=16_384)
def mentions(text: str) -> tuple[Mention, ...] | None:
    """The lists and rules of a template; None if it is no template."""
    try:
        return mentioned(parse_sentence(text).expression)
    except (ParseError, HassilError, ValueError, AssertionError, IndexError):
        return None
    except RecursionError:  # brackets within brackets within brackets
        return None


def check_references(
    sources: Sequence[TemplateSource], outer: set[str]
) -> Iterator[Issue]:
    """Unknown lists and rules, and rules that go round in circles, each once.

    `outer`: lists that come from elsewhere.
    """
    told: set[Issue] = set()
    for group in dict.fromkeys(source.group for source in sources):
        own = [source for source in sources if source.group == group]
        visible = [source for source in sources if source.group in (group, "")]
        for issue in _Scope.of(visible, outer).check(own):
            if issue not in told:
                told.add(issue)
                yield issue


@dataclass
class _Scope:
    """The lists and rules that sentences may mention."""

    lists: set[str]
    rules: Mapping[str, str]
    places: Mapping[str, tuple[TemplateSource, tuple[object, ...]]]
    """Where each rule is written."""
    _seen: dict[str, bool] = field(default_factory=dict)
    """Rules looked at: False while looking."""

    @classmethod
    def of(cls, sources: Sequence[TemplateSource], outer: set[str]) -> _Scope:
        rules: dict[str, str] = {}
        places: dict[str, tuple[TemplateSource, tuple[object, ...]]] = {}
        lists = outer | LANGUAGE_LISTS
        for source in reversed(sources):
            lists.update(_mapping(source.data.get("lists")))
            for name, body in _mapping(source.data.get("expansion_rules")).items():
                rules[name] = body
                places[name] = (source, ("expansion_rules", name))
        ours = {
            name: body for name, body in LANGUAGE_RULES.items() if name not in rules
        }
        return cls(lists, ours | rules, places, dict.fromkeys(ours, True))

    def check(self, sources: Sequence[TemplateSource]) -> Iterator[Issue]:
        local: set[str] = set()
        for source in sources:
            for path, block in blocks(source):
                scope = self._with(source, path, block)
                local.update(_mapping(block.get("expansion_rules")))
                local.update(_mapping(block.get("lists")))
                for at, text in enumerate(block.get("sentences") or []):
                    place = (*path, "sentences", at)
                    yield from scope.text(source, place, text)
        for source in sources:
            for name in _mapping(source.data.get("expansion_rules")):
                # A rule that no sentence uses: what blocks define it may not know.
                yield from self.unused(source, name, local)

    def _with(
        self, source: TemplateSource, path: tuple[object, ...], block: Mapping[str, Any]
    ) -> _Scope:
        lists = _mapping(block.get("lists"))
        rules = _mapping(block.get("expansion_rules"))
        if not lists and not rules:
            return self
        places = {name: (source, (*path, "expansion_rules", name)) for name in rules}
        every = {**self.rules, **rules}
        known = {name: True for name in LANGUAGE_RULES if self._seen.get(name)}
        places = {**self.places, **places}
        return _Scope({*self.lists, *lists}, every, places, known)

    def unused(
        self, source: TemplateSource, name: str, local: set[str]
    ) -> Iterator[Issue]:
        scope = _Scope(self.lists | local, self.rules, self.places, self._seen)
        for issue in scope.rule(name):
            if not any(f"<{known}>" in issue.cause for known in local):
                yield issue

    def text(
        self, source: TemplateSource, path: tuple[object, ...], text: object
    ) -> Iterator[Issue]:
        """What is wrong with the names in a template, and in the rules it uses."""
        found = mentions(text) if isinstance(text, str) else None
        for item in found or ():
            if item.is_rule:
                if item.name not in self.rules:
                    cause = f"there is no expansion rule `<{item.name}>`"
                    yield source.issue(path, cause, suggest(item.name, self.rules))
                else:
                    yield from self.rule(item.name)
            elif item.bounds is not None:
                yield from _inline(source, path, item.name, item.bounds)
            elif item.name not in self.lists:
                cause = f"there is no list `{{{item.name}}}`"
                yield source.issue(path, cause, suggest(item.name, self.lists))

    def rule(self, name: str) -> Iterator[Issue]:
        """What is wrong with a rule, told once, where it is written."""
        if self._seen.get(name):
            return
        source, path = self.places[name]
        if name in self._seen:
            cause = f"the rule `<{name}>` refers to itself"
            yield source.issue(path, cause, "rules must not go round in circles")
            return
        if list(self._seen.values()).count(False) >= DEEPEST:
            cause = f"rules are more than {DEEPEST} deep within each other"
            yield source.issue(path, cause, "write the inner ones out")
            return
        self._seen[name] = False
        yield from self.text(source, path, self.rules[name])
        self._seen[name] = True


def _inline(
    source: TemplateSource,
    path: tuple[object, ...],
    name: str,
    bounds: tuple[int, int, int],
) -> Iterator[Issue]:
    start, stop, step = bounds
    if start > stop or step < 1:
        yield source.issue(path, f"the range `{name}` is empty")
    elif (stop - start) // step > WIDEST:
        cause = f"the range `{name}` has more than {WIDEST:,} numbers"
        yield source.issue(path, cause, "say large numbers in parts")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
