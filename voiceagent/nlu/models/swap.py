"""The model in use, and how another takes its place while the agent runs.

The new one is loaded beside the old, hashes compared and a sentence understood, before
it is let near a turn. It takes over between two turns; the old one stays until the new
one has served two turns well. Should it fail before that (an error, or an answer after
the deadline), the old one answers again, in the same turn where there is time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from voiceagent.clock import Compute, now
from voiceagent.errors import VoiceAgentError
from voiceagent.nlu.decision import FAILED, TOO_LATE, Opinion, Thresholds
from voiceagent.nlu.slm.protocol import Guess, Slm
from voiceagent.trace.events import (
    Degraded,
    Event,
    ModelAnswered,
    ModelRolledBack,
    ModelSwapped,
)

__all__ = ["ModelSource", "ModelSwitch"]

log = logging.getLogger(__name__)

GOOD_TURNS = 2
"""Turns that a new model must serve before the old one goes."""
QUICK = 0.05
"""Seconds up to which a model is also asked about words that are only a guess yet."""


@runtime_checkable
class Stoppable(Protocol):
    """A model that can be told that nobody waits for its answer any more."""

    def cancel(self) -> None:
        """Stop; from any thread."""
        ...


class ModelSource(Protocol):
    """Where models come from and go to; blocking."""

    def load(self, name: str) -> Slm | None:
        """A new instance of the model, verified and warm; None for none. Raises
        `VoiceAgentError`."""
        ...

    def release(self, slm: Slm) -> None:
        """Nobody needs it any more: free it."""
        ...

    def limits(self, slm: Slm) -> Thresholds:
        """How sure it has to be."""
        ...

    def stamp(self) -> object:
        """Changes when the user chooses another model; quick."""
        ...

    def wanted(self) -> str:
        """The name of the user's choice."""
        ...


