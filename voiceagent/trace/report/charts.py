"""The report's drawings, as inline SVG that scales without a script.

Horizontal positions are percentages, so bars follow the width of the page while text
and strokes keep their size. Colours come from the style sheet (Okabe and Ito's set);
each stage has a pattern too, for printers and for eyes that do not tell the colours.
"""

from __future__ import annotations

from collections.abc import Mapping

from voiceagent.trace.report.html import Html, join, tag
from voiceagent.trace.report.words import STAGES_IN_WORDS
from voiceagent.trace.trace import stages
from voiceagent.trace.turn_rows import TurnRow

__all__ = [
    "meter",
    "milliseconds",
    "mix",
    "patterns",
    "percent",
    "rule",
    "waterfall",
]


def patterns() -> Html:
    """Definitions of the stages' fills; once a page, before the first chart."""
    marks = {
        "endpoint": "",
        "stt": "M0 6L6 0M-1 1L1 -1M5 7L7 5",
        "intent": "M3 0V6",
        "route": "M0 3H6",
        "remote": "M0 3H6M3 0V6",
        "act": "M0 0L6 6M6 0L0 6",
        "tts": "M2 2h1.6v1.6h-1.6z",
    }
    fills = [_pattern(stage, mark) for stage, mark in marks.items()]
    return tag("svg", tag("defs", *fills), class_="defs", aria_hidden="true")


def _pattern(stage: str, mark: str) -> Html:
    return tag(
        "pattern",
        tag("rect", width=6, height=6, class_=f"s-{stage}"),
        tag("path", d=mark, class_="mark") if mark else "",
        id=f"p-{stage}",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )


def percent(value: float) -> str:
    """A share of the width, as SVG writes it."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _bar(start: float, width: float, fill: str, height: int = 12, y: int = 2) -> Html:
    return tag(
        "rect",
        x=percent(start),
        y=y,
        width=percent(max(width, 0.4)),
        height=height,
        fill=fill,
    )


def rule(at: float, class_: str, height: int | str = "100%") -> Html:
    """An upright line; `at`: percent of the width."""
    x = percent(at)
    return tag("line", x1=x, x2=x, y1=0, y2=height, class_=class_)


def waterfall(row: TurnRow) -> Html:
    """Each stage's time after the last speech sample, against the deadline."""
    response = row.latency_ms.get("response", 0.0)
    scale = 100 / (max(response, row.budget_ms, 1.0) * 1.06)
    deadline = row.budget_ms * scale
    lines, start = [], 0.0
    for stage in stages:
        spent = row.latency_ms.get(stage, 0.0)
        if spent > 0 or stage not in ("act", "remote"):
            bar = _bar(start * scale, spent * scale, f"url(#p-{stage})")
            lines.append(_stage_line(stage, bar, spent, row.missed_by))
        start += spent
    over = tag("svg", rule(deadline, "deadline"), class_="over")
    spoken = f"{response:.0f} of {row.budget_ms:.0f} ms"
    axis = _axis(row.budget_ms, deadline)
    return tag("div", *lines, axis, over, class_="fall", role="img", aria_label=spoken)


def _stage_line(stage: str, bar: Html, spent: float, missed_by: str) -> Html:
    return tag(
        "div",
        tag("span", STAGES_IN_WORDS[stage], title=stage),
        tag("svg", bar),
        tag("b", milliseconds(spent)),
        class_="line late" if stage == missed_by else "line",
    )


def milliseconds(value: float) -> str:
    """A duration as people read it."""
    if 0 < value < 0.95:
        return "< 1 ms"
    return f"{value:.0f} ms" if value < 999.5 else f"{value / 1000:.1f} s"


def _axis(budget_ms: float, deadline: float) -> Html:
    label = tag("text", f"deadline {budget_ms:.0f} ms", x=percent(deadline), y=11)
    end = tag("text", "end of speech", x="0", y=11, class_="left")
    return tag(
        "div",
        tag("span"),
        tag("svg", end, label),
        class_="line axis",
    )


def meter(share: float, class_: str = "") -> Html:
    """A bar that is full at 1."""
    filled = min(max(share, 0.0), 1.0) * 100
    bar = tag("rect", width=percent(filled), height=6, rx=3, class_=f"fill {class_}")
    track = tag("rect", width="100%", height=6, rx=3, class_="track")
    return tag("svg", track, bar, width="100%", height=6, aria_hidden="true")


def mix(parts: Mapping[str, float], *, fill: str, height: int = 14) -> Html:
    """Shares of a whole beside each other; `fill` has a `{}` for the name."""
    whole = sum(parts.values()) or 1.0
    bars, start = [], 0.0
    for name, value in parts.items():
        width = value / whole * 100
        if value > 0:
            bars.append(_bar(start, width, fill.format(name), height, 0))
        start += width
    return tag("svg", join(*bars), width="100%", height=height, aria_hidden="true")
