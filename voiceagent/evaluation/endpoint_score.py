"""What ending a turn at some moment means: cut-offs, latency, and points of a curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from voiceagent.audio.arrays import Doubles
from voiceagent.audio.frames import FRAME_SECONDS
from voiceagent.evaluation.endpoint_labels import LabelledTurn
from voiceagent.evaluation.endpoint_traces import TraceRow

__all__ = [
    "Doubles",
    "HeardSoFar",
    "EndpointOutcome",
    "LatencyPoint",
    "endings",
    "judge",
    "measure",
]

GRACE = 0.1
"""Seconds before the last sound ends in which an end of the turn is none too soon: a
closing consonant is labelled as speech."""
NEVER = 3.0
"""Latency of a turn that did not end while the recording went on."""


@dataclass(frozen=True, slots=True)
class HeardSoFar:
    """A turn, made ready to be judged many times."""

    turn: LabelledTurn
    closed: bool
    """It is a whole command that nothing can follow."""
    rows: Sequence[TraceRow]
    """Silent frames, by our voice activity."""
    times: Doubles
    silence: Doubles
    """Seconds of each row, and how long it has been silent then."""
    silero: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class EndpointOutcome:
    """What one setting does to one turn."""

    cut: tuple[bool, ...]
    """For each hold, whether the turn was ended in it or in the words before it."""
    early: bool
    """The turn was ended in its last words."""
    latency: float | None
    """Seconds of dead air; None where it was ended too early."""


@dataclass(frozen=True, slots=True)
class LatencyPoint:
    """What one setting does to all turns."""

    setting: float
    cut_off: float
    """False cut-offs as a share of the holds."""
    turns_cut: float
    """Share of turns with at least one."""
    latency_ms: float
    """Mean dead air."""
    latency_p95_ms: float
    closed_ms: float
    """Mean dead air after commands that nothing can follow; NaN where there are none.
    """


def endings(times: Doubles, silence: Doubles, waits: Doubles) -> list[float]:
    """The first time in each silence at which it has lasted long enough."""
    if not len(times):
        return []
    begins = np.diff(silence, prepend=np.inf) <= 0
    begins |= np.diff(times, prepend=-np.inf) > 1.5 * FRAME_SECONDS
    run = np.cumsum(begins)
    long_enough = np.flatnonzero((silence > 0) & (silence >= waits - 1e-9))
    _, first = np.unique(run[long_enough], return_index=True)
    return [float(t) for t in times[long_enough[first]]]


def judge(turn: LabelledTurn, ends: Sequence[float]) -> EndpointOutcome:
    """What it means that the turn was ended at these times."""
    cut, begin = [], -np.inf
    for _, end in turn.holds:
        cut.append(any(begin < t <= end for t in ends))
        begin = end
    soonest = turn.end - GRACE
    early = any(begin < t < soonest for t in ends)
    after = [max(0.0, t - turn.end) for t in ends if t >= soonest]
    late = None if early else NEVER
    return EndpointOutcome(tuple(cut), early, min(after, default=late))


def measure(
    setting: float, turns: Sequence[HeardSoFar], found: Sequence[EndpointOutcome]
) -> LatencyPoint:
    """The outcomes of all turns as one point of the curve."""
    holds = sum(len(one.cut) for one in found)
    cut = sum(sum(one.cut) + one.early for one in found)
    known = [one.latency for one in found if one.latency is not None]
    closed = [
        one.latency
        for turn, one in zip(turns, found, strict=True)
        if turn.closed and one.latency is not None
    ]
    return LatencyPoint(
        setting=setting,
        cut_off=cut / holds if holds else 0.0,
        turns_cut=sum(any(one.cut) or one.early for one in found) / len(found),
        latency_ms=_ms(known, np.mean),
        latency_p95_ms=_ms(known, lambda values: np.percentile(values, 95)),
        closed_ms=_ms(closed, np.mean),
    )


def _ms(values: Sequence[float], summary: Callable[[Any], Any]) -> float:
    return round(float(summary(values)) * 1000, 1) if values else float("nan")
