"""How long a call may take before it is given up: one table, by stage and kind of work.

These are the outermost limits: what takes longer than any turn waits for an answer, and
far longer than work of that kind takes on a busy machine, will not come back. Engines
in processes of their own have tighter ones and are killed and replaced at them
(`child_process`); here it is a thread of our own that is left behind.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LIMITS", "UNKNOWN", "limit_of"]

PATIENCE = 15.0
"""Seconds. A turn waits for 0.8, and 10 beyond that: an answer after that is for
nobody."""
UNKNOWN = 30.0
"""Seconds for a stage that is not in the table."""

LIMITS: Mapping[str, float] = {
    # Tools of the house answer in 3 s or fail; an effect may call several.
    "act": PATIENCE,
    "alarms": PATIENCE,
    # Up to 30 s of audio, in any words, which takes about as long on a slow machine.
    "dictation": 60.0,
    # Templates take milliseconds, and a whole pack of them a tenth of a second.
    "intent": PATIENCE,
    # A ledger that another program holds is given up after a second or two.
    "ledger": PATIENCE,
    # Gigabytes may be read and compared, and a process is made.
    "load": 600.0,
    # A large house tells in several answers, of 10 s each at most.
    "look": 120.0,
    "receipt": PATIENCE,
    "skill": PATIENCE,
    "slm": 30.0,
    # In a process of its own: one that was lost is made anew within the call.
    "slm.apart": 240.0,
    # More than one in a process of its own gets for the longest turn.
    "stt": 45.0,
    # A child that was lost is made anew within the call.
    "stt.begin": 90.0,
    # Voices that are programs are killed after 5 s; one that is loaded first, after 10.
    "tts": PATIENCE,
    # The verifier takes 0.26 s for its two seconds of sound.
    "wake": PATIENCE,
}
"""Seconds that one call may take."""


def limit_of(kind: str, limits: Mapping[str, float] = LIMITS) -> float:
    """Seconds that a call of that kind (`stt.final`) may take; else of its stage."""
    return limits.get(kind, limits.get(kind.partition(".")[0], UNKNOWN))
