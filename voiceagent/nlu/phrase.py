"""From an intent back to words: how the pack itself would say it.

For asking back ("do you want me to turn on the kitchen light?") the words of the
templates are run the other way: lists give only the values that the intent has, and
the parser must read the result as the same intent, or nothing is said at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from voiceagent.lang.languages import language
from voiceagent.lang.spoken import number_words, spoken
from voiceagent.nlu.intent import Intent, IntentParser, SlotValue, Understood, plain
from voiceagent.templates.walk import (
    Blank,
    Chunk,
    Either,
    Holds,
    Listed,
    NumberRange,
    Part,
    Rule,
    Series,
)

if TYPE_CHECKING:
    from voiceagent.templates.reading import Block

__all__ = ["Phraser", "as_question", "unended"]

STOPS = (".", "!", "?", ",", ";", ":", "\u2026")
ABBREVIATION = re.compile(r"\b(\w\.){2,}$")

TRIES = 64
"""Sentences of one template that are looked at."""
WORDS = language().commands


@dataclass(frozen=True, slots=True)
class _Said:
    """A piece of a sentence, and the slots that it fills."""

    text: str = ""
    slots: tuple[tuple[str, SlotValue], ...] = ()

    def then(self, more: _Said) -> _Said:
        return _Said(self.text + more.text, self.slots + more.slots)


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Says templates with the wanted slots."""

    wanted: Mapping[str, SlotValue]

    def say(self, part: Part) -> Iterator[_Said]:
        """Every way to say it, the most natural first; parts in any order are not."""
        match part:
            case Chunk():
                yield _Said(part.written)
            case Rule():
                yield from self.say(part.body)
            case Blank():
                yield from self._filled(part)
            case Either():
                for inner in _ordered(part):
                    yield from self.say(inner)
            case Series(parts):
                yield from self._chain(parts)

    def _chain(self, parts: Sequence[Part]) -> Iterator[_Said]:
        if not parts:
            yield _Said()
            return
        for first in self.say(parts[0]):
            for rest in self._chain(parts[1:]):
                yield first.then(rest)

    def _filled(self, blank: Blank) -> Iterator[_Said]:
        value = self.wanted.get(blank.slot)
        if value is not None:
            for said in self._valued(blank.holds, value):
                yield _Said(said.text, (*said.slots, (blank.slot, value)))

    def _valued(self, holds: Holds, value: SlotValue) -> Iterator[_Said]:
        """How a list says a value."""
        if isinstance(holds, Listed):
            for item in holds.values:
                if plain(item.value) == value:
                    yield from self.say(item.said)
        elif not isinstance(holds, NumberRange):
            yield _Said(str(value))
        elif isinstance(value, int | float):
            said = (n for n in holds.numbers if holds.value(n) == value)
            yield from (_Said(number_words(number)) for number in said)


def _ordered(choice: Either) -> Sequence[Part]:
    """Optional words are left out, but for the small ones; slots are tried."""
    if not choice.optional:
        return choice.parts
    return sorted(choice.parts, key=_optional_rank)


def _optional_rank(part: Part) -> int:
    text = _only_text(part)
    if text is None:
        return 1
    return 0 if text in WORDS.small else 3 if text else 2


def _only_text(part: Part) -> str | None:
    """The text of a part that is nothing else."""
    match part:
        case Chunk():
            return part.written.strip().lower()
        case Rule() | Blank():
            return None
    if len(part.parts) == 1:
        return _only_text(part.parts[0])
    return None if part.parts else ""


class Phraser:
    """Says intents in the words of a pack."""

    def __init__(self, pack: Understood, parser: IntentParser) -> None:
        self._parser = parser
        from voiceagent.templates.reading import blocks_of

        self._blocks: dict[str, list[Block]] = {}
        for block in blocks_of(pack.intents, pack.slot_lists):
            self._blocks.setdefault(block.intent, []).append(block)

    def say(self, intent: Intent) -> str:
        """A sentence that means exactly `intent`; empty where there is none."""
        for block in self._blocks.get(intent.name, ()):
            for said in _sentences(block, intent.slots):
                found = self._parser.parse(said)
                if found and (found.name, found.slots) == (intent.name, intent.slots):
                    return said
        return ""


def _sentences(block: Block, slots: Mapping[str, SlotValue]) -> Iterator[str]:
    fixed = {name: plain(value) for name, value in block.data.slots.items()}
    if any(slots.get(name) != value for name, value in fixed.items()):
        return
    wanted = {name: value for name, value in slots.items() if name not in fixed}
    speaker = _Speaker(wanted)
    for _, part in block.parts():
        for said in islice(speaker.say(part), TRIES):
            if dict(said.slots) == wanted and len(said.slots) == len(wanted):
                yield spoken(said.text)


def as_question(phrase: str) -> str:
    """A command as a question to the user: "Do you want me to turn on ...?"."""
    if not phrase:
        return ""
    words = [WORDS.addressed.get(word, word) for word in phrase.split()]
    if words[0] in WORDS.verbs:
        return f"Do you want me to {' '.join(words)}?"
    return f"Did you mean: {phrase}?"


def unended(said: str) -> str:
    """Without the stop at its end, which is none of the words; `p.m.` keeps its own."""
    said = said.rstrip()
    while said.endswith(STOPS) and not ABBREVIATION.search(said):
        said = said[:-1].rstrip()
    return said
