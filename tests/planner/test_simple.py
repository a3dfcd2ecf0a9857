"""The simple scoring: its sixteen rows, and the example as it prints."""

from __future__ import annotations

from itertools import product

import pytest

from voiceagent.planner.simple import (
    DeploymentTarget,
    TaskProfile,
    recommend_deployment,
)

pytestmark = pytest.mark.unit
ROWS = {
    (0, 0, 0): "cloud edge",
    (0, 0, 1): "edge edge",
    (0, 1, 0): "cloud hybrid",
    (0, 1, 1): "hybrid hybrid",
    (1, 0, 0): "edge edge",
    (1, 0, 1): "edge edge",
    (1, 1, 0): "hybrid hybrid",
    (1, 1, 1): "hybrid hybrid",
}
"""Latency, large, private: at 1000 a day and at 1001."""


def test_all_sixteen_rows() -> None:
    assert set(ROWS) == set(product((0, 1), repeat=3))
    for (latency, large, private), row in ROWS.items():
        for volume, expected in zip((1000, 1001), row.split(), strict=True):
            task = TaskProfile("x", bool(latency), bool(large), bool(private), volume)
            assert recommend_deployment(task).value == expected, task


def test_the_example_prints_the_edge() -> None:
    task = TaskProfile(
        name="wake_word_detection",
        latency_sensitive=True,
        requires_large_model=False,
        handles_private_data=True,
        request_volume_per_day=5000,
    )
    assert str(recommend_deployment(task)) == "DeploymentTarget.EDGE"
    assert [one.value for one in DeploymentTarget] == ["edge", "cloud", "hybrid"]
