"""Making the parts of a live session side by side, and telling when each is there.

The recogniser and the language model are made in processes of their own: while those
load, this one makes the rest. Whoever needs a part that is still being made waits for
it, and meets its error.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiceagent.app.options import AgentOptions
    from voiceagent.app.workshop import Workshop

__all__ = ["PARTS", "arm"]

PARTS = ("recogniser", "language model", "voice", "commands", "wake word")
"""What `AgentOptions.ready` is told of."""


def arm(shop: Workshop, options: AgentOptions) -> None:
    """Begin to make what takes long; the session that is put together meanwhile takes
    it from the shelf."""
    engines, pace = shop.engines, options.pace
    making: dict[str, Callable[[], object]] = {
        "recogniser": lambda: engines.recogniser(pace),
        "language model": lambda: shop.library(live=True).first(),
    }
    if not options.silent:
        making["voice"] = lambda: engines.voices(pace)
    for part, make in making.items():
        # Nobody waits for these threads: a key or a signal ends the program meanwhile.
        run = (part, make, options.ready)
        Thread(target=_make, args=run, name=f"arming {part}", daemon=True).start()


def _make(part: str, make: Callable[[], object], ready: Callable[[str], None]) -> None:
    with suppress(Exception):  # whoever asks for it next meets it too
        make()
        ready(part)
