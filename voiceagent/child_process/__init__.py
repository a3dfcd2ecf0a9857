"""A native engine in a process of its own: made there, asked over a pipe.

It cannot hold up the event loop. What ends its process fails one call only, and so does
what stops it: every call has a limit, at which the process is killed.

Building an engine takes seconds. Where it can be copied, the process that built it
keeps the original and never works with it: what works is a copy (a fork), and one that
was lost is replaced in hundredths of a second, while the turn still waits.
"""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import os
import socket
import struct
import sys
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from typing import Any, NoReturn

from voiceagent.child_process.own_path import from_no_folder
from voiceagent.child_process.patience import Patience
from voiceagent.child_process.side import serve
from voiceagent.errors import EngineDied, EngineHung, EngineLost, VoiceAgentError

__all__ = ["CALL", "Child"]

log = logging.getLogger(__name__)

MAKING = 60.0
"""Seconds to build an engine: 6 on a quiet machine, 14 on one with twice the work that
it can do."""
CALL = 5.0
"""Seconds for a call: less than 0.1 as a rule."""
STILL = 2.5
"""Seconds without a millisecond of work, after which a process is known to be stopped:
on a machine with twenty times the work that it can do, it would have done 0.1 s."""
COPYING = 5.0
"""Seconds to copy an engine: 0.04."""
STALL = 5
"""Seconds within a message that was begun and does not go on."""
SLICE = 0.25
"""Seconds that are waited at a time. Where we are stopped ourselves (a debugger, a
machine that is moved), all of it counts as one slice: it is nobody's fault."""
GONE = 1.0
"""Seconds for a killed process to go; one that waits for a dead disk stays."""
CAN_COPY = sys.platform == "linux"
"""Elsewhere a fork may not be used by all that the system's libraries do."""


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How an engine's process is begun: `name` of it, `seconds` to build the engine."""

    make: Callable[[], object]
    name: str
    seconds: float


