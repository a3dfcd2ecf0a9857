"""The report's drawings, as inline SVG that scales without a script.

Horizontal positions are percentages, so bars follow the width of the page while text
and strokes keep their size. Colours come from the style sheet (Okabe and Ito's set);
each stage has a pattern too, for printers and for eyes that do not tell the colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from voiceagent.trace.report.html import Html, join, tag
from voiceagent.trace.trace import stages
from voiceagent.trace.turn_rows import TurnRow

__all__ = [
    "LoudnessCurve",
    "TimeSpan",
    "latency_dots",
    "meter",
    "mix",
    "patterns",
    "sound_strip",
    "waterfall",
]

TimeSpan = tuple[float, float]
"""Start and end in seconds of audio."""
HIGHEST = 110.0
"""Pixels of the tallest pile of dots; taller ones are pressed together."""
TICKS = (50, 100, 200, 250, 500, 1000, 2000, 5000, 10000)
POINTS = 120
"""Most points of a waveform: a report of fifty turns has to stay small."""
QUIETEST = 0.1
"""Peak that fills the strip at least: a silent room must not look like speech."""
STRIP = 600
"""Width of the waveform's own coordinates."""


@dataclass(frozen=True, slots=True)
class LoudnessCurve:
    """Loudness over a stretch of audio, for drawing."""

    start: float
    """Seconds from the start of the stream to the first point."""
    step: float
    """Seconds from point to point."""
    peaks: Sequence[float]
    """Peaks 0..1, one a point; more than `POINTS` are thinned out."""

    @property
    def end(self) -> float:
        """Seconds from the start of the stream to the end."""
        return self.start + self.step * len(self.peaks)


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


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _bar(start: float, width: float, fill: str, height: int = 12, y: int = 2) -> Html:
    return tag(
        "rect",
        x=_percent(start),
        y=y,
        width=_percent(max(width, 0.4)),
        height=height,
        fill=fill,
    )


def _rule(at: float, class_: str, height: int | str = "100%") -> Html:
    x = _percent(at)
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
    over = tag("svg", _rule(deadline, "deadline"), class_="over")
    spoken = f"{response:.0f} of {row.budget_ms:.0f} ms"
    axis = _axis(row.budget_ms, deadline)
    return tag("div", *lines, axis, over, class_="fall", role="img", aria_label=spoken)


def _stage_line(stage: str, bar: Html, spent: float, missed_by: str) -> Html:
    return tag(
        "div",
        tag("span", stage),
        tag("svg", bar),
        tag("b", milliseconds(spent)),
        class_="line late" if stage == missed_by else "line",
    )


def milliseconds(value: float) -> str:
    """A duration as people read it."""
    if 0 < value < 0.95:
        return "< 1 ms"
    return f"{value:.0f} ms" if value < 9999.5 else f"{value / 1000:.1f} s"


def _axis(budget_ms: float, deadline: float) -> Html:
    label = tag("text", f"deadline {budget_ms:.0f} ms", x=_percent(deadline), y=11)
    end = tag("text", "end of speech", x="0", y=11, class_="left")
    return tag(
        "div",
        tag("span"),
        tag("svg", end, label),
        class_="line axis",
    )


def sound_strip(
    row: TurnRow, envelope: LoudnessCurve | None, speech: Iterable[TimeSpan]
) -> Html:
    """The waveform with what the VAD called speech, and where the turn was ended."""
    begin, end = _range(row, envelope)
    if end <= begin:
        return Html("")
    scale = STRIP / (end - begin)
    seen = [span for span in speech if span[1] > begin and span[0] < end]
    shades = [_shade(span, begin, end, scale) for span in seen]
    marks = [
        _mark((at - begin) * scale, name)
        for at, name in _moments(row)
        if begin <= at <= end
    ]
    wave = _wave(envelope) if envelope else ""
    return tag(
        "svg",
        *shades,
        wave,
        *marks,
        viewBox=f"0 0 {STRIP} 48",
        preserveAspectRatio="none",
        class_="strip",
        role="img",
        aria_label=f"sound from {begin:.1f} to {end:.1f} s, speech shaded",
    )


def _range(row: TurnRow, envelope: LoudnessCurve | None) -> TimeSpan:
    if envelope:
        return envelope.start, envelope.end
    times = [t for t, _ in _moments(row)]
    return (min(times) - 0.3, max(times) + 0.3) if times else (0.0, 0.0)


