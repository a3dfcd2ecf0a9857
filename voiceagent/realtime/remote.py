"""The edge's way to a Realtime endpoint: one warm socket, kept, watched and resumed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Iterable
from ssl import SSLContext
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from voiceagent.clock import now
from voiceagent.door.tls import proved_region
from voiceagent.errors import LinkDown
from voiceagent.privacy.payload import Payload
from voiceagent.realtime.client import ClientSession
from voiceagent.realtime.events import encode
from voiceagent.realtime.target import Target
from voiceagent.realtime.turn import RemoteTurn
from voiceagent.routing.config import RegionConfig
from voiceagent.routing.remote import Envelope, LinkState, Piece
from voiceagent.trace.events import Event, LinkChanged

__all__ = ["RealtimeRemote"]

FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
"""Seconds between two tries to connect, doubled from the first to the longest."""
OPENING = 5.0
"""Seconds that a connection may take to open."""
BREAKS = 10
"""Connections that may break under one question before it is given up."""
OUTAGE = 10.0
"""Seconds that an open turn waits for a cut line to come back."""
LARGEST = 1 << 22
"""Bytes of one event of the server."""


class RealtimeRemote:
    """One endpoint; many questions one after the other."""

    def __init__(
        self,
        target: Target,
        config: RegionConfig,
        emit: Callable[[Event], None],
        tls: SSLContext | None = None,
    ) -> None:
        self.name = target.name
        self.reconnects = self.resumed = self._breaks = 0
        self._target, self._tls, self._emit = target, tls, emit
        self._heartbeat = config.heartbeat_ms / 1000
        self._dead = config.dead_ms / 1000
        self._session = ClientSession()
        self._socket: ClientConnection | None = None
        self._link = LinkState.CONNECTING
        self._region = ""
        self._changed = asyncio.Event()
        self._nudged = asyncio.Event()
        self._chance = random.Random()
        self._why = "not connected yet"
        self._asking = asyncio.Lock()
        self._fresh: str | bytes = ""
        self._cut_at: float | None = None

    @property
    def link(self) -> LinkState:
        """Whether a request would go out at once."""
        return self._link

    @property
    def region(self) -> str:
        """The region in the server's verified certificate; empty: none."""
        return self._region

    def nudge(self) -> None:
        """The network is back, or somebody waits: try to connect now."""
        self._nudged.set()

    async def run(self) -> None:
        """Keep the socket open until cancelled."""
        wait = FIRST_WAIT
        while True:
            began = now()
            try:
                await self._one_connection()
            except (OSError, TimeoutError, WebSocketException) as error:
                self._breaks += isinstance(error, WebSocketException)
                self._lost(_reason(error))
            if now() - began > LONGEST_WAIT:
                wait = FIRST_WAIT
            await self._pause(wait * self._chance.uniform(0.5, 1.0))
            wait = min(2 * wait, LONGEST_WAIT)
            self.reconnects += 1

    async def ask(
        self, payload: Payload, envelope: Envelope
    ) -> AsyncGenerator[Piece, None]:
        """The answer as it comes."""
        pcm24 = b""
        if payload.audio:
            from voiceagent.audio.resample import resampled

            pcm24 = await asyncio.to_thread(resampled, payload.audio, 16_000, 24_000)
        async with self._asking:
            turn, self._breaks = RemoteTurn(payload, envelope, pcm24), 0
            await self._connected()
            try:
                await self._send(self._session.ask(turn))
                watch = asyncio.create_task(self._watch())
                try:
                    async for piece in self._pieces(turn):
                        yield piece
                finally:
                    watch.cancel()
                    await asyncio.gather(watch, return_exceptions=True)
            finally:
                await self._send(self._session.cancel(turn))

    async def heard(self, turn_id: str, text: str) -> None:
        """Replace the answer in the region's memory by what was heard of it."""
        await self._send(self._session.heard(turn_id, text))

    async def answer_tool(self, turn_id: str, call_id: str, output: str) -> None:
        """What a tool gave."""
        turn = self._session.turn
        if turn is not None and turn.envelope.turn_id == turn_id:
            await self._send(self._session.tool(turn, call_id, output))

    async def _connected(self) -> None:
        """Until the socket is open; raises `LinkDown` where it does not open soon."""
        if self._socket is not None:
            return
        self.nudge()
        try:
            async with asyncio.timeout(OPENING):
                while self._socket is None:
                    await self._change()
        except TimeoutError:
            raise LinkDown(f"no way to {self.name}", cause=self._why) from None

    async def _pieces(self, turn: RemoteTurn) -> AsyncGenerator[Piece, None]:
        while True:
            while turn.pieces:
                yield turn.pieces.pop(0)
            if turn.error is not None:
                raise turn.error
            if turn.done:
                return
            try:
                async with asyncio.timeout_at(self._patience()):
                    await self._change()
            except TimeoutError:
                raise LinkDown(
                    f"{self.name} was cut off",
                    cause=self._why,
                    hint="look at the network, or at the region",
                ) from None

    def _patience(self) -> float | None:
        """Loop time until which a cut line may come back; None: it is not cut."""
        return None if self._cut_at is None else self._cut_at + OUTAGE

    async def _change(self) -> None:
        """Until anything happens on the line."""
        self._changed.clear()
        await self._changed.wait()

    async def _one_connection(self) -> None:
        target = self._target
        headers = {"Authorization": f"Bearer {target.token}"} if target.token else {}
        mark = "&" if "?" in target.url else "?"
        url = f"{target.url}{mark}model={quote(target.model)}&voiceagent=1"
        async with connect(
            url,
            additional_headers=headers,
            ssl=self._tls,
            compression=None,
            max_size=LARGEST,
            open_timeout=OPENING,
            close_timeout=1,
            proxy=None,
        ) as socket:
            self._region = _region_of(socket)
            self._breaks += 1
            await self._greet(socket)
            self._socket, self._cut_at = socket, None
            self._set(LinkState.UP, "")
            async for message in socket:
                await self._received(message)
        self._lost("the region closed the connection")

    async def _greet(self, socket: ClientConnection) -> None:
        """The first events of the server tell whether it is ours, and whether the cut
        session goes on."""
        session, wanted = self._session, self._session.resume()
        open_turn = session.turn is not None and not session.turn.over
        session.ours = False
        async with asyncio.timeout(self._dead):
            created = session.receive(await socket.recv())
            if created is None:
                raise OSError("it does not speak the Realtime protocol")
            ours = await self._is_ours(socket)
            if wanted is None or not ours:
                session.begin_anew()
                session.ours = ours
                await self._begin(socket, open_turn)
                return
            await socket.send(encode(wanted))
            await self._go_on(socket, open_turn)

    async def _is_ours(self, socket: ClientConnection) -> bool:
        """Whether our own event follows; others say nothing more before they are
        asked."""
        if (
            socket.response is None
            or socket.response.headers.get("Server") != "voiceagent"
        ):
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

    async def _go_on(self, socket: ClientConnection, open_turn: bool) -> None:
        """Resume the cut session, or its conversation, or begin anew."""
        session = self._session
        session.ours = True
        while True:
            event = session.receive(await socket.recv()) or {}
            match event.get("type"):
                case "voiceagent.session.resumed":
                    self.resumed += 1
                    last = int(event.get("last_client_event") or 0)
                    if event.get("complete"):
                        for lacking in session.lacking(last):
                            await socket.send(encode(lacking))
                        return
                    session.begin_anew(last)
                    session.ours = True
                    break
                case "error":
                    session.begin_anew()
                    session.receive(self._fresh)
                    break
        await self._begin(socket, open_turn)

    async def _begin(self, socket: ClientConnection, open_turn: bool) -> None:
        """A session that knows nothing of us; an open question is asked again."""
        from voiceagent.privacy.gate import INSTRUCTIONS

        await socket.send(encode(self._session.set_up(INSTRUCTIONS)))
        if open_turn:
            for event in self._session.ask_again():
                await socket.send(encode(event))

    async def _received(self, message: str | bytes) -> None:
        self._session.receive(message)
        self._changed.set()

    async def _send(self, events: Iterable[dict[str, Any]]) -> None:
        """Send; what cannot be sent now is caught up with on the next line."""
        for event in events:
            socket = self._socket
            if socket is None:
                continue
            try:
                await socket.send(encode(event))
            except ConnectionClosed:
                self._socket = None

    async def _watch(self) -> None:
        """While a turn waits: a peer that answers no ping is dead."""
        while True:
            await asyncio.sleep(self._heartbeat)
            socket = self._socket
            if socket is None:
                continue
            try:
                async with asyncio.timeout(self._dead - self._heartbeat):
                    await (await socket.ping())
            except (TimeoutError, ConnectionClosed):
                self._why = f"no answer to a ping for {self._dead:g} s"
                if self._socket is socket:
                    self._socket = None
                socket.transport.abort()

    async def _pause(self, seconds: float) -> None:
        self._nudged.clear()
        turn = self._session.turn
        if turn is not None and not turn.over:
            seconds = min(seconds, FIRST_WAIT)
        try:
            async with asyncio.timeout(seconds):
                await self._nudged.wait()
        except TimeoutError:
            return

    def _lost(self, why: str) -> None:
        self._socket, self._cut_at = None, self._cut_at or now()
        turn = self._session.turn
        hopeless = not self._session.token or self._breaks > BREAKS
        if turn is not None and not turn.over and hopeless:
            turn.error = LinkDown(f"{self.name} was cut off", cause=why)
        self._set(LinkState.DOWN, why)
        self._changed.set()

    def _set(self, link: LinkState, why: str) -> None:
        self._why = why
        if link is not self._link:
            self._link = link
            self._emit(LinkChanged(leg=self.name, state=link.value, why=why))
        self._changed.set()


def _region_of(socket: ClientConnection) -> str:
    found = socket.transport.get_extra_info("ssl_object")
    return proved_region(found.getpeercert()) if found is not None else ""


def _reason(error: Exception) -> str:
    """Why there is no connection, in words that help."""
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        body = (error.response.body or b"")[:300].decode("utf-8", "replace")
        return f"refused with status {status}: {body.strip()}"
    if isinstance(error, TimeoutError):
        return f"no answer within {OPENING:.0f} s"
    return str(error) or type(error).__name__
