"""One sentence to a language model: in time, and once more where the model was lost.

A model in a process of its own that is still busy when its time is up is told to stop.
One that hangs does not, and is killed. Where nobody else can answer, whoever asked
waits for that, since they have been told to: another process then answers instead.
"""

from __future__ import annotations

import asyncio
from typing import Protocol, runtime_checkable

from voiceagent.clock import Compute, now
from voiceagent.errors import EngineLost
from voiceagent.nlu.slm.protocol import Guess, Slm

__all__ = ["PATIENCE", "Stoppable", "understood"]

PATIENCE = 9.0
"""Seconds after its time that a sentence has where its model was lost on the way: less
than a turn waits beyond its deadline."""


@runtime_checkable
class Stoppable(Protocol):
    """A model that can be told that nobody waits for its answer any more."""

    def cancel(self) -> None:
        """Stop; from any thread."""
        ...


class _Question:
    """A sentence on its way to a model, which may be busy with another."""

    def __init__(self, slm: Slm, text: str) -> None:
        self._slm, self._text = slm, text
        self.begun = False

    def __call__(self) -> Guess:
        self.begun = True
        return self._slm.understand(self._text)


async def understood(
    slm: Slm, text: str, compute: Compute, *, until: float, patience: float = 0.0
) -> Guess:
    """What it makes of `text` by loop time `until`, or `patience` seconds later where
    it was lost on the way. Raises `TimeoutError`, and whatever the model raises."""
    if not isinstance(slm, Stoppable):
        async with asyncio.timeout_at(until):
            return await compute("slm", slm.understand, text)
    try:
        return await _by(until, slm, _Question(slm, text), compute, patience)
    except EngineLost as error:
        if not error.replaced or not patience:
            raise
    async with asyncio.timeout_at(until + patience):
        return await compute("slm.apart", slm.understand, text)


async def _by(
    until: float, slm: Stoppable, question: _Question, compute: Compute, patience: float
) -> Guess:
    asked = asyncio.ensure_future(compute("slm.apart", question))
    try:
        if await _done(asked, until):
            return asked.result()
        waited = not question.begun  # behind a call that hangs, from before
        slm.cancel()
        if await _done(asked, until + patience):
            guess = asked.result()
            if waited:
                return guess
        raise TimeoutError
    finally:
        asked.cancel()


async def _done(asked: asyncio.Future[Guess], until: float) -> bool:
    done, _ = await asyncio.wait({asked}, timeout=max(0.0, until - now()))
    return bool(done)
