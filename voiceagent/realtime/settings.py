"""The session object: defaults, partial updates, and the echo that clients rely on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from voiceagent.realtime.events import ProtocolFault
from voiceagent.realtime.limits import Limits

__all__ = ["SessionSettings", "metadata_of"]

RATE = 24_000
"""The only PCM rate of the protocol, Hz."""
FORMATS = ("audio/pcm", "audio/pcmu", "audio/pcma")
DETECTORS: dict[str, dict[str, Any]] = {
    "server_vad": {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    },
    "semantic_vad": {
        "type": "semantic_vad",
        "eagerness": "auto",
        "create_response": True,
        "interrupt_response": True,
    },
}
"""Echoed in full: a client that misses `interrupt_response` cancels on every sound."""


class SessionSettings:
    """What a client may change."""

    def __init__(self, session_id: str, model: str, limits: Limits) -> None:
        self._limits = limits
        self.values: dict[str, Any] = {
            "type": "realtime",
            "object": "realtime.session",
            "id": session_id,
            "model": model,
            "output_modalities": ["audio"],
            "instructions": "",
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "tracing": None,
            "audio": {
                "input": {
                    "format": {"type": "audio/pcm", "rate": RATE},
                    "transcription": None,
                    "noise_reduction": None,
                    "turn_detection": dict(DETECTORS["server_vad"]),
                },
                "output": {
                    "format": {"type": "audio/pcm", "rate": RATE},
                    "voice": "default",
                    "speed": 1.0,
                },
            },
        }

    @property
    def detection(self) -> Mapping[str, Any] | None:
        """How turns are detected here; None: the client does it."""
        found: Mapping[str, Any] | None = self.values["audio"]["input"][
            "turn_detection"
        ]
        return found

    @property
    def spoken(self) -> bool:
        """Whether answers are audio."""
        return bool(self.values["output_modalities"] == ["audio"])

    def update(self, given: Mapping[str, Any], event_id: str | None) -> None:
        """Merge what is given; raises `ProtocolFault` and changes nothing then."""
        merged = _merged(self.values, given)
        for key in ("id", "object"):
            merged[key] = self.values[key]
        self._check(merged, event_id)
        audio = given.get("audio")
        told = audio.get("input") if isinstance(audio, dict) else None
        if isinstance(told, dict) and "turn_detection" in told:
            merged["audio"]["input"]["turn_detection"] = _detector(
                told["turn_detection"], event_id
            )
        self.values = merged

    def _check(self, values: Mapping[str, Any], event_id: str | None) -> None:
        kind = values.get("type")
        if kind != "realtime":
            raise _wrong(
                "session.type", "only `realtime` sessions are served", event_id
            )
        check_modalities(values.get("output_modalities"), event_id)
        check_instructions(values.get("instructions"), self._limits, event_id)
        check_tools(values.get("tools"), self._limits, event_id)
        audio = values.get("audio")
        for way in ("input", "output"):
            part = audio.get(way) if isinstance(audio, dict) else None
            if not isinstance(part, dict):
                raise _wrong(f"session.audio.{way}", "an object is needed", event_id)
            _check_format(part.get("format"), f"session.audio.{way}.format", event_id)


def check_modalities(value: object, event_id: str | None) -> None:
    """`["text"]` or `["audio"]`, never both."""
    if value not in (["text"], ["audio"]):
        raise _wrong("output_modalities", 'it is ["text"] or ["audio"]', event_id)


def check_instructions(value: object, limits: Limits, event_id: str | None) -> None:
    """A string of bearable length."""
    if value is not None and not isinstance(value, str):
        raise _wrong("instructions", "a string is needed", event_id)
    if value and len(value.encode()) > limits.instructions_bytes:
        raise _wrong(
            "instructions", f"at most {limits.instructions_bytes} bytes", event_id
        )


def check_tools(value: object, limits: Limits, event_id: str | None) -> None:
    """A list of functions of bearable size."""
    if value is None:
        return
    if not isinstance(value, list) or not all(isinstance(t, dict) for t in value):
        raise _wrong("tools", "a list of tools is needed", event_id)
    size = len(msgspec.json.encode(value))
    if len(value) > limits.tools or size > limits.tools_bytes:
        most = f"at most {limits.tools} tools and {limits.tools_bytes} bytes"
        raise _wrong("tools", most, event_id)


def metadata_of(
    given: Mapping[str, Any], limits: Limits, event_id: str | None
) -> dict[str, str]:
    """The pairs of a response; raises `ProtocolFault`."""
    pairs = given.get("metadata") or {}
    fits = (
        isinstance(pairs, dict)
        and len(pairs) <= limits.metadata_pairs
        and all(
            isinstance(v, str)
            and len(k) <= limits.metadata_key
            and len(v) <= limits.metadata_value
            for k, v in pairs.items()
        )
    )
    if not fits:
        text = (
            f"{limits.metadata_pairs} pairs of strings at most, {limits.metadata_key}"
            f" and {limits.metadata_value} letters"
        )
        raise _wrong("response.metadata", text, event_id)
    return dict(pairs)


def _detector(given: object, event_id: str | None) -> dict[str, Any] | None:
    if given is None:
        return None
    kind = given.get("type", "server_vad") if isinstance(given, dict) else None
    if not isinstance(given, dict) or kind not in DETECTORS:
        names = " or ".join(DETECTORS)
        raise _wrong("session.audio.input.turn_detection", f"null, {names}", event_id)
    told = {k: v for k, v in given.items() if v is not None}
    return {**DETECTORS[str(kind)], **told}


def _check_format(value: object, param: str, event_id: str | None) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(value, dict) or kind not in FORMATS:
        raise _wrong(param, f"one of {', '.join(FORMATS)}", event_id)
    if kind == "audio/pcm" and value.get("rate", RATE) != RATE:
        raise _wrong(f"{param}.rate", f"PCM is spoken at {RATE} Hz here", event_id)


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict) and key != "format":
            merged[key] = _merged(before, value)
        else:
            merged[key] = value
    return merged


def _wrong(param: str, message: str, event_id: str | None) -> ProtocolFault:
    return ProtocolFault("invalid_value", message, param=param, event_id=event_id)
