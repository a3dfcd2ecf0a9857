"""What may be configured of the voice."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from voiceagent.config_types import Probability

__all__ = ["SpeakConfig"]


class SpeakConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The voice."""

    voice: str = "auto"
    """`auto`, `espeak`, `flite`, `festival`, `say`, `command`, or one of an engine's
    own (`flite/rms`)."""
    command: list[str] = field(default_factory=list)
    """A program that reads text on stdin and writes a WAV to stdout. With `{text}` in a
    place of its own the words stand there, with `{output}` it writes that file."""
    volume: Probability = 0.7
    """How loud it speaks until somebody asks for another volume, which is kept."""

    @property
    def start_percent(self) -> int:
        """The same in percent, as it is kept and said."""
        return round(100 * self.volume)

    cache_mb: Annotated[float, Meta(ge=1.0, le=4096.0)] = 64.0
