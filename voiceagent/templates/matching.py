"""Matches words against hassil templates: all readings of a sentence in a millisecond.

hassil's own matcher walks every template anew and copies its context at every step;
here expressions are compiled once, and a sentence is matched by memoised recursive
descent over (node, position). The same walk tells how complete the words are, which
hassil cannot: the endpoint waits for "turn on the" and not for "turn on the lights".
Templates mean what they mean in hassil; a test compares the two on sampled sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from voiceagent.lang.readers import WordReader

__all__ = [
    "AnyOrder",
    "SlotCapture",
    "Chain",
    "MatchChoice",
    "Match",
    "Matching",
    "MatchNode",
    "Phrase",
    "ReadWords",
    "Slot",
    "MatchText",
    "SlotValues",
    "Wild",
]

WILDCARD_WORDS = 30
"""The longest free text a wildcard takes: what somebody wants to be reminded of, or a
few things for a list; not dictation."""


@dataclass(frozen=True, slots=True)
class SlotCapture:
    """A value that the words gave to a slot."""

    slot: str
    value: Any
    context: Mapping[str, Any] | None = field(default=None, compare=False)
    wild: int = 0
    """Letters that a wildcard swallowed; 0 for a value from a list."""
    at: int = field(default=0, compare=False)
    """Where in the words a wildcard began."""
    group: int = 0
    """Values of equal context have one number."""


class Match(NamedTuple):
    """One way to read the words from some position on."""

    end: int
    literal: int = 0
    """Letters matched by the text of the template itself."""
    captures: tuple[SlotCapture, ...] = ()


class Matching:
    """One pass over one sentence: memory of what matched where."""

    def __init__(self, text: str) -> None:
        self.text = f"{text} "
        self.alive = False
        """Whether some template could go on where the words end."""
        self._memory: dict[tuple[int, int], tuple[Match, ...]] = {}

    def match(self, node: MatchNode, at: int) -> tuple[Match, ...]:
        """Every way `node` matches at a position."""
        if type(node) is MatchText:  # as quick as looking it up
            return node.match(self, at)
        key = (id(node), at)
        found = self._memory.get(key)
        if found is None:
            found = tuple(node.match(self, at))
            if len(found) > 1:
                found = tuple(dict.fromkeys(found))
            self._memory[key] = found
        return found

    def complete(self, node: MatchNode) -> Iterator[Match]:
        """The ways `node` matches all of the words."""
        last = len(self.text) - 1
        return (match for match in self.match(node, 0) if match.end >= last)


class MatchNode:
    """A compiled piece of a template."""

    __slots__ = ()

    def match(self, run: Matching, at: int) -> Iterable[Match]:
        """Every way this piece matches at a position of the text."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, eq=False)
class MatchText(MatchNode):
    """Letters, with white space at either side that stands for a word boundary."""

    before: bool
    body: str
    after: bool

    def match(self, run: Matching, at: int) -> tuple[Match, ...]:
        text = run.text
        if self.before:
            at = boundary(text, at)
            if at < 0:
                return ()
        body = self.body
        if not text.startswith(body, at):
            # The words end inside this text, at the end of a word.
            if len(text) - at < len(body) and body.startswith(text[at:]):
                run.alive = True
            return ()
        end = at + len(body)
        if self.after:
            end = boundary(text, end)
        return (Match(end, len(body)),) if end >= 0 else ()


def boundary(text: str, at: int) -> int:
    """The position behind a space or at the start of a word; -1 within a word."""
    if at == 0 or at >= len(text) or text[at - 1] == " ":
        return at
    return at + 1 if text[at] == " " else -1


@dataclass(frozen=True, slots=True, eq=False)
class Chain(MatchNode):
    """One piece after the other."""

    items: tuple[MatchNode, ...]

    def match(self, run: Matching, at: int) -> Iterable[Match]:
        if not self.items:
            return (Match(at),)
        found: Iterable[Match] = run.match(self.items[0], at)
        for item in self.items[1:]:
            if not found:
                break
            found = [
                joined(left, right)
                for left in found
                for right in run.match(item, left.end)
            ]
        return found


def joined(left: Match, right: Match) -> Match:
    """Two neighbouring matches as one."""
    _, literal, captures = left
    if not (literal or captures):
        return right
    end, more, others = right
    return Match(end, literal + more, captures + others if others else captures)


