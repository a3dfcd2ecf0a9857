"""Every turn as a dot on a line of time: each leads to its card."""

from __future__ import annotations

import math
from collections.abc import Sequence

from voiceagent.trace.report.charts import milliseconds, percent, rule
from voiceagent.trace.report.html import Html, join, tag
from voiceagent.trace.turn_rows import TurnRow

__all__ = ["latency_dots"]

HIGHEST = 110.0
"""Pixels of the tallest pile of dots; taller ones are pressed together."""
LEAST = 50.0
"""Milliseconds at the left edge: nothing is answered sooner."""
COLUMNS = 80


def latency_dots(rows: Sequence[tuple[str, TurnRow]], budget_ms: float) -> Html:
    """One dot a turn at the time of its answer; twice as long is as far everywhere."""
    timed = [(a, r, _ms(r)) for a, r in rows if r.response_ms is not None]
    top = max([budget_ms, *(ms for _, _, ms in timed)]) * 1.2
    columns = [round(_place(ms, top) * COLUMNS) for _, _, ms in timed]
    tallest = max((columns.count(column) for column in columns), default=1)
    step = min(11.0, HIGHEST / tallest)
    piles: dict[int, int] = {}
    dots = []
    for (anchor, row, ms), column in zip(timed, columns, strict=True):
        level = piles[column] = piles.get(column, 0) + 1
        x = column / COLUMNS * 100
        dots.append(_dot(anchor, row, ms, x, -step * level, late=ms > budget_ms))
    height = round(36 + step * tallest)
    # Drawn from the axis upwards, so that piles stand on it.
    flip = tag("svg", *dots, y=height - 24, overflow="visible")
    axis = _ticks(top, height, budget_ms)
    line = rule(_place(budget_ms, top) * 100, "deadline", height - 18)
    return tag("svg", axis, line, flip, width="100%", height=height, class_="dots")


def _ms(row: TurnRow) -> float:
    """When the answer came; the first sound where there was none."""
    return row.response_ms or 0.0 if row.answer_ms is None else row.answer_ms


def _place(ms: float, top: float) -> float:
    """0..1 on a logarithmic axis."""
    return math.log(max(ms, LEAST) / LEAST) / math.log(max(top, 2 * LEAST) / LEAST)


def _dot(
    anchor: str, row: TurnRow, ms: float, x: float, y: float, *, late: bool
) -> Html:
    said = tag("title", f"{milliseconds(ms)}: {row.transcript}")
    class_ = "missed" if late else "met"
    circle = tag(
        "circle", said, cx=percent(x), cy=round(y + 4, 1), r=4.2, class_=class_
    )
    return tag("a", circle, href=f"#{anchor}")


def _ticks(top: float, height: int, budget_ms: float) -> Html:
    values, value = [], LEAST
    while value < top:
        # Figures must not run into that of the deadline.
        if not 0.75 < value / max(budget_ms, 1.0) < 1.34:
            values.append(value)
        value *= 2
    parts = [_tick(value, _place(value, top) * 100, height) for value in values]
    x = percent(_place(budget_ms, top) * 100)
    told = tag("text", milliseconds(budget_ms), x=x, y=height - 4, class_="middle last")
    return tag("g", *parts, told)


def _tick(value: float, x: float, height: int) -> Html:
    class_ = "left" if value == LEAST else "middle"
    label = milliseconds(value) if value >= 1000 else f"{value:.0f}"
    said = tag("text", label, x=percent(x), y=height - 4, class_=class_)
    return join(rule(x, "grid", height - 18), said)
