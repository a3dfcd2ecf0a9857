"""What became of a call, step by step, and what each went by; never its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = [
    "CallEnd",
    "CallRecord",
    "CallStep",
    "CallReply",
    "StepRefused",
    "refusal",
    "step",
]


class CallEnd(StrEnum):
    """How a call ended."""

    OK = "ok"
    TOOL_ERROR = "tool_error"
    """The tool answered that it could not."""
    REFUSED = "refused"
    """It was not made."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"
    """Its server was not there, went away or answered with what is no result."""


@dataclass(frozen=True, slots=True)
class CallStep:
    """One step and what it went by."""

    name: str
    went_by: Mapping[str, Any] = field(default_factory=dict)


class StepRefused(Exception):
    """A step ends the call; `words` are for whoever can mend it."""

    def __init__(self, words: str, *, end: CallEnd = CallEnd.REFUSED) -> None:
        super().__init__(words)
        self.words, self.end = words, end


@dataclass(slots=True, kw_only=True)
class CallRecord:
    """All that is known of a call, for the audit, a span and the counters."""

    subject: str
    region: str
    listed: str
    """The name it was called by."""
    server: str = ""
    tool: str = ""
    pin: str = ""
    klass: str = ""
    session: str = ""
    turn: str = ""
    trace_id: str = ""
    key: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """For their keyed hash; never written down."""
    fields: tuple[str, ...] = ()
    """The names that the schema declares of those that were given."""
    caller: str = ""
    """What kind of caller it is."""
    data_class: str = ""
    within: float | None = None
    """Seconds that its server was given."""
    steps: list[CallStep] = field(default_factory=list)
    end: CallEnd = CallEnd.REFUSED
    refused_at: str = ""
    """The step that ended it; empty where it was made."""
    words: str = ""
    """Why it was refused or failed."""
    lines: tuple[str, ...] = ()
    """Of the policy, that decided."""
    policy: str = ""
    """Which one that was."""
    remaining: float | None = None
    """Seconds left when it came."""
    took: float = 0.0
    """Seconds from its coming to its end."""
    upstream_took: float = 0.0
    """Of these at the server."""
    bytes_out: int = 0
    bytes_back: int = 0

    @property
    def allowed(self) -> bool:
        """Whether the policy let it through."""
        return any(step.name == "policy" for step in self.steps) and (
            self.refused_at != "policy"
        )


@dataclass(frozen=True, slots=True)
class CallReply:
    """What the caller is told, and what is known of the call."""

    result: dict[str, Any]
    record: CallRecord


def refusal(words: str) -> dict[str, Any]:
    """An ordinary result that says why not."""
    return {
        "content": [{"type": "text", "text": words}],
        "isError": True,
        "resultType": "complete",
    }


def step(record: CallRecord, name: str, **went_by: Any) -> None:
    """One more step was taken, and what it goes by; if the call ends, it ended here."""
    record.steps.append(CallStep(name, went_by))
    record.refused_at = name
