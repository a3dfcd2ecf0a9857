"""From words to meaning: an intent with slots."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from voiceagent.frontend.endpoint import Completeness
from voiceagent.lang.spoken import as_said, foreign, spoken
from voiceagent.nlu.template import CompiledTemplate, TemplateFacts
from voiceagent.templates.candidates import Candidates
from voiceagent.templates.matching import Match, Matching

if TYPE_CHECKING:
    from hassil.intents import Intents, SlotList

__all__ = [
    "LATER",
    "SEVERAL",
    "UNDO",
    "Intent",
    "IntentParser",
    "SlotValue",
    "Understood",
    "plain",
    "spoken",
]

SlotValue = str | int | float
SEVERAL = "several"
"""Name of an intent that is several."""
LATER = "later"
"""Name of an intent whose parts are not for now: its slots say when, or on what
condition. Whoever does not know it finds nobody that answers it, and does nothing."""
UNDO = "dialog.undo"
"""Name of the intent that takes back what was done last."""
LONGEST = 1000
"""Letters of the longest text that can be a command; more is something else."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What the user wants done."""

    name: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    confidence: float = 1.0
    """0..1, how sure the parser is."""
    text: str = ""
    """The words it was made from."""
    without: tuple[Intent, ...] = ()
    """What is to be left as it is, as the same command would name it."""
    parts: tuple[Intent, ...] = ()
    """Commands that are done together, all or none; its name is `SEVERAL` then, or
    `LATER`."""

    @property
    def meaning(self) -> Hashable:
        """The same for intents that only differ in how they were said."""
        spared = frozenset(intent.meaning for intent in self.without)
        parts = tuple(intent.meaning for intent in self.parts)
        return self.name, frozenset(self.slots.items()), spared, parts


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
class _Reading:
    """One way to understand the words."""

    template: CompiledTemplate
    match: Match
    slots: Mapping[str, SlotValue]
    """Given by the context (`requires_context` with `slot: true`)."""


class IntentParser:
    """Finds the one command that a sentence is, or none. Thread-safe, no state."""

    def __init__(
        self, pack: Understood, *, context: Mapping[str, Any] | None = None
    ) -> None:
        """`context`: what holds for every sentence (`area` of the device), for
        templates with `requires_context`."""
        from voiceagent.nlu.compiled import compiled

        self._context = dict(context or {})
        self._templates = list(compiled(pack.intents, pack.slot_lists))
        self._index = Candidates([template.pieces for template in self._templates])
        words = (spoken(word) for word in pack.intents.skip_words)
        self._skip = tuple(sorted(words, key=len, reverse=True))

    def parse(
        self, text: str, *, context: Mapping[str, Any] | None = None
    ) -> Intent | None:
        """The command that `text` (typed or recognised) is; None if it is none.

        `context`: what holds for this sentence, on top of the parser's own.
        """
        for words, dropped in self._candidates(text):
            readings = self._readings(words, {**self._context, **(context or {})})
            best = min(readings, key=_rank, default=None)
            if best is not None:
                slots = _slots(best, words, text, dropped)
                return Intent(best.template.intent, slots, 1.0, text)
        return None

    def readings(
        self, text: str, *, context: Mapping[str, Any] | None = None
    ) -> list[Intent]:
        """Every command that `text` can be, the best first, without doubles."""
        holds = {**self._context, **(context or {})}
        found: dict[tuple[str, str], Intent] = {}
        for words, dropped in self._candidates(text):
            for reading in sorted(self._readings(words, holds), key=_rank):
                slots = _slots(reading, words, text, dropped)
                intent = Intent(reading.template.intent, slots, 1.0, text)
                found.setdefault((intent.name, repr(sorted(slots.items()))), intent)
        return list(found.values())

    def completeness(self, text: str) -> Completeness:
        """How much of a command the words so far are; silence is `incomplete`."""
        complete = alive = False
        # Politeness may be the beginning of a command too ("can you tell me the way").
        for words, _ in self._candidates(text):
            run = Matching(words)
            if run.text == " ":
                alive = True
                continue
            for number in self._index.candidates(words.split()):
                node = self._templates[number].node
                complete |= any(True for _ in run.complete(node))
            alive |= run.alive
        if complete:
            return Completeness.EXTENSIBLE if alive else Completeness.COMPLETE
        return Completeness.INCOMPLETE if alive else Completeness.DEAD

    def _candidates(self, text: str) -> Iterator[tuple[str, int]]:
        """The words with and without politeness, and how many were dropped in front."""
        if len(text) > LONGEST or foreign(text):
            return
        words = spoken(text)
        yield words, 0
        bare, dropped = self._without_skip_words(words)
        if bare != words:
            yield bare, dropped

    def _readings(self, text: str, context: Mapping[str, Any]) -> Iterator[_Reading]:
        run = Matching(text)
        if not text:
            return
        for number in self._index.candidates(text.split()):
            template = self._templates[number]
            if template.possible(text):
                for match in run.complete(template.node):
                    slots = _given(template.facts, match, context)
                    if slots is not None:
                        yield _Reading(template, match, slots)

    def _without_skip_words(self, text: str) -> tuple[str, int]:
        """Politeness in front and behind; never words in the middle."""
        dropped, again = 0, True
        while again:
            again = False
            for word in self._skip:
                if text.startswith(f"{word} "):
                    text, again = text[len(word) + 1 :], True
                    dropped += 1 + word.count(" ")
                if text.endswith(f" {word}"):
                    text, again = text[: -len(word) - 1], True
        return text, dropped


def _given(
    data: TemplateFacts, match: Match, context: Mapping[str, Any]
) -> Mapping[str, SlotValue] | None:
    """Slots that the context gives; None where the template does not fit into it."""
    needed = data.requires_context
    if not needed and not data.excludes_context:
        return {}
    from hassil.util import check_excluded_context, check_required_context

    context = dict(context)
    for capture in match.captures:
        context.update(capture.context or {})
    required = check_required_context(needed, context)
    if not (required and check_excluded_context(data.excludes_context, context)):
        return None
    slots: dict[str, SlotValue] = {}
    for key, wanted in needed.items():
        copied = wanted.get("slot") if isinstance(wanted, Mapping) else None
        if copied:
            slots[copied if isinstance(copied, str) else key] = plain(context[key])
    return slots


def _rank(reading: _Reading) -> tuple[bool, int, int, bool, int, int, int]:
    """Best first: what does not give way, no free text, a thing by its name rather
    than by its room, much of the template's own text, few slots from the words and many
    from the template."""
    captures = reading.match.captures
    wild: Sequence[int] = [capture.wild for capture in captures if capture.wild]
    unnamed = all(capture.slot != "name" for capture in captures)
    fixed = len(reading.template.facts.slots)
    literal = reading.match.literal
    behind = reading.template.facts.gives_way
    return (behind, len(wild), sum(wild), unnamed, -literal, len(captures), -fixed)


def _slots(
    reading: _Reading, words: str, text: str, dropped: int
) -> dict[str, SlotValue]:
    """`dropped`: words of `text` in front of `words`."""
    fixed = reading.template.facts.slots
    slots = {name: plain(value) for name, value in fixed.items()} | dict(reading.slots)
    for capture in reading.match.captures:
        slots[capture.slot] = plain(capture.value)
        if capture.wild:  # free text keeps its capital letters
            first = dropped + words[: capture.at].count(" ")
            slots[capture.slot] = as_said(text, first, str(capture.value))
    return slots


def plain(value: Any) -> SlotValue:
    """What a slot may hold: texts and numbers; what YAML made of `on` is put right."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str | int | float):
        return value
    return str(value)
