"""The fields of sessions and responses that a client may give: each is obeyed or
refused with its path, and what is not known is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from voiceagent.realtime.events import ProtocolFault

__all__ = ["ResponseFields", "SessionFields", "fields_of"]

T = TypeVar("T")
BETA = {
    "modalities": "output_modalities",
    "voice": "audio.output.voice",
    "speed": "audio.output.speed",
    "input_audio_format": "audio.input.format",
    "output_audio_format": "audio.output.format",
    "input_audio_transcription": "audio.input.transcription",
    "input_audio_noise_reduction": "audio.input.noise_reduction",
    "turn_detection": "audio.input.turn_detection",
    "max_response_output_tokens": "max_output_tokens",
}
"""Names of the protocol before it was final, and where the same stands now."""
GONE = {"temperature": "it is no field of the final protocol"}
UNSERVED = {
    "session.type": "only `realtime` sessions are served",
    "session.truncation": "here the oldest items go first: `auto`",
    "session.include": "nothing more than the protocol's events is told here",
    "session.prompt": "prompts are kept nowhere here: give `instructions`",
    "response.prompt": "prompts are kept nowhere here: give `instructions`",
    "session.audio.output.speed": "the voice speaks at its own speed: 1",
    "response.audio.output.speed": "the voice speaks at its own speed: 1",
    "session.audio.input.transcription.language": "English is understood here: `en`",
}
"""What the protocol knows and this region does not do, in words."""
UNSERVED_KINDS = {
    "input_image": "pictures are not looked at here: text and sound are taken",
    "mcp_approval_response": "no tools of MCP servers are called here",
    "mcp_approval_request": "no tools of MCP servers are called here",
    "mcp_list_tools": "no tools of MCP servers are called here",
    "mcp_call": "no tools of MCP servers are called here",
    "text": "`text` is a name of the beta protocol: it is `input_text` or "
    "`output_text` now",
    "audio": "`audio` is a name of the beta protocol: it is `output_audio` now",
}
"""Kinds of items and of their parts that others know, in words."""
Ms = Annotated[int, Meta(ge=0, le=30_000)]
TokenLimit = Annotated[int, Meta(ge=1, le=4096)] | Literal["inf"]
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
    language: Literal["en", "en-US", "en-GB", ""] | None | UnsetType = UNSET
    prompt: str | None | UnsetType = UNSET


class NoiseReduction(_WireFields, frozen=True):
    """Ours is part of the recogniser; nothing is switched by it."""

    type: Literal["near_field", "far_field"]


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
    """The output; it is said as fast as the voice speaks."""

    format: SoundFormat | None | UnsetType = UNSET
    voice: str | None | UnsetType = UNSET
    speed: Annotated[float, Meta(ge=1, le=1)] | None | UnsetType = UNSET


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


class SessionFields(_WireFields, frozen=True):
    """What `session.update` may hold."""

    type: Literal["realtime"] = "realtime"
    id: str | None | UnsetType = UNSET
    object: str | None | UnsetType = UNSET
    model: str | None | UnsetType = UNSET
    output_modalities: Modalities | None | UnsetType = UNSET
    instructions: str | None | UnsetType = UNSET
    tools: list[FunctionTool] | None | UnsetType = UNSET
    tool_choice: ToolChoice | None | UnsetType = UNSET
    max_output_tokens: TokenLimit | None | UnsetType = UNSET
    tracing: Any = UNSET
    """Traces are the region's own matter."""
    truncation: Literal["auto"] | None | UnsetType = UNSET
    include: Annotated[list[str], Meta(max_length=0)] | None | UnsetType = UNSET
    prompt: None | UnsetType = UNSET
    audio: SoundFields | UnsetType = UNSET


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
        raise _fault(str(error), where, event_id) from error


def _fault(text: str, where: str, event_id: str | None) -> ProtocolFault:
    what, _, path = text.partition(" - at `$")
    place = f"{where}{path.rstrip('`')}"
    _, unknown, name = what.partition("unknown field `")
    if not unknown:
        why = UNSERVED.get(place) or _kind(what) or what
        return ProtocolFault("invalid_value", why, param=place, event_id=event_id)
    name = name.rstrip("`")
    why = f"there is no field `{name}` here"
    if not path and name in BETA:
        why = f"`{name}` is a name of the beta protocol: it is `{BETA[name]}` now"
    elif not path and name in GONE:
        why = f"`{name}`: {GONE[name]}"
    return ProtocolFault(
        "unknown_parameter", why, param=f"{place}.{name}", event_id=event_id
    )


def _kind(what: str) -> str:
    """What is said of a kind that is not served."""
    _, unknown, name = what.partition("Invalid value '")
    return UNSERVED_KINDS.get(name.rstrip("'"), "") if unknown else ""
