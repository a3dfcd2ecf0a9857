"""Intent templates as one word automaton: what may be said, and what can follow.

The same minimal acyclic automaton is the recogniser's grammar, tells the endpoint
whether a partial sentence is a whole command, and draws random sentences for tests.

Three steps, each small: templates become a graph of word pieces, built from the end
backwards with equal nodes shared (`light[s]` and `{name}'s` glue pieces into words);
the pieces become spoken words; the words become a minimal deterministic automaton.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from voiceagent.frontend.endpoint import Completeness
from voiceagent.lang.languages import language
from voiceagent.lang.written import spoken_words
from voiceagent.templates.automaton import Arc, Minimal

if TYPE_CHECKING:
    from hassil.intents import Intents, SlotList

__all__ = ["Arc", "Grammar", "Transition", "compile_grammar"]

Transition = tuple[int, int, float, str | None]
"""From state, to state, probability, word (None: nothing is said)."""
_SKIP_PROBABILITY = 0.001
"""How often a skip word ("please") opens or closes a sentence."""
_CLOSING = language().commands.closing
"""Skip words that also close a sentence; nobody ends one with "could you"."""
_UNHEARD = language().commands.unheard
"""Skip words that are understood when typed and that the recogniser does not listen
for: it has noise words of its own, and noise turns into these. Measured on 147 orders
in kitchen noise at 12 dB: with them 84 % were right, without 87 %."""
_OPENING_PROBABILITY = 1.0
"""A wake word costs nothing: it has been heard already, by the detector."""
_ANSWER_PROBABILITY = 0.1
"""Of a short answer where a question of ours is open: one command in ten."""
_MOST_WAYS = 8
"""Beginnings followed at once for each ending that is asked for."""
_MOST_ARCS = 250_000
"""Words between states. A recogniser for more is neither quick nor right; Home
Assistant's own files and a house of 100 things have 25,000."""


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
        skips = (p for p in self.skip_phrases if not _UNHEARD.issuperset(p))
        return frozenset(said.union(*skips, *self.openings))

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

    def with_phrases(self, phrases: Iterable[str]) -> Grammar:
        """The same, and `phrases` as sentences; shares all states but theirs."""
        arcs, finals = list(self.arcs) or [()], set(self.finals)
        own = {0}
        for words in filter(None, map(spoken_words, phrases)):
            state = 0
            for word in words:
                ways = {arc.word: arc for arc in arcs[state]}
                way = ways.get(word)
                if way is None or way.target not in own:
                    # States may be shared by other sentences: this path has its own.
                    own.add(len(arcs))
                    if way is not None and way.target in finals:
                        finals.add(len(arcs))
                    odds = way.probability if way else _ANSWER_PROBABILITY
                    way, behind = Arc(word, len(arcs), odds), way
                    arcs.append(arcs[behind.target] if behind else ())
                    arcs[state] = tuple({**ways, word: way}.values())
                state = way.target
            finals.add(state)
        return replace(self, arcs=tuple(arcs), finals=frozenset(finals))

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
            if _UNHEARD.issuperset(phrase):
                continue
            ends = [(heard, 0)] + [(closing, final)] * (phrase in _CLOSING)
            for begin, end in ends:
                inner = range(fresh, fresh + len(phrase) - 1)
                fresh += len(inner)
                odds = [_SKIP_PROBABILITY] + [1.0] * len(inner)
                moves += zip([begin, *inner], [*inner, end], odds, phrase, strict=True)
        return start, final, moves

    def state_after(self, words: Sequence[str]) -> int | None:
        """The state that `words` lead to; None where no sentence starts like them."""
        return self._walk(words)

    def endings(self, words: Sequence[str], *, most: int) -> list[str] | None:
        """What may follow the sentence `words` up to another whole one, the shortest
        first; None where there are more than `most` ways, or no such sentence is."""
        state = self._walk(words)
        if state is None:
            return None
        found: list[str] = []
        ways = deque([(state, "")])
        while ways:
            state, said = ways.popleft()
            for arc in self.arcs[state]:
                longer = f"{said} {arc.word}".lstrip()
                ways.append((arc.target, longer))
                if arc.target in self.finals:
                    found.append(longer)
            if len(found) > most or len(ways) > _MOST_WAYS * most:
                return None
        return found

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
    `PackError` for a list or rule that is not there, for rules without an end and for
    templates that say too much to be recognised.
    """
    # A grammar that was compiled before needs nothing of this.
    from voiceagent.templates.graph import Pieces
    from voiceagent.templates.reading import blocks_of

    pieces = Pieces()
    roots = [
        pieces.sentence(part, block.data)
        for block in blocks_of(intents, slot_lists or {})
        for _, part in block.parts()
    ]
    skips = tuple(tuple(spoken_words(text)) for text in intents.skip_words)
    arcs, finals = Minimal(pieces.nodes, most=_MOST_ARCS).automaton(roots)
    opened = tuple(tuple(spoken_words(text)) for text in openings)
    return Grammar(arcs, finals, tuple(filter(None, skips)), opened)
