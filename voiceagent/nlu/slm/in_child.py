"""A small language model in a process of its own.

An assertion in native code ends its process, and a model that writes keeps a core busy
for longer than a turn may wait: in a child, the first fails one turn and the second can
be told to stop. One that does neither hangs, and is killed. A child that was lost is
replaced once; after that the model counts as broken and the agent goes on with
templates alone, and says so.
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
GOOD = 20
"""Sentences understood since, after which it was not the model: it may be lost as often
again."""
MAKING = 180.0
"""Seconds until a model is there: gigabytes are read, and instructions of a thousand
pieces, which a slow machine does at twenty a second."""
AGAIN = "it is started again with the next sentence"
CALL = 5.0
"""Seconds of work for a sentence: a model that reads takes 0.04."""
WRITING = 20.0
"""The same for a model that writes: no turn waits so long, but the first sentence of a
large one takes many times as long as the others."""


@runtime_checkable
class Cancellable(Protocol):
    """A model that looks between two pieces whether it should stop."""

    stop: Callable[[], bool]
    """True: give up and answer with no intent."""


class ProcessSlm:
    """Passes every sentence on to a model that `make` builds in a child process."""

    def __init__(
        self, make: Callable[[], Slm], *, name: str, copied: bool = False
    ) -> None:
        """`make` is pickled; raises what it raises, `EngineLost` if it dies or hangs.

        `copied`: it runs no threads of its own, and a lost one may be replaced by a
        copy."""
        # No lock is held over it: a process that is killed would never let it go.
        self._stop: Any = multiprocessing.get_context("spawn").RawValue("b", 0)
        self._left, self._served, self._proved = RESTARTS, 0, True
        self._child = Child(
            partial(_stoppable, make, self._stop),
            name=f"slm {name}",
            what=f"model `{name}`",
            hint=AGAIN,
            making=MAKING,
            copied=copied,
        )
        self._writes = "stop" in self._child.ask("__dir__")
        self.name = str(self._child.ask("name"))
        """Which model this is."""
        self._child.what = f"model `{self.name}`"
        self.version = str(self._child.ask("version"))
        """Its version, for the trace."""

    @property
    def pid(self) -> int:
        """The process that understands."""
        return self._child.pid

    @property
    def broken(self) -> bool:
        """Whether it died too often to be tried again."""
        return not self._child.alive and self._left <= 0

    def understand(self, text: str) -> Guess:
        """What `text` asks for; a child that was lost is replaced first."""
        if not self._child.well:
            self._again()
        self._stop.value = 0
        limit = WRITING if self._writes else CALL
        hurry = self._told if self._writes else None
        found = self._child.ask("understand", text, limit=limit, hurry=hurry)
        assert isinstance(found, Guess)
        self._proved = True
        self._served += 1
        if self._served >= GOOD:
            self._allow(RESTARTS)
        return found

    def cancel(self) -> None:
        """Stop the sentence that is being read; from any thread."""
        self._stop.value = 1

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def _again(self) -> None:
        if self._left <= 0:
            raise EngineFailed(
                f"model `{self.name}` is out of use",
                cause="its process ended more than once",
                hint="choose another with `voiceagent models use NAME`",
            )
        # A copy that was lost before it had understood anything may be a bad one.
        anew, self._proved, self._served = not self._proved, False, 0
        self._allow(self._left - 1)
        self._child.renew(anew=anew)

    def _allow(self, restarts: int) -> None:
        """How often it may be lost from here on."""
        self._left = restarts
        self._child.renewable = restarts > 0
        self._child.hint = AGAIN if restarts > 0 else "choose another model"

    def _told(self) -> bool:
        return bool(self._stop.value)


def _stoppable(make: Callable[[], Slm], stop: Any) -> Slm:
    """The model, told where to look whether it should stop; in the child."""
    slm = make()
    if isinstance(slm, Cancellable):
        slm.stop = lambda: bool(stop.value)
    return slm
