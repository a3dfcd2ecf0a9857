"""What may be configured of what leaves the device."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

__all__ = ["PrivacyConfig"]

Leaves = Literal["nothing", "summary", "redacted", "text", "audio"]


class PrivacyConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may leave the device."""

    leaves: Leaves = "redacted"
    """The most that leaves in any turn, in whatever task class."""
    classes: dict[str, Leaves] = field(default_factory=dict)
    """Stricter limits by task class (`voiceagent privacy report` lists them)."""
    contacts: str = ""
    """A text file with a name a line: names that never leave."""
    names: list[str] = field(default_factory=list)
    """Further names and words that never leave."""
    context_turns: Annotated[int, Meta(ge=0, le=20)] = 3
    """Earlier turns that go along, under the same rules."""
