"""Loudness envelopes of turns, for drawing them in a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from voiceagent.audio.frames import RATE
from voiceagent.replay.replay import Replay
from voiceagent.trace.report.story import TurnKey
from voiceagent.trace.report.write import LoudnessCurve, SessionNote, TurnNote
from voiceagent.trace.turn_rows import TurnRow

__all__ = ["about", "envelope", "notes"]

STEP = 0.02
"""Seconds of audio in one point."""
MARGIN = 0.3
"""Seconds shown before and after a turn."""


def notes(done: Sequence[Replay]) -> dict[TurnKey, TurnNote]:
    """Waveform, expected words and missed expectations of every turn, by session and
    turn."""
    found: dict[TurnKey, TurnNote] = {}
    for number, one in enumerate(done):
        for row in one.rows:
            mine = [check for check in one.checks if check.row == row.turn]
            failures = tuple(str(check) for check in mine if not check.ok)
            said = [check for check in mine if check.key == "transcript"]
            found[number, row.turn] = TurnNote(
                envelope=envelope(one, row),
                expected=said[0].wanted if said else None,
                failures=failures,
            )
    return found


def about(done: Sequence[Replay]) -> list[SessionNote]:
    """What is known of every recording."""
    return [_about(one) for one in done]


def _about(one: Replay) -> SessionNote:
    missed = [check for check in one.checks if not check.ok]
    return SessionNote(
        name=Path(one.scenario or one.file).name,
        seconds=one.seconds,
        expected=len(one.checks),
        missed=len(missed),
        failures=tuple(str(check) for check in missed if not check.row),
    )


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
