"""What one agent is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voiceagent.audio.player import Player
from voiceagent.clock import Pace
from voiceagent.store import Store
from voiceagent.trace.trace import Trace

__all__ = ["AgentOptions"]


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """What one agent is for."""

    player: Player
    pace: Pace = Pace.REALTIME
    store: Store | None = None
    """None: timers, lists and house are kept in memory only (replay)."""
    typed: bool = False
    """Nothing is heard: every turn is typed."""
    wake: bool = True
    """False: the whole stream is one command."""
    hold_until: int = 0
    """Sample before which no turn ends."""
    room: Sequence[bytes] = ()
    """Frames of the room of a recording, heard before it (`frontend/room.py`)."""
    trace: Trace | None = None
    silent: bool = False
    """Replies are not rendered."""
    plain: bool = False
    """The same parts put together the usual way, to compare with."""
    muted: bool = False
    """Begin with the microphone muted, as it was left."""
    at_once: bool = False
    """Live: it listens while the recogniser and the language model are still being
    made; what is said meanwhile is heard when they are there."""
    agreed: bool = False
    """The user has said yes to whatever has consequences."""
    ready: Callable[[str], None] = lambda part: None
    """Live: told which of `app.arming.PARTS` is there; from any thread."""
