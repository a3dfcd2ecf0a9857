"""Scoring of spoken commands: strict, lenient, rejection."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiceagent.errors import UsageError
from voiceagent.evaluation.commands import Case, read_cases, score, summarise
from voiceagent.nlu.intent import Intent
from voiceagent.stt.protocol import Recognition

pytestmark = pytest.mark.unit

HEARD = Recognition("turn on the tv", 0.9, True)
CASE = Case(Path("a.flac"), "order", {"size": "large", "shots": "2"})


def test_strict_wants_every_slot_and_no_other() -> None:
    right = score(CASE, HEARD, Intent("order", {"size": "Large", "shots": 2.0}))
    extra = score(CASE, HEARD, Intent("order", {"size": "large", "shots": 2, "x": 1}))
    fewer = score(CASE, HEARD, Intent("order", {"size": "large"}))
    assert (right.strict, right.lenient, right.slots_right) == (True, True, 2)
    assert (extra.strict, extra.lenient, extra.wrong_action) == (False, True, True)
    assert (fewer.strict, fewer.lenient, fewer.slots_right) == (False, False, 1)


def test_text_needs_the_words_and_an_intent() -> None:
    case = Case(Path("a.flac"), text="Turn on the TV.")
    assert score(case, HEARD, Intent("on")).strict
    assert not score(case, HEARD, None).strict
    assert not score(case, Recognition("turn on", 1.0, True), Intent("on")).strict


def test_what_was_not_accepted_does_nothing() -> None:
    unsure = Recognition("turn on the tv", 0.1, False)
    outcome = score(CASE, unsure, Intent("order"))
    assert not (outcome.acted or outcome.strict or outcome.wrong_action)
    stranger = Case(Path("b.flac"), reject=True)
    assert score(stranger, unsure, Intent("order")).strict
    assert score(stranger, HEARD, Intent("order")).wrong_action


def test_report_adds_up() -> None:
    cases = [CASE, CASE, Case(Path("b.flac"), reject=True)]
    right = score(CASE, HEARD, Intent("order", {"size": "large", "shots": 2}))
    nothing = score(CASE, HEARD, None)
    report = summarise(cases, [right, nothing, score(cases[2], HEARD, None)], rtf=0.1)
    assert (report.strict, report.refused, report.wrong_action) == (0.5, 0.5, 0.0)
    assert (report.slot_recall, report.rejected, report.must_reject) == (0.5, 1.0, 1)
    assert json.loads(json.dumps(report.to_json()))["missed"] == ["a.flac"]


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"file": "a"}', '{"intent": "x"}', '{"file": 3, "text": "x"}']
)
def test_bad_labels_name_the_line(tmp_path: Path, line: str) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"file": "ok.flac", "text": "x"}\n' + line)
    with pytest.raises(UsageError, match="line 2"):
        read_cases(labels)


def test_both_kinds_of_labels_are_read(tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text(
        '{"file": "a.flac", "intent": "x", "slots": {"n": 5}}\n'
        '{"file": "b.flac", "text": null, "reject": true}\n'
    )
    first, second = read_cases(labels)
    assert first.slots == {"n": "5"} and first.path == tmp_path / "a.flac"
    assert second.reject and second.text is None
    with pytest.raises(UsageError):
        read_cases(tmp_path / "none.jsonl")
