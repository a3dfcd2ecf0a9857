"""Training sentences in our own words: sampled from the pack's templates and from the
sentences written for training, orders and talk that are none of ours included."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from hassil.expression import Expression
from hassil.intents import TextSlotList, TextSlotValue
from hassil.parse_expression import parse_sentence

from lib.training.sampling import Example, Sampler, Span
from voiceagent.errors import UsageError
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.slm.forms import FUNCTION_WORDS, Takes
from voiceagent.skills.packs.pack import Pack
from voiceagent.templates.reading import Scope

__all__ = ["OwnText", "digest"]

HERE = Path(__file__).parent
INDIRECT = ("indirect.yaml", "indirect_times.yaml", "indirect_talk.yaml")
BEFORE = (
    *("please", "could you", "can you", "would you", "could you please", "hey"),
    *("can you please", "I want you to", "I need you to", "I'd like you to", "okay"),
    *("go ahead and", "now", "quick", "do me a favour and", "just", "okay now", "so"),
    *("alright", "would you please", "will you", "um", "uh", "you can", "maybe"),
)
AFTER = ("please", "for me", "thanks", "now", "right now", "will you", "thank you")
VERBS = frozenset(
    "turn switch set change make dim brighten open close shut raise lower lock unlock "
    "pause stop resume unpause play continue skip go mute unmute increase decrease "
    "reduce add put remove delete take check cross tick read show activate start run "
    "execute create cancel restart extend shorten wake tell say repeat help "
    "speak".split()
)


def digest(family: str) -> str:
    """A fixed order of families that has nothing to do with their words."""
    return hashlib.sha256(family.encode()).hexdigest()


class OwnText:
    """Draws examples for a pack; fixed by the seed."""

    def __init__(self, pack: Pack, seed: int) -> None:
        self.pack, self._chance = pack, random.Random(seed)
        self._takes = pack.takes
        self._indirect = _joined(map(_read, INDIRECT))
        self._not_mine = _read("not_mine.yaml")
        self._plain = self._sampler({}, {})
        means = self._indirect["means"]
        words = {name: entry["words"] for name, entry in means.items()}
        tags = {name: entry["slot"] for name, entry in means.items()}
        self._own = self._sampler({**words, **self._indirect["lists"]}, tags)
        near = self._not_mine["lists"]
        self._near = self._sampler(near, dict.fromkeys(near, ""))

    def templates(self, many: int) -> Iterator[Example]:
        """Up to `many` sentences of every template of the pack."""
        for intent in self.pack.intents.intents.values():
            for number, block in enumerate(intent.data):
                cues = _cues(self._takes[intent.name], intent.data, number)
                fixed = [f"{name}={value}" for name, value in block.slots.items()]
                for sentence in block.sentences:
                    family = f"{intent.name}: {sentence.text}"
                    for text, spans in self._draw(sentence.expression, many):
                        spans += tuple(_cued(text, cues, tag) for tag in fixed)
                        spans = tuple(span for span in spans if span[1])
                        made = Example(text, intent.name, spans, family=family)
                        yield self._polite(replace(made, source="templates"))

    def cues(self, intent: str, text: str, slots: Mapping[str, object]) -> list[Span]:
        """Marks on the words of `text` that say what templates fix."""
        blocks = self.pack.intents.intents[intent].data
        for number, block in enumerate(blocks):
            if block.slots and slots.items() >= dict(block.slots).items():
                words = _cues(self._takes[intent], blocks, number)
                fixed = [f"{name}={value}" for name, value in block.slots.items()]
                spans = [_cued(text, words, tag) for tag in fixed]
                return [span for span in spans if span[1]]
        return []

    def indirect(self, many: int) -> Iterator[Example]:
        """Up to `many` sentences of every family that was written for training."""
        for name, kinds in self._indirect["intents"].items():
            for kind, families in kinds.items():
                for family in families:
                    for text, spans in self._draw(_parsed(family), many, self._own):
                        key = f"{name}: {family}"
                        made = Example(text, name, spans, family=key, source="indirect")
                        yield self._polite(made) if kind == "do" else made

    def near_misses(self, many: int) -> Iterator[Example]:
        """What sounds like ours and is not, and chatter."""
        for part in ("near", "talk"):
            for family in self._not_mine[part]:
                for text, _ in self._draw(_parsed(family), many, self._near):
                    yield Example(text, None, (), "train", part, f"{part}: {family}")

    def unmade(self, orders: Sequence[Example], many: int) -> Iterator[Example]:
        """Orders turned into what is no order any more."""
        for family in self._not_mine["never"]:
            for order in self._chance.sample(orders, many):
                text = spoken(f"{family} {order.text}")
                yield Example(text, None, (), "train", "negated", f"never: {family}")
        for family in self._not_mine["frames"]:
            for order in self._chance.sample(orders, many):
                frame, _ = self._near_sample(family.replace("{order}", "qqq"))
                text = frame.replace("qqq", order.text)
                yield Example(text, None, (), "train", "framed", f"frame: {family}")

    def _near_sample(self, family: str) -> tuple[str, tuple[Span, ...]]:
        return self._near.sample(self._near.read(_parsed(family)))

    def _draw(
        self, expression: Expression, many: int, sampler: Sampler | None = None
    ) -> Iterator[tuple[str, tuple[Span, ...]]]:
        """Different sentences; fewer where a template has fewer."""
        used = sampler or self._plain
        part = used.read(expression)
        drawn = (used.sample(part) for _ in range(many * 3))
        found: dict[str, tuple[Span, ...]] = {}
        for text, spans in drawn:
            found.setdefault(text, spans)
        return iter(list(found.items())[:many])

    def _polite(self, example: Example) -> Example:
        """Sometimes with polite words around, where the sentence is an order."""
        if example.text.split()[0] not in VERBS and example.source != "indirect":
            return example
        draw = self._chance.random()
        if draw < 0.3:
            return _after(spoken(self._chance.choice(BEFORE)), example)
        if draw < 0.42:
            text = f"{example.text} {self._chance.choice(AFTER)}"
            return replace(example, text=text)
        return example

    def _sampler(
        self, lists: Mapping[str, Sequence[Any]], tags: Mapping[str, str]
    ) -> Sampler:
        known = {**self.pack.intents.slot_lists, **self.pack.slot_lists}
        for name, words in lists.items():
            values = [TextSlotValue(_parsed(_said(word)), word) for word in words]
            known[name] = TextSlotList(name, values)
        scope = Scope(known, self.pack.intents.expansion_rules)
        wild = self._indirect["lists"]["some_item"]
        return Sampler(scope, self._chance, tags=tags, wild=wild)


def _read(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def _joined(files: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Sections of several files, each name in one of them only."""
    found: dict[str, dict[str, Any]] = {}
    for file in files:
        for section, entries in file.items():
            known = found.setdefault(section, {})
            if twice := known.keys() & entries.keys():
                raise UsageError(f"`{min(twice)}` stands in two files of sentences")
            known.update(entries)
    return found


def _said(word: Any) -> str:
    return str(word["in"] if isinstance(word, dict) else word)


def _parsed(text: str) -> Expression:
    return parse_sentence(text).expression


def _after(words: str, example: Example) -> Example:
    shift = len(words) + 1
    spans = tuple(
        (start + shift, end + shift, tag) for start, end, tag in example.spans
    )
    return replace(example, text=f"{words} {example.text}", spans=spans)


def _cues(known: Takes, blocks: Sequence[Any], number: int) -> frozenset[str]:
    """Words of a block of templates that no rival block of the intent has."""
    mine = blocks[number].slots
    others = [at for at, block in enumerate(blocks) if block.slots != mine]
    rivals = [at for at in others if {*blocks[at].slots} & {*mine}]
    shared = (known.literals[at] for at in rivals or others)
    return known.literals[number].difference(FUNCTION_WORDS, *shared)


def _cued(text: str, cues: frozenset[str], tag: str) -> Span:
    """The first run of words that say the fixed value; an empty span if none does."""
    at, start, end = 0, -1, 0
    for word in text.split():
        if word in cues:
            start, end = (at if start < 0 else start), at + len(word)
        elif start >= 0:
            break
        at += len(word) + 1
    return start, end, tag
