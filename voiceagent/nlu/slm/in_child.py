"""A small language model in a process of its own.

An assertion in native code ends its process, and a model that writes keeps a core busy
for longer than a turn may wait: in a child, the first fails one turn and the second can
be told to stop. A child that died is replaced once; after that the model counts as
broken and the agent goes on with templates alone, and says so.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, runtime_checkable

from voiceagent.child_process import Child
from voiceagent.errors import EngineFailed
from voiceagent.nlu.slm.protocol import Guess, Slm

__all__ = ["RESTARTS", "Cancellable", "ProcessSlm"]

RESTARTS = 1
"""A model that ends its process twice does it every time."""


@runtime_checkable
class Cancellable(Protocol):
    """A model that looks between two pieces whether it should stop."""

    stop: Callable[[], bool]
    """True: give up and answer with no intent."""


class ProcessSlm:
    """Passes every sentence on to a model that `make` builds in a child process."""

    def __init__(self, make: Callable[[], Slm], *, name: str) -> None:
        """`make` is pickled; raises what it raises, `EngineFailed` if it dies."""
        self._asked_for = name
        self._stop: Any = multiprocessing.get_context("spawn").Event()
        self._make = partial(_stoppable, make, self._stop)
        self._left = RESTARTS
        self.name = name
        """Which model this is."""
        self._child = self._begin()
        self.version = str(self._child.ask("version"))
        """Its version, for the trace."""

    @property
    def broken(self) -> bool:
        """Whether it died too often to be tried again."""
        return not self._child.alive and self._left <= 0

    def understand(self, text: str) -> Guess:
        """What `text` asks for; a child that died is replaced first."""
        if not self._child.alive:
            self._again()
        self._stop.clear()
        found = self._child.ask("understand", text)
        assert isinstance(found, Guess)
        return found

    def cancel(self) -> None:
        """Stop the sentence that is being read; from any thread."""
        self._stop.set()

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def _begin(self) -> Child:
        again = "it is started again with the next sentence"
        child = Child(
            self._make,
            name=f"slm {self._asked_for}",
            what=f"model `{self.name}`",
            hint=again if self._left > 0 else "choose another model",
        )
        self.name = str(child.ask("name"))
        child.what = f"model `{self.name}`"
        return child

    def _again(self) -> None:
        if self._left <= 0:
            raise EngineFailed(
                f"model `{self.name}` is out of use",
                cause="its process ended more than once",
                hint="choose another with `voiceagent models use NAME`",
            )
        self._left -= 1
        self._child = self._begin()


def _stoppable(make: Callable[[], Slm], stop: Any) -> Slm:
    """The model, told where to look whether it should stop; in the child."""
    slm = make()
    if isinstance(slm, Cancellable):
        slm.stop = stop.is_set
    return slm