def _moments(row: TurnRow) -> list[tuple[float, str]]:
    found = [
        (row.wake.t if row.wake else None, "woke"),
        (row.speech_start, "from"),
        (row.speech_end, "end"),
        (row.endpoint.t if row.endpoint else None, "decided"),
    ]
    return [(t, name) for t, name in found if t is not None]


def _shade(span: TimeSpan, begin: float, end: float, scale: float) -> Html:
    start, stop = max(span[0], begin), min(span[1], end)
    width = max(stop - start, 0) * scale
    x = f"{(start - begin) * scale:.1f}"
    return tag("rect", x=x, y=0, width=f"{width:.1f}", height=48, class_="speech")


def _mark(x: float, name: str) -> Html:
    at = f"{x:.1f}"
    return tag("line", x1=at, x2=at, y1=0, y2=48, class_=f"m-{name}")


def _wave(envelope: LoudnessCurve) -> Html:
    """One upright stroke a point, as tall as it was loud."""
    peaks = _thinned(envelope.peaks)
    width = STRIP / max(len(peaks), 1)
    loudest = max(max(peaks, default=0.0), QUIETEST)
    halves = [round(1 + 21 * max(peak, 0.0) / loudest) for peak in peaks]
    strokes = [
        f"M{(i + 0.5) * width:.0f} {24 - half}v{2 * half}"
        for i, half in enumerate(halves)
    ]
    return tag("path", d="".join(strokes), class_="wave")


def _thinned(peaks: Sequence[float]) -> Sequence[float]:
    """At most `POINTS` values, each the highest of those it stands for."""
    if len(peaks) <= POINTS:
        return peaks
    edges = [len(peaks) * i // POINTS for i in range(POINTS + 1)]
    return [max(peaks[a:b]) for a, b in pairwise(edges)]


def latency_dots(rows: Sequence[tuple[str, TurnRow]], budget_ms: float) -> Html:
    """One dot a turn on a line of response latency; each leads to its turn."""
    timed = [(a, r, r.response_ms) for a, r in rows if r.response_ms is not None]
    top = max([budget_ms, *(ms for _, _, ms in timed)], default=1.0) * 1.06
    columns = [round(ms / top * 80) for _, _, ms in timed]
    tallest = max((columns.count(column) for column in columns), default=1)
    step = min(11.0, HIGHEST / tallest)
    piles: dict[int, int] = {}
    dots = []
    for (anchor, row, ms), column in zip(timed, columns, strict=True):
        level = piles[column] = piles.get(column, 0) + 1
        dots.append(_dot(anchor, row, ms, column / 80 * 100, -step * level))
    height = round(36 + step * tallest)
    # Drawn from the axis upwards, so that piles stand on it.
    flip = tag("svg", *dots, y=height - 24, overflow="visible")
    axis = _ticks(top, height, budget_ms)
    line = _rule(budget_ms / top * 100, "deadline", height - 18)
    return tag("svg", axis, line, flip, width="100%", height=height, class_="dots")


def _dot(anchor: str, row: TurnRow, ms: float, x: float, y: float) -> Html:
    class_ = "met" if row.budget_met else "missed"
    said = tag("title", f"{milliseconds(ms)}: {row.transcript}")
    circle = tag(
        "circle", said, cx=_percent(x), cy=round(y + 4, 1), r=4.2, class_=class_
    )
    return tag("a", circle, href=f"#{anchor}")


def _ticks(top: float, height: int, budget_ms: float) -> Html:
    step = next((tick for tick in TICKS if top / tick <= 8), TICKS[-1])
    values = [value for value in range(0, int(top), step) if value != budget_ms]
    parts = [_tick(value, value / top * 100, height) for value in values]
    x = _percent(budget_ms / top * 100)
    told = tag("text", f"{budget_ms:.0f}", x=x, y=height - 4, class_="middle last")
    return tag("g", *parts, told)


def _tick(value: int, x: float, height: int) -> Html:
    label = f"{value} ms" if value == 0 else str(value)
    class_ = "left" if value == 0 else "middle"
    said = tag("text", label, x=_percent(x), y=height - 4, class_=class_)
    return join(_rule(x, "grid", height - 18), said)


def meter(share: float, class_: str = "") -> Html:
    """A bar that is full at 1."""
    filled = min(max(share, 0.0), 1.0) * 100
    bar = tag("rect", width=_percent(filled), height=6, rx=3, class_=f"fill {class_}")
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
