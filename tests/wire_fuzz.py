"""Sessions of a region that are sent anything: what must hold whatever comes.

Every part behind the wire is there, as chance wants it: answers with words, sound and
tool calls, recognisers that fail, turns that begin and end. Time is virtual.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator
from typing import Any

from live_session import Client, services
from wire_mutations import Mutations

from voiceagent.audio.stretch import stretched
from voiceagent.errors import EngineFailed, RemoteFailed
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import Attach
from voiceagent.region.backend import AnswerText, Call, Output, Request, Usage
from voiceagent.region.services import HeardEdge
from voiceagent.region.session_shell import Live

__all__ = ["fuzzed"]

FRAMES = 150
"""That one session is sent."""
LIMITS = Limits(faults=1 << 30, items=40, text_bytes=8000, audio_seconds=5.0)
AFTER = 400.0
"""Seconds after which nothing is open any more."""


class Found:
    """A turn detector that finds turns as chance wants it."""

    def __init__(self, mutations: Mutations) -> None:
        self._chance, self._at = mutations.chance, 0.0

    def push(self, pcm: bytes) -> list[HeardEdge]:
        """Something, or nothing."""
        self._at += len(pcm) / 48_000
        return self._edges()

    def cut(self) -> list[HeardEdge]:
        """Somebody speaks, or not."""
        return self._edges()

    def _edges(self) -> list[HeardEdge]:
        edges = self._chance.choice((0, 0, 0, 1, 2))
        return [
            HeardEdge(
                self._chance.random() < 0.5,
                max(0.0, self._at - self._chance.random()),
                spoken=self._chance.random() < 0.7,
            )
            for _ in range(edges)
        ]


class Anything(Client):
    """A client that sends whatever is made up, and checks what it is told."""

    def __init__(self, mutations: Mutations, *, ours: bool, transcribes: bool) -> None:
        self.mutations, self.problems = mutations, list[str]()
        shared = services(
            self._answer,
            recogniser=self._words,
            voice=self._voice,
            paced=self._paced,
            detector=lambda wanted: Found(mutations),
        )
        self.events, self.times, self.closed = [], [], None
        self.known = set[object]()
        self.session = ServerSession(
            session_id="s", limits=LIMITS, opted_in=ours, transcribes=transcribes
        )
        self.live = Live(self.session, shared, self)
        self.live.do(self.session.opened())
        self.shared = shared

    async def send(self, message: str) -> None:
        """An event of the session."""
        event = json.loads(message)
        if event.get("event_id") in self.known:
            return  # told again after a cut
        self.known.add(event.get("event_id"))
        self.events.append(event)
        item = event.get("item") or {}
        if item.get("id"):
            self.mutations.ids = [*self.mutations.ids[-20:], item["id"]]
        if event["type"] == "response.created":
            ids = self.mutations.responses
            self.mutations.responses = [*ids[-5:], event["response"]["id"]]

    def give(self, frame: str | bytes) -> None:
        """A frame, as the server takes it."""
        steps = self.session.receive(frame)
        if steps and isinstance(steps[0], Attach):
            asked = steps[0]
            if self.mutations.chance.random() < 0.5:
                steps = self.session.refuse_resume(asked.event_id, "it is not yours")
            else:
                steps = self.session.resume(asked.last_event_id)
        for _ in self.live.carry_out(steps):
            pass

    async def _answer(self, request: Request) -> AsyncGenerator[Output, None]:
        chance = self.mutations.chance
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(chance.random())
            if chance.random() < 0.1:
                raise RemoteFailed("the model is not there")
            yield chance.choice(
                [
                    AnswerText("Some words. "),
                    AnswerText(" "),
                    Call(f"c{chance.random()}", "light", "{}"),
                    Usage(3, None),
                ]
            )

    async def _words(self, pcm: bytes, whose: str) -> str:
        chance = self.mutations.chance
        await asyncio.sleep(chance.random() * chance.choice((0.1, 1, 40)))
        if chance.random() < 0.1:
            raise EngineFailed("the recogniser broke")
        return chance.choice(("hello", "", "what is the time"))

    async def _voice(self, text: str) -> bytes:
        await asyncio.sleep(0.01)
        return bytes(self.mutations.chance.choice((0, 2, 4800, 48_000)))

    async def _paced(self, pcm: bytes, speed: float) -> bytes:
        return stretched(pcm, 24_000, speed)

    def check(self) -> None:
        """What must hold once nothing is open any more."""
        if self.closed is not None:
            self.problems.append(f"closed: {self.closed}")
        for (name, part), count in self.shared.metrics.counts.items():
            if name == "broken":
                self.problems.append(f"{part} broke {count} times")
        opened = Counter(e["response"]["id"] for e in self._of("response.created"))
        done = Counter(e["response"]["id"] for e in self._of("response.done"))
        if opened != done:
            self.problems.append(f"responses left open: {opened - done}")
        for event in self._of("error"):
            error = event["error"]
            if not (error["code"] and error["message"]) or error["code"] == "bug":
                self.problems.append(f"an error says nothing: {event}")

    def _of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]


async def fuzzed(seed: int, frames: int = FRAMES) -> tuple[list[str], Counter[str]]:
    """One session of so many frames: what went wrong, and how often each kind of event
    was told. Runs on a virtual loop."""
    mutations, problems = Mutations(seed), list[str]()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda _, context: problems.append(f"in the loop: {context}")
    )
    chance = mutations.chance
    client = Anything(
        mutations, ours=chance.random() < 0.3, transcribes=chance.random() < 0.15
    )
    for _ in range(frames):
        frame = mutations.frame()
        try:
            client.give(frame)
        except Exception as error:
            problems.append(f"{type(error).__name__}: {error} at {frame[:300]!r}")
        if chance.random() < 0.4:
            await asyncio.sleep(chance.choice((0, 0.01, 0.5, 3)))
    await asyncio.sleep(AFTER)
    client.check()
    await client.live.end()
    told = Counter(
        event["error"]["code"] if event["type"] == "error" else event["type"]
        for event in client.events
    )
    return problems + client.problems, told
