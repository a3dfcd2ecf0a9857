"""What nobody caught: the usual words of Python on stderr, those of others as text."""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from voiceagent.errors.foreign import words_of_others

if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from threading import ExceptHookArgs

__all__ = ["tell_uncaught", "uncaught_as_text"]


def uncaught_as_text() -> None:
    """In this process, from now on, in every thread. Whoever watches them already goes
    on doing so."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _uncaught
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _in_a_thread
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _in_passing


def tell_uncaught(error: BaseException) -> None:
    """Write it now."""
    sys.stderr.write(words_of_others("".join(traceback.format_exception(error))))
    sys.stderr.flush()


def _uncaught(
    kind: type[BaseException], error: BaseException, where: TracebackType | None
) -> None:
    tell_uncaught(error.with_traceback(where))


def _in_a_thread(told: ExceptHookArgs) -> None:
    if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
        tell_uncaught(told.exc_value)


def _in_passing(told: UnraisableHookArgs) -> None:
    if told.exc_value is not None:
        tell_uncaught(told.exc_value)
