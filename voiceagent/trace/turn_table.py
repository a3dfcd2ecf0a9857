"""The terminal's table: one row a turn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from voiceagent.trace.turn_rows import TurnRow

__all__ = ["turns_table"]


def turns_table(rows: Sequence[TurnRow]) -> Table:
    """What was heard, meant and said, who answered, and how long it took."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in (
        ("file", "left"),
        ("heard", "left"),
        ("intent", "left"),
        ("reply", "left"),
        ("tier", "left"),
        ("ms", "right"),
        ("budget", "left"),
    ):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: TurnRow) -> list[Text]:
    slots = row.intent.slots if row.intent else {}
    meant = [row.intent.name] if row.intent else []
    meant += [f"{key}={value}" for key, value in slots.items()]
    took = f"{row.response_ms:.0f}" if row.response_ms is not None else ""
    return [
        Text(Path(row.file).stem),
        Text(row.transcript, style="" if row.accepted else "dim"),
        Text(" ".join(meant)),
        Text(row.reply or f"({row.cancelled})"),
        Text(row.tier),
        Text(took),
        Text(_budget(row)),
    ]


def _budget(row: TurnRow) -> str:
    if row.budget_met is None:
        return ""
    if row.budget_met:
        return "met" if not row.rescued_by else f"met by {row.rescued_by}"
    return f"missed by {row.missed_by}"
