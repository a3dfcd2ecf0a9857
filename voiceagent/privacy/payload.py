"""What leaves the device for one request, and how much of the user is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from voiceagent.message import Message

__all__ = ["DataClass", "Payload"]


class DataClass(StrEnum):
    """What may leave the device, from least to most."""

    NOTHING = "nothing"
    SUMMARY = "summary"
    """A summary and slots, no words of the user's."""
    REDACTED = "redacted"
    """The user's words with placeholders for what is private."""
    TEXT = "text"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What leaves the device for one request: made by the privacy gate alone."""

    data_class: DataClass
    text: str = ""
    """The question; empty where audio is sent instead."""
    context: tuple[Message, ...] = ()
    """Earlier turns, oldest first."""
    audio: bytes = b""
    """16 kHz mono PCM16, only with `DataClass.AUDIO`."""
    instructions: str = ""
    uncertain: bool = False
    """The text is a guess of the device's general recogniser."""
    tools: tuple[Mapping[str, Any], ...] = ()
    """Functions of the device that may be called, as the Realtime protocol has them."""
