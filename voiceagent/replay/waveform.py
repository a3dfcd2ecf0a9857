"""Loudness envelopes of turns, for drawing them in a report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voiceagent.audio.frames import RATE
from voiceagent.replay.replay import Replay
from voiceagent.trace.report.story import TurnKey
from voiceagent.trace.report.write import LoudnessCurve, TurnNote
from voiceagent.trace.turn_rows import TurnRow

__all__ = ["envelope", "notes"]

STEP = 0.02
"""Seconds of audio in one point."""
MARGIN = 0.3
"""Seconds shown before and after a turn."""


def notes(done: Sequence[Replay]) -> dict[TurnKey, TurnNote]:
    """Waveform and missed expectations of every turn, by source and turn."""
    found: dict[TurnKey, TurnNote] = {}
    for one in done:
        for row in one.rows:
            failures = tuple(str(check) for check in one.checks if not check.ok)
            found[row.file, row.turn] = TurnNote(
                envelope=envelope(one, row), failures=failures
            )
    return found


def envelope(one: Replay, row: TurnRow) -> LoudnessCurve | None:
    """Peaks of the stretch of audio that a turn lived in."""
    if row.endpoint is None:
        return None
    begin = min(row.started or 0.0, row.speech_start or row.endpoint.t)
    start = max(0.0, begin - MARGIN - 0.7)
    end = min(one.seconds, row.endpoint.t + MARGIN)
    samples = one.recording.samples[round(start * RATE) : round(end * RATE)]
    width = round(STEP * RATE)
    whole = samples[: len(samples) // width * width].astype(np.int32)
    if not len(whole):
        return None
    peaks = np.abs(whole.reshape(-1, width)).max(axis=1) / 32768.0
    return LoudnessCurve(start, STEP, [round(float(peak), 3) for peak in peaks])
