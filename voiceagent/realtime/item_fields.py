"""The fields of items that a client may give: each is taken, or refused with its path;
what is kept elsewhere or not served is refused by name."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

__all__ = [
    "GivenAnswer",
    "GivenAudio",
    "GivenCall",
    "GivenItem",
    "GivenMessage",
    "GivenOutput",
    "GivenPart",
    "GivenSpoken",
    "GivenText",
]

Status = Literal["completed", "incomplete", "in_progress"]
ItemId = Annotated[str, Meta(min_length=1, max_length=127)]


class _GivenFields(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"
):
    """A part of an item, or the whole."""


class GivenText(_GivenFields, frozen=True, kw_only=True, tag="input_text"):
    """Words of the user or of the one who set the agent up."""

    text: str


class GivenAudio(_GivenFields, frozen=True, kw_only=True, tag="input_audio"):
    """Sound of the user; it is heard where nobody tells its words."""

    audio: str | None = None
    transcript: str | None = None


class GivenAnswer(_GivenFields, frozen=True, kw_only=True, tag="output_text"):
    """Words of the agent."""

    text: str


class GivenSpoken(_GivenFields, frozen=True, kw_only=True, tag="output_audio"):
    """Words that the agent has spoken; their sound is not kept."""

    transcript: str
    audio: str | None = None


GivenPart = GivenText | GivenAudio | GivenAnswer | GivenSpoken


class _GivenWhole(_GivenFields, frozen=True, kw_only=True):
    id: ItemId | None = None
    object: Literal["realtime.item"] | None = None
    status: Status | None = None


class GivenMessage(_GivenWhole, frozen=True, kw_only=True, tag="message"):
    """Somebody says something."""

    role: Literal["user", "system", "assistant"]
    content: Annotated[list[GivenPart], Meta(min_length=1)]


class GivenCall(_GivenWhole, frozen=True, kw_only=True, tag="function_call"):
    """The agent has called a tool of the client."""

    name: str
    arguments: str
    call_id: str | None = None


class GivenOutput(_GivenWhole, frozen=True, kw_only=True, tag="function_call_output"):
    """What a tool of the client told."""

    call_id: str
    output: str


GivenItem = GivenMessage | GivenCall | GivenOutput
