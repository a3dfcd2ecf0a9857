"""A native engine in a process of its own: made there, asked over a pipe.

It cannot hold up the event loop, and what ends its process fails one turn only.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from voiceagent.errors import EngineFailed, VoiceAgentError

__all__ = ["Child"]


class Child:
    """A running process with the engine that `make` built in it."""

    def __init__(
        self, make: Callable[[], object], *, name: str, what: str, hint: str
    ) -> None:
        """`make` is pickled; raises what it raises, `EngineFailed` if it dies.

        `name` of the process; `what` died and the `hint` what happens then.
        """
        self.what, self._hint = what, hint
        self.alive = True
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(theirs, make), daemon=True, name=name
        )
        self.process.start()
        theirs.close()
        try:
            self._answer()
        except VoiceAgentError:
            self.close()
            raise

    def ask(self, member: str, *args: object) -> Any:
        """What that method or attribute of the engine gives."""
        try:
            self._pipe.send((member, args))
        except OSError:
            self._died()
        return self._answer()

    def close(self) -> None:
        """End the process."""
        self.alive = False
        self.process.kill()
        self.process.join()
        self._pipe.close()

    def _answer(self) -> Any:
        try:
            good, value = self._pipe.recv()
        except (EOFError, OSError):
            self._died()
        if good:
            return value
        raise value

    def _died(self) -> NoReturn:
        self.close()
        raise EngineFailed(
            f"{self.what} died", cause="its process ended", hint=self._hint
        )


def _serve(pipe: Connection, make: Callable[[], object]) -> None:
    """The child: build the engine, then answer one question after the other."""
    try:
        engine = make()
        pipe.send((True, None))
        while True:
            member, args = pipe.recv()
            try:
                found = getattr(engine, member)
                pipe.send((True, found(*args) if callable(found) else found))
            except VoiceAgentError as error:
                pipe.send((False, error))
    except VoiceAgentError as error:
        pipe.send((False, error))
    except (EOFError, KeyboardInterrupt):
        return
