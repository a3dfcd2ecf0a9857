"""Spans are sent beside everything else; what a collector does costs spans alone."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from enum import Enum
from typing import Any

import pytest

from voiceagent.trace.span_queue import SpanQueue

pytestmark = pytest.mark.unit


class Result(Enum):
    SUCCESS = 0
    FAILURE = 1


class Exporter:
    def __init__(self, *results: Result | Exception) -> None:
        self.results, self.tried, self.ended = list(results), [], threading.Event()  # type: ignore[var-annotated]
        self.goes, self.asked = threading.Event(), threading.Event()
        self.goes.set()

    def export(self, spans: Sequence[Any]) -> Result:
        self.asked.set()
        self.goes.wait()
        self.tried.append(list(spans))
        result = self.results.pop(0) if self.results else Result.SUCCESS
        if isinstance(result, Exception):
            raise result
        return result

    def shutdown(self) -> None:
        self.ended.set()


def test_what_is_put_is_sent_in_order_and_the_exporter_is_ended() -> None:
    exporter = Exporter()
    queue = SpanQueue(exporter, soon=0)
    queue.put([1, 2])
    queue.put([3])
    assert queue.close(5) == 0
    assert sum(exporter.tried, []) == [1, 2, 3] and exporter.ended.is_set()
    assert queue.sent == 3


def test_a_queue_that_is_full_drops_the_oldest_and_counts_them() -> None:
    exporter = Exporter()
    exporter.goes.clear()
    queue = SpanQueue(exporter, most=4, soon=0)
    queue.put([0])
    exporter.asked.wait(5)  # that one is under way: nothing else is taken
    queue.put(range(1, 11))
    assert queue.dropped == 6
    exporter.goes.set()
    assert queue.close(5) == 6
    assert sum(exporter.tried, []) == [0, 7, 8, 9, 10]


@pytest.mark.parametrize("wrong", [Result.FAILURE, OSError("away"), ValueError()])
def test_what_fails_at_the_end_is_counted(wrong: Result | Exception) -> None:
    exporter = Exporter(*[wrong] * 9)
    queue = SpanQueue(exporter, soon=60)
    queue.put([1, 2, 3])
    assert queue.close(5) == 3 and exporter.ended.is_set()


def test_one_that_hangs_holds_nobody() -> None:
    exporter = Exporter()
    exporter.goes.clear()
    queue = SpanQueue(exporter, soon=0)
    queue.put([1])
    exporter.asked.wait(5)
    queue.put([2, 3])
    assert queue.close(0.01) == 3  # one of them is under way
    queue.put([4])
    assert queue.dropped == 3  # two that waited, one that came too late
    exporter.goes.set()
    exporter.ended.wait(5)


def test_what_was_not_taken_is_offered_again(caplog: pytest.LogCaptureFixture) -> None:
    exporter = Exporter(Result.FAILURE)
    queue = SpanQueue(exporter, soon=0)
    queue.put([1, 2])
    while not exporter.tried:
        exporter.asked.wait(5)
    queue.put([3])
    assert queue.close(5) in (0, 2)  # two: the end came before the first try failed
    assert [1, 2] in exporter.tried
    assert [3] in exporter.tried or [1, 2, 3] in exporter.tried
