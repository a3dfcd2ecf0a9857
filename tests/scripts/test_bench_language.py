from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench_language import EXPECTED, complaints, compound, own
from lib.paraphrases.hwu64 import request
from lib.paraphrases.listed import DIGESTS, paraphrases

from voiceagent.errors import UsageError
from voiceagent.evaluation.expected import read_expected

pytestmark = pytest.mark.unit
SHARED = Path(__file__).resolve().parents[2].parent / "shared"
CASES, TEXT = SHARED / "cases" / "language.jsonl", SHARED / "data" / "text"


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


@pytest.mark.skipif(not TEXT.exists(), reason="the shared text is not here")
def test_the_list_of_paraphrases_is_the_one_that_was_agreed_on() -> None:
    found = paraphrases(TEXT)  # raises where it is another one
    ours = [one for one in found if one.ways != ("foreign",)]
    assert len(ours) >= 400
    assert all(read_expected(one.ways) for one in found)


def test_the_list_of_paraphrases_is_known_by_its_digests_alone() -> None:
    whole, *each = DIGESTS.read_text().splitlines()
    assert whole.startswith(f"# {len(each)} sentences, ")
    assert all(len(one) == 12 for one in each)


@pytest.mark.parametrize(
    ("intent", "text", "way"),
    [
        ("iot_hue_lightoff", "kitchen lights off please", "light.kitchen_light=off"),
        ("audio_volume_down", "volume down a bit", "volume<70"),
        ("alarm_set", "set an alarm for six thirty am", "+alarm 2026-03-11T06:30"),
    ],
)
def test_words_say_what_a_request_of_others_comes_to(
    intent: str, text: str, way: str
) -> None:
    one = request(intent, text, "train")
    assert one is not None
    assert {"does": [way]} in one.ways


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("iot_hue_lightoff", "kitchen lights off when i leave"),
        ("iot_hue_lightoff", "kitchen lights off you muppet"),
        ("alarm_set", "set an alarm for the match"),
        ("qa_stock", "how is the market"),
    ],
)
def test_what_words_do_not_say_is_left_out(intent: str, text: str) -> None:
    assert request(intent, text, "train") is None


def test_our_own_requests_are_all_there() -> None:
    assert len(list(own())) == 438


def test_half_of_the_compound_commands_are_held_out_and_none_is_in_both() -> None:
    shown, hidden = list(compound()), list(compound(held_out=True))
    assert len(shown) + len(hidden) == 300
    assert abs(len(shown) - len(hidden)) <= 10
    known = {(case.text, case.before) for case in shown}
    assert not known & {(case.text, case.before) for case in hidden}
    assert {case.kind for case in shown} == {case.kind for case in hidden}
