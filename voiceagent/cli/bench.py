"""`voiceagent bench`: latency, cost and cut-offs of whole turns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceagent.cli.eval import counter
from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    PackOption,
    console,
    emit_json,
    errors,
    workshop,
)
from voiceagent.errors import CheckFailed

if TYPE_CHECKING:
    from voiceagent.evaluation.benchmark import BenchReport

__all__ = ["bench"]


def bench(
    paths: Annotated[
        list[Path], typer.Argument(help="Recordings of one command each, or folders.")
    ],
    pack: PackOption = None,
    pace: Annotated[str, typer.Option(help="measured or realtime.")] = "measured",
    rounds: Annotated[int, typer.Option(min=1, help="How often to repeat.")] = 1,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Take every n-th file, this many in all.")
    ] = None,
    plain: Annotated[
        bool, typer.Option(help="Measure a plain stack of the same parts too.")
    ] = True,
    save: Annotated[Path | None, typer.Option(help="Keep the result.")] = None,
    against: Annotated[
        Path | None, typer.Option(help="A kept result: exit 1 where it got worse.")
    ] = None,
    tolerance: Annotated[float, typer.Option(help="What still counts as equal.")] = 0.2,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Measure turns: p50, p95, p99 by stage, cut-offs, processor and memory."""
    import msgspec

    from voiceagent.cli.replay import one_of
    from voiceagent.clock import Pace
    from voiceagent.evaluation.benchmark import bench as measure
    from voiceagent.evaluation.benchmark import compare, load_report
    from voiceagent.replay.replay import find_inputs
    from voiceagent.store.files import can_become_files, put_named

    can_become_files(save)
    one_of("--pace", pace, (Pace.MEASURED, Pace.REALTIME))
    files = find_inputs(paths, scenarios=False)
    if limit is not None and limit < len(files):
        files = files[:: len(files) // limit][:limit]
    saved = load_report(against) if against else None
    report = measure(
        workshop(config, pack),
        files,
        pace=Pace(pace),
        rounds=rounds,
        plain=plain,
        progress=counter("turns"),
    )
    if json:
        emit_json(report.to_json())
    else:
        _print(report)
    if save is not None:
        put_named(save, msgspec.json.encode(report.to_json()), folders=True)
    worse = compare(report, saved, tolerance=tolerance) if saved else []
    for line in worse:
        errors().print(line, markup=False)
    if worse:
        raise CheckFailed(f"slower than `{against}` in {len(worse)} figures")


def _print(report: BenchReport) -> None:
    from rich.table import Table

    screen = console()
    screen.print(
        f"{report.recordings} recordings x {report.rounds}, {report.pace} pace, "
        f"load {report.load}, {report.memory_mb:.0f} MB"
    )
    for lane in report.lanes:
        table = Table(title=lane.name, title_justify="left", box=None)
        for name in ("stage", "p50 ms", "p95 ms", "p99 ms"):
            table.add_column(name, justify="left" if name == "stage" else "right")
        for stage, values in lane.latency_ms.items():
            cells = [f"{values[share]:.0f}" for share in ("p50", "p95", "p99")]
            table.add_row(stage, *cells)
        screen.print(table)
        share = lane.cut_offs / max(lane.turns, 1)
        screen.print(
            f"cut off {lane.cut_offs} of {lane.turns} ({share:.1%}), answered "
            f"{lane.answered}, budget met {lane.budget_met}, "
            f"{lane.times_real_time:.1f} x real time, "
            f"{lane.cpu_seconds / max(lane.audio_seconds, 1e-9):.3f} of a core\n"
        )
