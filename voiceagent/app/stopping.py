"""How a server of ours is told to end."""

from __future__ import annotations

import asyncio
import signal

__all__ = ["stop_signalled"]


def stop_signalled() -> asyncio.Event:
    """Set at SIGTERM or SIGINT; a second one ends the loop, as a key does elsewhere."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def signalled() -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, signalled)
    return stop
