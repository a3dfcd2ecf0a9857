"""Sentences that lie beside what a pack supports, and what may be done on them.

A pack's templates and lists give sentences whose meaning is known. Each kind changes
such a sentence a little: an exception is added, a room replaced by one that nobody has,
a number gets a sign. What follows from the change follows for any pack: nothing may be
done, or just what the first sentence said, or that of both. Asking back and refusing
are always allowed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from hassil.intents import TextSlotList

from voiceagent.authoring.sampler import Sampler
from voiceagent.errors import UsageError
from voiceagent.errors.meant import did_you_mean
from voiceagent.lang.en_neighbours import NEIGHBOUR_WORDS
from voiceagent.lang.spoken import number_words, spoken
from voiceagent.nlu.intent import IntentParser, SlotValue, Understood

__all__ = [
    "Allowed",
    "Neighbour",
    "NeighbourKind",
    "Neighbourhood",
    "Seed",
    "chosen",
]


class Allowed(StrEnum):
    """What may be done besides nothing."""

    NOTHING = "nothing"
    SAME = "same"
    """Just what the sentences of `like` do, all of it."""
    LESS = "less"
    """A part of what those sentences do, without what `spared` names."""
    LATER = "later"
    """Nothing now; something may be kept for later."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A sentence beside others."""

    kind: str
    text: str
    allowed: Allowed = Allowed.NOTHING
    like: tuple[str, ...] = ()
    """Sentences of the pack; what they do together may be done."""
    before: tuple[str, ...] = ()
    """What was said just before."""
    spared: str = ""
    unsaid: bool = False
    """It counts only where no template says it: else it is another sentence."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A sentence that the pack supports."""

    text: str
    intent: str
    values: tuple[tuple[str, tuple[str, ...]], ...]
    """Words of the text that are a value of a closed list, and its other values."""
    numbers: tuple[str, ...]
    """Numbers in it, as words."""

    @property
    def ordered(self) -> bool:
        """Whether it tells to do something, verb first."""
        return self.text.split()[0] in NEIGHBOUR_WORDS["verbs"]

    def with_other(self, value: str, other: str) -> str:
        """The same with another value."""
        return f" {self.text} ".replace(f" {value} ", f" {other} ", 1).strip()


NeighbourKind = Callable[[Seed, "Neighbourhood"], Neighbour | None]
"""Makes a neighbour of a sentence; None where it has none of this kind."""


class Neighbourhood:
    """Everything beside a pack; the same seed gives the same sentences."""

    def __init__(
        self, pack: Understood, *, seed: int = 0, per_intent: int = 60
    ) -> None:
        """`per_intent`: how many of its sentences are looked at, on average."""
        self._pack, self._seed, self._per_intent = pack, seed, per_intent
        self.chance = random.Random(seed)
        self.parser = IntentParser(pack)

    def draw(
        self, kinds: Mapping[str, NeighbourKind], each: int
    ) -> Iterator[Neighbour]:
        """Up to `each` different sentences of every kind."""
        for name, make in kinds.items():
            self.chance = random.Random(f"{name} {self._seed}")
            found: dict[tuple[str, tuple[str, ...]], Neighbour] = {}
            for seed in self._shuffled():
                one = make(seed, self)
                if one is not None and self._is_beside(one):
                    found.setdefault((one.text, one.before), one)
                if len(found) >= each:
                    break
            yield from found.values()

    def pick(self, kind: str) -> str:
        """One of the language's words of a kind that the pack does not know."""
        return self.chance.choice(self._strange[kind])

    def other(self, seed: Seed) -> Seed:
        """Another sentence of the pack that tells to do something."""
        return self.chance.choice(self._orders or self.seeds)

    def same_intent(self, seed: Seed) -> Seed:
        """Another sentence of the same intent."""
        return self.chance.choice(self._by_intent[seed.intent])

    @cached_property
    def seeds(self) -> Sequence[Seed]:
        """Sentences of the pack that mean what they were made for."""
        wanted = self._per_intent * len(self._intents)
        drawn = Sampler(self._pack, seed=self._seed).draw(wanted)
        found: dict[str, Seed] = {}
        for sample in drawn:
            text = spoken(sample.text)
            intent = self.parser.parse(text)
            if intent is not None and intent.name == sample.intent:
                found.setdefault(text, self._read(text, sample.intent, intent.slots))
        if not found:
            raise UsageError("nothing can be said in this pack", hint="check the pack")
        return list(found.values())

    @cached_property
    def _orders(self) -> Sequence[Seed]:
        return [seed for seed in self.seeds if seed.ordered]

    @cached_property
    def _by_intent(self) -> Mapping[str, list[Seed]]:
        found: dict[str, list[Seed]] = {}
        for seed in self.seeds:
            found.setdefault(seed.intent, []).append(seed)
        return found

    @property
    def _intents(self) -> Sequence[str]:
        return list(self._pack.intents.intents)

    @cached_property
    def lists(self) -> Mapping[str, tuple[str, ...]]:
        """Each value of a closed list, as it is said, with the others of its list."""
        every = [
            *self._pack.intents.slot_lists.values(),
            *self._pack.slot_lists.values(),
        ]
        found: dict[str, tuple[str, ...]] = {}
        for listed in every:
            if isinstance(listed, TextSlotList):
                named = (value.value_out for value in listed.values)
                texts = {spoken(v) for v in named if isinstance(v, str) and spoken(v)}
                for text in texts:
                    found.setdefault(text, tuple(sorted(texts - {text})))
        return found

    @cached_property
    def _strange(self) -> Mapping[str, Sequence[str]]:
        known = {word for value in self.lists for word in value.split()}
        return {
            kind: [one for one in words if not known & set(spoken(one).split())]
            or words
            for kind, words in NEIGHBOUR_WORDS.items()
        }

    def _read(self, text: str, intent: str, slots: Mapping[str, SlotValue]) -> Seed:
        values, numbers = [], []
        for value in slots.values():
            words = spoken(value) if isinstance(value, str) else _number(value)
            if f" {words} " not in f" {text} ":
                continue
            if not isinstance(value, str):
                numbers.append(words)
            elif words in self.lists:
                values.append((words, self.lists[words]))
        return Seed(text, intent, tuple(values), tuple(numbers))

    def _shuffled(self) -> Iterable[Seed]:
        """Seeds in any order, several times, so that each is changed in many ways."""
        for _ in range(4):
            yield from self.chance.sample(self.seeds, len(self.seeds))

    def _is_beside(self, one: Neighbour) -> bool:
        """Whether it is another sentence, and none that the pack supports."""
        if not one.text or one.text in one.like:
            return False
        return not one.unsaid or self.parser.parse(one.text) is None


def _number(value: float) -> str:
    whole = value == int(value) and 0 <= value < 1000
    return number_words(int(value)) if whole else "?"


def chosen(
    kinds: Mapping[str, NeighbourKind], names: Sequence[str]
) -> Mapping[str, NeighbourKind]:
    """Those of these names; raises `UsageError` for one that there is not."""
    for name in names:
        if name not in kinds:
            raise UsageError(
                f"there is no kind `{name}`",
                hint=did_you_mean(name, kinds) or f"one of {', '.join(kinds)}",
            )
    return {name: kinds[name] for name in names} if names else kinds
