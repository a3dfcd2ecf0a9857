"""Messages are booked a stretch at a time, and a stretch is short."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest

from voiceagent.region import stretches as module
from voiceagent.region.stretches import LONG, Stretches
from voiceagent.region.visitor_connection import VisitorConnection

pytestmark = pytest.mark.unit


@dataclass
class Line:
    """A connection on which so many more messages have been read."""

    more: int
    takes: list[int] = field(default_factory=list)

    @property
    def next_is_there(self) -> bool:
        return self.more > 0

    def taken(self) -> None:
        self.takes.append(self.more)


def booked(line: Line, messages: list[str]) -> list[float]:
    """What is told of those messages, as the server looks at them."""
    told: list[float] = []

    async def main() -> None:
        stretches = Stretches(cast("VisitorConnection", line), told.append)
        for message in messages:
            if not stretches.on:
                stretches.go()
            if stretches.over(message):
                await stretches.end()
            line.more -= 1
        assert not stretches.on

    asyncio.run(main())
    return told


def test_what_is_there_already_is_booked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STRETCH", 60.0)
    line = Line(29)
    assert len(booked(line, ["x"] * 30)) == 1 and line.takes == [0]


def test_a_stretch_ends_where_nobody_knows_when_the_next_one_comes() -> None:
    assert len(booked(Line(-10), ["x"] * 5)) == 5


def test_a_long_message_is_booked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STRETCH", 60.0)
    assert len(booked(Line(3), ["x", "x" * (LONG + 1), "x", "x"])) == 2


def test_a_stretch_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STRETCH", -1.0)
    assert len(booked(Line(9), ["x"] * 10)) == 10


def test_work_that_pauses_is_told_for_each_piece() -> None:
    told: list[float] = []

    async def main() -> None:
        stretches = Stretches(cast("VisitorConnection", Line(0)), told.append)
        stretches.go()
        await stretches.pause()
        await stretches.pause()
        assert stretches.on and len(told) == 2
        stretches.stop()
        assert stretches.stop() == 0.0  # nothing is told twice

    asyncio.run(main())
    assert len(told) == 3 and min(told) >= 0.0
