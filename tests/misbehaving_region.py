"""A region that is not ours: a real websocket server with one of the habits of
`region_habits`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

__all__ = [
    "ANSWER",
    "PIECES",
    "Answers",
    "Habit",
    "MisbehavingRegion",
    "Shakes",
    "Talk",
]

ANSWER = "Marie Curie won the Nobel Prize twice. It was in 1903 and in 1911."
"""The right one."""
PIECES = ("Marie Curie won ", "the Nobel Prize twice. ", "It was in 1903 and in 1911.")
Event = dict[str, Any]


class Talk:
    """One connection: what the habit says goes out on it."""

    def __init__(self, region: MisbehavingRegion, socket: ServerConnection) -> None:
        self.region, self.socket = region, socket
        self.number = 0
        self.twice = False
        """Whether everything is sent twice."""
        self.asked: Event = {}
        """The `response.create` that is answered."""

    async def say(self, type: str, **fields: Any) -> None:
        """An event with its number."""
        self.number += 1
        event = {"type": type, "event_id": f"event_{self.number}", **fields}
        # No server gives two responses one name.
        told = json.dumps(event).replace('"resp_', f'"resp_{self.region.asked}_')
        for _ in range(1 + self.twice):
            await self.socket.send(told)

    async def wait(self, seconds: float) -> None:
        """On the clock of the loop, or until the other side is gone."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.socket.wait_closed()

    async def created(self, id: str = "resp_1", **fields: Any) -> None:
        pairs = self.asked.get("response", {}).get("metadata")
        response = {"id": id, "status": "in_progress", "output": [], "metadata": pairs}
        await self.say("response.created", response=response | fields)

    async def words(
        self,
        *pieces: str,
        kind: str = "response.output_text",
        id: str | None = "resp_1",
        done: bool = True,
    ) -> None:
        """Deltas, and the whole."""
        base = {"item_id": "item_1", "output_index": 0, "content_index": 0}
        if id is not None:
            base["response_id"] = id
        pieces = pieces or PIECES
        for piece in pieces:
            await self.say(f"{kind}.delta", delta=piece, **base)
        if done:
            key = "transcript" if "transcript" in kind else "text"
            await self.say(f"{kind}.done", **{key: "".join(pieces)}, **base)

    async def done(
        self,
        text: str = ANSWER,
        *,
        id: str | None = "resp_1",
        status: str = "completed",
        details: Event | None = None,
        part: str = "output_text",
        **more: Any,
    ) -> None:
        key = "transcript" if "audio" in part else "text"
        content = [{"type": part, key: text}] if text else []
        item = {"id": "item_1", "type": "message", "role": "assistant"}
        response: Event = {
            "id": id,
            "status": status,
            "status_details": details,
            "output": [{**item, "content": content}] if text else [],
            "usage": {"total_tokens": 30, "input_tokens": 20, "output_tokens": 10},
        }
        await self.say("response.done", response=response | more)

    async def whole(self) -> None:
        """As it should be."""
        await self.created()
        item = {"id": "item_1", "type": "message", "role": "assistant", "content": []}
        await self.say("response.output_item.added", response_id="resp_1", item=item)
        await self.words()
        await self.done()

    async def error(self, code: str | None, about: str | None = None) -> None:
        error = {"type": "invalid_request_error", "code": code, "message": "words"}
        await self.say("error", error={**error, "param": None, "event_id": about})


Answers = Callable[[Talk], Awaitable[None]]
Shakes = Callable[[int, Request], Response | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What such a server does, and what must come of it."""

    name: str
    answers: Answers
    greets: Answers
    shakes: Shakes | None = None
    """Answers a handshake in another way; counted from 1."""
    updates: Answers | None = None
    """What follows `session.update`; None: that it is done."""
    says: str = ANSWER
    """What the edge must have of the answer; empty: no words of it."""
    code: str = ""
    """Code of the error that the question ends with; empty: it is answered."""
    cuts: int = 1
    """Connections that one question may take."""


class MisbehavingRegion:
    """Serves one habit."""

    def __init__(self, habit: Habit) -> None:
        self.habit = habit
        self.handshakes = self.connections = self.asked = 0
        self.received: list[Event] = []
        self.closed: list[int | None] = []
        """Close codes of connections that have ended."""
        self.url = ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Its address, while the block runs."""
        server = await serve(
            self._talk,
            "127.0.0.1",
            0,
            process_request=self._shake,
            close_timeout=0.1,
            compression=None,
        )
        port = server.sockets[0].getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}/v1/realtime"
        try:
            yield self.url
        finally:
            server.close()
            await server.wait_closed()

    def _shake(self, socket: ServerConnection, request: Request) -> Response | None:
        self.handshakes += 1
        shakes = self.habit.shakes
        return shakes(self.handshakes, request) if shakes else None

    async def _talk(self, socket: ServerConnection) -> None:
        self.connections += 1
        talk = Talk(self, socket)
        try:
            await self.habit.greets(talk)
            async for raw in socket:
                event = json.loads(raw)
                self.received.append(event)
                if event["type"] == "session.update":
                    await self._updated(talk)
                elif event["type"] == "response.create":
                    talk.asked = event
                    self.asked += 1
                    await self.habit.answers(talk)
        except ConnectionClosed:
            pass
        finally:
            await socket.wait_closed()
            self.closed.append(socket.close_code)

    async def _updated(self, talk: Talk) -> None:
        if self.habit.updates is not None:
            await self.habit.updates(talk)
        else:
            await talk.say("session.updated", session={"id": "sess_1"})
