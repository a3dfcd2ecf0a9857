"""The sound of a turn as a strip: waveform, speech, and where it was ended."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from voiceagent.trace.report.charts import percent
from voiceagent.trace.report.html import Html, join, tag
from voiceagent.trace.turn_rows import TurnRow

__all__ = ["LoudnessCurve", "TimeSpan", "sound_strip"]

TimeSpan = tuple[float, float]
"""Start and end in seconds of audio."""
POINTS = 120
"""Most points of a waveform: a report of fifty turns has to stay small."""
QUIETEST = 0.1
"""Peak that fills the strip at least: a silent room must not look like speech."""
STRIP = 600
"""Width of the waveform's own coordinates."""
STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds between the figures of the time axis."""
MOST_TICKS = 8


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
    drawn = tag(
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
    return join(drawn, _seconds(begin, end))


def _seconds(begin: float, end: float) -> Html:
    """The time axis: not in the strip itself, whose width is stretched."""
    step = next((one for one in STEPS if (end - begin) / one <= MOST_TICKS), STEPS[-1])
    first = math.ceil(begin / step + 0.05)
    times = [n * step for n in range(first, math.floor(end / step) + 1)]
    labels = [
        tag(
            "text",
            f"{at:g} s" if at is times[-1] else f"{at:g}",
            x=percent(100 * (at - begin) / (end - begin)),
            y=11,
            class_="middle",
        )
        for at in times
    ]
    return tag("svg", *labels, class_="seconds", aria_hidden="true")


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
