"""Facts from files: what was measured, and what is said of what was not."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from planned_products import recorded, world

from voiceagent.errors import ConfigError, UsageError
from voiceagent.nlu.models.risk_curve import Curve, RiskPoint
from voiceagent.planner.event_facts import gather
from voiceagent.planner.task_file import read_tasks
from voiceagent.routing.prices import PriceTable, load_prices

pytestmark = pytest.mark.unit
PRICES = load_prices()
CURVE = Curve(
    points=[RiskPoint(threshold=k / 200, share=0.9, risk=0.01) for k in range(200)]
)


def test_what_was_recorded_is_what_is_known(tmp_path: Path) -> None:
    turns = world(random.Random(3), 300)
    recorded(turns, tmp_path / "a.jsonl")
    facts = gather(tmp_path, curve=None, prices=PRICES)
    easy = [turn for turn in turns if turn.easy]
    assert facts.device[0].n == len(easy) and facts.region[0].n == 300 - len(easy)
    assert facts.device[0].seconds[0] == pytest.approx(
        min(turn.device for turn in easy), abs=1e-5
    )
    assert facts.kept.value == pytest.approx(len(easy) / 300) and facts.kept.sure
    assert facts.answer_price and facts.answer_price.n == 300 - len(easy)
    assert facts.answer_price.value == pytest.approx(400, rel=0.1)
    assert facts.device[0].age is not None and facts.device[0].age < 3600
    assert facts.doubts, "the built-in table has that model for nothing"


def test_nothing_recorded_is_a_guess(tmp_path: Path) -> None:
    facts = gather(None, curve=None, prices=PriceTable())
    assert facts.device[0].n == facts.region[0].n == facts.kept.n == 0
    assert facts.answer_price is None
    with pytest.raises(UsageError):
        gather(tmp_path, curve=None, prices=PRICES)
    with pytest.raises(UsageError):
        gather(tmp_path / "nowhere", curve=None, prices=PRICES)


def test_a_few_turns_are_filled_in_by_the_prior(tmp_path: Path) -> None:
    recorded(world(random.Random(3), 4), tmp_path / "a.jsonl")
    facts = gather(tmp_path, curve=None, prices=PRICES)
    assert facts.device[0].n + facts.region[0].n == 4
    assert max(facts.region[0].seconds) >= 0.7, "the prior's slow end"


def test_times_that_were_declared_are_none(tmp_path: Path) -> None:
    recorded(world(random.Random(3), 40), tmp_path / "a.jsonl", pace="virtual")
    facts = gather(tmp_path, curve=None, prices=PRICES)
    assert facts.device[0].n == 0 and "virtual" in facts.doubts[0]


def test_files_and_sources_that_contradict_are_told(tmp_path: Path) -> None:
    turns = world(random.Random(3), 200)
    recorded(turns, tmp_path / "a.jsonl")
    slow = [
        type(one)(one.easy, 20 * one.device, one.region, one.price) for one in turns
    ]
    recorded(slow, tmp_path / "b.jsonl")
    facts = gather(tmp_path, curve=CURVE, prices=PRICES)
    assert len(facts.device) == 2 and len(facts.region) == 1
    assert any("contradict" in one for one in facts.doubts)
    assert any("differ" in one for one in facts.doubts), "0.7 recorded, 0.9 promised"
    assert facts.kept.low <= 0.7 and facts.kept.high >= 0.9


def test_shadow_answers_count_beside_the_curve(tmp_path: Path) -> None:
    recorded(world(random.Random(3), 40), tmp_path / "a.jsonl")
    lines = ['{"agreed": true}'] * 270 + ['{"agreed": false}'] * 30
    (tmp_path / "shadow.jsonl").write_text("\n".join(lines))
    facts = gather(tmp_path, curve=CURVE, prices=PRICES)
    assert facts.right.value == pytest.approx(0.9) and facts.right.high > 0.95
    (tmp_path / "shadow.jsonl").write_text('{"agreed": "yes"}')
    with pytest.raises(UsageError):
        gather(tmp_path, curve=CURVE, prices=PRICES)


def test_damage_is_left_out_and_told(tmp_path: Path) -> None:
    file = recorded(world(random.Random(3), 60), tmp_path / "a.jsonl")
    whole = file.read_bytes()
    newer = b'{"at":1.0,"event":"OfTheFuture","turn":1}\n'
    absurd = b'{"at":1.0,"event":"LegEnded","leg":"region","outcome":"won"'
    file.write_bytes(newer + whole + absurd + b',"took_ms":-5}\n' + whole[:100])
    facts = gather(tmp_path, curve=None, prices=PRICES)
    assert "2 lines" in facts.doubts[0] and facts.kept.n == 60
    file.write_bytes(b"\x00\xff" * 500)
    with pytest.raises(UsageError):
        gather(tmp_path, curve=None, prices=PRICES)


def test_a_file_of_tomorrow_has_no_age(tmp_path: Path) -> None:
    file = recorded(world(random.Random(3), 60), tmp_path / "a.jsonl")
    os.utime(file, (4e9, 4e9))
    assert gather(tmp_path, curve=None, prices=PRICES).device[0].age is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "task = []",
        "[[task]]",
        "[[task]]\nname = 'a'\nunknown = 1",
        "[[task]]\nname = 'a'\nconsent = 'maybe'",
        "[[task]]\nname = 'a'\n[[task]]\nname = 'a'",
        "[[task]]\nname = 'a'\nrequest_volume_per_day = -5",
        "[[task]]\nname = 'a'\nbudget_ms = nan",
        "[[task]]\nname = 'a'\nlatency_sensitive = 1",
        "[[tasks]]\nname = 'a'",
        "not toml",
        "\x00",
    ],
)
def test_a_file_of_tasks_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "tasks.toml").write_text(text)
    with pytest.raises(UsageError):
        read_tasks(tmp_path / "tasks.toml")


def test_tasks_are_read_with_their_needs(tmp_path: Path) -> None:
    file = tmp_path / "tasks.toml"
    file.write_text("[[task]]\nname = 'a'\nbudget_ms = 100\nconsent = 'redacted'\n")
    (one,) = read_tasks(file)
    assert one.needs().budget == 0.1 and one.needs().consent == "redacted"
    with pytest.raises(ConfigError):
        read_tasks(tmp_path / "nowhere.toml")
