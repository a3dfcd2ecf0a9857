"""What may be configured of what leaves the device."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct, field

__all__ = ["PrivacyConfig"]

Leaves = Literal["nothing", "summary", "redacted", "text", "audio"]
TaskName = Literal["question", "command", "personal", "unclear", "conversation"]
"""As `privacy.gate.TaskClass`, without loading what the gate works with."""
ORDER = get_args(Leaves)


class PrivacyConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may leave the device."""

    leaves: Leaves = "redacted"
    """The most that leaves in any turn, in whatever task class."""
    classes: dict[TaskName, Leaves] = field(default_factory=dict)
    """Stricter limits by task class (`voiceagent privacy report` lists them)."""
    contacts: str = ""
    """A text file with a name a line: names that never leave."""
    names: list[str] = field(default_factory=list)
    """Further names and words that never leave."""
    context_turns: Annotated[int, Meta(ge=0, le=20)] = 3
    """Earlier turns that go along, under the same rules."""

    def __post_init__(self) -> None:
        for task, leaves in self.classes.items():
            most: list[Leaves] = [self.leaves]
            if task == "personal":
                most.append("redacted")
            limit = min(most, key=ORDER.index)
            if ORDER.index(leaves) > ORDER.index(limit):
                raise ValueError(
                    f"`classes.{task}` is `{leaves}`, and no more than `{limit}` leaves"
                )
