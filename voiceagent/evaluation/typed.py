"""Sentences typed to a whole agent, and what each of them changed.

    bench = TypedBench(Workshop(config))
    for turn in bench.talk(["turn on the tv", "turn it off"]):
        print(turn.text, turn.said, turn.changes)

Each conversation begins in a new world that is kept in memory, at a date of its own,
and nothing leaves it. Templates, language model, guards, skills and effects are the
agent's; only the clock is virtual, so that a slow machine gives the same.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from voiceagent.agent.agent import Agent
from voiceagent.agent.sentences import Sentences
from voiceagent.agent.state import State
from voiceagent.app.assemble import assemble
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.frames import AudioFrame
from voiceagent.audio.player import VirtualPlayer
from voiceagent.audio.source import OnEvent, ignore
from voiceagent.clock import Pace, run
from voiceagent.evaluation.watched import WatchedWorkshop
from voiceagent.evaluation.world import (
    KeptRows,
    WorldChange,
    changes,
    rows_of,
    world_of,
)
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import SEVERAL, SlotValue
from voiceagent.store import Store
from voiceagent.trace.events import (
    Asked,
    Committed,
    IntentMatched,
    Routed,
)
from voiceagent.trace.trace import Record, Trace
from voiceagent.trace.turn_rows import turn_rows

__all__ = [
    "BUSY",
    "MODEL",
    "TUESDAY",
    "KeptRows",
    "Meant",
    "TypedBench",
    "TypedTurn",
    "Typist",
]

TUESDAY = datetime(2026, 3, 10, 18, 5, tzinfo=UTC)
"""When a conversation begins, unless it says otherwise: early in an evening."""
MODEL = "intents-en"
BETWEEN = re.compile(r", (?=\w+=)")
"""Between the slots of one of several commands, as the trace tells them."""
STEP = 0.5
"""Seconds between two looks whether a turn is over."""
EXCUSES = ("", *Sentences().all())
BUSY = (State.THINKING, State.SPEAKING)


@dataclass(frozen=True, slots=True)
class Meant:
    """What was understood: an intent with its slots."""

    intent: str
    slots: dict[str, SlotValue] = field(default_factory=dict)

    def __str__(self) -> str:
        slots = (f"{key}={spoken(str(value))}" for key, value in self.slots.items())
        return " ".join([self.intent, *sorted(slots)])


@dataclass(frozen=True, slots=True)
class TypedTurn:
    """What came of one typed sentence."""

    text: str
    said: str = ""
    asked: bool = False
    """It ended in a question of ours."""
    meant: tuple[Meant, ...] = ()
    """What was answered or done."""
    did: tuple[str, ...] = ()
    """Keys of the effects that ran."""
    calls: tuple[str, ...] = ()
    """What things of the house were told to do, whether it changed them or not."""
    changes: tuple[WorldChange, ...] = ()
    world: frozenset[str] = frozenset()
    """Everything that is kept after it."""
    why: str = ""
    """Why it went where it went."""

    @property
    def acted(self) -> bool:
        """Whether anything was done."""
        return bool(self.did or self.changes)

    @property
    def excused(self) -> bool:
        """Whether all that was said is that it cannot be done."""
        return self.said in EXCUSES


class TypedBench:
    """Holds conversations with agents of one workshop."""

    def __init__(self, shop: Workshop, *, model: str = MODEL, area: str = "") -> None:
        """`model`: the language model; `area`: where the device stands."""
        values: dict[str, object] = {"slm.model": model}
        if area:
            values["pack.area"] = area
        self.shop = WatchedWorkshop(shop.with_values(values))

    def talk(
        self,
        sentences: Sequence[str],
        *,
        before: Sequence[str] = (),
        start: datetime = TUESDAY,
        later: float = 0.0,
        world: KeptRows = (),
    ) -> list[TypedTurn]:
        """What came of each of `sentences`, said one after the other in a world in
        which `before` was said; `later`: seconds that pass after the last one, what
        happens in them is a turn without words; `world`: what is kept at first."""
        typist = self._typist([*before, *sentences], start, later, world, len(before))
        run(typist.type_all(), virtual=True, start=start)
        return typist.turns[len(before) :]

    def kept_after(self, sentences: Sequence[str]) -> KeptRows:
        """What is kept when those have been said: a world to begin others with."""
        typist = Typist(self.shop, sentences, TUESDAY, 0.0)
        run(typist.type_all(), virtual=True, start=TUESDAY)
        return typist.kept

    def one(
        self, text: str, *, before: Sequence[str] = (), start: datetime = TUESDAY
    ) -> TypedTurn:
        """What came of one sentence."""
        return self.talk([text], before=before, start=start)[0]

    def _typist(
        self,
        sentences: Sequence[str],
        start: datetime,
        later: float,
        world: KeptRows,
        before: int,
    ) -> Typist:
        """`before`: how many of the sentences only prepare the others."""
        return Typist(self.shop, sentences, start, later, world)


class Typist:
    """A source without sound that types, and waits for each answer."""

    name = "text"

    def __init__(
        self,
        shop: WatchedWorkshop,
        sentences: Iterable[str],
        start: datetime,
        later: float,
        world: KeptRows = (),
    ) -> None:
        self._shop, self.kept = shop, world
        self.on_event: OnEvent = ignore
        self.turns: list[TypedTurn] = []
        self.sentences, self._start, self._later = list(sentences), start, later
        self._store, self._trace = Store(None), Trace()
        self.agent: Agent | None = None
        self._house = shop.language.outfit.house
        self.records: list[Record] = []
        """What has happened in the turn so far."""

    async def type_all(self) -> None:
        """The whole conversation."""
        self._trace.subscribe(self._note)
        self.agent = assemble(self._shop, self._options())
        if self.kept:
            self._store.write(*self.kept)
        await self.agent.run(self)
        self.kept = rows_of(self._store)
        self._store.close()

    def _options(self) -> AgentOptions:
        return AgentOptions(
            player=VirtualPlayer(),
            pace=Pace.VIRTUAL,
            store=self._store,
            trace=self._trace,
            silent=True,
            typed=True,
        )

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """None: the sentences are typed instead."""
        before = self.world()
        for text in self.sentences:
            before = await self._turn(text, before, partial(self._type, text))
        if self._later:
            await self._turn("", before, partial(asyncio.sleep, self._later))
        nothing: tuple[AudioFrame, ...] = ()
        for frame in nothing:
            yield frame

    async def _turn(
        self, text: str, before: Counter[str], act: Callable[[], Awaitable[object]]
    ) -> Counter[str]:
        self.begin_turn()
        await act()
        return self.end_turn(text, before)

    def begin_turn(self) -> None:
        """What happens from now on belongs to the next turn."""
        self.records.clear()
        self._shop.calls.clear()

    def end_turn(self, text: str, before: Counter[str]) -> Counter[str]:
        """Keep what came of a turn that began in the world `before`; the world now."""
        after = self.world()
        told = _told(text, self.records, changes(before, after), after)
        self.turns.append(replace(told, calls=tuple(sorted(self._shop.calls))))
        return after

    async def _type(self, text: str) -> None:
        agent = self.agent
        assert agent is not None
        agent.type(text)
        await asyncio.sleep(STEP)
        while agent.state in BUSY:  # noqa: ASYNC110  (a virtual wait costs nothing)
            await asyncio.sleep(STEP)

    def _note(self, record: Record) -> None:
        self.records.append(record)

    def world(self) -> Counter[str]:
        """Everything that is kept now."""
        return world_of(self._store, self._house, self._start)


def _told(
    text: str,
    records: Sequence[Record],
    changed: tuple[WorldChange, ...],
    world: Counter[str],
) -> TypedTurn:
    events = [record.event for record in records]
    asked = any(isinstance(event, Asked) for event in events)
    said = " ".join(row.reply for row in turn_rows(records, file="text") if row.reply)
    return TypedTurn(
        text,
        said,
        asked or said.rstrip().endswith("?"),
        () if asked else tuple(_meant(events)),
        tuple(e.key for e in events if isinstance(e, Committed) and e.ok),
        changes=changed,
        world=frozenset(world),
        why="; ".join(e.reason for e in events if isinstance(e, Routed)),
    )


def _meant(events: Sequence[object]) -> Iterable[Meant]:
    for event in events:
        if not isinstance(event, IntentMatched):
            continue
        if event.name != SEVERAL:
            yield Meant(event.name, dict(event.pii_slots))
            continue
        for name, slots in event.pii_slots.items():
            pairs = (one.partition("=") for one in BETWEEN.split(str(slots)) if one)
            named = name.partition(" ")[2]
            yield Meant(named, {key: value for key, _, value in pairs})
