"""Tasks from a file.

[[task]]
name = "wake_word_detection"
latency_sensitive = true
handles_private_data = true
request_volume_per_day = 5000
budget_ms = 100
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from voiceagent.errors import ConfigError
from voiceagent.planner.needs import Consent, Needs, checked
from voiceagent.planner.simple import TaskProfile

__all__ = ["TaskEntry", "read_tasks"]

LARGEST = 2**20


class TaskEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task and what it needs, as it is written down."""

    name: str
    latency_sensitive: bool = False
    requires_large_model: bool = False
    handles_private_data: bool = False
    request_volume_per_day: int = 0
    budget_ms: float | None = None
    quality: float | None = None
    consent: Consent = Consent.NONE
    offline: bool = False
    one_data_centre: bool = False
    corpus: bool = False
    across_regions: bool = False
    cacheable: bool = False
    effects: bool = False
    tools: int = 0

    def profile(self) -> TaskProfile:
        """What the simple scoring knows of it."""
        return TaskProfile(
            self.name,
            self.latency_sensitive,
            self.requires_large_model,
            self.handles_private_data,
            self.request_volume_per_day,
        )

    def needs(self) -> Needs:
        """What it needs beside that."""
        return Needs(
            budget=None if self.budget_ms is None else self.budget_ms / 1000,
            quality=self.quality,
            consent=self.consent,
            offline=self.offline,
            one_data_centre=self.one_data_centre,
            corpus=self.corpus,
            across_regions=self.across_regions,
            cacheable=self.cacheable,
            effects=self.effects,
            tools=self.tools,
        )


class TaskFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All tasks of a product."""

    task: Annotated[list[TaskEntry], Meta(min_length=1, max_length=1000)] = field(
        default_factory=list
    )


def read_tasks(file: Path) -> list[TaskEntry]:
    """The tasks of a file; `ConfigError` or `UsageError` where one cannot be."""
    hint = "a `[[task]]` with its `name` for each, and what is true of it"
    try:
        if file.stat().st_size > LARGEST:
            raise ConfigError(f"`{file}` is larger than {LARGEST} bytes", hint=hint)
        read = tomllib.loads(file.read_text(encoding="utf-8"))
        tasks = msgspec.convert(read, TaskFile).task
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"`{file}` cannot be read", cause=str(error)) from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"`{file}` is wrong", cause=str(error), hint=hint) from error
    if not tasks:
        raise ConfigError(f"`{file}` names no task", hint=hint)
    names = [one.name for one in tasks]
    if double := {name for name in names if names.count(name) > 1}:
        raise ConfigError(f"`{file}` names `{min(double)}` more than once", hint=hint)
    for one in tasks:
        checked(one.profile(), one.needs())
    return tasks
