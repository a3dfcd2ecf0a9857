"""The sessions of a server: begun, cut, gone on with, and ended."""

from __future__ import annotations

import asyncio
import logging
import secrets

from websockets.asyncio.server import ServerConnection

from voiceagent.door.admission import Visitor
from voiceagent.door.tokens import RESUME, Tokens
from voiceagent.errors import TokenError, VoiceAgentError
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import Attach
from voiceagent.region.services import Services
from voiceagent.region.session_shell import Live

__all__ = ["Sessions"]

log = logging.getLogger(__name__)

RESUMABLE = 24 * 3600.0
"""Seconds that a token to go on with a conversation holds."""
FINAL = (1000, 1008)
"""Closing codes after which nobody comes back."""


class Sessions:
    """All sessions, connected or cut."""

    def __init__(
        self, services: Services, tokens: Tokens, *, resumable: float, limits: Limits
    ) -> None:
        """`tokens`: for going on; `resumable`: seconds that a cut session waits."""
        self.connected: dict[str, Live] = {}
        """By id."""
        self._services, self._tokens = services, tokens
        self._resumable, self._limits = resumable, limits
        self._detached: dict[str, tuple[Live, asyncio.TimerHandle]] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def begin(self, connection: ServerConnection, who: Visitor) -> Live:
        """A new session over that connection."""
        session_id = f"s{secrets.token_hex(8)}"
        session = ServerSession(
            session_id=session_id,
            model=who.model,
            limits=self._limits,
            opted_in=who.opted_in,
            resume_token=self._resume_token(session_id, session_id, who),
            region=self._services.region,
            resumable=self._resumable,
        )
        live = Live(session, self._services, connection)
        self.connected[session_id] = live
        self._services.metrics.sessions.set(len(self.connected))
        live.do(session.opened())
        return live

    async def attach(
        self, fresh: Live, asked: Attach, connection: ServerConnection, who: Visitor
    ) -> Live:
        """Go on with an earlier session, or with its conversation, or anew."""
        try:
            claims = self._tokens.check(asked.token, audience=RESUME)
            if claims["sub"] != who.subject or claims["session"] != asked.session_id:
                raise TokenError("the token was refused", cause="it is not yours")
        except TokenError as error:
            self._services.metrics.resumed.labels("refused").inc()
            fresh.do(fresh.session.refuse_resume(asked.event_id, error.cause))
            return fresh
        found = self._take_back(asked.session_id)
        if found is not None:
            self._services.metrics.resumed.labels("continued").inc()
            await self._drop(fresh)
            before = found.attach(connection)
            self.connected[asked.session_id] = found
            self._services.metrics.sessions.set(len(self.connected))
            found.do(found.session.resume(asked.last_event_id))
            if before is not None:
                await before.close(1000, "gone on with elsewhere")
            return found
        await self._restore(fresh, asked, str(claims["conversation"]), who)
        return fresh

    async def left(
        self, live: Live, connection: ServerConnection, *, stopping: bool
    ) -> None:
        """The connection is gone: keep the session for a while, or end it."""
        if live.socket is not connection:
            return  # it goes on over another one
        live.detach(connection)
        for code, count in live.session.counts.items():
            self._services.metrics.faults.labels(code).inc(count)
        live.session.counts.clear()
        session_id = live.session.wire.id
        self.connected.pop(session_id, None)
        self._services.metrics.sessions.set(len(self.connected))
        wait = self._resumable
        lost = connection.close_code not in FINAL and not stopping
        if live.session.opted_in and wait and lost:
            loop = asyncio.get_running_loop()
            handle = loop.call_later(wait, self._give_up, session_id)
            self._detached[session_id] = live, handle
            self._services.metrics.detached.set(len(self._detached))
        else:
            await live.end()

    async def end_all(self) -> None:
        """Nothing is left running."""
        for _, handle in self._detached.values():
            handle.cancel()
        lives = [live for live, _ in self._detached.values()]
        lives += self.connected.values()
        await asyncio.gather(*(live.end() for live in lives), return_exceptions=True)

    def _resume_token(self, session_id: str, conversation: str, who: Visitor) -> str:
        if not who.opted_in:
            return ""
        return self._tokens.issue(
            RESUMABLE,
            subject=who.subject,
            audience=RESUME,
            session=session_id,
            conversation=conversation,
        )

    async def _restore(
        self, fresh: Live, asked: Attach, conversation: str, who: Visitor
    ) -> None:
        try:
            stored = await self._services.memory.load(conversation)
        except VoiceAgentError as error:
            log.warning("a conversation was not read: %s", error.what)
            stored = None
        if stored is None:
            self._services.metrics.resumed.labels("unknown").inc()
            why = "there is no such session any more"
            fresh.do(fresh.session.refuse_resume(asked.event_id, why))
            return
        self._services.metrics.resumed.labels("restored").inc()
        fresh.keeper.version = stored.version
        token = self._resume_token(fresh.session.wire.id, conversation, who)
        restore = fresh.session.restore
        fresh.do(restore(conversation, stored.items, stored.answered, token))

    def _take_back(self, session_id: str) -> Live | None:
        found = self._detached.pop(session_id, None)
        if found is not None:
            found[1].cancel()
            self._services.metrics.detached.set(len(self._detached))
            return found[0]
        return self.connected.get(session_id)

    def _give_up(self, session_id: str) -> None:
        live, _ = self._detached.pop(session_id)
        self._services.metrics.detached.set(len(self._detached))
        task = asyncio.create_task(live.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _drop(self, live: Live) -> None:
        self.connected.pop(live.session.wire.id, None)
        await live.end()
