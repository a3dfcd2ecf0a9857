"""A recogniser in a process of its own.

PocketSphinx keeps Python's global lock while it searches, up to a quarter of a second
at a time: in a thread it would hold up the event loop and the microphone with it. In a
process it uses another core, and a crash of native code fails one turn, not the agent.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from voiceagent.errors import EngineFailed, VoiceAgentError
from voiceagent.stt import Recognition, Stt

__all__ = ["ProcessStt"]


class ProcessStt:
    """Passes every call on to a recogniser that `make` builds in a child process."""

    def __init__(self, make: Callable[[], Stt], *, name: str) -> None:
        """`make` is pickled; raises what it raises, `EngineFailed` if it dies."""
        self.name = name
        self._make = make
        self._pipe: Connection | None = None
        self._child: Any = None
        self._begin()

    def start(self) -> None:
        """Begin an utterance; a child that died is replaced first."""
        if self._pipe is None:
            self._begin()
        self._call("start")

    def feed(self, pcm: bytes) -> str:
        """Take the next audio and give the text so far."""
        return str(self._call("feed", pcm))

    def preview(self) -> Recognition | None:
        """What `finish` would give now."""
        found = self._call("preview")
        return found if isinstance(found, Recognition) else None

    def finish(self) -> Recognition:
        """End the utterance and give the final result."""
        found = self._call("finish")
        assert isinstance(found, Recognition)
        return found

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child.join()
        self._pipe = self._child = None

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        child = context.Process(
            target=_serve, args=(theirs, self._make), daemon=True, name=self.name
        )
        child.start()
        theirs.close()
        self._child = child
        self._answer()

    def _call(self, method: str, *args: object) -> object:
        if self._pipe is None:
            raise EngineFailed(f"recogniser `{self.name}` is not running")
        try:
            self._pipe.send((method, args))
        except OSError:
            self._died()
        return self._answer()

    def _answer(self) -> object:
        assert self._pipe is not None
        try:
            good, value = self._pipe.recv()
        except (EOFError, OSError):
            self._died()
        if good:
            return value
        raise value

    def _died(self) -> Any:
        self.close()
        raise EngineFailed(
            f"recogniser `{self.name}` died",
            cause="its process ended",
            hint="it is started again with the next turn",
        )


def _serve(pipe: Connection, make: Callable[[], Stt]) -> None:
    """The child: build the recogniser, then answer one call after the other."""
    try:
        stt = make()
        pipe.send((True, None))
        while True:
            method, args = pipe.recv()
            try:
                pipe.send((True, getattr(stt, method)(*args)))
            except VoiceAgentError as error:
                pipe.send((False, error))
    except VoiceAgentError as error:
        pipe.send((False, error))
    except (EOFError, KeyboardInterrupt):
        return
