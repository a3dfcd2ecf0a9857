"""End of turn: how long to wait in silence, given what has been said so far.

A complete command that nothing can follow ends fast; one that may go on ("a large
latte" ... "with milk") waits longer; a trailing "and", an open number or an unfinished
name waits longest. The decision is a pure function and its inputs go into the trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["WHOLE", "Completeness", "EndpointPolicy", "Verdict", "decide"]


class Completeness(StrEnum):
    """How much of a command the words so far are."""

    COMPLETE = "complete"
    """A whole command, and no longer one starts like it."""
    EXTENSIBLE = "extensible"
    """A whole command that could still go on."""
    INCOMPLETE = "incomplete"
    """The beginning of a command."""
    DEAD = "dead"
    """No command starts like this."""
    UNKNOWN = "unknown"
    """The recogniser has not caught up with the audio, or it is not for us."""


WHOLE = (Completeness.COMPLETE, Completeness.EXTENSIBLE)
"""The words may be all of a command."""


@dataclass(frozen=True, slots=True)
class EndpointPolicy:
    """Seconds of silence to wait for; `patience` stretches all of them."""

    complete: float = 0.22
    extensible: float = 0.34
    incomplete: float = 1.0
    dead: float = 0.6
    unknown: float = 0.6
    no_speech: float = 4.0
    """After the gate opened, when nothing is said at all."""
    max_turn: float = 15.0
    """Longest turn; it is ended and acted upon as it stands."""
    min_speech: float = 0.2
    """Less speech than this after the wake word counts as none."""
    patience: float = 1.0
    """Factor on all waits: above 1 for people who take their time."""

    def wait(self, completeness: Completeness) -> float:
        """Seconds of silence that end a turn with such words."""
        return float(getattr(self, completeness.value)) * self.patience


@dataclass(frozen=True, slots=True)
class Verdict:
    """The turn is over, and why."""

    reason: str
    silence: float
    wait: float


def decide(
    policy: EndpointPolicy,
    *,
    completeness: Completeness,
    silence: float,
    speech: float,
    elapsed: float,
) -> Verdict | None:
    """Whether the turn ends now; `None` while the user may still go on.

    `silence`: seconds since the last speech sample (0 while speaking); `speech`:
    seconds of speech in the turn; `elapsed`: seconds since the gate opened.
    """
    if elapsed >= policy.max_turn:
        return Verdict("max-length", silence, policy.max_turn)
    if speech < policy.min_speech:
        wait = policy.no_speech * policy.patience
        quiet = min(silence, elapsed)
        return Verdict("no-speech", quiet, wait) if quiet >= wait else None
    wait = policy.wait(completeness)
    return Verdict(completeness.value, silence, wait) if silence >= wait else None
