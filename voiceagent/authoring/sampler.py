"""Says random sentences of a pack, knowing what they mean."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hassil.expression import Sentence
from hassil.util import check_required_context

from voiceagent.authoring.articles import jars
from voiceagent.errors import PackError
from voiceagent.lang.spoken import number_words, spoken
from voiceagent.nlu.intent import SlotValue, Understood, plain
from voiceagent.skills.packs.takes import Sample
from voiceagent.templates.reading import Block, blocks_of, fits
from voiceagent.templates.walk import (
    AnyWords,
    Blank,
    Chunk,
    Either,
    Listed,
    Mixed,
    NumberRange,
    Part,
    Rule,
)
from voiceagent.templates.yaml_file import suggest

__all__ = ["Sampler", "pieces_said"]

FREE = ("blue ones", "something nice", "two of those", "what we talked about")
"""Said where a template takes any words."""
ReadSentences = tuple[tuple[Sentence, Part], ...]
TRIES = 50
"""Draws before a template counts as one that nobody can say in this house."""


def pieces_said(part: Part, chance: random.Random) -> Iterator[str | Blank]:
    """One way through a template: its texts, and the blanks to be filled in between."""
    match part:
        case Chunk():
            yield part.written
        case Blank():
            yield part
        case Rule():
            yield from pieces_said(part.body, chance)
        case Either(parts):
            yield from pieces_said(chance.choice(parts), chance)
        case _:
            inner = list(part.parts)
            if isinstance(part, Mixed):
                chance.shuffle(inner)
            for one in inner:
                yield from pieces_said(one, chance)


class _Unsayable(Exception):
    """A list without values that fit."""


@dataclass(slots=True)
class _Draft:
    """One sentence in the making."""

    block: Block
    chance: random.Random
    slots: dict[str, SlotValue]
    context: dict[str, Any] = field(default_factory=dict)

    def say(self, part: Part) -> str:
        pieces = pieces_said(part, self.chance)
        return "".join(
            piece if isinstance(piece, str) else self._filled(piece) for piece in pieces
        )

    def _filled(self, blank: Blank) -> str:
        if isinstance(blank.holds, NumberRange):
            number = self.chance.choice(blank.holds.numbers)
            self.slots[blank.slot] = plain(blank.holds.value(number))
            return number_words(number)
        if isinstance(blank.holds, Listed):
            return self._named(blank.slot, blank.holds)
        words = self._free(blank.holds)
        self.slots[blank.slot] = words
        return words

    def _free(self, holds: AnyWords) -> str:
        """Any words, or what a reader takes."""
        if holds.heard is None:
            return self.chance.choice(FREE)
        # What is said within them fills no slot.
        return spoken(_Draft(self.block, self.chance, {}).say(holds.heard))

    def _named(self, slot: str, listed: Listed) -> str:
        data = self.block.data
        fitting = [value for value in listed.values if fits(data, value.context)]
        if not fitting:
            raise _Unsayable
        value = self.chance.choice(fitting)
        self.context.update(value.context or {})
        self.slots[slot] = plain(value.value)
        return self.say(value.said)


class Sampler:
    """Draws sentences; the same seed gives the same ones."""

    def __init__(self, pack: Understood, *, seed: int = 0) -> None:
        self._chance = random.Random(seed)
        self._blocks: dict[str, list[Block]] = {
            name: [] for name in pack.intents.intents
        }
        for block in blocks_of(pack.intents, pack.slot_lists):
            self._blocks[block.intent].append(block)
        self._read: dict[Block, ReadSentences] = {}

    def draw(self, count: int, *, intent: str | None = None) -> Iterator[Sample]:
        """Random sentences of all intents or one; raises `PackError` for an unknown
        intent, and gives none where nothing can be said."""
        if intent is not None and intent not in self._blocks:
            hint = suggest(intent, self._blocks)
            raise PackError(f"there is no intent `{intent}`", hint=hint)
        names = [intent] if intent else sorted(self._blocks)
        for _ in range(count):
            found = self._try(lambda: self._one(self._chance.choice(names)))
            if found is not None:
                yield found

    def each_template(self) -> Iterator[Sample]:
        """One sentence of every template that can be said, in the order written."""
        for blocks in self._blocks.values():
            for block in blocks:
                for sentence, part in self._sentences(block):
                    found = self._try(partial(self._say, block, sentence, part))
                    if found is not None:
                        yield found

    def _try(self, make: Callable[[], Sample | None]) -> Sample | None:
        last = None
        for _ in range(TRIES):
            found = make()
            if found is not None and not jars(found.text):
                return found
            # A template may have no other article: then it is said as it is.
            last = found or last
        return last

    def _one(self, intent: str) -> Sample | None:
        block = self._chance.choice(self._blocks[intent])
        return self._say(block, *self._chance.choice(self._sentences(block)))

    def _sentences(self, block: Block) -> ReadSentences:
        if block not in self._read:
            self._read[block] = tuple(block.parts())
        return self._read[block]

    def _say(self, block: Block, sentence: Sentence, part: Part) -> Sample | None:
        fixed = {name: plain(value) for name, value in block.data.slots.items()}
        draft = _Draft(block, self._chance, fixed)
        try:
            text = " ".join(draft.say(part).split())
        except _Unsayable:
            return None
        if not check_required_context(block.data.requires_context, draft.context):
            return None
        return Sample(text, block.intent, draft.slots, str(sentence.text or ""))
