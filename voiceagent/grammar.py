"""Intent templates as one word automaton: what may be said, and what can follow.

The same minimal acyclic automaton is the recogniser's grammar, tells the endpoint
whether a partial sentence is a whole command, and draws random sentences for tests.

Three steps, each small: templates become a graph of word pieces, built from the end
backwards with equal nodes shared (`light[s]` and `{name}'s` glue pieces into words);
the pieces become spoken words; the words become a minimal deterministic automaton.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hassil import expression as ex
from hassil.intents import (
    IntentData,
    Intents,
    RangeSlotList,
    SlotList,
    TextSlotList,
    TextSlotValue,
)
from hassil.util import check_excluded_context, check_required_context

from voiceagent.automaton import Arc, Minimal, Node
from voiceagent.endpoint import Completeness
from voiceagent.errors import PackError
from voiceagent.pronounce import spoken_number, spoken_words

__all__ = ["Arc", "Grammar", "Transition", "compile_grammar"]

Transition = tuple[int, int, float, str | None]
"""From state, to state, probability, word (None: nothing is said)."""
_SKIP_PROBABILITY = 0.001
"""How often a skip word ("please") opens or closes a sentence."""
_CLOSING = (("please",), ("thanks",), ("thank", "you"), ("now",))
"""Skip words that also close a sentence; nobody ends one with "could you"."""
_OPENING_PROBABILITY = 1.0
"""A wake word costs nothing: it has been heard already, by the detector."""
_MAX_DEPTH = 60


@dataclass(frozen=True)
class Grammar:
    """Minimal acyclic word automaton; state 0 is the start (no state: no sentence)."""

    arcs: tuple[tuple[Arc, ...], ...]
    """What may follow, by state."""
    finals: frozenset[int]
    """States in which a sentence may end."""
    skip_phrases: tuple[tuple[str, ...], ...] = ()
    """Polite words that may open or close any sentence and mean nothing."""
    openings: tuple[tuple[str, ...], ...] = ()
    """Wake words: one may be heard before a sentence, and is no part of it."""

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word that can be said."""
        said = {arc.word for arcs in self.arcs for arc in arcs}
        return frozenset(said.union(*self.skip_phrases, *self.openings))

    def progress(self, words: Sequence[str]) -> Completeness:
        """How far lower-case `words` are; skip words at both ends do not count."""
        state = self._walk(words)
        if state is None:
            state = self._walk(self.without_skips(list(words)))
        if state is None:
            return Completeness.DEAD
        if state not in self.finals:
            return Completeness.INCOMPLETE
        return Completeness.EXTENSIBLE if self.arcs[state] else Completeness.COMPLETE

    def without_opening(self, words: Sequence[str]) -> Sequence[str]:
        """`words` without the wake word before them."""
        for opening in self.openings:
            if tuple(words[: len(opening)]) == opening:
                return words[len(opening) :]
        return words

    def sample(self, rng: random.Random) -> str:
        """A random sentence; what is likely to be said is drawn more often."""
        words: list[str] = []
        state = 0
        while self.arcs and self.arcs[state]:
            arcs = self.arcs[state]
            weights = [arc.probability for arc in arcs]
            stop = max(0.0, 1.0 - sum(weights)) if state in self.finals else 0.0
            arc = rng.choices([None, *arcs], [stop, *weights])[0]
            if arc is None:
                break
            words.append(arc.word)
            state = arc.target
        return " ".join(words)

    def to_fsg(self) -> tuple[int, int, list[Transition]]:
        """Start state, final state and transitions for a finite-state decoder."""
        closing, start, final = (len(self.arcs) + extra for extra in range(3))
        moves: list[Transition] = [
            (state, arc.target, arc.probability, arc.word)
            for state, arcs in enumerate(self.arcs)
            for arc in arcs
        ]
        moves += [(state, closing, 1.0, None) for state in sorted(self.finals)]
        moves += [(start, 0, 1.0, None), (closing, final, 1.0, None)]
        fresh, heard = final + 1, start
        if self.openings:
            start, fresh = fresh, fresh + 1
            moves.append((start, heard, 1.0, None))
        for opening in self.openings:
            inner = range(fresh, fresh + len(opening) - 1)
            fresh += len(inner)
            odds = [_OPENING_PROBABILITY] + [1.0] * len(inner)
            ways = zip([start, *inner], [*inner, heard], odds, opening, strict=True)
            moves += ways
        for phrase in self.skip_phrases:
            ends = [(heard, 0)] + [(closing, final)] * (phrase in _CLOSING)
            for begin, end in ends:
                inner = range(fresh, fresh + len(phrase) - 1)
                fresh += len(inner)
                odds = [_SKIP_PROBABILITY] + [1.0] * len(inner)
                moves += zip([begin, *inner], [*inner, end], odds, phrase, strict=True)
        return start, final, moves

    def _walk(self, words: Iterable[str]) -> int | None:
        state = 0 if self.arcs else None
        for word in words:
            if state is None:
                return None
            state = self._steps[state].get(word.replace("'", ""))
        return state

    @cached_property
    def _steps(self) -> tuple[dict[str, int], ...]:
        return tuple(
            {arc.word.replace("'", ""): arc.target for arc in arcs}
            for arcs in self.arcs
        )

    def without_skips(self, words: list[str]) -> list[str]:
        """`words` without the polite ones at both ends."""
        for phrase in map(list, self.skip_phrases):
            if words[: len(phrase)] == phrase:
                return self.without_skips(words[len(phrase) :])
            if words and words[-len(phrase) :] == phrase:
                return self.without_skips(words[: -len(phrase)])
        return words