@dataclass(frozen=True, slots=True, eq=False)
class MatchChoice(MatchNode):
    """Any one of the pieces."""

    items: tuple[MatchNode, ...]

    def match(self, run: Matching, at: int) -> Iterable[Match]:
        return (match for item in self.items for match in run.match(item, at))


@dataclass(frozen=True, slots=True, eq=False)
class AnyOrder(MatchNode):
    """All of the pieces, in any order."""

    items: tuple[MatchNode, ...]

    def match(self, run: Matching, at: int) -> Iterable[Match]:
        if not self.items:
            return (Match(at),)
        return self._rest(run, at, frozenset(range(len(self.items))))

    def _rest(self, run: Matching, start: int, todo: frozenset[int]) -> Iterator[Match]:
        """Rounds of "one piece more": what is left and what matched so far, each
        combination once, or many optional pieces would take for ever."""
        found = {(todo, Match(start)): None}
        for _ in range(len(todo)):
            found = {
                (left - {number}, joined(match, more)): None
                for left, match in found
                for number in sorted(left)
                for more in run.match(self.items[number], match.end)
            }
        return (match for _, match in found)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A value of a list and the words for it."""

    words: str
    value: Any
    context: Mapping[str, Any] | None = None
    group: int = 0
    """Values of equal context have one number."""


@dataclass(frozen=True, slots=True, eq=False)
class SlotValues(MatchNode):
    """A list: fixed phrases by first word, and values that are templates."""

    phrases: Mapping[str, tuple[Phrase, ...]]
    templates: tuple[tuple[MatchNode, Phrase], ...] = ()

    def match(self, run: Matching, at: int) -> Iterable[Match]:
        at = boundary(run.text, at)
        if at < 0:
            return
        for phrase in self._candidates(run, at):
            if run.text.startswith(phrase.words, at):
                yield _taken(phrase, at + len(phrase.words))
            elif f"{phrase.words} ".startswith(run.text[at:]):
                run.alive = True
        for node, phrase in self.templates:
            for match in run.match(node, at):
                yield _taken(phrase, match.end)

    def _candidates(self, run: Matching, at: int) -> Iterable[Phrase]:
        if at >= len(run.text):
            run.alive |= bool(self.phrases)
            return ()
        word = run.text[at : run.text.index(" ", at)]
        found = self.phrases.get(word, ())
        if word.endswith("s"):  # `{name}[s]`, `{name}'s`
            found += self.phrases.get(word[:-1], ())
        return found


def _taken(phrase: Phrase, end: int) -> Match:
    capture = SlotCapture("", phrase.value, phrase.context, group=phrase.group)
    return Match(end, 0, (capture,))


@dataclass(frozen=True, slots=True, eq=False)
class Wild(MatchNode):
    """A few words of any kind."""

    def match(self, run: Matching, at: int) -> Iterable[Match]:
        at = boundary(run.text, at)
        if at < 0 or at >= len(run.text):
            run.alive |= at >= 0
            return
        end = at
        for _ in range(WILDCARD_WORDS):
            end = run.text.find(" ", end + 1)
            if end < 0:
                return
            taken = run.text[at:end]
            yield Match(end, 0, (SlotCapture("", taken, None, len(taken), at),))
            # Free words that end where the sentence does may go on.
            run.alive |= end == len(run.text) - 1


@dataclass(frozen=True, slots=True, eq=False)
class ReadWords(MatchNode):
    """Words that a reader of the language takes."""

    reader: WordReader

    def match(self, run: Matching, at: int) -> Iterable[Match]:
        at = boundary(run.text, at)
        if at < 0:
            return
        words = run.text[at:].split()
        run.alive |= self.reader.words.issuperset(words)  # they may go on
        for end in self.reader.ends(words, 0):
            taken = " ".join(words[:end])
            yield Match(at + len(taken), 0, (SlotCapture("", taken),))


@dataclass(frozen=True, slots=True, eq=False)
class Slot(MatchNode):
    """A list whose value goes into a slot."""

    name: str
    values: MatchNode

    def match(self, run: Matching, at: int) -> Iterable[Match]:
        for end, literal, (value, *_) in run.match(self.values, at):
            named = SlotCapture(
                self.name, value.value, value.context, value.wild, value.at, value.group
            )
            yield Match(end, literal, (named,))
