"""Whether what failed at a measured pace failed for the machine's speed alone.

There work costs what it took, also while other programs have the processor: "One
moment" is then said where an answer was expected. Replayed where work costs what is
declared, that plays no part; what fails there too, or brought an error with it, failed.
"""

from __future__ import annotations

from voiceagent.replay.replay import Replay
from voiceagent.trace.events import Degraded, Failed

__all__ = ["only_slow"]


def only_slow(one: Replay, again: Replay) -> bool:
    """`again`: the same scenario at the virtual pace."""
    return again.ok and _errors(one) <= _errors(again)


def _errors(one: Replay) -> set[str]:
    """Kinds of errors that it met."""
    found = [event for _, event in one.records if isinstance(event, Failed | Degraded)]
    return {one.code if isinstance(one, Failed) else one.what for one in found}
