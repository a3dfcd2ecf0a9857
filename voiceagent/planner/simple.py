"""Edge, cloud or both, by counting marks: a first guess that measures nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["DeploymentTarget", "TaskProfile", "recommend_deployment"]

MANY = 1000
"""Requests a day above which a round trip for each of them weighs."""


class DeploymentTarget(Enum):
    """Where a task runs."""

    EDGE = "edge"
    CLOUD = "cloud"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class TaskProfile:
    """What is known of a task before anything is measured."""

    name: str
    latency_sensitive: bool
    requires_large_model: bool
    handles_private_data: bool
    request_volume_per_day: int


def recommend_deployment(task: TaskProfile) -> DeploymentTarget:
    """The side with more marks; both where both have some."""
    edge = 2 * task.latency_sensitive + 2 * task.handles_private_data
    edge += task.request_volume_per_day > MANY
    cloud = 3 * task.requires_large_model
    if edge > 0 and cloud > 0:
        return DeploymentTarget.HYBRID
    return DeploymentTarget.EDGE if edge > cloud else DeploymentTarget.CLOUD
