"""Types sentences that lie beside a pack to the pack, and tells what was done wrongly.

What may be done is told by the sentences of the pack that a neighbour is like: these
are typed too, in the same world, and their effects are compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial

from voiceagent.app.workshop import Workshop
from voiceagent.authoring.neighbours import (
    Allowed,
    Neighbour,
    Neighbourhood,
    NeighbourKind,
    Seed,
)
from voiceagent.evaluation.typed import KeptRows, TypedBench, TypedTurn
from voiceagent.nlu.models.library import DEFAULT

__all__ = [
    "NeighbourPack",
    "NeighbourVerdict",
    "Tried",
    "deeds",
    "judged",
    "neighbours_of",
    "prepared",
    "try_neighbours",
    "verdict_table",
]

DoneLines = frozenset[str]
"""What a turn did, a line each."""
MAKERS, TRIED = 4, 24
"""Sentences that fill the world before: timers, alarms, what stands on lists; and
intents of which one is tried for it."""


class NeighbourVerdict(StrEnum):
    """What became of a neighbour."""

    DONE = "done right"
    ASKED = "asked"
    REFUSED = "refused"
    ANSWERED = "answered"
    """Something was said as an answer, and nothing done."""
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Tried:
    """A neighbour and what came of it."""

    neighbour: Neighbour
    turn: TypedTurn
    verdict: NeighbourVerdict

    @property
    def done(self) -> list[str]:
        """What it did, a line each."""
        return sorted(deeds(self.turn))


class NeighbourPack:
    """A pack with something in its world."""

    def __init__(self, bench: TypedBench, world: KeptRows) -> None:
        self._bench, self._world = bench, world
        self.deeds = lru_cache(maxsize=4096)(self._deeds)

    def turn(self, text: str, before: Sequence[str]) -> TypedTurn:
        """What comes of a sentence."""
        return self._bench.talk([text], before=before, world=self._world)[0]

    def _deeds(self, text: str, before: tuple[str, ...]) -> DoneLines:
        """`SENTENCE|VALUE|OTHER`: what it does, said of the other value."""
        said, _, names = text.partition("|")
        found = deeds(self.turn(said, before))
        if not names:
            return found
        value, _, other = names.partition("|")
        return frozenset(line.replace(value, other) for line in found)


def prepared(bench: TypedBench, seeds: Iterable[Seed]) -> KeptRows:
    """A world with something in it: what sentences that only add something add."""
    tried: set[str] = set()
    makers: list[str] = []
    for seed in seeds:
        if seed.intent in tried or len(makers) >= MAKERS:
            continue
        if len(tried) >= TRIED:
            break
        tried.add(seed.intent)
        changed = bench.one(seed.text).changes
        if changed and all(change.sign == "+" for change in changed):
            makers.append(seed.text)
    return bench.kept_after(makers)


def neighbours_of(
    shop: Workshop,
    kinds: Mapping[str, NeighbourKind],
    *,
    count: int,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Tried]:
    """About `count` neighbours of the pack of a workshop, typed to it; nothing leaves
    the device, and nothing is done but in a house in memory."""
    shop = shop.with_values({"region.url": ""}) if shop.escalates else shop
    bench = TypedBench(shop, model=shop.config.slm.model or DEFAULT)
    each = max(1, round(count / len(kinds)))
    few = min(60, max(20, each))
    near = Neighbourhood(shop.language.pack, seed=seed, per_intent=few)
    drawn = list(near.draw(kinds, each))
    world = prepared(bench, near.seeds)
    return list(try_neighbours(bench, world, drawn, progress=progress))


def try_neighbours(
    bench: TypedBench,
    world: KeptRows,
    neighbours: Sequence[Neighbour],
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Tried]:
    """Each of them typed in a world of its own."""
    pack = NeighbourPack(bench, world)
    for number, one in enumerate(neighbours):
        turn = pack.turn(one.text, one.before)
        yield Tried(one, turn, judged(one, turn, partial(pack.deeds)))
        progress(number + 1, len(neighbours))


def deeds(turn: TypedTurn) -> DoneLines:
    """What a turn did: calls to the house, what is kept now or no more, and effects of
    other kinds with what was understood."""
    rows = {str(change) for change in turn.changes if "=" not in change.what.split()[0]}
    settings = {str(change) for change in turn.changes if _is_setting(change.what)}
    found = {*turn.calls, *rows, *settings}
    if turn.did and not found:
        keys = "+".join(sorted({key.partition("#")[0] for key in turn.did}))
        found = {f"{keys}: {meant}" for meant in turn.meant} or {keys}
    return frozenset(found)


def _is_setting(what: str) -> bool:
    name, sign, _ = what.partition("=")
    return bool(sign) and "." not in name and " " not in name


def judged(
    one: Neighbour, turn: TypedTurn, known: Callable[[str, tuple[str, ...]], DoneLines]
) -> NeighbourVerdict:
    """What became of it; `known(sentence, before)`: what one of the pack's does."""
    done = deeds(turn)
    if not done:
        if turn.asked:
            return NeighbourVerdict.ASKED
        said = turn.meant and not turn.excused
        return NeighbourVerdict.ANSWERED if said else NeighbourVerdict.REFUSED
    if _may(one, turn, done, known):
        return NeighbourVerdict.DONE
    return NeighbourVerdict.WRONG


def _may(
    one: Neighbour,
    turn: TypedTurn,
    done: DoneLines,
    known: Callable[[str, tuple[str, ...]], DoneLines],
) -> bool:
    if one.allowed is Allowed.LATER:
        return not turn.calls and all(line.startswith("+") for line in done)
    if one.allowed is Allowed.NOTHING:
        return False
    wanted = frozenset().union(*(known(text, one.before) for text in one.like))
    if one.allowed is Allowed.SAME:
        return done == wanted
    spared = one.spared.replace(" ", "_")
    return done < wanted and not any(spared in line for line in done)


def verdict_table(
    found: Sequence[Tried],
) -> list[tuple[str, Counter[NeighbourVerdict]]]:
    """Kinds in the order of their first sentence, and what became of theirs."""
    counts: dict[str, Counter[NeighbourVerdict]] = {}
    for one in found:
        counts.setdefault(one.neighbour.kind, Counter())[one.verdict] += 1
    return list(counts.items())
