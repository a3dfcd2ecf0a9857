"""Sentences spoken to a whole agent, and what each of them changed.

    bench = SpokenBench(Workshop(config), speak)
    turn = bench.one("turn it off", before=["turn on the tv"])

As `TypedBench`, but the sentences are heard: frames go through the front end, the
recogniser and the end of the turn as in a replay, and what is asked back is listened to
without a wake word. What only prepares a sentence is typed. Time is virtual: a slow
machine hears the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime

from voiceagent.agent.agent import Agent
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.arrays import Samples
from voiceagent.audio.frames import FRAME_BYTES, FRAME_SAMPLES, RATE, AudioFrame
from voiceagent.audio.source import due
from voiceagent.clock import Pace
from voiceagent.evaluation.typed import (
    BUSY,
    MODEL,
    KeptRows,
    TypedBench,
    Typist,
)
from voiceagent.stt.protocol import Stt
from voiceagent.trace.events import TurnCancelled, TurnFinished
from voiceagent.trace.trace import Record

__all__ = [
    "FIRST",
    "REST",
    "Speak",
    "SpokenBench",
    "SpokenSource",
    "Uttered",
    "hear_with",
    "is_over",
    "listens",
]

LONGEST = 25.0
"""Seconds after its sound at which a turn that nobody ends is left alone."""
REST = 0.3
"""Seconds of the room between two turns."""
FIRST = 1.0
"""Seconds of the room before anything is said: the front end learns it."""


@dataclass(frozen=True, slots=True)
class Uttered:
    """A sentence as it sounds in a room."""

    sound: Samples
    """With a little of the room before it."""
    room: Samples
    """What is heard where nobody speaks; it goes on and on."""


Speak = Callable[[str], Uttered]
"""How a sentence sounds; the same each time."""


class SpokenSource:
    """The frames of a room in which somebody says one sentence after the other."""

    def __init__(self, speak: Speak) -> None:
        self._speak = speak
        self._at, self._origin = 0, asyncio.get_running_loop().time()
        self._room = speak("").room

    async def say(self, text: str) -> AsyncIterator[AudioFrame]:
        """The sentence, from now on."""
        uttered = self._speak(text)
        self._room = uttered.room
        async for frame in self._played(_pieces(uttered.sound)):
            yield frame

    async def wait(
        self, over: Callable[[], bool], *, least: float = 0.0, most: float = LONGEST
    ) -> AsyncIterator[AudioFrame]:
        """The room until that is so, at least and at most for so many seconds."""
        first = self._at
        async for frame in self._played(_looped(self._room)):
            yield frame
            passed = (self._at - first) / RATE
            if passed >= most or (passed >= least and over()):
                return

    async def _played(self, pieces: Iterator[bytes]) -> AsyncIterator[AudioFrame]:
        for pcm in pieces:
            frame = AudioFrame(pcm, self._at)
            self._at = frame.end
            await due(frame, self._origin, Pace.VIRTUAL)
            yield frame


def _pieces(sound: Samples) -> Iterator[bytes]:
    """The sound in frames; what is left over is filled up."""
    pcm = sound.astype("<i2").tobytes()
    for at in range(0, len(pcm), FRAME_BYTES):
        yield pcm[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")


def _looped(room: Samples) -> Iterator[bytes]:
    whole = len(room) // FRAME_SAMPLES * FRAME_SAMPLES
    while True:
        yield from _pieces(room[:whole])


def listens(agent: Agent) -> bool:
    """Whether a turn is open: nobody has to be woken."""
    return agent.ears is not None and agent.ears.turn.listening


def is_over(agent: Agent, records: Sequence[Record]) -> bool:
    """Whether the turn of these events has ended and all of it been said."""
    ended = any(isinstance(one.event, TurnFinished | TurnCancelled) for one in records)
    return ended and agent.state not in BUSY


class SpokenBench(TypedBench):
    """Holds conversations by voice with agents of one workshop."""

    def __init__(
        self,
        shop: Workshop,
        speak: Speak,
        *,
        stt: Stt | None = None,
        model: str = MODEL,
        area: str = "",
    ) -> None:
        """`stt`: a recogniser of one's own instead of the configured one."""
        values: dict[str, object] = {"wake.engine": "none"}
        super().__init__(shop.with_values(values), model=model, area=area)
        self.speak = speak
        if stt is not None:
            hear_with(self.shop, stt)

    def said_by(self, speak: Speak) -> SpokenBench:
        """The same, spoken by another voice."""
        other = copy(self)
        other.speak = speak
        return other

    def _typist(
        self,
        sentences: Sequence[str],
        start: datetime,
        later: float,
        world: KeptRows,
        before: int,
    ) -> Typist:
        speaker = _Talker(self.shop, sentences, start, 0.0, world)
        speaker.typed, speaker.speak = before, self.speak
        return speaker


def hear_with(shop: Workshop, stt: Stt) -> None:
    """Let all sessions of a workshop hear with this one recogniser."""

    def one(pace: Pace, *, at_once: bool = False) -> Stt:
        return stt

    setattr(shop.engines, "session_stt", one)  # noqa: B010  (mypy: a method)


class _Talker(Typist):
    """A source in which the sentences are spoken, but for the first few."""

    name = "spoken"
    typed = 0
    """How many of the sentences are typed."""
    speak: Speak

    def _options(self) -> AgentOptions:
        return replace(super()._options(), typed=False)

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """The room, and in it the sentences."""
        source, world = SpokenSource(self.speak), self.world()
        async for frame in source.wait(lambda: True, least=FIRST):
            yield frame
        for number, text in enumerate(self.sentences):
            self.begin_turn()
            async for frame in self._turn_of(source, number, text):
                yield frame
            world = self.end_turn(text, world)

    async def _turn_of(
        self, source: SpokenSource, number: int, text: str
    ) -> AsyncIterator[AudioFrame]:
        agent = self.agent
        assert agent is not None
        if number < self.typed:
            agent.type(text)
        else:
            if not listens(agent):
                agent.push_to_talk()
            async for frame in source.say(text):
                yield frame
        over = self._is_over
        async for frame in source.wait(over, least=REST):
            yield frame

    def _is_over(self) -> bool:
        assert self.agent is not None
        return is_over(self.agent, self.records)
