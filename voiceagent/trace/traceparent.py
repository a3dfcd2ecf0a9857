"""The W3C trace context of a turn: one trace over both sides of the wire.

Ids come from the session and the turn, not from chance, so that a replay has the same.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

__all__ = ["TraceParent"]

SHAPE = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
"""Version 00 of https://www.w3.org/TR/trace-context/."""
NONE = {"0" * 32, "0" * 16}
"""Ids that the standard calls invalid."""


@dataclass(frozen=True, slots=True)
class TraceParent:
    """Whose child a span is."""

    trace_id: str
    """32 hexadecimal digits."""
    span_id: str
    """16 hexadecimal digits."""
    sampled: bool = True

    @classmethod
    def of(cls, session: str, turn: int) -> TraceParent:
        """The root span of a turn."""
        digest = hashlib.sha256(f"{session}/{turn}".encode()).hexdigest()
        return cls.root(digest[:32])

    @classmethod
    def root(cls, trace_id: str) -> TraceParent:
        """The span that stands above all others of a trace."""
        digest = hashlib.sha256(f"{trace_id}/root".encode()).hexdigest()
        return cls(trace_id, digest[:16])

    def leg(self, name: str, attempt: int) -> TraceParent:
        """The question to one leg: what whoever answers hangs under."""
        return self.child(f"leg/{name}/{attempt}")

    @classmethod
    def parse(cls, text: str) -> TraceParent | None:
        """From the wire; None where it is none that the standard knows."""
        found = SHAPE.fullmatch(text.strip().lower())
        if found is None or NONE & set(found.groups()):
            return None
        return cls(found[1], found[2], bool(int(found[3], 16) & 1))

    def child(self, name: str) -> TraceParent:
        """A span within this one."""
        digest = hashlib.sha256(f"{self.span_id}/{name}".encode()).hexdigest()
        return TraceParent(self.trace_id, digest[:16], self.sampled)

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"
