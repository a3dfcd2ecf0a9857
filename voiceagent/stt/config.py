"""What may be configured of speech to text."""

from __future__ import annotations

from msgspec import Struct

from voiceagent.config_types import Probability
from voiceagent.lang.languages import LANGUAGE

__all__ = ["SttConfig"]


class SttConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Speech to text."""

    engine: str = "pocketsphinx"
    """Or `faster_whisper`, or one of a plugin."""
    model: str = ""
    """Path or name of a model, for engines that need one; `faster_whisper` has
    `tiny.en` and `base` in packages (`voiceagent[whisper]`)."""
    language: str = LANGUAGE
    second: str = "auto"
    """A recogniser of any words that pocketsphinx is asked together with: `moonshine`,
    `none`, or `auto`, the former where it is installed."""
    min_confidence: Probability | None = None
    """Below it the agent asks again; the engine's own where not given."""
    ask_below: Probability | None = None
    """Below it the agent asks "did you say ..." before it acts; the engine's own where
    not given, 0 for never."""
