"""Looking about when a session begins: what is not as it was set up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voiceagent.clock import Compute
from voiceagent.trace.events import Degraded, Event

__all__ = ["LookAbout", "look_about"]

LookAbout = Callable[[], Sequence[Degraded]]
"""Blocking; raises `VoiceAgentError`."""


async def look_about(
    look: LookAbout, compute: Compute, emit: Callable[[Event], None]
) -> None:
    """Tell what `look` finds. It has a thread of its own: what hangs there holds up no
    command."""
    for notice in await compute("look", look):
        emit(notice)
