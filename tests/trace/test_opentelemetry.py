"""Spans of a turn at a collector: one tree over both sides, and no words in it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from agents import Stage
from collector import Collector, collecting, faults_of
from regions import Parrot, region

from tests.routing.test_escalation import COMMAND, HARD, remote
from voiceagent.app.telemetry import telemetry_of
from voiceagent.clock import outside
from voiceagent.errors import ConfigError
from voiceagent.privacy.config import PrivacyConfig
from voiceagent.realtime.remote import RealtimeRemote
from voiceagent.realtime.target import Target
from voiceagent.routing.bridged_remote import BridgedRemote
from voiceagent.routing.config import RegionConfig
from voiceagent.trace import opentelemetry
from voiceagent.trace.config import TelemetryConfig
from voiceagent.trace.events import SessionStarted, TurnStarted
from voiceagent.trace.opentelemetry import Telemetry
from voiceagent.trace.trace import Record
from voiceagent.trace.traceparent import TraceParent

pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
pytestmark = pytest.mark.unit


@contextmanager
def region_process(telemetry: Telemetry) -> Iterator[str]:
    """A region beside the agent, with a loop of its own as it has in real life."""
    url: list[str] = []
    there, stop = threading.Event(), asyncio.Event()

    async def main() -> None:
        async with region(Parrot(), observe=telemetry.region_span) as (address, _):
            url.append(address)
            there.set()
            await stop.wait()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    assert there.wait(5)
    try:
        yield url[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def asking(url: str) -> BridgedRemote:
    target, config = Target(name="region", url=url), RegionConfig(url=url)
    return BridgedRemote(lambda told: RealtimeRemote(target, config, told), "region")


@contextmanager
def telemetry_at(collector: Collector, **more: object) -> Iterator[Telemetry]:
    config = TelemetryConfig(otlp=collector.address, **more)  # type: ignore[arg-type]
    telemetry = Telemetry(config, words=str.upper)
    try:
        yield telemetry
    finally:
        assert telemetry.close() == ""


def test_turns_of_device_and_region_are_one_tree_each() -> None:
    with collecting() as collector, telemetry_at(collector) as far:
        with telemetry_at(collector) as near, region_process(far) as url:
            play = Stage(
                says=[HARD, HARD],
                wakes=[0.9, 6.9],
                remotes=[asking(url)],
                listeners=[near.record],
            )
            rows = play.play(*COMMAND[:-1], (4.0, 0.0), *COMMAND)
            assert {row.tier for row in rows} == {"region"}
    assert faults_of(collector.spans) == []
    names = [span.name for span in collector.spans]
    assert names.count("voiceagent.turn") == len(rows)
    assert names.count("voiceagent.region.response") == len(rows)
    parents = {span.id: span.name for span in collector.spans}
    for span in collector.spans:
        if span.name == "voiceagent.region.response":
            assert parents[span.parent] == "chat region"
    assert set(collector.paths) == {"/v1/traces"}
    assert "whale" not in str(collector.spans)


def test_words_only_with_the_switch() -> None:
    with collecting() as collector, telemetry_at(collector, content=True) as near:
        Stage(says=[HARD], remotes=[remote()], listeners=[near.record]).play(*COMMAND)
    assert "WHALE" in str(collector.spans) and "whale" not in str(collector.spans)


@pytest.mark.parametrize(
    ("privacy", "left"),
    [
        (PrivacyConfig(names=["whale"]), "[NAME_1]"),
        (PrivacyConfig(leaves="nothing"), "voiceagent.pii.heard"),
        (None, ""),
    ],
)
def test_words_pass_the_privacy_gate(privacy: PrivacyConfig | None, left: str) -> None:
    with collecting() as collector:
        config = TelemetryConfig(otlp=collector.address, content=True)
        near = telemetry_of(config, privacy)
        assert near is not None
        Stage(says=[HARD], remotes=[remote()], listeners=[near.record]).play(*COMMAND)
        assert near.close() == ""
    assert collector.spans and left in str(collector.spans)
    assert "whale" not in str(collector.spans)


def test_a_replay_is_a_run_of_its_own_however_often_it_is_replayed() -> None:
    play = Stage(says=[HARD], remotes=[remote()])
    play.play(*COMMAND)
    with collecting() as collector, telemetry_at(collector) as near:
        for _ in range(3):
            near.replayed(play.records)
        before = outside().timestamp() * 1e9
    assert faults_of(collector.spans) == []
    roots = [span for span in collector.spans if not span.parent]
    assert len({span.trace for span in roots}) == len(roots) == 3
    assert all(span.ended <= before for span in roots)


def test_a_turn_is_sent_when_it_is_over_and_no_turn_is_kept() -> None:
    with collecting() as collector, telemetry_at(collector) as near:
        near.record(Record(0.0, SessionStarted(source="s")))
        for turn in range(1, 500):
            near.record(Record(0.0, TurnStarted(turn=turn, t=0.0)))
        assert len(near._turns) == 64
    assert len(collector.spans) == 499


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_collector_that_refuses_costs_spans_alone(status: int) -> None:
    with collecting() as collector:
        collector.status = status
        telemetry = Telemetry(TelemetryConfig(otlp=collector.address))
        Stage(listeners=[telemetry.record]).play(*COMMAND)
        assert "spans were not taken" in telemetry.close()


def test_a_collector_that_is_away_or_hangs_holds_no_end_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opentelemetry, "AT_THE_END", 0.2)
    with collecting() as collector:
        collector.hangs.clear()
        for address in (collector.address, "http://127.0.0.1:9"):
            telemetry = Telemetry(TelemetryConfig(otlp=address))
            rows = Stage(listeners=[telemetry.record]).play(*COMMAND)
            assert "spans were not taken" in telemetry.close()
            assert rows


@pytest.mark.parametrize("address", ["localhost:4318", "grpc://x:1", "http://", "x"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="no address of a collector"):
        Telemetry(TelemetryConfig(otlp=address))


def test_who_wants_no_spans_gets_none_and_a_stranger_has_his_own_trace() -> None:
    with collecting() as collector, telemetry_at(collector) as far:
        parent = TraceParent.of("s", 1)
        for text in (str(parent).removesuffix("01") + "00", "", "00-zz", str(parent)):
            far.region_span(text, outside(), outside(), {"voiceagent.region": "r"})
    traces = [span.trace for span in collector.spans]
    assert len(traces) == 3 and traces[2] == parent.trace_id
    assert [bool(span.parent) for span in collector.spans] == [False, False, True]


def test_trace_contexts_are_those_of_the_standard() -> None:
    made = TraceParent.of("session", 3)
    assert TraceParent.parse(str(made)) == made == TraceParent.of("session", 3)
    assert made.child("a").trace_id == made.trace_id != TraceParent.of("x", 3).trace_id
    assert made == TraceParent.root(made.trace_id) != made.leg("region", 1)
    assert made.leg("region", 1) != made.leg("region", 2) != made.leg("backup", 2)
    for wrong in ("", "00-0-0-01", f"00-{'0' * 32}-{'1' * 16}-01", "01-xyz"):
        assert TraceParent.parse(wrong) is None
