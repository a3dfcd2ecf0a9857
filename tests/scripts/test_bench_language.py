from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench_language import EXPECTED, complaints

from voiceagent.errors import UsageError
from voiceagent.evaluation.expected import read_expected

pytestmark = pytest.mark.unit
CASES = Path(__file__).resolve().parents[2].parent / "shared/cases/language.jsonl"


def test_every_expectation_can_be_read() -> None:
    rows = [json.loads(line) for line in EXPECTED.read_text().splitlines()]
    assert len(rows) == len({row["case"] for row in rows}) == 190
    assert all(read_expected(row["want"]) for row in rows)


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not here")
def test_every_command_of_the_shared_cases_has_an_expectation() -> None:
    assert len(list(complaints(CASES))) == 190


def test_a_case_without_an_expectation_is_named(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text('{"text": "dance", "outcome": "acted", "kind": "x"}\n')
    with pytest.raises(UsageError, match="no expectation"):
        list(complaints(file))
