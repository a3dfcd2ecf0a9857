"""The endpoint report as a table for people."""

from __future__ import annotations

from rich.table import Table

from voiceagent.evaluation.endpoint import EndpointReport, System
from voiceagent.evaluation.endpoint_score import LatencyPoint

__all__ = ["endpoint_table"]

COLUMNS = (
    "false cut-offs",
    "at 5 %",
    "closed",
    "at 10 %",
    "at 300 ms",
    "at 600 ms",
    "shipped",
)


def endpoint_table(report: EndpointReport) -> Table:
    """One row a way to end turns: ms of dead air, and false cut-offs."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == COLUMNS[0] else "right")
    for system in report.systems:
        table.add_row(system.name, *_cells(system))
    return table


def _cells(system: System) -> list[str]:
    return [
        _ms(system.at_5),
        f"{system.at_5.closed_ms:.0f} ms" if system.at_5 else "-",
        _ms(system.at_10),
        _share(system.cut_off_at_300_ms),
        _share(system.cut_off_at_600_ms),
        _shipped(system.shipped),
    ]


def _ms(point: LatencyPoint | None) -> str:
    return f"{point.latency_ms:.0f} ms" if point else "-"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _shipped(point: LatencyPoint | None) -> str:
    return f"{point.latency_ms:.0f} ms, {point.cut_off:.1%}" if point else ""
