"""The regional server: one port for sessions, health and metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from ssl import SSLContext
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from voiceagent.clock import wall
from voiceagent.door.admission import ADDRESS_SHARE, SHARE, Visitor, is_loopback
from voiceagent.door.holdings import Holdings
from voiceagent.door.keyring import Keyring
from voiceagent.door.loop_share import Metered
from voiceagent.door.open_files import open_files_limit
from voiceagent.door.register import Revoked
from voiceagent.door.tokens import Tokens
from voiceagent.door.watched import Watched
from voiceagent.errors import ConfigError
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.steps import Attach
from voiceagent.region.backend import Backend
from voiceagent.region.config import ServeConfig
from voiceagent.region.dialect import BETA_REFUSED, asks_for_beta, refuse_beta
from voiceagent.region.door_watch import DoorWatch
from voiceagent.region.entrance import PATH, Entrance, Taken, visitor_of
from voiceagent.region.memory import Memory
from voiceagent.region.metrics import Metrics
from voiceagent.region.notary import Notary
from voiceagent.region.ports import Ports
from voiceagent.region.recognisers import Recognisers
from voiceagent.region.self_test import SelfTest
from voiceagent.region.services import Detector, Observe, Recogniser, Services, unseen
from voiceagent.region.session_shell import Live
from voiceagent.region.sessions import Sessions
from voiceagent.region.slots import AnswerSlots
from voiceagent.region.stretches import Stretches
from voiceagent.region.tasks import Tasks
from voiceagent.region.trouble import note
from voiceagent.region.visitor_connection import VisitorConnection

__all__ = ["PATH", "RegionServer"]

GOODBYE = 2.0
"""Seconds that clients have to read the last events."""
LONGEST = 30 * 24 * 3600.0
"""Seconds that a session lasts at most, whatever its token says."""
UNREAD = "unread "
"""Begins the name of what was read for a session and not looked at."""
MOST_UNREAD = 1 << 20
"""Bytes of it for which nobody is let go."""
TRY_LATER = 1013
"""Closing code: it may be tried again."""
WHY_FULL = "you keep as much here as one may: end sessions, delete items, commit sound"
SWEEP = 600.0
"""Seconds between two looks for conversations that are too old."""


class RegionServer:
    """Lets clients in, keeps their sessions, and goes in order."""

    def __init__(
        self,
        config: ServeConfig,
        backend: Backend,
        memory: Memory,
        *,
        resume_secret: bytes | Keyring,
        token_secret: bytes | Keyring | None = None,
        tls: SSLContext | None = None,
        recogniser: Recogniser | None = None,
        ears: Recognisers | None = None,
        voice: Callable[[str], Awaitable[bytes]] | None = None,
        paced: Callable[[bytes, float], Awaitable[bytes]] | None = None,
        detector: Callable[[Mapping[str, Any]], Detector | None] = lambda wanted: None,
        limits: Limits | None = None,
        keep: float = 24 * 3600.0,
        observe: Observe = unseen,
        notary: Notary | None = None,
        watched: Sequence[Watched] = (),
        revoked: Revoked | None = None,
    ) -> None:
        """`ears`: what hears instead of `recogniser`, begun and ended here; `keep`:
        seconds that a conversation is kept; `watched`: files that are read again, by
        which tokens are `revoked`. Raises `ConfigError` where others than this machine
        could come in unproved."""
        if not is_loopback(config.host) and (token_secret is None or tls is None):
            raise ConfigError(
                f"`{config.host}` can be reached by others",
                cause="that needs a token secret and TLS",
                hint=f"set `{config.secret_env}` and `serve.certificate`, or serve "
                "127.0.0.1",
            )
        share = ADDRESS_SHARE if token_secret is None else SHARE
        slots = AnswerSlots(config.max_responses)
        self.config = config
        self.services = Services(
            backend=backend,
            memory=memory,
            metrics=Metrics({"running": lambda: slots.taken}),
            slots=slots,
            region=config.region,
            recogniser=ears.words if ears is not None else recogniser,
            voice=voice,
            paced=paced,
            detector=detector,
            observe=observe,
            longest_answer=config.answer_ms / 1000,
            kept=Holdings(config.kept_mb * 1e6, share=share),
            sound=Holdings(config.waiting_ms / 1000, share=share),
            notary=notary,
        )
        self.sessions = Sessions(
            self.services,
            Tokens(resume_secret, config.region, ever=True),
            resumable=config.resume_ms / 1000,
            limits=limits or Limits(),
        )
        revoked = revoked or Revoked()
        self.door = DoorWatch(watched, revoked, self.sessions.revoke)
        self.entrance = Entrance(
            config,
            self.services.metrics,
            tokens=Tokens(token_secret, config.region, revoked=revoked)
            if token_secret
            else None,
            taken=Taken(
                connected=lambda: len(self.sessions.connected),
                held=self.sessions.held,
                crowded=lambda: self._ports.crowded,
                room=self.sessions.make_room,
            ),
            trouble=self._trouble,
        )
        shakes = self.entrance.handshakes
        self.services.metrics.read(
            connections=lambda: shakes.connections,
            handshakes=lambda: shakes.unfinished,
            files=open_files_limit,
            kept=lambda: round(self.services.kept.total),
            sound=lambda: round(self.services.sound.total),
        )
        self.self_test = SelfTest(self.services)
        self._ears = ears
        if ears is not None:
            ears.lost = partial(self.services.metrics.count, "lost", "recogniser")
            self.services.metrics.read(
                ears=lambda: len(ears.pids), waiting=lambda: ears.waiting
            )
        largest = (limits or Limits()).sound_bytes
        self._ports = Ports(config, self.entrance, tls, largest)
        self._keep = keep
        self._tasks = Tasks(note)

    async def run(
        self, ready: Callable[[str], None], stop: Callable[[], Awaitable[object]]
    ) -> None:
        """Serve until `stop()` returns, then drain; `ready(url)` once it listens.

        Raises `ConfigError` where the port cannot be had, and what the backend raises.
        """
        await self.services.backend.start()
        try:
            if self._ears is not None:
                await self._ears.start()
            self._tasks.spawn("the sweep of old conversations", self._sweep())
            self._tasks.spawn("the self-test", self.self_test.run())
            self._tasks.spawn("the watch at the door", self.door.run())
            async with self._ports.served(self._session):
                ready(self._ports.url)
                await stop()
                await self.drain()
        finally:
            await self._tasks.end()
            await self.sessions.end_all()
            if self._ears is not None:
                await self._ears.close()
            await self.services.backend.close()
            await self.services.memory.close()
            if self.services.notary is not None:
                await asyncio.to_thread(self.services.notary.close)

    async def drain(self) -> None:
        """Let nobody in, let answers be finished for a while, then say goodbye."""
        self.entrance.draining = True
        if self.config.reuse_port:  # whoever comes now is for the next server
            self._ports.close()
        lives = list(self.sessions.connected.values())
        making = [task for live in lives for task in live.making]
        if making:
            await asyncio.wait(making, timeout=self.config.drain_ms / 1000)
        for live in lives:
            live.do(live.session.draining())
        flushed = (live.flush() for live in lives)
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await asyncio.gather(*flushed)

    def _trouble(self) -> str:
        """Why nobody should be sent here, if anything."""
        ears = self._ears.trouble if self._ears is not None else ""
        return ears or self.self_test.trouble or self.door.trouble

    async def _session(self, given: ServerConnection) -> None:
        connection = VisitorConnection.of(given)
        if connection.request and asks_for_beta(connection.request.headers):
            self.services.metrics.count("refused", BETA_REFUSED)
            await refuse_beta(connection)
            return
        connection.forget_headers()
        who = visitor_of(connection)
        live = self.sessions.begin(connection, who)
        self.services.metrics.count("opened")
        used = partial(self.services.used, who.share)
        unread = partial(self._unread, lambda: live)
        connection.reading, connection.holding = used, unread
        ends = self._at_its_end(who, lambda: self.sessions.expire(live))
        stretches = Stretches(connection, used)
        try:
            async for message in connection:
                self.services.metrics.count("events", "in")
                if not stretches.on:
                    await self.services.loop.turn(who.share)
                    live.session.wire.full = self._full(who)
                    stretches.go()
                live = await self._received(message, live, connection, stretches)
                if stretches.over(message):
                    live.weigh()
                    await stretches.end()
                    await live.caught_up()
        except ConnectionClosed:
            pass
        finally:
            if ends is not None:
                ends.cancel()
            connection.holding = None
            self.services.kept.let_go(UNREAD + live.session.wire.id)
            stopping = self.entrance.draining
            await self.sessions.left(live, connection, stopping=stopping)

    def _full(self, who: Visitor) -> str:
        """Why they may keep nothing more here, if they may not."""
        return "" if self.sessions.make_room(who.ceiling) else WHY_FULL

    def _unread(self, of: Callable[[], Live], size: int) -> None:
        """So much was read for a session and not looked at yet."""
        live, kept = of(), self.services.kept
        kept.hold(UNREAD + live.session.wire.id, live.who.ceiling, size)
        if size > MOST_UNREAD and not self.sessions.make_room(live.who.ceiling):
            live.hang_up(TRY_LATER, WHY_FULL)

    def _at_its_end(
        self, who: Visitor, expire: Callable[[], None]
    ) -> asyncio.TimerHandle | None:
        """The session ends with the token that opened it."""
        if who.until is None:
            return None
        left = max(0.0, who.until - wall().timestamp())
        loop = asyncio.get_running_loop()
        return loop.call_later(min(left, LONGEST), expire)

    async def _received(
        self,
        message: str | bytes,
        live: Live,
        connection: ServerConnection,
        work: Stretches,
    ) -> Live:
        """The session that goes on after that message."""
        try:
            steps = live.session.receive(message)
            if steps and isinstance(steps[0], Attach):
                work.stop()
                attach = self.sessions.attach
                attached = attach(live, steps[0], connection, visitor_of(connection))
                return await Metered(attached, live.used)
            for _ in live.carry_out(steps):
                await work.pause()
        except ConnectionClosed:
            raise
        except Exception as error:
            live.fail(error)
        return live

    async def _sweep(self) -> None:
        while True:
            try:
                before = wall() - timedelta(seconds=self._keep)
                await self.services.memory.expire(before)
            except Exception as error:
                note("the sweep of old conversations", error)
            await asyncio.sleep(SWEEP)
