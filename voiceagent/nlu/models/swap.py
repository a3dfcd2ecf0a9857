"""The model in use, and how another takes its place while the agent runs.

The new one is loaded beside the old, hashes compared and a sentence understood, before
it is let near a turn. It takes over between two turns; the old one stays until the new
one has served two turns well. Should it fail before that (an error, or an answer after
the deadline), the old one answers again, in the same turn where there is time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voiceagent.clock import Compute
from voiceagent.nlu.decision import FAILED, Opinion
from voiceagent.nlu.models.inquiry import Inquiry
from voiceagent.nlu.models.loader import ModelLoader, ModelSource
from voiceagent.nlu.slm.protocol import Slm
from voiceagent.trace.events import Degraded, Event, ModelRolledBack, ModelSwapped

__all__ = ["LateModel", "ModelSource", "ModelSwitch"]

GOOD_TURNS = 2
"""Turns that a new model must serve before the old one goes."""


@dataclass(slots=True)
class ModelTrial:
    """How a new model has done so far."""

    good: int = 0
    """Turns that it served well."""
    served: bool = False
    """It answered in the turn that goes on."""


@dataclass(frozen=True, slots=True)
class LateModel:
    """A first model that is made later than the agent that asks it."""

    make: Callable[[], tuple[Slm | None, Degraded | None]]
    """Gives it, or what is degraded without it; blocking."""
    begun: Compute | None = None
    """Where it is waited for, when it is being made already; None: it is made when it
    is first asked, and the turn is not charged for that."""

    async def made(self) -> tuple[Slm | None, Degraded | None]:
        """What `make` gives."""
        return await self.begun("load", self.make) if self.begun else self.make()


class ModelSwitch:
    """Asks the model in use; swaps it between turns."""

    def __init__(
        self,
        source: ModelSource,
        compute: Compute,
        emit: Callable[[Event], None],
        *,
        current: Slm | None = None,
        patience: float = 0.0,
        late: LateModel | None = None,
    ) -> None:
        """`patience`: seconds after its time that a sentence has where its model was
        lost on the way and another process may still answer; `late`: the first
        model is made when it is first asked."""
        self.current = current
        """The model that answers; None for templates alone. The first one belongs to
        whoever gave it, all others are freed by `close`."""
        self.previous: Slm | None = None
        """The one before, while the current one is on trial."""
        self._source, self._emit, self._patience = source, emit, patience
        self._stamp, self._first, self._late = source.stamp(), current, late
        self._inquiry = Inquiry(compute, emit, source.limits)
        self._loader = ModelLoader(source, compute, emit, self._arrived)
        self._trial: ModelTrial | None = None
        self._busy = False

    @property
    def quick(self) -> bool:
        """Whether it answered fast enough last time to be asked ahead of time."""
        return self._inquiry.quick

    async def ask(self, text: str, *, turn: int, until: float) -> Opinion | None:
        """What the model makes of `text` by loop time `until`; None without a model."""
        await self.open()
        slm = self.current
        if slm is None:
            return None
        # For one on trial, the model before it stands in.
        patience = self._patience if self._trial is None else 0.0
        opinion = await self._inquiry.ask(slm, text, until, turn, patience=patience)
        if opinion.guess is not None:
            if self._trial is not None:
                self._trial.served = True
            return opinion
        if self._trial is not None and slm is self.current:
            self._roll_back(opinion)
            if opinion.trouble == FAILED and self.current is not None:
                return await self._inquiry.ask(self.current, text, until, turn)
        return opinion

    @property
    def source(self) -> ModelSource:
        """Where its models come from."""
        return self._source

    @property
    def arriving(self) -> bool:
        """Whether the first model is being made already."""
        return self._late is not None and self._late.begun is not None

    async def open(self) -> None:
        """Make the first model, or wait for it, where that was left for later."""
        late = self._late
        if late is None:
            return
        made = await late.made()
        if self._late is not late:
            return  # whoever waited as well was first, or another took its place
        self._late = None
        self.current, notice = made
        self._first = self.current
        if notice is not None:
            self._emit(notice)

    async def foresee(self, text: str, *, until: float) -> Opinion | None:
        """As `ask`, ahead of time: leaves no trace, and only where it is quick."""
        if self.current is None or not self.quick:
            return None
        return await self._inquiry.ask(self.current, text, until, None)

    def turn_began(self) -> None:
        """From here to `turn_ended` the model stays the same, unless it fails."""
        self._busy = True
        if self._trial is not None:
            self._trial.served = False

    def turn_ended(self) -> None:
        """Between two turns: count, switch, and look at the user's choice."""
        self._busy = False
        if self._trial is not None and self._trial.served:
            self._trial.good, self._trial.served = self._trial.good + 1, False
            if self._trial.good >= GOOD_TURNS:
                self._trial = None
                self._let_go(self.previous)
                self.previous = None
        self._switch()
        stamp = self._source.stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            self.offer(self._source.wanted())

    def offer(self, name: str) -> None:
        """Load that model beside the current one and switch to it between turns."""
        self._loader.offer(name)

    def renew(self) -> None:
        """Other things can be meant now: the same model is made anew, and takes over
        as another would."""
        self._loader.anew = True
        self.offer(self._source.wanted())

    async def settled(self) -> None:
        """Wait until nothing is being loaded or freed any more."""
        await self._loader.settled()

    async def close(self) -> None:
        """Stop loading; free what is no longer in use."""
        await self._loader.stop()
        for spare in (self.previous, self.current, *self._loader.take()):
            if spare is not self._first:
                self._let_go(spare)
        self.previous = None
        await self._loader.settled()

    def _arrived(self) -> None:
        """Another model is ready: it waits for the end of a turn that goes on."""
        if not self._busy:
            self._switch()

    def _switch(self) -> None:
        """Let the newest model that was loaded take over."""
        ready = self._loader.take()
        if not ready:
            return
        *stale, fresh = ready
        if not self._loader.anew and _same(fresh, self.current):
            stale, fresh = [*stale, fresh], self.current
        for other in stale:
            self._let_go(other)
        if fresh is not self.current:
            self._take_over(fresh)

    def _take_over(self, fresh: Slm | None) -> None:
        self._loader.anew = False
        self._let_go(self.previous)
        self.previous, self.current, self._late = self.current, fresh, None
        self._trial = None if fresh is None else ModelTrial()
        self._inquiry.begin()
        if fresh is None:
            self._let_go(self.previous)
            self.previous = None
        was = self.previous.name if self.previous else ""
        name, version = (fresh.name, fresh.version) if fresh else ("", "")
        self._emit(ModelSwapped(model=name, version=version, was=was))

    def _roll_back(self, opinion: Opinion) -> None:
        bad, self.current, self.previous = self.current, self.previous, None
        self._trial = None
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
        if slm is None:
            return
        self._inquiry.forget(slm)
        self._loader.free(slm)


def _same(one: Slm | None, other: Slm | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.name, one.version) == (other.name, other.version)
