"""Receipts of one session's client are countersigned: the last head that it showed,
and never more than a few times a second."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from voiceagent.errors import VoiceAgentError
from voiceagent.realtime.steps import Countersign, SessionStep
from voiceagent.realtime.wire import Wire
from voiceagent.region.notary import Notary
from voiceagent.region.tasks import Tasks

__all__ = ["Countersigning"]

log = logging.getLogger(__name__)

BETWEEN = 0.2
"""Seconds between two signatures: each is written to the disk."""


class Countersigning:
    """One at a time, off the loop."""

    def __init__(
        self,
        notary: Notary | None,
        subject: str,
        wire: Wire,
        do: Callable[[Iterable[SessionStep]], None],
        tasks: Tasks,
    ) -> None:
        """`notary`: None where nobody signs."""
        self._notary, self._subject = notary, subject
        self._wire, self._do, self._tasks = wire, do, tasks
        self._asked: Countersign | None = None
        self._busy, self._begun = False, 0

    def ask(self, step: Countersign) -> None:
        """Sign that, and nothing that was asked for before and still waits."""
        self._asked = step
        if not self._busy and self._notary is not None:
            self._busy, self._begun = True, self._begun + 1
            self._tasks.spawn(f"head {self._begun}", self._sign(self._notary))

    async def _sign(self, notary: Notary) -> None:
        try:
            while self._asked is not None:
                step, self._asked = self._asked, None
                await self._one(notary, step)
                await asyncio.sleep(BETWEEN)
        finally:
            self._busy = False

    async def _one(self, notary: Notary, step: Countersign) -> None:
        try:
            signed = await asyncio.to_thread(notary.sign, self._subject, step)
        except VoiceAgentError as error:
            log.warning("receipts were not countersigned: %s", error.what)
            return
        if signed is not None:
            kind = "voiceagent.receipts.countersigned"
            self._do([self._wire.send(kind, **signed)])