class Child:
    """A running process with the engine that `make` built in it."""

    def __init__(
        self,
        make: Callable[[], object],
        *,
        name: str,
        what: str,
        hint: str,
        making: float = MAKING,
        copied: bool = False,
    ) -> None:
        """`make` is pickled; raises what it raises, `EngineLost` if it dies or hangs.

        `name` of the process; `what` died and the `hint` what happens then; `making`:
        seconds to build it. `copied`: the engine runs no threads of its own, so that a
        copy of it works as well.
        """
        self.what, self.hint = what, hint
        self.alive = False
        """False from the moment that it was lost."""
        self.renewable = True
        """Whether a lost one will be replaced, for the error that tells of it."""
        self._recipe = _Recipe(make, name, making)
        self._copied = copied and CAN_COPY
        self.pid = 0
        """Of the process that answers."""
        self._use = threading.RLock()
        """One thread at a time has its pipes: one closed twice is another's by then."""
        self._closed = False
        with self._use:
            self._begin()

    @property
    def well(self) -> bool:
        """Whether it can be asked. Nothing comes from an idle one, but its end."""
        with suppress(OSError):  # closed by another thread since
            return self.alive and not self._pipe.poll()
        return False

    def ask(
        self,
        member: str,
        *args: object,
        limit: float = CALL,
        hurry: Callable[[], bool] | None = None,
    ) -> Any:
        """What that method or attribute of the engine gives within `limit` seconds of
        work, less where `hurry()` is true. Raises `EngineLost` where it is gone then.
        """
        with self._use:
            try:
                self._pipe.send((member, args))
            except BlockingIOError:
                self._lost(EngineHung, f"it took no question for {STALL} s")
            except OSError:
                self._lost(EngineDied, "its process ended")
            return self._answer(limit, hurry)

    def renew(self, *, anew: bool = False) -> None:
        """Another one in its place: a copy of the same original where there is one,
        unless `anew`. Raises what the constructor raises."""
        with self._use:
            if self._copied and not anew and not self._closed:
                try:
                    self._copy()
                except EngineLost as error:
                    log.warning("original lost", extra={"cause": error.cause})
                else:
                    return
            self._end()
            self._begin()

    def close(self) -> None:
        """End the process for good, also under a thread that asks or renews it."""
        self._closed = True
        self.process.kill()  # whoever waits for its answer is free now
        while not self._use.acquire(timeout=SLICE):
            self.process.kill()  # one that was begun meanwhile
        try:
            self._end()
        finally:
            self._use.release()

    def _end(self) -> None:
        self.alive = False
        self.process.kill()  # a copy dies with its original
        self.process.join(GONE)
        self._pipe.close()
        self._home.close()

    def _begin(self) -> None:
        if self._closed:
            self._gone(EngineDied, "it was closed")
        context = multiprocessing.get_context("spawn")
        home, theirs = context.Pipe()
        self._home = self._pipe = _impatient(home)
        process = context.Process(
            target=serve,
            args=(theirs, self._recipe.make, self._copied),
            daemon=True,
            name=self._recipe.name,
        )
        with from_no_folder():
            process.start()
        self.process = process  # whoever closes it may kill it from here on
        self.pid = self.process.pid or 0
        theirs.close()
        _LIVING.add(self)
        try:
            self._answer(self._recipe.seconds, reads=True)
            if self._copied:
                self._copy()
        except VoiceAgentError:
            self._end()
            raise
        self.alive = True

    def _copy(self) -> None:
        """A copy of the original from here on; the one before it, if any, is ended."""
        if self._pipe is not self._home:
            self._pipe.close()
        self._pipe = self._home
        try:
            self.pid = self.process.pid or 0
            self._home.send("copy")
            self.pid = int(self._answer(COPYING))
            self._pipe = _impatient(Connection(recv_handle(self._home)))
            self._answer(COPYING)
        except (OSError, EOFError, RuntimeError):
            self._lost(EngineDied, "its original is gone")
        self.alive = True

    def _answer(
        self,
        limit: float,
        hurry: Callable[[], bool] | None = None,
        *,
        reads: bool = False,
    ) -> Any:
        """`reads`: it waits for a disk, and may do no work for a while."""
        try:
            patience = Patience(self.pid, limit, inf if reads else STILL, hurry)
            while not self._pipe.poll(SLICE):
                patience.waited(SLICE)
                if patience.over:
                    self._lost(EngineHung, f"no answer for {patience.seconds:g} s")
            good, value = self._pipe.recv()
        except BlockingIOError:
            self._lost(EngineHung, f"its answer stopped half-way for {STALL} s")
        except (EOFError, OSError):
            self._lost(EngineDied, "its process ended")
        if good:
            return value
        raise value

    def _lost(self, kind: type[EngineLost], cause: str) -> NoReturn:
        self.alive = False
        if self._pipe is self._home:
            self._end()
        else:
            self._pipe.close()
            with suppress(OSError):
                self._home.send("end")
        self._gone(kind, cause)

    def _gone(self, kind: type[EngineLost], cause: str) -> NoReturn:
        verb = "died" if kind is EngineDied else "hung"
        raise kind(
            f"{self.what} {verb}",
            cause=cause,
            hint=self.hint,
            replaced=self.renewable,
        )


def _impatient(pipe: Connection) -> Connection:
    """A message that was begun must go on: a process may be stopped in the middle."""
    if sys.platform != "win32":
        with socket.socket(fileno=os.dup(pipe.fileno())) as line:
            for way in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                line.setsockopt(socket.SOL_SOCKET, way, struct.pack("@ll", STALL, 0))
    return pipe


_LIVING: weakref.WeakSet[Child] = weakref.WeakSet()


@atexit.register
def _end_all() -> None:
    """Before `multiprocessing` asks them to end, which a stopped one never would."""
    for child in list(_LIVING):
        child.process.kill()
