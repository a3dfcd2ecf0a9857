"""Sentence templates as a typed tree, with what they name in place.

Everything that says, hears or counts sentences goes over these parts; where each part
is made out of its own parts alone, a `Fold` does the going.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeAlias, TypeVar, assert_never

from voiceagent.lang.spoken import spoken

__all__ = [
    "AnyWords",
    "Blank",
    "Chunk",
    "Either",
    "Fold",
    "Holds",
    "Listed",
    "ListedValue",
    "Mixed",
    "NumberRange",
    "Part",
    "Rule",
    "Series",
]

T = TypeVar("T")
_spoken = lru_cache(maxsize=16_384)(spoken)
"""Templates say the same few words again and again."""


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """A piece of text; white space at its edges is where words end."""

    text: str
    """White space and letters in one form."""
    written: str
    """As the template has it."""

    @property
    def words(self) -> str:
        """As it is spoken, without white space at the edges."""
        return _spoken(self.written)


@dataclass(frozen=True, slots=True, eq=False)
class Either:
    """One of the parts is said."""

    parts: tuple[Part, ...]
    optional: bool
    """Written `[like this]`; the last part is empty then."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One part is said after the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """All parts are said, in any order."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """An expansion rule; one object wherever it means the same."""

    name: str
    body: Part


@dataclass(frozen=True, slots=True, eq=False)
class Blank:
    """A place where a value of a list is said; it goes into a slot."""

    slot: str
    holds: Holds


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Values that are written down; one object wherever it means the same."""

    name: str
    values: tuple[ListedValue, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ListedValue:
    """What is said for a value, and what it is."""

    said: Part
    value: Any
    context: Mapping[str, Any] | None
    """What it says about the thing it names, such as its domain."""


@dataclass(frozen=True, slots=True, eq=False)
class NumberRange:
    """Numbers, of a list or written in the template (`{0..100:level}`)."""

    name: str
    numbers: tuple[int | float, ...]
    """As they are said."""
    times: float | None
    """A value is the number said, times this."""

    def value(self, number: int | float) -> int | float:
        """What a number that is said stands for."""
        return number if self.times is None else number * self.times


@dataclass(frozen=True, slots=True, eq=False)
class AnyWords:
    """Free text."""

    name: str
    heard: Part | None = None
    """Words that only count where a reader of the language (`lang/readers.py`) takes
    them: what is listened for. None: any words, and nothing is."""


Holds: TypeAlias = Listed | NumberRange | AnyWords
Part: TypeAlias = Chunk | Either | Series | Mixed | Rule | Blank


@dataclass(frozen=True, slots=True)
class Fold(Generic[T]):
    """A walk that makes each part's value out of those of its own parts.

    A rule is gone through once.
    """

    chunk: Callable[[Chunk], T]
    blank: Callable[[Blank], T]
    either: Callable[[Sequence[T]], T]
    series: Callable[[Sequence[T]], T]
    mixed: Callable[[Sequence[T]], T] | None = None
    """As `series` where the order makes no difference."""
    _rules: dict[Rule, T] = field(default_factory=dict)

    def __call__(self, part: Part) -> T:
        """The value of a part."""
        match part:
            case Chunk():
                return self.chunk(part)
            case Series():
                return self.series([self(inner) for inner in part.parts])
            case Either():
                return self.either([self(inner) for inner in part.parts])
            case Blank():
                return self.blank(part)
            case Rule():
                if part not in self._rules:
                    self._rules[part] = self(part.body)
                return self._rules[part]
            case Mixed():
                mixed = self.mixed or self.series
                return mixed([self(inner) for inner in part.parts])
        assert_never(part)
