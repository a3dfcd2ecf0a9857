"""The first events on a new line: is the server ours, does the cut session go on?"""

from __future__ import annotations

import asyncio

from websockets.asyncio.client import ClientConnection
from websockets.datastructures import Headers

from voiceagent.realtime.client import ClientSession
from voiceagent.realtime.events import encode

__all__ = ["MARK", "Greeting", "is_marked"]

MOST_BEFORE = 16
"""Events that may come before a session is there."""
MARK = "X-Voiceagent"
"""Header with which a region of ours answers."""


class Greeting:
    """Greets one server after the other for one session."""

    def __init__(
        self, session: ClientSession, instructions: str, *, within: float
    ) -> None:
        """`instructions`: what the larger model is told to be; `within`: seconds that
        the server has."""
        self.resumed = 0
        """Sessions that were gone on with."""
        self._session, self._instructions = session, instructions
        self._within = within
        self._fresh: str | bytes = ""

    async def greet(self, socket: ClientConnection) -> None:
        """Until the session can be used; raises `OSError`, `TimeoutError`
        or `RemoteFailed`."""
        session, wanted = self._session, self._session.resume()
        session.outbox.ours, session.refusal = False, None
        async with asyncio.timeout(self._within):
            await self._hello(socket)
            ours = await self._is_ours(socket)
            if wanted is not None and ours:
                await socket.send(encode(wanted))
                await self._go_on(socket)
            else:
                session.begin_anew()
                session.outbox.ours = ours
                await self._begin(socket)

    async def _hello(self, socket: ClientConnection) -> None:
        """Until it says that there is a session; whatever it says before that."""
        session = self._session
        for _ in range(MOST_BEFORE):
            if session.receive(await socket.recv()) is not None:
                return
            if session.refusal is not None:
                raise session.refusal
        raise OSError("it does not speak the Realtime protocol")

    async def _is_ours(self, socket: ClientConnection) -> bool:
        """Whether our own event follows; others say nothing more before they are
        asked."""
        if socket.response is None or not is_marked(socket.response.headers):
            return False
        message = await socket.recv()
        told = ClientSession()
        if (told.receive(message) or {}).get("type") != "voiceagent.session.ready":
            return False
        if not self._session.token:
            self._session.receive(message)
        else:
            self._fresh = message
        return True

    async def _go_on(self, socket: ClientConnection) -> None:
        """Resume the cut session, or its conversation, or begin anew."""
        session = self._session
        session.outbox.ours = True
        while True:
            event = session.receive(await socket.recv()) or {}
            if session.refusal is not None:
                raise session.refusal
            match event.get("type"):
                case "voiceagent.session.resumed":
                    self.resumed += 1
                    last = event.get("last_client_event") or 0
                    if event.get("complete"):
                        for lacking in session.outbox.lacking(last):
                            await socket.send(encode(lacking))
                        return
                    session.begin_anew(last)
                    session.outbox.ours = True
                    break
                case "error":
                    session.begin_anew()
                    session.receive(self._fresh)
                    break
        await self._begin(socket)

    async def _begin(self, socket: ClientConnection) -> None:
        """A session that knows nothing of us; an open question is asked again."""
        await socket.send(encode(self._session.set_up(self._instructions)))
        for event in self._session.ask_again():
            await socket.send(encode(event))


def is_marked(headers: Headers) -> bool:
    """Whether a handshake was answered by a region of ours, whatever is in between: a
    proxy puts its own name in place of the server's, or beside it."""
    return MARK in headers or "voiceagent" in headers.get_all("Server")
