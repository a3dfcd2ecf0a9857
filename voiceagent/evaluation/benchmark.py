"""Benchmarks: whole turns over recordings, ours and a plain stack, in the same run.

Every recording is one command. The turn may end whenever the endpoint decides, so a
pause inside a command can be cut off; a cut-off is counted where speech went on after
the decision. The plain stack has the same parts the usual way: a silence timeout, then
batch recognition, then the whole reply rendered.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from voiceagent.app.assemble import assemble
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import Recording, read_audio
from voiceagent.audio.player import VirtualPlayer
from voiceagent.audio.streams import FileSource
from voiceagent.clock import Pace, cpu_seconds, perf, run
from voiceagent.errors import UsageError
from voiceagent.replay.replay import end_of_speech
from voiceagent.trace.trace import stages
from voiceagent.trace.turn_rows import TurnRow, percentile, turn_rows

__all__ = ["BenchReport", "Lane", "bench", "compare", "load_report"]

GRACE = 0.1
"""Seconds of speech after the decision that do not count: smoothing of the detector."""


@dataclass(slots=True)
class Lane:
    """One way of doing it, over all recordings."""

    name: str
    turns: int = 0
    answered: int = 0
    cut_offs: int = 0
    budget_met: int = 0
    audio_seconds: float = 0.0
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    latency_ms: dict[str, dict[str, float]] = field(default_factory=dict)
    """By stage and `response`: p50, p95, p99."""

    @property
    def times_real_time(self) -> float:
        """Seconds of audio handled in a second."""
        return self.audio_seconds / self.wall_seconds if self.wall_seconds else 0.0


@dataclass(slots=True)
class BenchReport:
    """What a benchmark measured."""

    pace: str
    recordings: int
    rounds: int
    lanes: list[Lane]
    memory_mb: float
    """Highest resident memory of the process."""
    load: float
    """Load average of the machine during the run."""

    def to_json(self) -> dict[str, Any]:
        """Fields by name."""
        lanes = [
            {**asdict(lane), "times_real_time": round(lane.times_real_time, 2)}
            for lane in self.lanes
        ]
        return {**asdict(self), "lanes": lanes}


def bench(
    workshop: Workshop,
    files: Sequence[Path],
    *,
    pace: Pace = Pace.MEASURED,
    rounds: int = 1,
    plain: bool = True,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> BenchReport:
    """Interleave the lanes over all recordings, `rounds` times, after a warm-up."""
    if not files:
        raise UsageError("no recordings to measure on", hint="name files or a folder")
    lanes = [Lane("voiceagent")] + ([Lane("plain stack")] if plain else [])
    rows: dict[str, list[TurnRow]] = {lane.name: [] for lane in lanes}
    recordings = [read_audio(file) for file in files]
    _run(workshop, recordings[0], pace, lanes[0])
    total, done = len(recordings) * rounds * len(lanes), 0
    for _ in range(rounds):
        for recording in recordings:
            last = end_of_speech(workshop, recording)
            for lane in lanes:
                row = _measure(workshop, recording, pace, lane, last)
                if row is not None:
                    rows[lane.name].append(row)
                done += 1
                progress(done, total)
    for lane in lanes:
        lane.latency_ms = _percentiles(rows[lane.name])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return BenchReport(
        pace.value, len(recordings), rounds, lanes, round(memory, 1), _load()
    )


def compare(new: BenchReport, old: dict[str, Any], *, tolerance: float) -> list[str]:
    """What got worse by more than `tolerance` (0.2 = 20 %) since a saved run."""
    before = {lane["name"]: lane for lane in old["lanes"]}
    worse = []
    for lane in new.lanes:
        then = before.get(lane.name)
        if then is None:
            continue
        for share in ("p50", "p95"):
            was = then["latency_ms"].get("response", {}).get(share)
            now = lane.latency_ms.get("response", {}).get(share)
            if was and now and now > was * (1 + tolerance):
                worse.append(f"{lane.name} response {share}: {was:.0f} -> {now:.0f} ms")
        if lane.cut_offs > then["cut_offs"]:
            worse.append(f"{lane.name} cut-offs: {then['cut_offs']} -> {lane.cut_offs}")
    return worse


def load_report(path: Path) -> dict[str, Any]:
    """A saved run; raises `UsageError`."""
    try:
        saved: dict[str, Any] = msgspec.json.decode(path.read_bytes())
        saved["lanes"][0]["latency_ms"]
    except (OSError, msgspec.DecodeError, KeyError, IndexError, TypeError) as error:
        raise UsageError(
            f"`{path}` is no saved benchmark",
            cause=str(error),
            hint="make one with `voiceagent bench PATH --save FILE`",
        ) from error
    return saved


def _measure(
    workshop: Workshop, recording: Recording, pace: Pace, lane: Lane, last: int
) -> TurnRow | None:
    began, spent = perf(), cpu_seconds()
    row = _run(workshop, recording, pace, lane)
    lane.wall_seconds += perf() - began
    lane.cpu_seconds += cpu_seconds() - spent
    lane.audio_seconds += recording.seconds
    if row is None or row.endpoint is None:
        return None
    lane.turns += 1
    cut = last / 16_000 - row.endpoint.t > GRACE
    lane.cut_offs += cut
    lane.answered += row.tier != "none"
    lane.budget_met += bool(row.budget_met)
    # A turn that was cut off or not understood has no honest latency: the one is too
    # quick, the other waits on purpose.
    return None if cut or row.tier == "none" else row


def _run(
    workshop: Workshop, recording: Recording, pace: Pace, lane: Lane
) -> TurnRow | None:
    agent = assemble(
        workshop,
        AgentOptions(
            player=VirtualPlayer(),
            pace=pace,
            wake=False,
            plain=lane.name != "voiceagent",
        ),
    )
    # A tail of silence, as on a microphone, so that every turn ends by its endpoint.
    source = FileSource(recording, pace=pace, tail=1.5)
    run(agent.run(source), virtual=pace is not Pace.REALTIME)
    rows = [row for row in turn_rows(agent.trace) if row.latency_ms]
    return rows[0] if rows else None


def _percentiles(rows: Sequence[TurnRow]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for stage in (*stages, "response"):
        values = [row.latency_ms[stage] for row in rows]
        if values:
            found[stage] = {
                f"p{share}": round(percentile(values, share / 100), 1)
                for share in (50, 95, 99)
            }
    return found


def _load() -> float:
    import os

    return round(os.getloadavg()[0], 2)