class ModelSwitch:
    """Asks the model in use; swaps it between turns."""

    def __init__(
        self,
        source: ModelSource,
        compute: Compute,
        emit: Callable[[Event], None],
        *,
        current: Slm | None = None,
    ) -> None:
        self.current = current
        """The model that answers; None for templates alone. The first one belongs to
        whoever gave it, all others are freed by `close`."""
        self.previous: Slm | None = None
        """The one before, while the current one is on trial."""
        self._source, self._compute, self._emit = source, compute, emit
        self._stamp, self._first = source.stamp(), current
        self._wanted: str | None = None
        self._ready: list[Slm | None] = []
        self._trial = self._busy = self._served = False
        self._good = 0
        self._took: float | None = None
        self._known: tuple[Slm, str, Guess] | None = None
        self._loading: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def quick(self) -> bool:
        """Whether it answered fast enough last time to be asked ahead of time."""
        return self._took is not None and self._took <= QUICK

    async def ask(self, text: str, *, turn: int, until: float) -> Opinion | None:
        """What the model makes of `text` by loop time `until`; None without a model."""
        slm = self.current
        if slm is None:
            return None
        opinion = await self._ask(slm, text, until, turn)
        if opinion.guess is not None:
            self._served = True
            return opinion
        if self._trial and slm is self.current:
            self._roll_back(opinion)
            if opinion.trouble == FAILED and self.current is not None:
                return await self._ask(self.current, text, until, turn)
        return opinion

    async def foresee(self, text: str, *, until: float) -> Opinion | None:
        """As `ask`, ahead of time: leaves no trace, and only where it is quick."""
        if self.current is None or not self.quick:
            return None
        return await self._ask(self.current, text, until, None)

    def turn_began(self) -> None:
        """From here to `turn_ended` the model stays the same, unless it fails."""
        self._busy, self._served = True, False

    def turn_ended(self) -> None:
        """Between two turns: count, switch, and look at the user's choice."""
        self._busy = False
        if self._trial and self._served:
            self._good += 1
            if self._good >= GOOD_TURNS:
                self._trial = False
                self._let_go(self.previous)
                self.previous = None
        self._served = False
        self._switch()
        stamp = self._source.stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            self.offer(self._source.wanted())

    def offer(self, name: str) -> None:
        """Load that model beside the current one and switch to it between turns."""
        self._wanted = name
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._load())

    async def settled(self) -> None:
        """Wait until nothing is being loaded or freed any more."""
        if self._loading is not None:
            await asyncio.wait({self._loading})
        await asyncio.gather(*self._leaving)

    async def close(self) -> None:
        """Stop loading; free what is no longer in use."""
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)
        for spare in (self.previous, self.current, *self._ready):
            if spare is not self._first:
                self._let_go(spare)
        self.previous, self._ready = None, []
        await asyncio.gather(*self._leaving)

    async def _ask(
        self, slm: Slm, text: str, until: float, turn: int | None
    ) -> Opinion:
        if self._known is not None and self._known[:2] == (slm, text):
            return self._noted(slm, self._known[2], "answered", 0.0, turn)
        began, guess, outcome = now(), None, "answered"
        try:
            async with asyncio.timeout_at(until) as scope:
                guess = await self._compute("slm", slm.understand, text)
        except VoiceAgentError as error:
            outcome = FAILED
            log.warning("model failed", extra={"code": error.code})
        except Exception as error:
            late = isinstance(error, TimeoutError) and scope.expired()
            outcome = TOO_LATE if late else FAILED
            if late and isinstance(slm, Stoppable):
                slm.cancel()
            log.warning("model failed", extra={"code": type(error).__name__})
        took = self._took = now() - began
        if guess is not None:
            self._known = slm, text, guess
        return self._noted(slm, guess, outcome, took, turn)

    def _noted(
        self, slm: Slm, guess: Guess | None, outcome: str, took: float, turn: int | None
    ) -> Opinion:
        found = guess or Guess(None)
        if turn is not None:
            self._emit(
                ModelAnswered(
                    turn=turn,
                    model=slm.name,
                    version=slm.version,
                    outcome=outcome,
                    name=found.intent.name if found.intent else "",
                    probability=round(found.probability, 4),
                    reason=found.reason,
                    took_ms=round(took * 1000, 3),
                )
            )
        trouble = "" if guess is not None else outcome
        limits = self._source.limits(slm)
        return Opinion(slm.name, guess, trouble, slm.version, limits)

    async def _load(self) -> None:
        while self._wanted is not None:
            name, self._wanted = self._wanted, None
            try:
                fresh = await self._compute("load", self._source.load, name)
            except VoiceAgentError as error:
                self._announce(name, error.cause or error.what, error.hint)
            except Exception as error:
                # A bug in an engine must not end the session with its task group.
                self._announce(name, type(error).__name__, "see the log")
                log.exception("loading failed")
            else:
                self._ready.append(fresh)
                if not self._busy:
                    self._switch()

    def _announce(self, name: str, why: str, hint: str) -> None:
        what = f"language model `{name}` was not taken"
        self._emit(Degraded(what=what, why=why, hint=hint))

    def _switch(self) -> None:
        """Let the newest model that was loaded take over."""
        if not self._ready:
            return
        *stale, fresh = self._ready
        self._ready = []
        if _same(fresh, self.current):
            stale, fresh = [*stale, fresh], self.current
        for other in stale:
            self._let_go(other)
        if fresh is self.current:
            return
        self._let_go(self.previous)
        self.previous, self.current = self.current, fresh
        self._trial, self._good, self._took = fresh is not None, 0, None
        if fresh is None:
            self._let_go(self.previous)
            self.previous = None
        was = self.previous.name if self.previous else ""
        name, version = (fresh.name, fresh.version) if fresh else ("", "")
        self._emit(ModelSwapped(model=name, version=version, was=was))

    def _roll_back(self, opinion: Opinion) -> None:
        bad, self.current, self.previous = self.current, self.previous, None
        self._trial = False
        self._let_go(bad)
        back = self.current
        self._emit(
            ModelRolledBack(
                model=back.name if back else "",
                failed=opinion.model,
                why=opinion.trouble,
                version=back.version if back else "",
            )
        )

    def _let_go(self, slm: Slm | None) -> None:
        """Free a model once it has answered what it is still working on."""
        if slm is None:
            return
        if self._known is not None and self._known[0] is slm:
            self._known = None
        # The same thread that asks it: it cannot be freed under a running call.
        task = asyncio.create_task(self._free(slm))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _free(self, slm: Slm) -> None:
        try:
            await self._compute("slm", self._source.release, slm)
        except VoiceAgentError as error:
            log.warning("model was not freed", extra={"code": error.code})


def _same(one: Slm | None, other: Slm | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.name, one.version) == (other.name, other.version)
