"""The five patterns, and what rules one out before anything is weighed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from voiceagent.planner.needs import Consent, Needs
from voiceagent.planner.simple import TaskProfile

__all__ = ["Constraint", "Pattern", "Shortfall", "leaves", "vetoes"]


class Pattern(StrEnum):
    """Where what is done."""

    ON_DEVICE = "on-device"
    """Everything on the user's machine, no network."""
    POP_CACHED = "pop-cached"
    """A classifier and a cache near the user, a region behind them."""
    REGIONAL = "regional"
    """Everything in one region."""
    HYBRID = "hybrid"
    """Easy requests on the device, hard ones in a region."""
    EDGE_GATEWAY = "edge-gateway"
    """Tools, policy and audit at the edge, the model in a region."""


class Constraint(StrEnum):
    """What decides."""

    PRIVACY = "privacy"
    ONE_PLACE = "one data centre"
    OFFLINE = "offline"
    CORPUS = "corpus"
    REASONING = "heavy reasoning"
    ORCHESTRATION = "orchestration"
    SHARED_ANSWERS = "answers for everybody"
    TOOLS = "tools"
    LATENCY = "latency"
    QUALITY = "quality"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why a pattern is out or behind, and what would have to change."""

    constraint: Constraint
    words: str
    change: str


SMALL = (Pattern.ON_DEVICE, Pattern.POP_CACHED)
"""Where only small models run."""
REMOTE = (Pattern.POP_CACHED, Pattern.REGIONAL, Pattern.HYBRID, Pattern.EDGE_GATEWAY)


def leaves(pattern: Pattern, task: TaskProfile, needs: Needs) -> str:
    """What of a request leaves the device: `nothing`, `redacted` or `raw`."""
    if pattern is Pattern.ON_DEVICE:
        return "nothing"
    if task.handles_private_data and needs.consent is not Consent.RAW:
        return "nothing" if needs.consent is Consent.NONE else "redacted"
    return "raw"


def vetoes(pattern: Pattern, task: TaskProfile, needs: Needs) -> tuple[Shortfall, ...]:
    """All that rules it out, whatever it would cost or gain."""
    return tuple(
        Shortfall(*found)
        for rules in (_by_data, _by_place, _by_kind)
        for found in rules(pattern, task, needs)
    )


Ruled = Iterator[tuple[Constraint, str, str]]


def _by_data(pattern: Pattern, task: TaskProfile, needs: Needs) -> Ruled:
    if (
        task.handles_private_data
        and needs.consent is Consent.NONE
        and pattern in REMOTE
    ):
        yield (
            Constraint.PRIVACY,
            "private data would leave the device without consent",
            "consent to redacted words",
        )
    if pattern is not Pattern.POP_CACHED:
        return
    if task.handles_private_data:
        yield (
            Constraint.SHARED_ANSWERS,
            "what is personal is never kept in a cache that others share",
            "requests without private data",
        )
    elif needs.effects or needs.tools or not needs.cacheable:
        why = "an effect" if needs.effects else "a tool" if needs.tools else "nobody"
        yield (
            Constraint.SHARED_ANSWERS,
            f"{why} stands behind the answer, so it is not kept"
            if why != "nobody"
            else "nobody has said that its answers are the same for everybody",
            "answers that are the same for everybody for a while (`cacheable`)",
        )


def _by_place(pattern: Pattern, task: TaskProfile, needs: Needs) -> Ruled:
    if needs.one_data_centre and pattern is not Pattern.REGIONAL:
        yield (
            Constraint.ONE_PLACE,
            "it would be worked on outside of the one data centre",
            "leave to work on it outside of that data centre",
        )
    if needs.offline and pattern is not Pattern.ON_DEVICE:
        yield (
            Constraint.OFFLINE,
            "without a network it does not answer every request",
            "a network that may be relied upon",
        )
    if needs.across_regions and pattern is not Pattern.REGIONAL:
        yield (
            Constraint.ORCHESTRATION,
            "what brings regions together stays central",
            "a task within one region",
        )


def _by_kind(pattern: Pattern, task: TaskProfile, needs: Needs) -> Ruled:
    if task.requires_large_model and pattern in SMALL:
        yield (
            Constraint.REASONING,
            "heavy reasoning is for larger models than run there",
            "a task that a small model can do",
        )
    if needs.corpus and pattern in SMALL:
        yield (
            Constraint.CORPUS,
            "the documents do not fit there",
            "documents that fit on the device",
        )
    if pattern is Pattern.EDGE_GATEWAY and not needs.tools:
        yield (
            Constraint.TOOLS,
            "there is no tool to keep at the edge",
            "a task that calls tools",
        )
