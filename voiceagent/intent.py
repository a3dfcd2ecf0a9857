"""From words to meaning: an intent with slots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hassil.intents import IntentData, Intents, SlotList
from hassil.util import check_excluded_context, check_required_context

from voiceagent.compiler import Compiler
from voiceagent.endpoint import Completeness
from voiceagent.matching import Match, Matching, Node
from voiceagent.words import spoken

__all__ = [
    "Intent",
    "IntentParser",
    "SlotValue",
    "Understood",
    "spoken",
]

SlotValue = str | int | float


@dataclass(frozen=True, slots=True)
class Intent:
    """What the user wants done."""

    name: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    confidence: float = 1.0
    """0..1, how sure the parser is."""
    text: str = ""
    """The words it was made from."""


class Understood(Protocol):
    """What the parser needs of a pack."""

    @property
    def intents(self) -> Intents:
        """Templates with their own lists and rules."""
        ...

    @property
    def slot_lists(self) -> Mapping[str, SlotList]:
        """Lists made from the house."""
        ...


@dataclass(frozen=True, slots=True)
class _Template:
    """One compiled sentence and what it belongs to."""

    intent: str
    data: IntentData
    node: Node
    needs: tuple[tuple[str, ...], ...]
    """Of each group, one piece must occur in the words."""

    def possible(self, text: str) -> bool:
        return all(any(piece in text for piece in group) for group in self.needs)


Reading = tuple[_Template, Match]


class IntentParser:
    """Finds the one command that a sentence is, or none. Thread-safe, no state."""

    def __init__(
        self, pack: Understood, *, context: Mapping[str, Any] | None = None
    ) -> None:
        """`context`: what holds for every sentence (`area` of the device), for
        templates with `requires_context`."""
        self._context = dict(context or {})
        self._templates = list(_compiled(pack))
        words = (spoken(word) for word in pack.intents.skip_words)
        self._skip = tuple(sorted(words, key=len, reverse=True))

    def parse(self, text: str) -> Intent | None:
        """The command that `text` (typed or recognised) is; None if it is none."""
        words = spoken(text)
        for candidate in dict.fromkeys((words, self._without_skip_words(words))):
            best = min(self._readings(candidate), key=_rank, default=None)
            if best is not None:
                template, match = best
                return Intent(template.intent, _slots(template, match), 1.0, text)
        return None

    def completeness(self, text: str) -> Completeness:
        """How much of a command the words so far are; silence is `incomplete`."""
        run = Matching(self._without_skip_words(spoken(text)))
        if run.text == " ":
            return Completeness.INCOMPLETE
        complete = False
        for template in self._templates:
            complete |= any(True for _ in run.complete(template.node))
        if complete:
            return Completeness.EXTENSIBLE if run.alive else Completeness.COMPLETE
        return Completeness.INCOMPLETE if run.alive else Completeness.DEAD

    def _readings(self, text: str) -> Iterator[Reading]:
        run = Matching(text)
        if not text:
            return
        for template in self._templates:
            if template.possible(text):
                for match in run.complete(template.node):
                    if self._fits(template.data, match):
                        yield template, match

    def _fits(self, data: IntentData, match: Match) -> bool:
        if not data.requires_context and not data.excludes_context:
            return True
        context = dict(self._context)
        for capture in match.captures:
            context.update(capture.context or {})
        required = check_required_context(data.requires_context, context)
        return bool(required and check_excluded_context(data.excludes_context, context))

    def _without_skip_words(self, text: str) -> str:
        """Politeness in front and behind; never words in the middle."""
        again = True
        while again:
            again = False
            for word in self._skip:
                if text.startswith(f"{word} "):
                    text, again = text[len(word) + 1 :], True
                if text.endswith(f" {word}"):
                    text, again = text[: -len(word) - 1], True
        return text


def _compiled(pack: Understood) -> Iterator[_Template]:
    everywhere = {**pack.intents.slot_lists, **pack.slot_lists}
    shared = Compiler(everywhere, pack.intents.expansion_rules)
    for intent in pack.intents.intents.values():
        for data in intent.data:
            compiler = shared
            if data.slot_lists or data.expansion_rules:
                rules = {**pack.intents.expansion_rules, **data.expansion_rules}
                compiler = Compiler({**everywhere, **data.slot_lists}, rules)
            for sentence in data.sentences:
                needs = sentence.get_required_clauses(dict(compiler.rules))
                node = compiler.node(sentence.expression)
                yield _Template(intent.name, data, node, _needs(needs))


def _needs(clauses: frozenset[frozenset[str]]) -> tuple[tuple[str, ...], ...]:
    """hassil's required pieces, in our form of the words; rarest (longest) first."""
    groups = (tuple(spoken(piece) for piece in clause) for clause in clauses)
    usable = (group for group in groups if all(group))
    return tuple(sorted(usable, key=lambda group: (len(group), -len(group[0]))))


def _rank(reading: Reading) -> tuple[int, int, bool, int, int]:
    """Best first: no free text, a thing by its name rather than by its room, much of
    the template's own text, few slots."""
    captures = reading[1].captures
    wild: Sequence[int] = [capture.wild for capture in captures if capture.wild]
    unnamed = all(capture.slot != "name" for capture in captures)
    return (len(wild), sum(wild), unnamed, -reading[1].literal, len(captures))


def _slots(template: _Template, match: Match) -> dict[str, SlotValue]:
    slots = {name: _plain(value) for name, value in template.data.slots.items()}
    for capture in match.captures:
        slots[capture.slot] = _plain(capture.value)
    return slots


def _plain(value: Any) -> SlotValue:
    """Slots hold texts and numbers only; what YAML made of `on` is put right."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str | int | float):
        return value
    return str(value)
