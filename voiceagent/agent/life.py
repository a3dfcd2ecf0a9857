"""How a session goes on and ends, and how the change of its state is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voiceagent.agent.state import State
from voiceagent.trace.events import SpeakingStopped, StateChanged
from voiceagent.trace.trace import Record, Trace

__all__ = ["Life", "StateWatch"]


class StateWatch:
    """Tells when the agent does something else than before."""

    def __init__(self, trace: Trace, state: Callable[[], State]) -> None:
        self._trace, self._state = trace, state
        self._told: State | None = None
        self.stop = trace.subscribe(self._took)
        """Ends the watching."""

    def look(self) -> None:
        """Something may have changed without an event."""
        state = self._state()
        if state is not self._told:
            self._told = state
            self._trace.emit(StateChanged(state=state.value))

    def _took(self, record: Record) -> None:
        # When speech stops the turn is about to end: the next frame shows what then is.
        if not isinstance(record.event, StateChanged | SpeakingStopped):
            self.look()


class Life:
    """Whether a session runs, is being left, or has ended."""

    def __init__(self) -> None:
        self.ended = False
        self.watch: StateWatch | None = None
        self._leaving = False
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """It runs in this task from now on."""
        self._task = asyncio.current_task()
        if self._leaving:  # before it began
            self.leave()

    def leave(self) -> None:
        """End it, by cancelling its task."""
        self._leaving = True
        if self._task is not None:
            self._task.cancel()

    def left(self) -> bool:
        """Whether a cancellation was ours; it is then taken back."""
        if self._leaving and self._task is not None:
            self._task.uncancel()
        return self._leaving

    def look(self) -> None:
        """Something may have changed without an event."""
        if self.watch is not None:
            self.watch.look()

    def end(self) -> None:
        """It is over."""
        self.ended = True
        if self.watch is not None:
            self.watch.stop()
