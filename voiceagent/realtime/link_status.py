"""What is known of the way to an endpoint; whoever waits for it hears of changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voiceagent.clock import now
from voiceagent.errors import RemoteFailed
from voiceagent.routing.remote import LinkState
from voiceagent.trace.events import Event, LinkChanged

__all__ = ["LinkStatus"]

OUTAGE = 10.0
"""Seconds that an open turn waits for a cut line to come back."""


class LinkStatus:
    """Up or down, since when, and why."""

    def __init__(self, name: str, emit: Callable[[Event], None]) -> None:
        self.state, self.why = LinkState.CONNECTING, "not connected yet"
        self.region = ""
        """The region in the server's verified certificate; empty: none."""
        self.reconnects = self.breaks = 0
        """Tries to connect again; connections that broke under the open question."""
        self.refusal: RemoteFailed | None = None
        """Why it was refused last, where that has a reason; None: it is open."""
        self.rests_until = 0.0
        """Loop time before which the server wants to be left alone."""
        self._outage = OUTAGE
        self._name, self._emit = name, emit
        self._cut_at: float | None = None
        self._changed = asyncio.Event()

    @property
    def patience(self) -> float | None:
        """Loop time until which a cut line may come back; None: it is not cut."""
        return None if self._cut_at is None else self._cut_at + self._outage

    def up(self) -> None:
        """It is open."""
        self._cut_at = self.refusal = None
        self._set(LinkState.UP, "")

    @property
    def rests(self) -> bool:
        """Whether the server wants to be left alone now."""
        return now() < self.rests_until

    def down(self, why: str, *, outage: float = OUTAGE) -> None:
        """It is cut, or could not be opened; `outage`: how long an open turn waits."""
        self._cut_at, self._outage = self._cut_at or now(), outage
        self._set(LinkState.DOWN, why)

    def stir(self) -> None:
        """Something happened on it."""
        self._changed.set()

    async def change(self) -> None:
        """Until anything happens on it."""
        self._changed.clear()
        await self._changed.wait()

    def _set(self, state: LinkState, why: str) -> None:
        self.why = why
        if state is not self.state:
            self.state = state
            self._emit(LinkChanged(leg=self._name, state=state.value, why=why))
        self.stir()
