"""One socket to an endpoint: opened, kept, watched, and opened again when it is cut."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from urllib.parse import quote, urljoin, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from voiceagent.clock import now, waited, wall
from voiceagent.door.tls import proved_region
from voiceagent.errors import LinkDown, RemoteFailed
from voiceagent.errors.foreign import one_line
from voiceagent.errors.masking import masked
from voiceagent.errors.refusals import RemoteBusy
from voiceagent.realtime.client import ClientSession
from voiceagent.realtime.events import encode
from voiceagent.realtime.greeting import Greeting
from voiceagent.realtime.items import WireEvent
from voiceagent.realtime.link_status import OUTAGE, LinkStatus
from voiceagent.realtime.refusals import close_reason, refused, retry_after
from voiceagent.realtime.target import Target
from voiceagent.realtime.turn import RemoteTurn
from voiceagent.routing.config import RegionConfig
from voiceagent.trace.events import Event

__all__ = ["Link"]

FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
"""Seconds between two tries to connect, doubled from the first to the longest."""
LONGEST_REFUSED = 30.0
"""... where it is refused for a reason that stays; the first of them is 1 s."""
LEAST_REFUSED = 1.0
BRIEF = 3.0
"""Seconds in which a server that is not ours may be reached again within a question."""
OPENING = 5.0
"""Seconds that a connection may take to open."""
BREAKS = 10
"""Connections that may break under one question before it is given up."""
LARGEST = 1 << 22
"""Bytes of one event of the server."""


class Direct(connect):
    """To the host that was given: whoever answers there may name another path alone."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        if isinstance(exc, InvalidStatus):
            location = exc.response.headers.get_all("Location")
            if not location or not _same_host(self.uri, location[0]):
                return exc
        try:
            return super().process_redirect(exc)
        except ValueError:
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
        self._spent: asyncio.Queue[ClientConnection] = asyncio.Queue()
        self._chance = random.Random()

    def nudge(self) -> None:
        """The network is back, or somebody waits: try to connect now."""
        self._nudged.set()

    async def run(self) -> None:
        """Keep the socket open until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep())
            group.create_task(self._watch())
            group.create_task(self._renew())

    def renew(self) -> None:
        """The session takes no more questions: another one is to be begun."""
        socket = self._socket
        if self._session.spent is not None and socket is not None:
            self._socket = None
            self._spent.put_nowait(socket)

    async def opened(self) -> None:
        """Until the socket is open; raises `LinkDown` where it does not open soon."""
        if self._socket is not None:
            return
        if self.status.rests:
            raise self.status.refusal or LinkDown(f"no way to {self._target.name}")
        self.nudge()
        try:
            async with asyncio.timeout(OPENING):
                while self._socket is None:
                    await self.status.change()
                    if self.status.refusal is not None and self.status.rests:
                        raise self.status.refusal
        except TimeoutError:
            what = f"no way to {self._target.name}"
            known = self.status.refusal
            raise known or LinkDown(what, cause=self.status.why) from None

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
            except (OSError, TimeoutError, WebSocketException, RemoteFailed) as error:
                self.status.breaks += isinstance(error, WebSocketException)
                self._rest(error)
                self._lost(_reason(error))
            if now() - began > LONGEST_WAIT:
                wait = FIRST_WAIT
            refused = self.status.refusal is not None
            wait = max(wait, LEAST_REFUSED) if refused and self.status.rests else wait
            await self._pause(wait * self._chance.uniform(0.5, 1.0))
            wait = min(2 * wait, LONGEST_REFUSED if refused else LONGEST_WAIT)
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
            try:
                await self._talk(socket)
            except asyncio.CancelledError:
                # An end like any other is no error of ours.
                await socket.close()
                raise
        code, reason = socket.close_code or 1006, socket.close_reason or ""
        self._lost(self._session.spent or close_reason(code, reason))

    async def _talk(self, socket: ClientConnection) -> None:
        self.status.region = _region_of(socket)
        self.status.breaks += 1
        await self.greeting.greet(socket)
        self._socket = socket
        self.status.up()
        async for message in socket:
            self._session.receive(message)
            self.status.stir()
            if self._session.spent is not None:
                return

    async def _renew(self) -> None:
        """A session that is spent is closed."""
        while True:
            await (await self._spent.get()).close()

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
        if (left := self.status.rests_until - now()) > 0:
            await asyncio.sleep(left)  # whoever waits for it is told why
            busy = isinstance(self.status.refusal, RemoteBusy)
            seconds = FIRST_WAIT if busy else seconds
        await waited(self._nudged, seconds)

    def _rest(self, error: Exception) -> None:
        """What kind of refusal it is, and how long the server is left alone for it."""
        seconds = 0.0
        if isinstance(error, InvalidStatus):
            seconds = retry_after(error, wall())
        reason = _reason(error)
        kind = type(reason)
        self.status.refusal = reason if kind not in (LinkDown, RemoteFailed) else None
        if not seconds and self.status.refusal is not None and kind is not RemoteBusy:
            seconds = LEAST_REFUSED
        self.status.rests_until = now() + seconds

    def _lost(self, why: RemoteFailed) -> None:
        self._socket = None
        turn = self._session.open_turn
        ours = bool(self._session.token)
        if turn is not None:
            turn.asked.lost = True
            if not self._waits(turn, why, ours=ours):
                what = f"{self._target.name} was cut off"
                known = isinstance(why, LinkDown) and type(why) is not LinkDown
                turn.error = why if known else LinkDown(what, cause=why.brief)
        self.status.down(why.brief, outage=OUTAGE if ours else BRIEF)

    def _waits(self, turn: RemoteTurn, why: RemoteFailed, *, ours: bool) -> bool:
        """Whether an open question is gone on with, or asked once more."""
        if ours:
            return self.status.breaks <= BREAKS
        if self.status.rests or not turn.untouched or now() >= turn.asked.until:
            return False
        return turn.asked.again == 0


def _same_host(uri: str, location: str) -> bool:
    """Whether an address leads to the host, port and kind of another one."""
    try:
        old, new = urlsplit(uri), urlsplit(urljoin(uri, location))
        return (old.scheme, old.hostname, old.port) == (
            new.scheme,
            new.hostname,
            new.port,
        )
    except ValueError:
        return False


def _region_of(socket: ClientConnection) -> str:
    found = socket.transport.get_extra_info("ssl_object")
    return proved_region(found.getpeercert()) if found is not None else ""


def _reason(error: Exception) -> RemoteFailed:
    """Why there is no connection, in words that help."""
    if isinstance(error, RemoteFailed):
        return error
    if isinstance(error, InvalidStatus):
        return refused(error)
    if isinstance(error, ConnectionClosed):
        told = error.rcvd
        return close_reason(told.code if told else 1006, told.reason if told else "")
    if isinstance(error, TimeoutError):
        return LinkDown("no way there", cause="no answer in time")
    cause = masked(one_line(str(error))) or type(error).__name__
    return LinkDown("no way there", cause=cause)
