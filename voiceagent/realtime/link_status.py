"""What is known of the way to an endpoint; whoever waits for it hears of changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voiceagent.clock import now
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
        self._name, self._emit = name, emit
        self._cut_at: float | None = None
        self._changed = asyncio.Event()

    @property
    def patience(self) -> float | None:
        """Loop time until which a cut line may come back; None: it is not cut."""
        return None if self._cut_at is None else self._cut_at + OUTAGE

    def up(self) -> None:
        """It is open."""
        self._cut_at = None
        self._set(LinkState.UP, "")

    def down(self, why: str) -> None:
        """It is cut, or could not be opened."""
        self._cut_at = self._cut_at or now()
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
