"""What a task must have beside its profile, and what cannot be asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from enum import StrEnum

from voiceagent.errors import UsageError
from voiceagent.errors.foreign import one_line
from voiceagent.planner.simple import TaskProfile

__all__ = ["Consent", "Needs", "budget_of", "checked"]

QUICK = 0.8
"""Seconds to the first sound where latency matters and no budget is given: a turn's."""
PATIENT = 5.0
"""... and where it does not."""
MOST_REQUESTS = 10**10
"""A day: more than one of everybody alive."""
MOST_BUDGET = 3600.0
MOST_TOOLS = 64
LONGEST_NAME = 200


class Consent(StrEnum):
    """What its owner lets out of private data."""

    NONE = "none"
    REDACTED = "redacted"
    RAW = "raw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What must hold, whatever it costs."""

    budget: float | None = None
    """Seconds to the first sound of the answer, kept 95 of 100 times; None: 0.8 where
    latency matters, else 5."""
    quality: float | None = None
    """Least share of requests that are answered rightly; None: whatever comes."""
    consent: Consent = Consent.NONE
    offline: bool = False
    """Every request is answered without a network."""
    one_data_centre: bool = False
    """Its data is worked on in one place alone."""
    corpus: bool = False
    """Answers stand in more documents than a device holds."""
    across_regions: bool = False
    """It brings together what several regions do."""
    cacheable: bool = False
    """Everybody who asks gets the same answer for a while."""
    effects: bool = False
    """It changes something."""
    tools: int = 0
    """Calls of tools in one request, one after the other."""


def budget_of(task: TaskProfile, needs: Needs) -> float:
    """Seconds until the first sound is due."""
    if needs.budget is not None:
        return needs.budget
    return QUICK if task.latency_sensitive else PATIENT


def checked(task: TaskProfile, needs: Needs) -> None:
    """Raises `UsageError` where a value is none that can be planned with."""
    if not isinstance(task, TaskProfile) or not isinstance(needs, Needs):
        raise UsageError(
            "no task to plan for", hint="plan(TaskProfile(...), Needs(...), facts)"
        )
    name = task.name
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        raise _refused("name", name, f"a name of 1 to {LONGEST_NAME} letters")
    for owner in (task, needs):
        for one in fields(owner):
            if one.type == "bool" and not isinstance(getattr(owner, one.name), bool):
                raise _refused(one.name, getattr(owner, one.name), "true or false")
    if not isinstance(needs.consent, Consent):
        raise _refused("consent", needs.consent, "none, redacted or raw")
    _whole("request_volume_per_day", task.request_volume_per_day, 0, MOST_REQUESTS)
    _whole("tools", needs.tools, 0, MOST_TOOLS)
    _number("budget", needs.budget, 0.001, MOST_BUDGET)
    _number("quality", needs.quality, 0.0, 1.0)


def _whole(name: str, value: object, least: int, most: int) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not least <= value <= most:  # type: ignore[operator]
        raise _refused(name, value, f"a whole number from {least} to {most}")


def _number(name: str, value: object, least: float, most: float) -> None:
    if value is None:
        return
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not least <= value <= most or math.isnan(value):  # type: ignore
        raise _refused(name, value, f"a number from {least:g} to {most:g}")


def _refused(name: str, value: object, allowed: str) -> UsageError:
    told = one_line(repr(value)[:60])
    return UsageError(f"`{name}` cannot be {told}", hint=f"give {allowed}")
