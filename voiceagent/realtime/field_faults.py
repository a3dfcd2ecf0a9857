"""What a client is told of a field that is not taken: where it is, and why."""

from __future__ import annotations

from voiceagent.realtime.events import ProtocolFault

__all__ = ["refusal"]

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
_WORDS = "session.audio.input.transcription"
ENGLISH = "English is understood here: `en`"
VOICES = (
    "there is one voice here, `default`; alloy, ash, ballad, coral, echo, sage, "
    "shimmer, verse, marin and cedar mean it"
)
UNSERVED = {
    "session.type": "sessions are `realtime` or `transcription`",
    "session.include": "nothing more than the protocol's events is told here",
    "session.prompt": "prompts are kept nowhere here: give `instructions`",
    "response.prompt": "prompts are kept nowhere here: give `instructions`",
    "session.reasoning": "no model here thinks before it speaks: leave it out",
    "response.reasoning": "no model here thinks before it speaks: leave it out",
    "session.audio.output.voice": VOICES,
    "response.audio.output.voice": VOICES,
    "session.audio.output.speed": "`speed` is 0.25 to 1.5",
    "response.audio.output.speed": "`speed` is 0.25 to 1.5",
    f"{_WORDS}.language": ENGLISH,
    f"{_WORDS}.prompt": "the recogniser takes no hints: leave it out",
    f"{_WORDS}.keywords": "the recogniser takes no hints: leave it out",
    f"{_WORDS}.delay": "the words come when the turn is over: leave it out",
}
"""What the protocol knows and this region does not do, in words."""
UNSERVED_KINDS = {
    "input_image": "pictures are not looked at here: text and sound are taken",
    "mcp_approval_response": "no tools of MCP servers are called here",
    "mcp_approval_request": "no tools of MCP servers are called here",
    "mcp_list_tools": "no tools of MCP servers are called here",
    "mcp_call": "no tools of MCP servers are called here",
    "mcp": "no tools of MCP servers are called here",
    "text": "`text` is a name of the beta protocol: it is `input_text` or "
    "`output_text` now",
    "audio": "`audio` is a name of the beta protocol: it is `output_audio` now",
}
"""Kinds of items and of their parts that others know, in words."""


def refusal(text: str, where: str, event_id: str | None) -> ProtocolFault:
    """What a client is told of an error of `msgspec`, and where it is."""
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
    _, unknown, name = what.replace(" enum ", " ").partition("Invalid value '")
    return UNSERVED_KINDS.get(name.rstrip("'"), "") if unknown else ""
