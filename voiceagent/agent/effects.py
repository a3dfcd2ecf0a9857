"""Effects of a turn: each runs once, shielded, and is reported done when it is done.

They belong to the session, not to the turn: a barge-in can neither half-do nor repeat
them, and whoever leaves waits until those that began have ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from voiceagent.clock import Compute
from voiceagent.skills.skill import Effect
from voiceagent.trace.events import Committed, Degraded, Event, Unkept

__all__ = ["UNKEPT", "Effects", "Noted"]

LEAVE = 10.0
"""Seconds that effects which began may still take when the session ends."""


UNKEPT = "I can't keep this: it is lost when I stop."


class Noted(Protocol):
    """The turn that effects belong to."""

    @property
    def turn(self) -> int:
        """Its number."""
        ...

    @property
    def done(self) -> list[str]:
        """Keys of the effects that were done, in order."""
        ...


class Effects:
    """Runs effects and keeps them alive until they have ended."""

    def __init__(
        self,
        compute: Compute,
        emit: Callable[[Event], None],
        changed: Callable[[], None] = lambda: None,
        unkept: Callable[[], int] = lambda: 0,
    ) -> None:
        """`changed()`: called after effects ran, for whoever depends on what they
        did; `unkept()`: how often something was promised that is in memory alone."""
        self._compute, self._emit, self._changed = compute, emit, changed
        self._unkept = unkept
        self._running: set[asyncio.Task[str | None]] = set()
        self._one_by_one = asyncio.Lock()

    async def commit(
        self, turn: Noted, effects: tuple[Effect, ...], planned: str = ""
    ) -> str | None:
        """Run those that the turn has not done yet; the sentence to say instead of the
        `planned` one, if any.

        Raises what an effect raises; those after it are not begun. What waits for
        others to end is given up with its turn: it must not happen when nobody thinks
        of it any more.
        """
        if not effects:
            return None
        # A second wish for the same effect waits for the first one and then finds it
        # done: nothing is done twice, and nothing is called done before it is.
        await self._one_by_one.acquire()
        task = asyncio.create_task(self._run(turn, effects, planned))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for what began; what takes too long is announced and left alone."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=LEAVE)
        if late:
            self._emit(
                Degraded(
                    what="effects",
                    why=f"{len(late)} had not ended after {LEAVE:.0f} s",
                    hint="check whether what was asked for has been done",
                )
            )

    def _ended(self, task: asyncio.Task[str | None]) -> None:
        self._one_by_one.release()
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # the turn tells of it, if there still is one

    async def _run(
        self, turn: Noted, effects: tuple[Effect, ...], planned: str
    ) -> str | None:
        before = self._unkept()
        try:
            said = await self._each(turn, effects)
            if self._unkept() == before:
                return said
            # It holds while we run: done, and not to be counted on for longer.
            return f"{_whole(said or planned)} {UNKEPT}".strip()
        finally:
            self._changed()

    async def _each(self, turn: Noted, effects: tuple[Effect, ...]) -> str | None:
        said = None
        for effect in effects:
            if effect.key in turn.done:
                continue
            before = self._unkept()
            try:
                said = await self._compute("act", effect.run) or said
            except Exception:  # whatever a skill raises, it was not done
                self._emit(Committed(turn=turn.turn, key=effect.key, ok=False))
                raise
            turn.done.append(effect.key)
            self._emit(Committed(turn=turn.turn, key=effect.key))
            if self._unkept() != before:
                self._emit(Unkept(turn=turn.turn, key=effect.key))
        return said


def _whole(sentence: str) -> str:
    ends = sentence.endswith((".", "!", "?"))
    return sentence if ends or not sentence else f"{sentence}."
