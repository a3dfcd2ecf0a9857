"""A spoken question to a region with a habit, then a command to the device itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from agents import Stage
from misbehaving_region import MisbehavingRegion
from region_habits import HABITS

from voiceagent.audio.file import AudioFacts, Recording
from voiceagent.audio.streams import FileSource
from voiceagent.clock import Pace
from voiceagent.realtime.remote import RealtimeRemote
from voiceagent.realtime.target import Target
from voiceagent.routing.config import RegionConfig
from voiceagent.testing import tone
from voiceagent.trace.events import Degraded, Event, LegEnded, RemoteAnswered
from voiceagent.trace.turn_rows import TurnRow, turn_rows

__all__ = ["HABITS", "HabitTurns", "spoken"]

QUESTION, COMMAND = "gibberish about marie curie", "turn it on"
ROOM, LATER, LATEST = 1.5, 5.0, 14.0
"""Seconds of quiet before the question, and until the command: longer where nothing
comes and the turn is given up."""
SLOW = ("never", "silent", "begins and falls silent")
LIMIT_MS = 800.0


@dataclass(frozen=True, slots=True)
class HabitTurns:
    """What came of both turns."""

    name: str
    first_sound_ms: float
    in_time: bool
    said: str
    code: str
    """Of the reason, as the turn has it."""
    why: str
    right: bool
    """The words that came, all of them; or none, and the reason."""
    alive: bool
    """The command afterwards was answered by the device, and nothing broke."""


async def spoken(name: str, pace: Pace) -> HabitTurns:
    """Both turns, each on the clock of the loop."""
    habit = HABITS[name]
    later = LATEST if name in SLOW else LATER
    sound = b"".join(tone(s, level=level) for s, level in _pieces(later))
    recording = Recording(np.frombuffer(sound, "<i2"), AudioFacts(name))
    async with MisbehavingRegion(habit).serving() as url:
        heard: list[Event] = []
        target, config = Target(name="region", url=url), RegionConfig(url=url)
        stage = Stage(
            says=[QUESTION, COMMAND],
            wakes=[ROOM + 0.4, ROOM + 0.4 + 1.8 + later],
            remotes=[RealtimeRemote(target, config, heard.append)],
            costs={"tts": 0.05, "stt": 0.002, "receipt": 0.001},
            pace=pace,
        )
        agent = stage.make()
        await agent.run(FileSource(recording, pace=pace))
        events = [record.event for record in agent.trace]
        rows = turn_rows(list(agent.trace))
    return _judged(name, rows, events)


def _pieces(later: float) -> Sequence[tuple[float, float]]:
    turn = ((0.4, 0.3), (0.2, 0.0), (1.2, 0.3))
    return ((ROOM, 0.0), *turn, (later, 0.0), *turn, (2.5, 0.0))


def _judged(name: str, rows: Sequence[TurnRow], events: Sequence[Event]) -> HabitTurns:
    habit = HABITS[name]
    row = rows[0] if rows else TurnRow(name, 0)
    ends = [e for e in events if isinstance(e, LegEnded)]
    whole = any(isinstance(e, RemoteAnswered) for e in events)
    words = " ".join(habit.says.split())
    told = words in " ".join(row.reply.split()) if words else not whole
    known = habit.code not in REASONS or row.failed == habit.code
    first = row.latency_ms.get("response", float("inf"))
    return HabitTurns(
        name=name,
        first_sound_ms=first,
        in_time=first <= LIMIT_MS,
        said=row.reply,
        code=row.failed,
        why="; ".join(e.why for e in ends if e.why) or row.reason,
        right=told and known and whole == (habit.code == ""),
        alive=len(rows) == 2
        and COMMAND in rows[1].reply
        and not any(isinstance(e, Degraded) for e in events),
    )


REASONS = ("no-access", "busy", "quota", "model-unknown", "sends-elsewhere")
