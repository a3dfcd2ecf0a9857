"""A small language model in a process of its own.

An assertion in native code ends its process, and a model that writes keeps a core busy
for longer than a turn may wait: in a child, the first fails one turn and the second can
be told to stop. A child that died is replaced once; after that the model counts as
broken and the agent goes on with templates alone, and says so.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, NoReturn, Protocol, runtime_checkable

from voiceagent.errors import EngineFailed, VoiceAgentError
from voiceagent.slm import Guess, Slm

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
        self._make, self._asked_for = make, name
        self._pipe: Connection | None = None
        self._child: Any = None
        self._stop: Any = multiprocessing.get_context("spawn").Event()
        self._left = RESTARTS
        self._version, self._name = "", name
        self._begin()

    @property
    def name(self) -> str:
        """Which model this is."""
        return self._name

    @property
    def version(self) -> str:
        """Its version, for the trace."""
        return self._version

    @property
    def broken(self) -> bool:
        """Whether it died too often to be tried again."""
        return self._pipe is None and self._left <= 0

    def understand(self, text: str) -> Guess:
        """What `text` asks for; a child that died is replaced first."""
        if self._pipe is None:
            self._again()
        self._stop.clear()
        assert self._pipe is not None
        try:
            self._pipe.send(text)
        except OSError:
            self._died()
        found = self._answer()
        assert isinstance(found, Guess)
        return found

    def cancel(self) -> None:
        """Stop the sentence that is being read; from any thread."""
        self._stop.set()

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child.join()
        if self._pipe is not None:
            self._pipe.close()
        self._pipe = self._child = None

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._child = context.Process(
            target=_serve,
            args=(theirs, self._make, self._stop),
            daemon=True,
            name=f"slm {self._asked_for}",
        )
        self._child.start()
        theirs.close()
        try:
            self._name, self._version = self._answer()
        except VoiceAgentError:
            self.close()
            raise

    def _again(self) -> None:
        if self._left <= 0:
            raise EngineFailed(
                f"model `{self._name}` is out of use",
                cause="its process ended more than once",
                hint="choose another with `voiceagent models use NAME`",
            )
        self._left -= 1
        self._begin()

    def _answer(self) -> Any:
        assert self._pipe is not None
        try:
            good, value = self._pipe.recv()
        except (EOFError, OSError):
            self._died()
        if good:
            return value
        raise value

    def _died(self) -> NoReturn:
        self.close()
        hint = "it is started again with the next sentence"
        raise EngineFailed(
            f"model `{self._name}` died",
            cause="its process ended",
            hint=hint if self._left > 0 else "choose another model",
        )


def _serve(pipe: Connection, make: Callable[[], Slm], stop: Any) -> None:
    """The child: build the model, then answer one sentence after the other."""
    try:
        slm = make()
        if isinstance(slm, Cancellable):
            slm.stop = stop.is_set
        pipe.send((True, (slm.name, slm.version)))
        while True:
            text = pipe.recv()
            try:
                pipe.send((True, slm.understand(text)))
            except VoiceAgentError as error:
                pipe.send((False, error))
    except VoiceAgentError as error:
        pipe.send((False, error))
    except (EOFError, KeyboardInterrupt):
        return
