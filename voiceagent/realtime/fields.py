"""The fields of sessions and responses that a client may give: each is obeyed or
refused with its path, and what is not known is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from voiceagent.realtime.field_faults import refusal

__all__ = ["ResponseFields", "SessionFields", "TranscriptionFields", "fields_of"]

T = TypeVar("T")
Ms = Annotated[int, Meta(ge=0, le=30_000)]
TokenLimit = Annotated[int, Meta(ge=1, le=4096)] | Literal["inf"]
LanguageCode = Literal["en", "en-US", "en-GB", ""]
VoiceName = Literal[
    "default",
    "alloy",
    "ash",
    "ballad",
    "coral",
    "echo",
    "sage",
    "shimmer",
    "verse",
    "marin",
    "cedar",
]
Modalities = Annotated[list[Literal["text", "audio"]], Meta(min_length=1, max_length=1)]


class _WireFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields that are not given are left as they are; null is the default."""


class SoundFormat(_WireFields, frozen=True):
    """How sound is written."""

    type: Literal["audio/pcm", "audio/pcmu", "audio/pcma"]
    rate: int | None | UnsetType = UNSET


class Transcription(_WireFields, frozen=True):
    """The words are always told; by our own recogniser, whatever model is named."""

    model: str | None | UnsetType = UNSET
    language: LanguageCode | None | UnsetType = UNSET
    languages: list[LanguageCode] | None | UnsetType = UNSET
    prompt: Annotated[str, Meta(max_length=0)] | None | UnsetType = UNSET
    keywords: Annotated[list[str], Meta(max_length=0)] | None | UnsetType = UNSET
    delay: None | UnsetType = UNSET


class NoiseReduction(_WireFields, frozen=True):
    """Ours is part of the recogniser; nothing is switched by it."""

    type: Literal["near_field", "far_field"] | UnsetType = UNSET
    strength: Annotated[float, Meta(ge=0, le=1)] | None | UnsetType = UNSET


class Detection(_WireFields, frozen=True):
    """How turns are found."""

    type: Literal["server_vad", "semantic_vad"] | UnsetType = UNSET
    threshold: Annotated[float, Meta(ge=0, le=1)] | None | UnsetType = UNSET
    prefix_padding_ms: Ms | None | UnsetType = UNSET
    silence_duration_ms: Annotated[int, Meta(ge=100, le=10_000)] | None | UnsetType = (
        UNSET
    )
    idle_timeout_ms: Annotated[int, Meta(ge=5000, le=30_000)] | None | UnsetType = UNSET
    eagerness: Literal["low", "medium", "high", "auto"] | None | UnsetType = UNSET
    create_response: bool | None | UnsetType = UNSET
    interrupt_response: bool | None | UnsetType = UNSET


class HeardFields(_WireFields, frozen=True):
    """The input."""

    format: SoundFormat | None | UnsetType = UNSET
    transcription: Transcription | None | UnsetType = UNSET
    noise_reduction: NoiseReduction | None | UnsetType = UNSET
    turn_detection: Detection | None | UnsetType = UNSET


class SaidFields(_WireFields, frozen=True):
    """The output. The names of voices that others have mean ours."""

    format: SoundFormat | None | UnsetType = UNSET
    voice: VoiceName | None | UnsetType = UNSET
    speed: Annotated[float, Meta(ge=0.25, le=1.5)] | None | UnsetType = UNSET


class SoundFields(_WireFields, frozen=True):
    """Both."""

    input: HeardFields | UnsetType = UNSET
    output: SaidFields | UnsetType = UNSET


class FunctionTool(_WireFields, frozen=True, omit_defaults=True):
    """A tool that the client runs."""

    type: Literal["function"]
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class ChosenTool(_WireFields, frozen=True):
    """The one tool that has to be called."""

    name: str
    type: Literal["function"] = "function"


ToolChoice = Literal["auto", "none", "required"] | ChosenTool


class Tracing(_WireFields, frozen=True):
    """Traces are the region's own matter."""

    workflow_name: str | None = None
    group_id: str | None = None
    metadata: dict[str, Any] | None = None


class PromptLimit(_WireFields, frozen=True):
    """What a prompt may come to."""

    post_instructions: Annotated[int, Meta(ge=0)] | None | UnsetType = UNSET


class Retention(_WireFields, frozen=True):
    """Where the conversation is too long, so much of what fits is kept."""

    type: Literal["retention_ratio"]
    retention_ratio: Annotated[float, Meta(ge=0, le=1)]
    token_limits: PromptLimit | None | UnsetType = UNSET


class SessionFields(_WireFields, frozen=True):
    """What `session.update` may hold."""

    type: Literal["realtime"] | UnsetType = UNSET
    id: str | None | UnsetType = UNSET
    object: str | None | UnsetType = UNSET
    model: str | None | UnsetType = UNSET
    output_modalities: Modalities | None | UnsetType = UNSET
    instructions: str | None | UnsetType = UNSET
    tools: list[FunctionTool] | None | UnsetType = UNSET
    tool_choice: ToolChoice | None | UnsetType = UNSET
    max_output_tokens: TokenLimit | None | UnsetType = UNSET
    parallel_tool_calls: bool | None | UnsetType = UNSET
    reasoning: None | UnsetType = UNSET
    tracing: Literal["auto"] | Tracing | None | UnsetType = UNSET
    truncation: Literal["auto", "disabled"] | Retention | None | UnsetType = UNSET
    include: Annotated[list[str], Meta(max_length=0)] | None | UnsetType = UNSET
    prompt: None | UnsetType = UNSET
    audio: SoundFields | UnsetType = UNSET


class HeardAlone(_WireFields, frozen=True):
    """Of a session that says nothing."""

    input: HeardFields | UnsetType = UNSET


class TranscriptionFields(_WireFields, frozen=True):
    """What `session.update` may hold where sound becomes words and nothing more."""

    type: Literal["transcription"] | UnsetType = UNSET
    id: str | None | UnsetType = UNSET
    object: str | None | UnsetType = UNSET
    include: Annotated[list[str], Meta(max_length=0)] | None | UnsetType = UNSET
    audio: HeardAlone | UnsetType = UNSET


class SaidOnce(_WireFields, frozen=True):
    """The output of one response."""

    output: SaidFields | UnsetType = UNSET


class ResponseFields(_WireFields, frozen=True):
    """What `response.create` may hold."""

    conversation: Literal["auto", "none"] | None | UnsetType = UNSET
    input: list[dict[str, Any]] | None | UnsetType = UNSET
    metadata: dict[str, Any] | None | UnsetType = UNSET
    output_modalities: Modalities | None | UnsetType = UNSET
    instructions: str | None | UnsetType = UNSET
    tools: list[FunctionTool] | None | UnsetType = UNSET
    tool_choice: ToolChoice | None | UnsetType = UNSET
    max_output_tokens: TokenLimit | None | UnsetType = UNSET
    parallel_tool_calls: bool | None | UnsetType = UNSET
    reasoning: None | UnsetType = UNSET
    audio: SaidOnce | UnsetType = UNSET
    prompt: None | UnsetType = UNSET


def fields_of(
    given: Mapping[str, Any],
    kind: type[T] | UnionType,
    where: str,
    event_id: str | None,
) -> T:
    """The same, checked; raises `ProtocolFault` with the path of what is wrong."""
    try:
        found: T = msgspec.convert(given, kind)
        return found
    except msgspec.ValidationError as error:
        raise refusal(str(error), where, event_id) from error
