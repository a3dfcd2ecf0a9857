"""Linux's sound library prints its complaints into our terminal unless it is told not
to: what is wrong with a device comes to us as an error, in words of our own."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

__all__ = ["quieten"]


def quieten() -> None:
    """Let the sound library keep its complaints to itself; for good."""
    if not sys.platform.startswith("linux"):
        return
    # The handler is called on the library's own threads: a function of C, which takes
    # no notice of what it is given, needs no interpreter there.
    with suppress(OSError, AttributeError):
        handler = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p)
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(handler)
