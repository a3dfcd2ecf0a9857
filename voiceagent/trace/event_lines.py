"""Events as lines for people: when, what, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence

from voiceagent.trace.events import PartialTranscript
from voiceagent.trace.turn_rows import TimedEvent

__all__ = ["event_line", "without_echoes"]


def event_line(at: float, event: object) -> str:
    """One line; what is empty or zero is left out."""
    names: tuple[str, ...] = getattr(event, "__struct_fields__", ())
    pairs = ((name, getattr(event, name)) for name in names if name != "turn")
    told = "  ".join(f"{name}={_short(value)}" for name, value in pairs if value)
    return f"{at:+9.3f} s  {type(event).__name__:<18} {told}"


def without_echoes(records: Sequence[TimedEvent]) -> list[TimedEvent]:
    """Without the partial transcripts that say the same words again."""
    kept: list[TimedEvent] = []
    last = ""
    for at, event in records:
        if isinstance(event, PartialTranscript):
            if event.pii_text == last:
                continue
            last = event.pii_text
        kept.append((at, event))
    return kept


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, dict):
        return ", ".join(f"{name} {_short(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_short, value))
    return str(value)
