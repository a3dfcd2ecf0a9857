"""How large a compiled grammar is, and how hard it makes the recogniser's work."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from voiceagent.clock import cpu_seconds
from voiceagent.nlu.intent import Understood
from voiceagent.stt.grammar import Grammar, compile_grammar

__all__ = ["GrammarReport", "fsg_text", "measure_grammar", "sentences"]


@dataclass(frozen=True, slots=True)
class GrammarReport:
    """Numbers about one compiled grammar."""

    states: int
    arcs: int
    words: int
    """Different words."""
    sentences_log10: float
    """Power of ten of the number of sentences; minus infinity for none."""
    longest: int
    """Words of the longest sentence."""
    perplexity: float
    """How many words may come next, on average over what is likely to be said."""
    transitions: int
    """Of the recogniser's network, politeness and silence included."""
    recogniser_bytes: int
    """Of that network as it is written to a file."""
    compile_seconds: float

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def measure_grammar(pack: Understood) -> tuple[Grammar, GrammarReport]:
    """Compile the grammar of a pack and describe it; raises `PackError`."""
    before = cpu_seconds()
    grammar = compile_grammar(pack.intents, pack.slot_lists)
    spent = cpu_seconds() - before
    many = sentences(grammar)
    return grammar, GrammarReport(
        states=len(grammar.arcs),
        arcs=sum(map(len, grammar.arcs)),
        words=len(grammar.vocabulary),
        sentences_log10=round(_log10(many), 2) if many else -math.inf,
        longest=_longest(grammar),
        perplexity=round(_perplexity(grammar), 2),
        transitions=len(grammar.to_fsg()[2]),
        recogniser_bytes=len(fsg_text(grammar)),
        compile_seconds=round(spent, 2),
    )


def sentences(grammar: Grammar) -> int:
    """The exact number of sentences, politeness left out."""
    counts = [0] * len(grammar.arcs)
    for state in _from_the_end(grammar):
        counts[state] = state in grammar.finals
        counts[state] += sum(counts[arc.target] for arc in grammar.arcs[state])
    return counts[0] if counts else 0


def _from_the_end(grammar: Grammar) -> list[int]:
    """States, each after all that it leads to."""
    order: list[int] = []
    seen: set[int] = set()
    todo = [(0, False)] if grammar.arcs else []
    while todo:
        state, done = todo.pop()
        if done:
            order.append(state)
        elif state not in seen:
            seen.add(state)
            todo.append((state, True))
            todo += [(arc.target, False) for arc in grammar.arcs[state]]
    return order


def _log10(number: int) -> float:
    """Also of numbers that no float can hold."""
    digits = str(number)
    return math.log10(int(digits[:15])) + max(0, len(digits) - 15)


def _longest(grammar: Grammar) -> int:
    words = [0] * len(grammar.arcs)
    for state in _from_the_end(grammar):
        after = (1 + words[arc.target] for arc in grammar.arcs[state])
        words[state] = max(after, default=0)
    return words[0] if words else 0


def _perplexity(grammar: Grammar) -> float:
    """Two to the entropy of a word, the end of the sentence counted as one."""
    bits = [0.0] * len(grammar.arcs)
    words = [0.0] * len(grammar.arcs)
    for state in _from_the_end(grammar):
        arcs = grammar.arcs[state]
        stop = 1.0 - sum(arc.probability for arc in arcs)
        if state in grammar.finals and stop > 1e-9:
            bits[state] -= stop * math.log2(stop)
        for arc in arcs:
            chance = arc.probability
            bits[state] += chance * (bits[arc.target] - math.log2(chance))
            words[state] += chance * (1.0 + words[arc.target])
    return 2.0 ** (bits[0] / (words[0] + 1.0)) if bits else 1.0


def fsg_text(grammar: Grammar, name: str = "pack") -> str:
    """The recogniser's network in the text form that Sphinx tools read."""
    start, final, moves = grammar.to_fsg()
    states = 1 + max((max(move[0], move[1]) for move in moves), default=1)
    lines = [
        f"FSG_BEGIN {name}",
        f"NUM_STATES {max(states, start + 1, final + 1)}",
        f"START_STATE {start}",
        f"FINAL_STATE {final}",
    ]
    for source, target, chance, word in moves:
        said = f" {word}" if word is not None else ""
        lines.append(f"TRANSITION {source} {target} {chance:.6g}{said}")
    return "\n".join([*lines, "FSG_END", ""])
