"""What goes wrong around an agent: devices, skills and observers that raise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from agents import Echo, Stage

from voiceagent.agent.agent import Agent
from voiceagent.audio.clip import Clip
from voiceagent.audio.file import AudioFacts, Recording
from voiceagent.audio.player import PlayResult, VirtualPlayer
from voiceagent.audio.streams import FileSource
from voiceagent.clock import Pace, now, run
from voiceagent.errors import DeviceMissing
from voiceagent.skills.skill import SkillAlarm
from voiceagent.testing import tone
from voiceagent.trace.events import Degraded, Event
from voiceagent.trace.trace import Record

COMMAND = ((0.5, 0.0), (0.4, 0.3), (0.2, 0.0), (1.2, 0.3), (4.0, 0.0))
"""A wake word at 0.9 s and a command that is answered from about 2.6 s on."""
PAUSED = ((0.5, 0.0), (0.4, 0.3), (1.0, 0.0), (1.2, 0.3), (3.2, 0.0))
"""As long as a command, with a pause behind the wake word that is chimed into."""
LENGTH = sum(seconds for seconds, _ in COMMAND)
SECOND = LENGTH + 0.9
"""The wake word of a second command behind the first."""


class Unplugged(VirtualPlayer):
    """A loudspeaker that is away from one second to another."""

    def __init__(self, since: float, until: float, error: Exception | None = None):
        super().__init__()
        self._since, self._until = since, until
        self._error = error or DeviceMissing("the speaker is gone", hint="plug it in")
        self.refused = 0

    async def play(self, clip: Clip) -> PlayResult:
        """Raise while it is away."""
        if self._since <= now() < self._until:
            self.refused += 1
            raise self._error
        return await super().play(clip)


@dataclass
class BrokenBells(Echo):
    """A skill of which one method for alarms raises until some second."""

    broken: str = "alarms"
    until: float = 0.0
    failed: int = 0

    def alarms(self) -> Sequence[SkillAlarm]:
        """What is still to ring, where it can be told."""
        self._fail("alarms")
        return super().alarms()

    def rang(self, alarm_id: str) -> None:
        """It was played, where that can be noted."""
        self._fail("rang")
        super().rang(alarm_id)

    def _fail(self, method: str) -> None:
        if method == self.broken and now() < self.until:
            self.failed += 1
            raise RuntimeError("a skill of somebody else")


@dataclass
class Once:
    """Raises the first time that an event of that kind is seen."""

    kind: type[Event]
    raised: int = 0

    def __call__(self, record: Record) -> None:
        if isinstance(record.event, self.kind) and not self.raised:
            self.raised += 1
            raise RuntimeError("an observer of somebody else")


@dataclass
class Always:
    """Raises whatever it is told."""

    raised: int = 0

    def __call__(self, record: Record) -> None:
        self.raised += 1
        raise RuntimeError("an observer of somebody else")


def leave(
    stage: Stage,
    second: float,
    *pieces: tuple[float, float],
    at: dict[float, Callable[[Agent], None]] | None = None,
) -> list[str]:
    """Play as `Stage.play` does, and leave at that second as a user does who quits:
    the running agent is cancelled. Gives the names of tasks that it left behind."""
    sound = b"".join(tone(seconds, level=level) for seconds, level in pieces)
    recording = Recording(np.frombuffer(sound, "<i2"), AudioFacts("stage"))

    async def main() -> list[str]:
        agent = stage.make()
        loop = asyncio.get_running_loop()
        for when, hand in (at or {}).items():
            loop.call_at(when, hand, agent)
        running = loop.create_task(agent.run(FileSource(recording, pace=Pace.VIRTUAL)))
        loop.call_at(second, running.cancel)
        await asyncio.wait({running})
        stage.records = list(agent.trace)
        if not running.cancelled() and (error := running.exception()):
            raise error
        others = asyncio.all_tasks() - {asyncio.current_task()}
        return sorted(str(task.get_coro()) for task in others)

    return run(main(), virtual=True)


def audible(stage: Stage, since: float) -> float:
    """Seconds of sound that a listener heard from that second on."""
    return sum(one.heard for one in stage.player.played if one.at >= since)


def degraded(stage: Stage) -> list[str]:
    """What was said to be worse than it should be."""
    return [event.what for event in stage.events(Degraded)]  # type: ignore[union-attr]


__all__ = [
    "COMMAND",
    "LENGTH",
    "PAUSED",
    "SECOND",
    "Always",
    "BrokenBells",
    "Once",
    "Unplugged",
    "audible",
    "degraded",
    "leave",
]
