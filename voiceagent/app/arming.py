"""Making the parts of a live session side by side, and telling when each is there.

The recogniser and the language model are made in processes of their own: while those
load, this one makes the rest. Whoever needs a part that is still being made waits for
it, and meets its error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from voiceagent.app.options import AgentOptions
    from voiceagent.app.workshop import Workshop

__all__ = ["PARTS", "Armed", "arm"]

Armed: TypeAlias = Mapping[str, "Future[Any]"]
"""What is being made, by part."""

PARTS = ("recogniser", "language model", "voice", "commands", "wake word")
"""What `AgentOptions.ready` is told of."""


def arm(shop: Workshop, options: AgentOptions) -> Armed:
    """Begin to make what takes long; the session that is put together meanwhile takes
    it from the shelf. What fails is met by whoever asks for it next."""
    engines, pace = shop.engines, options.pace
    making: dict[str, Callable[[], object]] = {
        "recogniser": lambda: engines.recogniser(pace),
        "language model": lambda: shop.library(live=True).first(),
    }
    if not options.silent:
        making["voice"] = lambda: engines.voices(pace)
    armed: dict[str, Future[Any]] = {part: Future() for part in making}
    if options.at_once:
        # Somebody may speak at any moment; what it means is asked later.
        making["language model"] = _after(armed["recogniser"], making["language model"])
    for part, make in making.items():
        # Nobody waits for these threads: a key or a signal ends the program meanwhile.
        run = (armed[part], part, make, options.ready)
        Thread(target=_make, args=run, name=f"arming {part}", daemon=True).start()
    return armed


def _after(first: Future[Any], make: Callable[[], object]) -> Callable[[], object]:
    def made() -> object:
        wait([first])
        return make()

    return made


def _make(
    arriving: Future[Any],
    part: str,
    make: Callable[[], object],
    ready: Callable[[str], None],
) -> None:
    arriving.set_running_or_notify_cancel()  # from here on nobody can call it off
    try:
        thing = make()
    except Exception as error:
        arriving.set_exception(error)
    else:
        arriving.set_result(thing)
        ready(part)
