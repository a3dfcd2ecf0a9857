"""The sets of sentences that are spoken, and what each of them may come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path

import bench_language as typed
import numpy as np
from bench_neighbours import PACKS

from lib.speakers import digest
from lib.spoken_ears import HearingRoom
from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.authoring.neighbour_kinds import HELD_OUT, KINDS
from voiceagent.authoring.neighbour_run import NeighbourPack, judged, prepared
from voiceagent.authoring.neighbours import Neighbour, Neighbourhood
from voiceagent.errors import UsageError
from voiceagent.evaluation.expected import judge
from voiceagent.evaluation.spoken import Speak, SpokenBench, Uttered
from voiceagent.evaluation.typed import MODEL, KeptRows, TypedBench, TypedTurn

__all__ = [
    "Came",
    "SpokenItem",
    "commands",
    "compound_half",
    "neighbours",
    "other_speech",
]

DRAWN = 40
"""Sentences drawn of each kind and pack; the spoken ones are taken from these."""


@dataclass(frozen=True, slots=True)
class Came:
    """What became of a spoken sentence."""

    verdict: str
    note: str = ""
    """What was said and done, for whoever reads it."""


@dataclass(frozen=True, slots=True)
class SpokenItem:
    """A sentence to be spoken."""

    text: str
    kind: str
    world: str
    """Sentences of one world are heard by one recogniser."""
    held_out: bool
    play: Callable[[Speak], Came]
    foreign: bool = False
    """It means nothing here."""


def _told(turn: TypedTurn) -> str:
    changed = "; ".join(map(str, turn.changes)) or "nothing changed"
    return f"says {turn.said!r}; {changed}; {turn.why}"


def odd(text: str) -> bool:
    """Which half a sentence belongs to, by its words alone."""
    return digest("half", " ".join(text.lower().split())) % 2 == 1


def commands(
    cases: Iterable[typed.Case],
    room: HearingRoom,
    held_out: Callable[[typed.Case], bool] = lambda case: odd(case.text),
) -> Iterator[SpokenItem]:
    """Cases of the typed evaluations."""

    @cache
    def bench(world: str, house: str, area: str) -> SpokenBench:
        shop = typed.shop_for(world, house)
        model = "none" if world in typed.PACKS else MODEL
        return room.bench(shop, _named(world, house, area), model=model, area=area)

    for case in cases:

        def play(speak: Speak, case: typed.Case = case) -> Came:
            spoken = bench(case.world, case.house, case.area).said_by(speak)
            turn = spoken.one(case.text, before=case.before, start=case.start)
            return Came(judge(turn, case.ways).value, _told(turn))

        yield SpokenItem(
            case.text,
            case.kind,
            _named(case.world, case.house, case.area),
            held_out(case),
            play,
            foreign=all(way.foreign for way in case.ways),
        )


def _named(world: str, house: str, area: str) -> str:
    told = f"{digest(house, area):012x}" if house or area else ""
    return "-".join(filter(None, (world, told)))


def compound_half(room: HearingRoom) -> Iterator[SpokenItem]:
    """Commands with parts; those that are held out stand in a file of their own."""
    yield from commands(typed.compound(), room, lambda case: False)
    yield from commands(typed.compound(held_out=True), room, lambda case: True)


def neighbours(room: HearingRoom, seed: int) -> Iterator[SpokenItem]:
    """Sentences that lie beside the packs."""
    for name in PACKS:
        shop = Workshop(Config(), shelf=typed.SHELF)
        shop = shop.with_values({"pack.folder": name})
        near = Neighbourhood(shop.language.pack, seed=seed, per_intent=DRAWN)
        world = _World(name, shop, near, room)
        for one in near.draw({**KINDS, **HELD_OUT}, DRAWN):
            yield SpokenItem(
                one.text,
                one.kind,
                name,
                one.kind in HELD_OUT or odd(one.text),
                lambda speak, one=one, world=world: world.play(one, speak),
            )


def other_speech(sounds: Sequence[Path], room: HearingRoom) -> Iterator[SpokenItem]:
    """Recordings of people who say something to nobody: nothing may be done."""
    bench = cache(lambda: room.bench(typed.shop_for("home"), "home"))
    quiet = np.random.default_rng(0).integers(-6, 7, RATE).astype(np.int16)
    for file in chain.from_iterable(map(_recordings, sounds)):

        def play(speak: Speak, file: Path = file) -> Came:
            sound = np.concatenate([quiet, read_audio(file).samples])
            heard = bench().said_by(lambda text: Uttered(sound, quiet))
            turn = heard.one(file.name)
            if turn.acted:
                return Came("wrong", _told(turn))
            return Came("asked" if turn.asked else "right", _told(turn))

        where = f"{file.parent.name}/{file.name}"
        yield SpokenItem(where, file.parent.name, "home", odd(where), play)


def _recordings(place: Path) -> list[Path]:
    files = sorted(place.rglob("*.flac"))
    if not files:
        raise UsageError(f"no recordings in `{place}`", hint="`.flac` files")
    return files


class _World:
    """A pack with something in it, to which neighbours are said."""

    def __init__(
        self, name: str, shop: Workshop, near: Neighbourhood, room: HearingRoom
    ) -> None:
        self._name, self._shop, self._near, self._room = name, shop, near, room

    @cached_property
    def _made(self) -> tuple[KeptRows, NeighbourPack, SpokenBench]:
        bench = TypedBench(self._shop, model=MODEL)
        kept = prepared(bench, self._near.seeds)
        spoken = self._room.bench(self._shop, self._name)
        return kept, NeighbourPack(bench, kept), spoken

    def play(self, one: Neighbour, speak: Speak) -> Came:
        kept, pack, spoken = self._made
        heard = spoken.said_by(speak)
        turn = heard.talk([one.text], before=one.before, world=kept)[0]
        verdict = judged(one, turn, pack.deeds)
        return Came(str(verdict.value), _told(turn))
