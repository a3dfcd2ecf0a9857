"""What changes at the door while a region runs: secrets, certificates, tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Sequence

from voiceagent.door.register import Revoked
from voiceagent.door.watched import EVERY, Watched, look_at, trouble_of

__all__ = ["DoorWatch"]


class DoorWatch:
    """Looks at the files, and ends the sessions of tokens that hold no longer."""

    def __init__(
        self,
        watched: Sequence[Watched],
        revoked: Revoked,
        end: Callable[[Container[str]], None],
    ) -> None:
        """`end(revoked)`: the sessions of those tokens."""
        self._watched, self._revoked, self._end = watched, revoked, end

    @property
    def trouble(self) -> str:
        """What could not be read again, if anything."""
        return trouble_of(self._watched)

    async def run(self) -> None:
        """For ever."""
        while self._watched:
            await asyncio.to_thread(look_at, self._watched)
            self._end(self._revoked)
            await asyncio.sleep(EVERY)

    def again(self) -> None:
        """Read all of them now, changed or not."""
        for one in self._watched:
            one.look(always=True)
        self._end(self._revoked)
