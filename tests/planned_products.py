"""Profiles and facts as a seed gives them, and a world in which patterns can be tried.

The world says how long each turn takes on the device and in a region, and whether the
device can answer it. A part of it is recorded as event files; another part is what
every pattern is then tried on, turn by turn.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from voiceagent.planner.needs import Consent, Needs, budget_of
from voiceagent.planner.patterns import Pattern
from voiceagent.planner.simple import TaskProfile
from voiceagent.trace.events import (
    Escalated,
    Event,
    LegEnded,
    Planned,
    RemoteAnswered,
    ReplyReady,
    SessionStarted,
    SpeakingStarted,
    TurnEnded,
    TurnFinished,
    TurnStarted,
)
from voiceagent.trace.trace import Record, encode
from voiceagent.trace.turn_rows import percentile

PRICE = 0.0004
"""Of an answer of the region, about."""


@dataclass(frozen=True)
class TriedTurn:
    """What a turn takes where."""

    easy: bool
    device: float
    region: float
    price: float


def profile(draw: random.Random, at: int) -> TaskProfile:
    """Any task."""
    return TaskProfile(
        f"task {at}",
        draw.random() < 0.5,
        draw.random() < 0.3,
        draw.random() < 0.4,
        draw.choice((0, 1, 999, 1000, 1001, 50_000, 10**7, 10**10)),
    )


def needs(draw: random.Random) -> Needs:
    """Whatever may be needed, contradictions included."""
    rare = 0.15
    return Needs(
        budget=draw.choice((None, None, 0.05, 0.2, 0.5, 0.8, 1.5, 5.0)),
        quality=draw.choice((None, None, 0.5, 0.8, 0.9, 0.97, 1.0)),
        consent=draw.choice(tuple(Consent)),
        offline=draw.random() < rare,
        one_data_centre=draw.random() < rare,
        corpus=draw.random() < rare,
        across_regions=draw.random() < rare,
        cacheable=draw.random() < 0.4,
        effects=draw.random() < rare,
        tools=draw.choice((0, 0, 0, 1, 3, 12)),
    )


def world(draw: random.Random, turns: int) -> list[TriedTurn]:
    """Turns of one household and one region."""
    return [
        TriedTurn(
            easy=draw.random() < 0.7,
            device=draw.lognormvariate(-1.6, 0.4),
            region=draw.lognormvariate(-0.7, 0.35),
            price=PRICE * draw.uniform(0.5, 1.5),
        )
        for _ in range(turns)
    ]


def recorded(turns: list[TriedTurn], file: Path, *, pace: str = "measured") -> Path:
    """A file of events of these turns, handled by device and region."""
    events: list[tuple[float, Event]] = [
        (0.0, SessionStarted(source="x.flac", pace=pace))
    ]
    for number, turn in enumerate(turns, 1):
        at = 30.0 * number
        took = turn.device if turn.easy else turn.region
        events += [(at, one) for one in _turn(number, turn, took)[:-3]]
        events += [(at + took, one) for one in _turn(number, turn, took)[-3:]]
    file.write_bytes(encode(Record(at, event) for at, event in events))
    return file


def _turn(number: int, turn: TriedTurn, took: float) -> list[Event]:
    tier = "device" if turn.easy else "region"
    gone = {} if turn.easy else {"region": 40}
    spent = {"intent": took * 1000, "response": took * 1000}
    asked: list[Event] = [
        Planned(
            turn=number, order=["region"], reason="", left_ms=800, legs=[], letters=30
        ),
        Escalated(turn=number, leg="region", data_class="redacted", bytes=40),
        LegEnded(turn=number, leg="region", outcome="won", took_ms=took * 1000),
        RemoteAnswered(turn=number, leg="region", model="voiceagent", price=turn.price),
    ]
    return [
        TurnStarted(turn=number, t=0.0),
        TurnEnded(
            turn=number,
            t=0.0,
            reason="silence",
            speech_start=0.0,
            speech_end=0.0,
            silence=0.0,
            wait=0.0,
            completeness="closed",
        ),
        *([] if turn.easy else asked),
        ReplyReady(turn=number, pii_text="x", rung="full"),
        SpeakingStarted(turn=number),
        TurnFinished(
            turn=number,
            speech_end=0.0,
            tier=tier,
            reason="",
            latency_ms=spent,
            budget_ms=800.0,
            budget_met=took <= 0.8,
            left_device=gone,
        ),
    ]


def tried(
    pattern: Pattern, turns: list[TriedTurn], task: TaskProfile, need: Needs
) -> tuple[float, float]:
    """Seconds at p95 and price of a day, had all turns gone that way. Only of patterns
    that need neither cache nor tools."""
    alone = task.requires_large_model or need.corpus
    took, price = list[float](), 0.0
    for turn in turns:
        here = pattern is Pattern.ON_DEVICE or (
            pattern is Pattern.HYBRID and turn.easy and not alone
        )
        took.append(turn.device if here else turn.region)
        price += 0.0 if here else turn.price
    return percentile(took, 0.95), price / len(turns) * task.request_volume_per_day


def in_time(
    pattern: Pattern, turns: list[TriedTurn], task: TaskProfile, need: Needs
) -> bool:
    """Whether it kept the budget."""
    return tried(pattern, turns, task, need)[0] <= budget_of(task, need)
