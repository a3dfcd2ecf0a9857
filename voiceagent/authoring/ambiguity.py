"""Finds sentences that two intents of a pack can both mean, without listing any."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import combinations

from hassil.intents import Intent

from voiceagent.nlu.intent import Understood
from voiceagent.stt.grammar import Grammar, compile_grammar

__all__ = ["Clash", "clashes"]

MOST = 300_000
"""Steps of the search; the largest shipped pack takes a fifth of it."""
Places = tuple[tuple[int, int], ...]
"""Intents (by number) that can still be meant, each with a state of its grammar."""


@dataclass(frozen=True, slots=True)
class Clash:
    """The shortest sentence that two intents share."""

    first: str
    second: str
    text: str


def clashes(pack: Understood) -> list[Clash]:
    """One sentence for each pair of intents that share some.

    Every intent is compiled alone; all are walked at once, word by word, as long as
    at least two can go on. Free text is left out, and what is marked as `gives_way`:
    whatever else can be read is meant.
    """
    every = {name: _lasting(one) for name, one in pack.intents.intents.items()}
    names = [name for name, one in every.items() if one.data]
    grammars = [_alone(pack, name, every[name]) for name in names]
    steps = [[{a.word: a.target for a in arcs} for arcs in g.arcs] for g in grammars]
    start: Places = tuple((n, 0) for n, g in enumerate(grammars) if g.arcs)
    words: dict[Places, str] = {start: ""}
    todo = deque([start])
    found: dict[tuple[int, int], str] = {}
    while todo and len(words) < MOST:
        places = todo.popleft()
        ends = [n for n, state in places if state in grammars[n].finals]
        for pair in combinations(ends, 2):
            found.setdefault(pair, words[places])
        after: dict[str, list[tuple[int, int]]] = {}
        for n, state in places:
            for word, target in steps[n][state].items():
                after.setdefault(word, []).append((n, target))
        for word, more in after.items():
            if len(more) > 1 and tuple(more) not in words:
                words[tuple(more)] = f"{words[places]} {word}".strip()
                todo.append(tuple(more))
    return [Clash(names[a], names[b], text) for (a, b), text in found.items()]


def _lasting(intent: Intent) -> Intent:
    """Its sentences that give way to no other."""
    kept = [one for one in intent.data if not (one.metadata or {}).get("gives_way")]
    return replace(intent, data=kept)


def _alone(pack: Understood, name: str, intent: Intent) -> Grammar:
    only = {name: intent}
    return compile_grammar(replace(pack.intents, intents=only), pack.slot_lists)
