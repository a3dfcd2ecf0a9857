"""How a server of ours is told to end."""

from __future__ import annotations

import asyncio
import signal

__all__ = ["stop_signalled"]


def stop_signalled() -> asyncio.Event:
    """Set at SIGTERM or SIGINT; a second one ends the task that asked for this."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    main = asyncio.current_task()
    assert main is not None

    def signalled() -> None:
        if stop.is_set():
            main.cancel()
        stop.set()

    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, signalled)
    return stop
