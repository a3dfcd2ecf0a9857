"""A session of a region on a virtual clock: no socket, no thread, no disk."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from regions import envelope

from voiceagent.clock import now
from voiceagent.realtime.server import ServerSession
from voiceagent.region.backend import AnswerText, Output, Request
from voiceagent.region.fair_desk import Whose
from voiceagent.region.memory import MemoryItem, Stored
from voiceagent.region.metrics import Metrics
from voiceagent.region.services import Detector, HeardEdge, Services, unseen
from voiceagent.region.session_shell import Live
from voiceagent.region.slots import AnswerSlots

SOUND = base64.b64encode(bytes(9600)).decode()
Play = Callable[[Request], AsyncGenerator[Output, None]]


class Played:
    """A backend of one function."""

    name = "played"
    calls_tools = True

    def __init__(self, play: Play) -> None:
        self.play = play

    async def start(self) -> None:
        """Nothing to get ready."""

    def answer(self, request: Request) -> AsyncGenerator[Output, None]:
        """What the function gives."""
        return self.play(request)

    async def close(self) -> None:
        """Nothing to let go."""


async def echo(request: Request) -> AsyncGenerator[Output, None]:
    """Say what was asked, word by word."""
    for word in f"You said {request.messages[-1].text}.".split():
        yield AnswerText(f"{word} ")


@dataclass
class Notes:
    """A memory that keeps in a dictionary, and does `first` before."""

    first: Callable[[], Awaitable[object]] | None = None
    kept: dict[str, Stored] = field(default_factory=dict)

    async def load(self, conversation: str) -> Stored | None:
        """The conversation."""
        return self.kept.get(conversation)

    async def save(
        self,
        conversation: str,
        items: tuple[MemoryItem, ...],
        answered: Mapping[str, MemoryItem],
        *,
        expected: int,
    ) -> int:
        """A new version."""
        if self.first is not None:
            await self.first()
        made = Stored(version=expected + 1, items=items, answered=answered)
        self.kept[conversation] = made
        return made.version

    async def erase(self, conversation: str) -> bool:
        """Forget it."""
        return self.kept.pop(conversation, None) is not None

    async def conversations(self) -> list[str]:
        """All of them."""
        return list(self.kept)

    def troubles(self) -> tuple[()]:
        return ()

    async def expire(self, before: datetime) -> int:
        """Nothing is old."""
        return 0

    async def close(self) -> None:
        """Nothing to let go."""


async def written(pcm: bytes, whose: Whose = ()) -> str:
    """What every sound is taken for."""
    return "hello"


async def spoken(text: str) -> bytes:
    """A tenth of a second of nothing."""
    return bytes(4800)


class Nothing:
    """A turn detector that finds none."""

    def __init__(self, wanted: Mapping[str, Any] | None = None) -> None:
        """Whatever is wanted."""

    def push(self, pcm: bytes) -> list[HeardEdge]:
        """No turns."""
        return []

    def cut(self) -> list[HeardEdge]:
        """Nobody speaks."""
        return []


def services(play: Play = echo, **more: Any) -> Services:
    """What sessions share; the metrics read the slots."""
    slots = AnswerSlots(4)
    made = Services(
        backend=Played(play),
        memory=Notes(),
        metrics=Metrics({"running": lambda: slots.taken}),
        slots=slots,
        region="local",
        recogniser=written,
        voice=spoken,
        detector=Nothing,
        observe=unseen,
    )
    return replace(made, **more)


class Client:
    """Talks to a session and keeps what it is told, and when."""

    def __init__(self, shared: Services, *, name: str = "s", typed: bool = True):
        self.events: list[dict[str, Any]] = []
        self.times: list[float] = []
        self.closed: tuple[int, str] | None = None
        self.session = ServerSession(session_id=name)
        self.live = Live(self.session, shared, self)
        self.live.do(self.session.opened())
        update: dict[str, Any] = {"type": "realtime"}
        if typed:
            update["output_modalities"] = ["text"]
        self.tell({"type": "session.update", "session": update})

    async def send(self, message: str) -> None:
        """The session sends an event."""
        self.events.append(json.loads(message))
        self.times.append(now())

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """The session closes the connection."""
        self.closed = self.closed or (code, reason)

    def tell(self, *events: Mapping[str, Any]) -> None:
        """The client sends events."""
        for event in events:
            try:
                for _ in self.live.carry_out(self.session.receive(json.dumps(event))):
                    pass
            except BaseException as error:  # as the server does
                self.live.fail(error)

    def ask(self, text: str = "hello", **of: Any) -> None:
        """A typed question; with an envelope where `remaining` or `wait` is given."""
        content = [{"type": "input_text", "text": text}]
        item = {"type": "message", "role": "user", "content": content}
        self.tell({"type": "conversation.item.create", "item": item})
        self.create(**of)

    def say(self, **of: Any) -> None:
        """A spoken question, whose end the client tells."""
        self.tell(
            {"type": "input_audio_buffer.append", "audio": SOUND},
            {"type": "input_audio_buffer.commit"},
        )
        self.create(**of)

    def create(self, **of: Any) -> None:
        """Ask for a response."""
        metadata = envelope(len(self.events), **of).metadata() if of else {}
        metadata.pop("voiceagent.idempotency_key", None)
        self.tell({"type": "response.create", "response": {"metadata": metadata}})

    def done(self) -> list[dict[str, Any]]:
        """The responses that are over."""
        return [e["response"] for e in self.events if e["type"] == "response.done"]

    def codes(self) -> list[str]:
        """How each of them ended: its status, or the code of its error."""
        return [
            ((r["status_details"] or {}).get("error") or {}).get("code") or r["status"]
            for r in self.done()
        ]

    def errors(self) -> list[str]:
        """Codes of the events that tell of an error."""
        return [e["error"]["code"] for e in self.events if e["type"] == "error"]

    def words(self) -> str:
        """All words of answers so far."""
        kind = "response.output_text.delta"
        return "".join(e["delta"] for e in self.events if e["type"] == kind).strip()

    async def over(self, count: int = 1) -> None:
        """Until so many responses are over; virtual time passes."""
        while len(self.done()) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def detecting(make: Callable[[], Detector | None]) -> Mapping[str, Any]:
    """For `services`: sessions with that detector."""
    return {"detector": make}
