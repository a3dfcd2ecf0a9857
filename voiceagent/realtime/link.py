"""One socket to an endpoint: opened, kept, watched, and opened again when it is cut."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from voiceagent.clock import now
from voiceagent.door.tls import proved_region
from voiceagent.errors import LinkDown
from voiceagent.errors.foreign import one_line
from voiceagent.errors.masking import masked
from voiceagent.realtime.client import ClientSession
from voiceagent.realtime.events import encode
from voiceagent.realtime.greeting import Greeting
from voiceagent.realtime.items import WireEvent
from voiceagent.realtime.link_status import LinkStatus
from voiceagent.realtime.target import Target
from voiceagent.routing.config import RegionConfig
from voiceagent.trace.events import Event

__all__ = ["Link"]

FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
"""Seconds between two tries to connect, doubled from the first to the longest."""
OPENING = 5.0
"""Seconds that a connection may take to open."""
BREAKS = 10
"""Connections that may break under one question before it is given up."""
LARGEST = 1 << 22
"""Bytes of one event of the server."""


class Direct(connect):
    """To the address that was given: whoever answers there may name no other."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Link:
    """Keeps the way open for one session, which outlives its connections."""

    def __init__(
        self,
        target: Target,
        config: RegionConfig,
        session: ClientSession,
        emit: Callable[[Event], None],
        tls: SSLContext | None,
    ) -> None:
        self.status = LinkStatus(target.name, emit)
        self._heartbeat = config.heartbeat_ms / 1000
        self._dead = config.dead_ms / 1000
        self.greeting = Greeting(session, target.instructions, within=self._dead)
        self._target, self._session, self._tls = target, session, tls
        self._socket: ClientConnection | None = None
        self._nudged, self._waiting = asyncio.Event(), asyncio.Event()
        self._chance = random.Random()

    def nudge(self) -> None:
        """The network is back, or somebody waits: try to connect now."""
        self._nudged.set()

    async def run(self) -> None:
        """Keep the socket open until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep())
            group.create_task(self._watch())

    async def opened(self) -> None:
        """Until the socket is open; raises `LinkDown` where it does not open soon."""
        if self._socket is not None:
            return
        self.nudge()
        try:
            async with asyncio.timeout(OPENING):
                while self._socket is None:
                    await self.status.change()
        except TimeoutError:
            what = f"no way to {self._target.name}"
            raise LinkDown(what, cause=self.status.why) from None

    async def send(self, events: Iterable[WireEvent]) -> None:
        """Send; what cannot be sent now is caught up with on the next line."""
        for event in events:
            socket = self._socket
            if socket is None:
                continue
            try:
                await socket.send(encode(event))
            except ConnectionClosed:
                self._socket = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While somebody waits for an answer: a peer that is dead must be noticed."""
        self._waiting.set()
        try:
            yield
        finally:
            self._waiting.clear()

    async def _keep(self) -> None:
        wait = FIRST_WAIT
        while True:
            began = now()
            try:
                await self._one_connection()
            except (OSError, TimeoutError, WebSocketException) as error:
                self.status.breaks += isinstance(error, WebSocketException)
                self._lost(_reason(error))
            if now() - began > LONGEST_WAIT:
                wait = FIRST_WAIT
            await self._pause(wait * self._chance.uniform(0.5, 1.0))
            wait = min(2 * wait, LONGEST_WAIT)
            self.status.reconnects += 1

    async def _one_connection(self) -> None:
        target = self._target
        headers = {"Authorization": f"Bearer {target.token}"} if target.token else {}
        mark = "&" if "?" in target.url else "?"
        url = f"{target.url}{mark}model={quote(target.model)}&voiceagent=1"
        async with Direct(
            url,
            additional_headers=headers,
            ssl=self._tls,
            compression=None,
            max_size=LARGEST,
            open_timeout=OPENING,
            close_timeout=1,
            proxy=None,
        ) as socket:
            self.status.region = _region_of(socket)
            self.status.breaks += 1
            await self.greeting.greet(socket)
            self._socket = socket
            self.status.up()
            async for message in socket:
                self._session.receive(message)
                self.status.stir()
        self._lost("the region closed the connection")

    async def _watch(self) -> None:
        """While somebody waits: a peer that answers no ping is dead."""
        while True:
            await self._waiting.wait()
            await asyncio.sleep(self._heartbeat)
            socket = self._socket
            if socket is None:
                continue
            try:
                async with asyncio.timeout(self._dead - self._heartbeat):
                    await (await socket.ping())
            except (TimeoutError, ConnectionClosed):
                self.status.why = f"no answer to a ping for {self._dead:g} s"
                if self._socket is socket:
                    self._socket = None
                socket.transport.abort()

    async def _pause(self, seconds: float) -> None:
        self._nudged.clear()
        if self._session.open_turn is not None:
            seconds = min(seconds, FIRST_WAIT)
        try:
            async with asyncio.timeout(seconds):
                await self._nudged.wait()
        except TimeoutError:
            return

    def _lost(self, why: str) -> None:
        self._socket = None
        turn = self._session.open_turn
        if turn is not None and (
            not self._session.token or self.status.breaks > BREAKS
        ):
            turn.error = LinkDown(f"{self._target.name} was cut off", cause=why)
        self.status.down(why)


def _region_of(socket: ClientConnection) -> str:
    found = socket.transport.get_extra_info("ssl_object")
    return proved_region(found.getpeercert()) if found is not None else ""


def _reason(error: Exception) -> str:
    """Why there is no connection, in words that help."""
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        if 300 <= status < 400:
            return f"it sends elsewhere (status {status}), which is not followed"
        body = (error.response.body or b"")[:300].decode("utf-8", "replace")
        return masked(f"refused with status {status}: {one_line(body)}")
    if isinstance(error, TimeoutError):
        return f"no answer within {OPENING:.0f} s"
    return masked(one_line(str(error))) or type(error).__name__
