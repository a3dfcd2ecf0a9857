"""What runs in the process of an engine: build it, answer, lend out copies of it.

Its other side is `Child`. It ends when nobody is left at the other end of
the pipe, whoever that was and however they ended.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle

from voiceagent.child_process.own_path import started
from voiceagent.errors import VoiceAgentError
from voiceagent.errors.uncaught import tell_uncaught, uncaught_as_text

__all__ = ["serve"]

PR_SET_PDEATHSIG = 1
"""From `linux/prctl.h`."""


def serve(pipe: Connection, make: Callable[[], object], copied: bool) -> None:
    """The child: build the engine, then answer, or lend out copies that do."""
    # Ctrl-C reaches all processes of a terminal; when to end is said by the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    started()
    uncaught_as_text()
    try:
        _serve(pipe, make, copied)
    except Exception as error:  # `multiprocessing` would write it as it is
        tell_uncaught(error)
        sys.exit(1)


def _serve(pipe: Connection, make: Callable[[], object], copied: bool) -> None:
    with suppress(EOFError, OSError):
        gc.disable()  # nothing becomes garbage meanwhile
        try:
            engine = make()
        except VoiceAgentError as error:
            pipe.send((False, error))
            return
        gc.enable()
        pipe.send((True, None))
        if copied:
            _lend(pipe, engine)
        else:
            _work(pipe, engine)


def _work(pipe: Connection, engine: object) -> None:
    """Answer one question after the other, until nobody is there to ask."""
    while True:
        member, args = pipe.recv()
        try:
            found = getattr(engine, member)
            pipe.send((True, found(*args) if callable(found) else found))
        except VoiceAgentError as error:
            pipe.send((False, error))


def _lend(home: Connection, engine: object) -> None:
    """Keep the original; one copy at a time, for as long as somebody wants one."""
    gc.collect()
    gc.freeze()  # what is never looked at again stays common to all copies
    copy = 0
    while True:
        try:
            wanted = home.recv()
        except (EOFError, OSError):
            _end(copy)
            return
        _end(copy)
        copy = 0
        if wanted == "copy":
            copy, theirs = _fork(home, engine)
            home.send((True, copy))
            send_handle(home, theirs.fileno(), os.getppid())
            theirs.close()


def _end(copy: int) -> None:
    if copy:
        os.kill(copy, signal.SIGKILL)
        os.waitpid(copy, 0)


def _fork(home: Connection, engine: object) -> tuple[int, Connection]:
    """A copy at work: its process, and the end of the pipe that it is asked through."""
    pipe, theirs = multiprocessing.Pipe()
    original = os.getpid()
    with warnings.catch_warnings():
        # Only this thread has ever run anything; those of libraries wait for work.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process:
        pipe.close()
        return process, theirs
    try:
        _die_with(original)
        home.close()
        theirs.close()
        with suppress(EOFError, OSError):
            pipe.send((True, None))  # from here on it ends when it should
            _work(pipe, engine)
    except Exception as error:
        tell_uncaught(error)
    finally:
        os._exit(0)


def _die_with(parent: int) -> None:
    """Be killed when the parent ends, even where this process is stopped then."""
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it had ended before that
        os._exit(0)