def compile_grammar(
    intents: Intents,
    slot_lists: Mapping[str, SlotList] | None = None,
    *,
    openings: Sequence[str] = (),
) -> Grammar:
    """The automaton of every sentence of `intents`; wildcards cannot be said.

    `slot_lists` (names, areas) replace lists of the same name in `intents`. Raises
    `PackError` for a list or rule that is not there and for rules without an end.
    """
    pieces = _Pieces(intents, {**intents.slot_lists, **(slot_lists or {})})
    roots = [
        pieces.sentence(sentence.expression, data)
        for intent in intents.intents.values()
        for data in intent.data
        for sentence in data.sentences
    ]
    skips = tuple(tuple(spoken_words(text)) for text in intents.skip_words)
    arcs, finals = Minimal(pieces.nodes).automaton(roots)
    opened = tuple(tuple(spoken_words(text)) for text in openings)
    return Grammar(arcs, finals, tuple(filter(None, skips)), opened)


class _Pieces:
    """Templates as nodes; a node is built knowing what comes after it."""

    def __init__(self, intents: Intents, slot_lists: Mapping[str, SlotList]) -> None:
        self.nodes: list[Node] = [()]
        self._ids: dict[Node, int] = {}
        self._memo: dict[tuple[object, ...], int] = {}
        self._rules = intents.expansion_rules
        self._lists = slot_lists
        self._data = IntentData([])
        self._open: list[str] = []

    def sentence(self, expression: ex.Expression, data: IntentData) -> int:
        """The node from which every sentence of the template can be said."""
        self._data = data
        return self._build(expression, 0)

    def _node(self, arcs: Iterable[tuple[str, int]]) -> int:
        key = tuple(sorted(set(arcs)))
        if len(key) == 1 and key[0][0] == "":
            return key[0][1]
        if key not in self._ids:
            self._ids[key] = len(self.nodes)
            self.nodes.append(key)
        return self._ids[key]

    def _build(self, item: ex.Expression, after: int) -> int:
        match item:
            case ex.TextChunk():
                return self._text(item.text, after)
            case ex.Alternative():
                return self._any(self._build(i, after) for i in item.items)
            case ex.Permutation():
                return self._permutation(item.items, after)
            case ex.Group():
                return self._sequence(item.items, after)
            case ex.RuleReference():
                return self._rule(item.rule_name, after)
            case ex.ListReference():
                return self._list(item, after)
        raise PackError(f"cannot read template part `{item}`")

    def _text(self, text: str, after: int) -> int:
        for piece in reversed(re.findall(r"\s+|\S+", text)):
            after = self._node([(" " if piece.isspace() else piece, after)])
        return after

    def _any(self, starts: Iterable[int]) -> int:
        return self._node(("", start) for start in starts)

    def _sequence(self, items: Sequence[ex.Expression], after: int) -> int:
        for item in reversed(items):
            after = self._build(item, after)
        return after

    def _permutation(self, items: Sequence[ex.Expression], after: int) -> int:
        if not items:
            return after
        rests = ([*items[:at], *items[at + 1 :]] for at in range(len(items)))
        return self._any(
            self._build(first, self._permutation(rest, after))
            for first, rest in zip(items, rests, strict=True)
        )

    def _rule(self, name: str, after: int) -> int:
        rule = self._data.expansion_rules.get(name) or self._rules.get(name)
        if rule is None:
            raise PackError(
                f"expansion rule `<{name}>` is not defined",
                hint="add it under `expansion_rules:`",
            )
        if name in self._open:
            raise PackError(f"expansion rule `<{name}>` refers to itself")
        self._open.append(name)
        start = self._build(rule.expression, after)
        self._open.pop()
        return start

    def _list(self, reference: ex.ListReference, after: int) -> int:
        name = reference.list_name
        inline = reference.get_inline_range()
        slots = self._data.slot_lists.get(name) or self._lists.get(name)
        if inline:
            slots = RangeSlotList(name, inline[0], inline[1], inline[2])
        if slots is None:
            raise PackError(
                f"list `{{{name}}}` is not defined", hint="add it under `lists:`"
            )
        local = id(self._data) if name in self._data.slot_lists else None
        key = (name, local, self._context_key(), after)
        if key not in self._memo:
            self._memo[key] = self._any(self._values(slots, after))
        return self._memo[key]

    def _values(self, slots: SlotList, after: int) -> Iterator[int]:
        if isinstance(slots, TextSlotList):
            for value in slots.values:
                if self._fits(value):
                    yield self._build(value.text_in, after)
        elif isinstance(slots, RangeSlotList):
            for number in slots.get_numbers():
                yield self._text(" ".join(spoken_number(f"{number}")), after)

    def _fits(self, value: TextSlotValue) -> bool:
        """As hassil does: a name of the wrong domain cannot be said here."""
        needed, barred = self._data.requires_context, self._data.excludes_context
        allowed = check_required_context(needed, value.context, allow_missing_keys=True)
        return bool(allowed and check_excluded_context(barred, value.context))

    def _context_key(self) -> str:
        return f"{self._data.requires_context}{self._data.excludes_context}"
