"""Endings, cut-offs and latency, on turns made by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import UsageError
from voiceagent.evaluation.endpoint import by_policy, ideal, sweep
from voiceagent.evaluation.endpoint_labels import LabelledTurn, read_turns
from voiceagent.evaluation.endpoint_score import HeardSoFar, endings, judge, measure
from voiceagent.evaluation.endpoint_traces import (
    EndpointTrace,
    NotedWords,
    TraceRow,
    load_traces,
    save_traces,
    traces_of,
)
from voiceagent.frontend.endpoint import (
    FLAT,
    Completeness,
    EndpointPolicy,
    Moment,
    WordsSoFar,
)

pytestmark = pytest.mark.unit

TURN = LabelledTurn("a.flac", 0.5, 3.0, holds=((1.0, 1.5), (2.0, 2.3)))
FRAME = 0.02


def silent(
    *spans: tuple[float, float],
    kind: Completeness = Completeness.UNKNOWN,
    turn: LabelledTurn = TURN,
) -> HeardSoFar:
    """A turn in which these are the silences that are heard."""
    rows = []
    for begin, end in spans:
        for frame in range(1, round((end - begin) / FRAME) + 1):
            moment = Moment(silence=frame * FRAME, speech=1.0, elapsed=begin)
            rows.append(TraceRow(begin + frame * FRAME, WordsSoFar(kind), moment))
    times = np.array([row.t for row in rows])
    silence = np.array([row.moment.silence for row in rows])
    return HeardSoFar(turn, False, rows, times, silence, ())


def test_a_silence_ends_a_turn_once_and_only_when_it_is_long_enough() -> None:
    turn = silent((1.0, 1.5), (2.0, 2.3), (3.0, 6.0))
    assert endings(turn.times, turn.silence, np.full(len(turn.times), 0.4)) == [
        pytest.approx(1.4),
        pytest.approx(3.4),
    ]
    assert endings(turn.times[:0], turn.silence[:0], turn.silence[:0]) == []


def test_an_end_in_a_hold_cuts_off_and_one_after_the_turn_is_latency() -> None:
    found = judge(TURN, [1.2, 3.4])
    assert found.cut == (True, False) and not found.early
    assert found.latency == pytest.approx(0.4)


def test_an_end_while_words_are_spoken_cuts_off_too() -> None:
    assert judge(TURN, [1.8, 3.3]).cut == (False, True)
    early = judge(TURN, [2.6])
    assert early.early and early.latency is None
    assert judge(TURN, [2.95]).latency == 0.0


def test_a_turn_that_never_ends_is_not_forgotten() -> None:
    assert judge(TURN, []).latency == pytest.approx(3.0)


@given(st.floats(0.1, 2.0))
def test_the_ideal_timeout_is_its_own_latency(timeout: float) -> None:
    turn = silent((3.0, 6.0))
    point = measure(timeout, [turn], [judge(TURN, ideal(turn, timeout))])
    assert point.latency_ms == pytest.approx(timeout * 1000, abs=0.1)
    assert point.cut_off == ((timeout < 0.5) + (timeout < 0.3)) / 2


def test_the_quickest_setting_within_the_budget_is_found() -> None:
    turn = silent((3.0, 6.0))
    system = sweep("x", "s", [turn], np.array([0.2, 0.4, 0.6, 0.8]), ideal)
    assert system.at_5 is not None and system.at_5.setting == 0.6
    assert system.cut_off_at_300_ms == 1.0
    assert system.cut_off_at_600_ms == 0.0


def test_no_setting_within_the_budget_is_said_so() -> None:
    turn = silent((3.0, 6.0))
    assert sweep("x", "s", [turn], np.array([0.1]), ideal).at_5 is None


@pytest.mark.parametrize("patience", [0.5, 1.0, 2.0])
def test_the_sweep_decides_as_the_agent_does(patience: float) -> None:
    turn = silent((1.0, 1.5), (3.0, 6.0), kind=Completeness.EXTENSIBLE)
    policy = EndpointPolicy(extensible=0.6, weights=FLAT)
    ends = by_policy([turn], policy)(turn, patience)
    asked = EndpointPolicy(extensible=0.6, weights=FLAT, patience=patience)
    wait = asked.wait(turn.rows[0].words, turn.rows[0].moment)
    assert ends[-1] == pytest.approx(3.0 + wait, abs=FRAME)


def test_traces_survive_a_file(tmp_path: Path) -> None:
    note = NotedWords(
        1.0, 16_000, WordsSoFar(Completeness.COMPLETE, settled=True), "stop"
    )
    traces = [EndpointTrace(TURN, (0.5, 1.0), (0.1, 0.2), (note,), closed=True)]
    save_traces(tmp_path / "t", traces)
    assert load_traces(tmp_path / "t") == traces


def test_what_is_no_corpus_is_said_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no corpus"):
        read_turns(tmp_path)
    good = json.dumps({"file": "a", "start": 0.0, "end": 1.0, "holds": [[0.2, 0.4]]})
    (tmp_path / "labels.jsonl").write_text(f"{good}\n{{}}\n")
    with pytest.raises(UsageError, match="line 2"):
        read_turns(tmp_path)
    (tmp_path / "traces").write_text("{")
    with pytest.raises(UsageError, match="traces"):
        load_traces(tmp_path / "traces")


def test_an_unknown_or_empty_split_is_refused(tmp_path: Path) -> None:
    row = {"file": "a", "start": 0.0, "end": 1.0, "split": "tune"}
    (tmp_path / "labels.jsonl").write_text(json.dumps(row))

    def hear(split: str) -> None:
        traces_of(tmp_path, shop_for=lambda pack: None, silero=None, split=split)  # type: ignore[arg-type,return-value]

    for split in ("test", "half"):
        with pytest.raises(UsageError, match="split"):
            hear(split)
