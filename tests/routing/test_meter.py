"""Prices, caps, the books, what if, and the router as a library."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from agents import Stage
from hypothesis import given
from hypothesis import strategies as st

from tests.routing.test_escalation import COMMAND, HARD
from voiceagent.clock import run
from voiceagent.errors import ConfigError, RemoteFailed, UsageError
from voiceagent.replay.what_if import Change, parse_change, what_if
from voiceagent.routing.config import CostConfig
from voiceagent.routing.cost_report import cost_report
from voiceagent.routing.edge_cloud import EdgeCloudRouter
from voiceagent.routing.meter import Meter
from voiceagent.routing.prices import (
    ANSWER_SECONDS,
    Counterfactual,
    Price,
    PriceTable,
    Use,
    load_prices,
)
from voiceagent.routing.simulated_remote import Profile, SimulatedRemote

pytestmark = pytest.mark.unit
DAY = date(2026, 1, 5)
TABLE = PriceTable(
    price=[
        Price(model="voiceagent", valid_from=DAY, input_per_million=1000.0),
        Price(model="old", valid_from=date(2025, 1, 1), per_answer=1.0),
        Price(model="old", valid_from=date(2026, 1, 1), per_answer=2.0),
    ]
)


def test_prices_have_dates_and_unknown_is_not_nothing() -> None:
    assert TABLE.cost("old", Use(), date(2025, 6, 1)) == 1_000_000
    assert TABLE.cost("old", Use(), DAY) == 2_000_000
    assert TABLE.cost("old", Use(), date(2024, 1, 1)) is None
    assert TABLE.cost("nobody", Use(), DAY) is None
    assert TABLE.cost("voiceagent", Use(), DAY) is None, "tokens were not told"
    built_in = load_prices()
    assert "gpt-realtime" in built_in.models and built_in.counterfactual.model
    with pytest.raises(ConfigError):
        load_prices("/nowhere/prices.toml")


def test_money_is_set_aside_before_and_booked_after(tmp_path: Path) -> None:
    meter = Meter(TABLE, path=tmp_path / "cost.sqlite")

    async def main() -> None:
        held = meter.reserve("region", "voiceagent", 1, 40, 0.0)
        assert held.micro == 11 * 1000 and meter.spent("2026") == held.micro
        assert meter.settle(held, "answered", told=(5, 7)) == 0.005
        assert meter.spent("2026-01-05") == 5000
        cut = meter.reserve("region", "voiceagent", 2, 40, 0.0)
        assert meter.settle(cut, "cancelled", told=(None, None)) == 0.011
        unknown = meter.reserve("cloud", "nobody", 3, 40, 0.0)
        assert meter.settle(unknown, "answered", told=(5, 7)) is None
        meter.answered_here(4, 40)

    run(main(), virtual=True)
    report = cost_report(meter.entries(), TABLE)
    assert (report.turns, report.here, report.spent) == (3, 1, 16_000)
    assert {line.leg: line.unknown for line in report.lines}["cloud"] == 1
    meter.close()


BY_THE_HOUR = PriceTable(
    price=[Price(model="voiceagent", valid_from=DAY, per_hour=3.6)],
    counterfactual=Counterfactual(model="voiceagent"),
)
"""A thousandth for every second of work."""


@given(st.floats(0, 600), st.sampled_from(["answered", "cancelled", "failed"]))
def test_an_hour_is_paid_for_the_time_of_work(seconds: float, outcome: str) -> None:
    async def main() -> None:
        meter = Meter(BY_THE_HOUR)
        assert meter.expected("voiceagent", 40) == ANSWER_SECONDS / 1000
        held = meter.reserve("region", "voiceagent", 1, 40, 0.0)
        assert held.micro == 1000 * ANSWER_SECONDS
        await asyncio.sleep(seconds)
        price = meter.settle(held, outcome, told=(None, None))
        assert price == pytest.approx(seconds / 1000, abs=2e-6)
        await asyncio.sleep(3600)  # nobody asks
        assert meter.spent("2026") == round(1e6 * (price or 0.0))
        meter.close()

    run(main(), virtual=True)


def test_the_hour_has_a_cap_and_stands_in_the_comparison() -> None:
    async def main() -> None:
        meter = Meter(BY_THE_HOUR, CostConfig(per_turn=0.001))
        assert "over the cap of 0.001 USD a turn" in meter.over("voiceagent", 10)
        meter.answered_here(1, 40)
        assert meter.spent("2026") == 0, "the device costs nothing"
        assert cost_report(meter.entries(), BY_THE_HOUR).cloud == 1000 * ANSWER_SECONDS

    run(main(), virtual=True)


@pytest.mark.fault
def test_a_clock_that_is_set_back_gives_no_money_back() -> None:
    async def main() -> None:
        meter = Meter(BY_THE_HOUR)
        held = meter.reserve("region", "voiceagent", 1, 40, 0.0)
        later = replace(held, began=held.began + timedelta(days=1))
        assert meter.settle(later, "answered", told=(1, 1)) == 0.0

    run(main(), virtual=True)


@pytest.mark.fault
@pytest.mark.parametrize("key", ["per_hour", "per_answer", "audio_per_minute"])
@pytest.mark.parametrize("value", ["-1.0", '"much"', "nan"])
def test_a_price_that_is_none_is_refused_with_its_path(
    tmp_path: Path, key: str, value: str
) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(f'[[price]]\nmodel = "m"\nvalid_from = 2026-01-01\n{key} = {value}')
    with pytest.raises(ConfigError, match=rf"price\[0\]\.{key}"):
        load_prices(str(file))


def test_caps_keep_a_turn_on_the_device() -> None:
    far = SimulatedRemote(Profile())
    meter = Meter(TABLE, CostConfig(per_turn=0.001))
    play = Stage(says=[HARD], remotes=[far], meter=meter)
    (row,) = play.play(*COMMAND)
    assert far.calls == 0 and "over the cap of 0.001 USD a turn" in row.reason
    assert row.reply == "Sorry, answering that would cost more than allowed."


def test_an_unknown_price_is_over_every_cap() -> None:
    async def main() -> None:
        meter = Meter(TABLE, CostConfig(per_day=100.0))
        assert "unknown" in meter.over("nobody", 10)
        assert not meter.over("voiceagent", 10) and not Meter(TABLE).over("nobody", 10)

    run(main(), virtual=True)


def test_what_if_the_inputs_were_others() -> None:
    play = Stage(says=[HARD], remotes=[SimulatedRemote(Profile(first=0.3))])
    play.play(*COMMAND)
    events = [record.event for record in play.records]
    before = what_if(events, Change())
    assert before.answered == {"region": 1} and before.in_time == 1
    down = what_if(events, parse_change("down=region"))
    assert down.answered == {"none": 1}
    dear = what_if(events, parse_change("price.region=0.5,link=+50"))
    assert dear.cost == 0.5
    for wrong in ("budget=fast", "colour=red", "hedge=maybe"):
        with pytest.raises(UsageError):
            parse_change(wrong)


async def says(text: str, seconds: float) -> AsyncIterator[str]:
    await asyncio.sleep(seconds)
    yield text


async def breaks(prompt: str) -> AsyncIterator[str]:
    raise RemoteFailed("down")
    yield ""


def test_the_router_alone() -> None:
    async def main() -> None:
        router = EdgeCloudRouter(
            edge=lambda p: says("near", 0.1), cloud=lambda p: says("far", 0.3)
        )
        found = await router.infer("hello", max_latency_ms=500)
        assert (found.source, found.result, found.deadline_met) == (
            "edge",
            "near",
            True,
        )
        assert found.ttft_ms == pytest.approx(100, abs=1) and found.reason
        assert [a.outcome for a in found.attempts] == ["won"]
        broken = EdgeCloudRouter(edge=breaks, cloud=lambda p: says("far", 0.3))
        found = await broken.infer("hello")
        assert (found.source, found.result) == ("cloud", "far")
        alone = await broken.infer("hello", edge_only=True)
        assert alone.source == "none" and not alone.deadline_met
        slow = EdgeCloudRouter(
            edge=lambda p: says("near", 5.0), cloud=lambda p: says("far", 0.2)
        )
        found = await slow.infer("hello", max_latency_ms=800)
        assert found.source == "cloud" and found.deadline_met
        assert [a.outcome for a in found.attempts] == ["cancelled", "won"]
        never = EdgeCloudRouter(edge=breaks, cloud=breaks)
        assert (await never.infer("x")).result == ""

    run(main(), virtual=True)
