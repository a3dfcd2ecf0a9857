"""Shows a region how far the receipts reach, beside the questions, and keeps what it
signs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from voiceagent.errors import VoiceAgentError
from voiceagent.realtime.client import ClientSession
from voiceagent.realtime.link import Link
from voiceagent.routing.remote import LinkState
from voiceagent.trace.events import Degraded, Event

__all__ = ["HeadKeeper", "Witnessing"]

log = logging.getLogger(__name__)

CLAIM = "voiceagent.receipts.head"


class HeadKeeper(Protocol):
    """Who keeps receipts, and what is signed of them; blocking."""

    def claim(self) -> Mapping[str, Any] | None:
        """How far they reach; None: there are none."""
        ...

    def took(self, told: object) -> str:
        """Keep what the region has signed; what is wrong with it, in words."""
        ...


class Witnessing:
    """For one session with one region."""

    def __init__(
        self,
        link: Link,
        session: ClientSession,
        keeper: HeadKeeper,
        emit: Callable[[Event], None],
    ) -> None:
        self._link, self._session, self._keeper = link, session, keeper
        self._emit = emit
        self._due = True
        self._signed: tuple[object, object] = None, None
        """The last that came."""
        self._told: set[str] = set()

    def due(self) -> None:
        """Something has left: there is another receipt."""
        self._due = True
        self._link.status.stir()

    async def run(self) -> None:
        """Until cancelled. No fault here reaches a question."""
        was_up = False
        while True:
            up = self._link.status.state is LinkState.UP
            self._due |= up and not was_up
            was_up = up
            try:
                if await self._look(up):
                    continue
            except (VoiceAgentError, OSError) as error:
                self._say(f"the receipts cannot be shown: {error}")
            await self._link.status.change()

    async def _look(self, up: bool) -> bool:
        """Whether there was anything to do."""
        signed, self._session.countersigned = self._session.countersigned, None
        if signed is not None:
            wrong = await asyncio.to_thread(self._keeper.took, _plain(signed))
            self._say(wrong)
            again = signed.get("count"), signed.get("last")
            if not wrong and again != self._signed:
                # What was signed before is shown once more, with what followed it.
                self._signed = again
                await self._claim(beyond=signed.get("count"))
        elif self._due and up and self._session.ours and self._session.countersigns:
            self._due = False
            await self._claim()
        else:
            return False
        return True

    async def _claim(self, beyond: object = None) -> None:
        claim = await asyncio.to_thread(self._keeper.claim)
        if claim is not None and claim["count"] != beyond:
            await self._link.send([{"type": CLAIM, **claim}])

    def _say(self, wrong: str) -> None:
        if not wrong or wrong in self._told:
            return
        self._told.add(wrong)
        hint = "`voiceagent privacy report --verify` names what is wrong"
        self._emit(Degraded(what="receipts", why=wrong, hint=hint))


def _plain(event: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in event.items() if k not in ("type", "event_id")}
