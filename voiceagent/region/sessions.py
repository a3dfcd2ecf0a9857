"""The sessions of a server: begun, cut, gone on with, and ended."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Container, Mapping
from typing import Any

from websockets.asyncio.server import ServerConnection

from voiceagent.clock import now
from voiceagent.door.admission import ADDRESS_SHARE, SHARE, Bucket, Visitor
from voiceagent.door.tokens import RESUME, Tokens
from voiceagent.errors import TokenError, VoiceAgentError
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import Attach, Close
from voiceagent.region.services import Services
from voiceagent.region.session_shell import Live
from voiceagent.region.tasks import Tasks
from voiceagent.region.trouble import note

__all__ = ["Sessions"]

log = logging.getLogger(__name__)

RESUMABLE = 24 * 3600.0
"""Seconds that a token to go on with a conversation holds."""
MOST_CUT = 200
"""Cut sessions that may wait to be gone on with, all together."""
TAKEN, TAKEN_EVERY = 5, 10.0
"""Times on end that a session may be taken from a connection which seems to be there,
and seconds after which once more: two clients with one token would for ever."""
READING = 3.0
"""Seconds that a kept conversation may take to be read."""
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
        self._of: Counter[str] = Counter()
        """Connected ones by whose they are."""
        self._detached: dict[str, tuple[Live, asyncio.TimerHandle]] = {}
        self._ending, self._taken = Tasks(note), Bucket(TAKEN, 1 / TAKEN_EVERY)
        services.metrics.read(
            connected=lambda: len(self.connected), detached=lambda: len(self._detached)
        )

    def held(self, whose: str) -> tuple[int, int]:
        """Sessions of that subject or address: connected ones, and cut ones."""
        cut = (live for live, _ in self._detached.values())
        return self._of[whose], sum(live.who.ceiling == whose for live in cut)

    def make_room(self, whose: str) -> bool:
        """Whether they may keep more here, without their cut sessions if need be."""
        while not self._services.kept.room(whose):
            cut = self._detached.items()
            oldest = next((i for i, (one, _) in cut if one.who.ceiling == whose), None)
            if oldest is None:
                return False
            self._detached[oldest][1].cancel()
            self._give_up(oldest)
        return True

    def expire(
        self, live: Live, code: str = "token_expired", why: str = "the token has ended"
    ) -> None:
        """Its token holds no longer: nobody may go on with it."""
        live.failed = True
        live.do([*live.session.trouble(code, why), Close(1008, why)])

    def revoke(self, revoked: Container[str]) -> None:
        """End all sessions that were opened by those tokens."""
        for live in list(self.connected.values()):
            if live.who.token_id in revoked and not live.failed:
                self.expire(live, "token_revoked", "the token has been revoked")
        for session_id, (live, handle) in list(self._detached.items()):
            if live.who.token_id in revoked:
                handle.cancel()
                self._give_up(session_id)

    def begin(self, connection: ServerConnection, who: Visitor) -> Live:
        """A new session over that connection."""
        session_id = f"s{secrets.token_hex(8)}"
        session = ServerSession(
            session_id=session_id,
            model=who.model,
            limits=self._limits,
            opted_in=who.opted_in,
            transcribes=who.transcribes,
            resume_token=self._resume_token(session_id, session_id, who),
            region=self._services.region,
            resumable=self._resumable,
            countersigns=self._services.notary is not None,
        )
        if who.until is not None:  # told before it comes
            session.wire.settings.values["expires_at"] = int(who.until)
        live = Live(session, self._services, connection, who=who)
        self._connect(session_id, live)
        live.do(session.opened())
        return live

    async def attach(
        self, fresh: Live, asked: Attach, connection: ServerConnection, who: Visitor
    ) -> Live:
        """Go on with an earlier session, or with its conversation, or anew."""
        try:
            claims = self._tokens.check(asked.token, audience=RESUME)
            self._look_at(claims, asked, who)
            if asked.session_id == fresh.session.wire.id:
                cause = "that session is this one"
                raise TokenError("the token was refused", cause=cause)
        except TokenError as error:
            self._services.metrics.count("resumed", "refused")
            fresh.do(fresh.session.refuse_resume(asked.event_id, error.cause))
            return fresh
        if self._fought_over(asked.session_id):
            self._services.metrics.count("resumed", "refused")
            why = "others go on with it again and again: wait a little"
            fresh.do(fresh.session.refuse_resume(asked.event_id, why))
            return fresh
        found = self._take_back(asked.session_id)
        if found is not None:
            self._services.metrics.count("resumed", "continued")
            await self._drop(fresh)
            before = found.line.attach(connection)
            self._connect(asked.session_id, found)
            found.do(found.session.resume(asked.last_event_id))
            if before is not None:
                await before.close(1000, "gone on with elsewhere")
            return found
        await self._restore(fresh, asked, str(claims["conversation"]), who)
        return fresh

    def _look_at(self, claims: Mapping[str, Any], asked: Attach, who: Visitor) -> None:
        """A session is gone on with by the proof that opened it; raises
        `TokenError`."""
        if claims["sub"] != who.subject or claims["session"] != asked.session_id:
            raise TokenError("the token was refused", cause="it is not yours")
        if claims.get("by", "") != who.token_id:
            why = "the session was opened with another token"
            raise TokenError("the token was refused", cause=why)

    async def left(
        self, live: Live, connection: ServerConnection, *, stopping: bool
    ) -> None:
        """The connection is gone: keep the session for a while, or end it."""
        if live.line.socket is not connection:
            return  # it goes on over another one
        live.line.detach(connection)
        for code, count in live.session.counts.items():
            self._services.metrics.count("faults", code, count)
        live.session.counts.clear()
        session_id = live.session.wire.id
        self._disconnect(session_id)
        wait = self._resumable
        lost = connection.close_code not in FINAL and not (stopping or live.failed)
        if live.session.opted_in and wait and lost and self._room_for(live):
            loop = asyncio.get_running_loop()
            handle = loop.call_later(wait, self._give_up, session_id)
            self._detached[session_id] = live, handle
        else:
            await live.end()

    async def end_all(self) -> None:
        """Nothing is left running."""
        for _, handle in self._detached.values():
            handle.cancel()
        lives = [live for live, _ in self._detached.values()]
        lives += self.connected.values()
        await asyncio.gather(*(live.end() for live in lives), return_exceptions=True)
        await self._ending.end()

    def _resume_token(self, session_id: str, conversation: str, who: Visitor) -> str:
        if not who.opted_in:
            return ""
        return self._tokens.issue(
            RESUMABLE,
            subject=who.subject,
            audience=RESUME,
            session=session_id,
            conversation=conversation,
            by=who.token_id,
        )

    async def _restore(
        self, fresh: Live, asked: Attach, conversation: str, who: Visitor
    ) -> None:
        try:
            async with asyncio.timeout(READING):
                stored = await self._services.memory.load(conversation)
        except VoiceAgentError as error:
            log.warning("a conversation was not read: %s", error.what)
            stored = None
        except Exception as error:
            note("the memory", error)
            stored = None
        if stored is None:
            self._services.metrics.count("resumed", "unknown")
            why = "there is no such session any more"
            fresh.do(fresh.session.refuse_resume(asked.event_id, why))
            return
        self._services.metrics.count("resumed", "restored")
        fresh.keeper.version = stored.version
        token = self._resume_token(fresh.session.wire.id, conversation, who)
        restore = fresh.session.restore
        fresh.do(restore(conversation, stored.items, stored.answered, token))

    def _fought_over(self, session_id: str) -> bool:
        """Whether it was taken from others too often, and would be once more."""
        live = self.connected.get(session_id)
        there = live is not None and live.line.there
        return there and not self._taken.take(session_id, now())

    def _take_back(self, session_id: str) -> Live | None:
        found = self._detached.pop(session_id, None)
        if found is None:
            live = self.connected.get(session_id)
            return None if live is None or live.failed else live
        live, handle = found
        handle.cancel()
        if live.failed:
            self._end_later(live)
            return None
        return live

    def _room_for(self, live: Live) -> bool:
        """Whether one more cut session of that subject may wait."""
        waiting = [one.who.ceiling for one, _ in self._detached.values()]
        share = ADDRESS_SHARE if live.who.until is None else SHARE
        own = waiting.count(live.who.ceiling) if live.who.ceiling else 0
        fits = len(waiting) < MOST_CUT and own < round(share * MOST_CUT)
        return fits and self._services.kept.room(live.who.ceiling)

    def _give_up(self, session_id: str) -> None:
        live, _ = self._detached.pop(session_id)
        self._services.kept.let_go(session_id)
        self._end_later(live)

    def _end_later(self, live: Live) -> None:
        self._ending.spawn(f"session {live.session.wire.id}", live.end())

    async def _drop(self, live: Live) -> None:
        self._disconnect(live.session.wire.id)
        await live.end()

    def _connect(self, session_id: str, live: Live) -> None:
        if session_id not in self.connected:
            self._of[live.who.ceiling] += 1
        self.connected[session_id] = live

    def _disconnect(self, session_id: str) -> None:
        live = self.connected.pop(session_id, None)
        if live is not None:
            self._of[live.who.ceiling] -= 1
            if not self._of[live.who.ceiling]:
                del self._of[live.who.ceiling]
