"""How soon turns end, and how many are cut off: the protocol of livekit/eot-bench.

Every silence of 100 ms or more inside a turn is a hold, the last one the end of the
turn. Each way to end turns is swept over its setting; a hold in which it ends the turn
is a false cut-off, as is an end while the last words are still spoken. Latency is dead
air after the last sound of a turn, not computing time. Holds are judged one by one, as
if nothing had ended before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from voiceagent.audio.arrays import Doubles
from voiceagent.audio.frames import FRAME_SECONDS
from voiceagent.evaluation.endpoint_score import (
    HeardSoFar,
    LatencyPoint,
    endings,
    judge,
    measure,
)
from voiceagent.evaluation.endpoint_traces import EndpointTrace, rows_of
from voiceagent.frontend.endpoint import FLAT, SOONEST, EndpointPolicy
from voiceagent.frontend.vad import VadSmoother

__all__ = [
    "FIXED",
    "EndpointReport",
    "System",
    "evaluate_endpoint",
    "heard",
    "by_policy",
    "sweep",
]

FIXED = EndpointPolicy(
    complete=0.22,
    extensible=0.34,
    incomplete=1.0,
    dead=0.6,
    unknown=0.6,
    weights=FLAT,
)
"""A fixed wait for each kind of words, as it was before other evidence counted."""
TIMEOUTS = np.round(np.arange(0.1, 2.2, 0.02), 2)
PATIENCES = np.round(np.geomspace(0.25, 4.0, 61), 4)
SILERO = (0.3, 0.5, 0.7)
"""Thresholds that Silero is tried at."""


@dataclass(frozen=True, slots=True)
class System:
    """One way to end turns; None where no setting keeps within a budget."""

    name: str
    setting: str
    """What is swept."""
    at_5: LatencyPoint | None
    """The quickest setting with at most 5 % false cut-offs."""
    at_10: LatencyPoint | None
    cut_off_at_300_ms: float | None
    """Fewest false cut-offs with at most 300 ms of mean latency."""
    cut_off_at_600_ms: float | None
    shipped: LatencyPoint | None = None
    """At the setting that is in force by default."""


@dataclass(frozen=True, slots=True)
class EndpointReport:
    """All ways over the same turns."""

    turns: int
    holds: int
    closed: int
    """Turns whose words are a whole command that nothing can follow."""
    systems: tuple[System, ...]
    """The plain silence timeout first, ours last."""
    ratio_at_5: float | None
    """Our latency at 5 % false cut-offs over that of the silence timeout."""
    closed_ratio_at_5: float | None
    """The same over closed commands only."""

    def to_json(self) -> dict[str, Any]:
        """Fields by name."""
        return asdict(self)


def evaluate_endpoint(
    traces: Sequence[EndpointTrace],
    folder: Path,
    *,
    policy: EndpointPolicy,
    smoother: Callable[[], VadSmoother] = VadSmoother,
) -> EndpointReport:
    """Every way to end turns on the same recordings."""
    turns = heard(traces, folder, smoother=smoother, policy=policy)
    systems = (
        sweep("silence timeout", "seconds", turns, TIMEOUTS, ideal),
        sweep("voice activity + timeout", "seconds", turns, TIMEOUTS, by_activity),
        _best_silero(turns),
        _by_policy("fixed wait by kind of words", turns, FIXED),
        _by_policy("hazard", turns, policy),
    )
    plain, ours = systems[0].at_5, systems[-1].at_5
    both = plain is not None and ours is not None
    return EndpointReport(
        turns=len(turns),
        holds=sum(len(one.turn.holds) for one in turns),
        closed=sum(one.closed for one in turns),
        systems=systems,
        ratio_at_5=ours.latency_ms / plain.latency_ms if both else None,  # type: ignore[union-attr]
        closed_ratio_at_5=ours.closed_ms / plain.latency_ms if both else None,  # type: ignore[union-attr]
    )


def heard(
    traces: Sequence[EndpointTrace],
    folder: Path,
    *,
    smoother: Callable[[], VadSmoother],
    policy: EndpointPolicy,
) -> list[HeardSoFar]:
    """The turns of a corpus with what was known at each silent frame."""
    made = []
    for trace in traces:
        rows = rows_of(trace, folder, smoother=smoother, policy=policy)
        times = np.array([row.t for row in rows])
        silence = np.array([row.moment.silence for row in rows])
        made.append(
            HeardSoFar(trace.turn, trace.closed, rows, times, silence, trace.silero)
        )
    return made


Ends = Callable[[HeardSoFar, float], list[float]]
"""Seconds at which a turn is ended, once a silence, at a setting."""


def ideal(turn: HeardSoFar, timeout: float) -> list[float]:
    """A timeout that knows exactly when there is sound."""
    holds = (start + timeout for start, end in turn.turn.holds if end - start > timeout)
    return [*holds, turn.turn.end + timeout]


def by_activity(turn: HeardSoFar, timeout: float) -> list[float]:
    """A timeout after our voice activity."""
    waits = np.full(len(turn.times), timeout)
    return endings(turn.times, turn.silence, waits)


def by_silero(turn: HeardSoFar, timeout: float, threshold: float) -> list[float]:
    """A timeout after Silero alone, as most stacks have it."""
    times: Doubles = np.arange(1.0, len(turn.silero) + 1) * FRAME_SECONDS
    loud = np.array(turn.silero) >= threshold
    frames = np.arange(len(loud))
    last = np.maximum.accumulate(np.where(loud, frames, -1))
    silence = np.where(last >= 0, (frames - last) * FRAME_SECONDS, 0.0)
    return endings(times, silence, np.full(len(times), timeout))


def by_policy(
    turns: Sequence[HeardSoFar],
    policy: EndpointPolicy,
    *,
    asked: Mapping[int, Doubles] | None = None,
) -> Ends:
    """The agent's own decision; the setting is the patience.

    `asked`: waits of each row by the turn's `id`, where they are known already.
    """
    bounds = {id(turn): _bounds(turn, policy) for turn in turns}
    waits = asked or {id(turn): _asked(turn, policy) for turn in turns}

    def ends(turn: HeardSoFar, patience: float) -> list[float]:
        least = np.maximum(waits[id(turn)] * patience, SOONEST)
        return endings(
            turn.times, turn.silence, np.minimum(least, bounds[id(turn)](patience))
        )

    return ends


def _asked(turn: HeardSoFar, policy: EndpointPolicy) -> Doubles:
    """What is asked for in each row before patience and bounds."""
    return np.array([policy.asked(row.words, row.moment) for row in turn.rows])


def _bounds(turn: HeardSoFar, policy: EndpointPolicy) -> Callable[[float], Doubles]:
    """The longest wait of each row, for a patience."""
    plain, patient = (replace(policy, patience=patience) for patience in (1.0, 2.0))
    once = np.array([plain.longest(row.words) for row in turn.rows])
    slope = np.array([patient.longest(row.words) for row in turn.rows]) - once
    return lambda patience: once + slope * (patience - 1.0)


def curve(
    turns: Sequence[HeardSoFar], settings: Doubles, ends: Ends
) -> Iterator[LatencyPoint]:
    """One point for each setting."""
    for setting in settings.tolist():
        found = [judge(turn.turn, ends(turn, setting)) for turn in turns]
        yield measure(setting, turns, found)


def sweep(
    name: str, setting: str, turns: Sequence[HeardSoFar], settings: Doubles, ends: Ends
) -> System:
    """One way over all of its settings."""
    return summed(name, setting, list(curve(turns, settings, ends)))


def summed(name: str, setting: str, points: Sequence[LatencyPoint]) -> System:
    """The best that the points of a curve allow."""
    return System(
        name,
        setting,
        at_5=_quickest(points, 0.05),
        at_10=_quickest(points, 0.10),
        cut_off_at_300_ms=_fewest(points, 300),
        cut_off_at_600_ms=_fewest(points, 600),
    )


def _quickest(points: Sequence[LatencyPoint], budget: float) -> LatencyPoint | None:
    within = (point for point in points if point.cut_off <= budget + 1e-9)
    return min(within, key=lambda point: point.latency_ms, default=None)


def _fewest(points: Sequence[LatencyPoint], budget_ms: float) -> float | None:
    return min(
        (point.cut_off for point in points if point.latency_ms <= budget_ms),
        default=None,
    )


def _best_silero(turns: Sequence[HeardSoFar]) -> System:
    points = [
        point
        for threshold in SILERO
        for point in curve(turns, TIMEOUTS, partial(by_silero, threshold=threshold))
    ]
    return summed("silero + timeout", "seconds", points)


def _by_policy(
    name: str, turns: Sequence[HeardSoFar], policy: EndpointPolicy
) -> System:
    ends = by_policy(turns, policy)
    system = sweep(name, "patience", turns, PATIENCES, ends)
    shipped = next(curve(turns, np.array([policy.patience]), ends))
    return replace(system, shipped=shipped)
