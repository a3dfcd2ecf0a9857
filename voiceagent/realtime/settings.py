"""The session object: defaults, partial updates, and what is in force, told in full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from voiceagent.realtime.events import ProtocolFault
from voiceagent.realtime.fields import SessionFields, TranscriptionFields, fields_of
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.steps import RATE
from voiceagent.realtime.weight import weight

__all__ = [
    "USUAL",
    "SessionSettings",
    "check_sizes",
    "metadata_of",
    "sound_format",
    "tools_for",
]

VOICE = "default"
"""What our voice is called, whatever a client asks for."""
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
USUAL: dict[str, Any] = {
    "output_modalities": ["audio"],
    "instructions": "",
    "tools": [],
    "tool_choice": "auto",
    "max_output_tokens": "inf",
    "parallel_tool_calls": True,
    "truncation": "auto",
}
"""What null means."""
ANSWERING = ("create_response", "interrupt_response", "idle_timeout_ms")
"""Fields of a turn detector that are about answers."""
AUDIO: Mapping[str, Any] = {
    "input": {
        "format": {"type": "audio/pcm", "rate": RATE},
        "transcription": None,
        "noise_reduction": None,
        "turn_detection": dict(DETECTORS["server_vad"]),
    },
    "output": {
        "format": {"type": "audio/pcm", "rate": RATE},
        "voice": VOICE,
        "speed": 1.0,
    },
}
"""Where nothing was set: one for all sessions, what is set makes a new one."""


class SessionSettings:
    """What a client may change."""

    def __init__(
        self, session_id: str, model: str, limits: Limits, *, transcribes: bool = False
    ) -> None:
        """`transcribes`: sound becomes words in this session, and nothing more."""
        self._limits = limits
        self.size = 0
        """Bytes of what the client has set, about; 0: nothing."""
        self.values: dict[str, Any] = {
            "type": "realtime",
            "object": "realtime.session",
            "id": session_id,
            "model": model,
            **USUAL,
            "reasoning": None,
            "tracing": None,
            "include": None,
            "prompt": None,
            "audio": AUDIO,
        }
        if transcribes:
            self._transcribe()

    @property
    def transcribes(self) -> bool:
        """Whether sound becomes words, and nothing more."""
        return bool(self.values["type"] == "transcription")

    @property
    def answers_turns(self) -> bool:
        """Whether a turn that was found is answered."""
        detection = self.detection or {}
        return not self.transcribes and bool(detection.get("create_response", True))

    @property
    def detection(self) -> Mapping[str, Any] | None:
        """How turns are detected here; None: the client does it."""
        found: Mapping[str, Any] | None = self.values["audio"]["input"][
            "turn_detection"
        ]
        return found

    def update(
        self, given: Mapping[str, Any], event_id: str | None, *, begun: bool = False
    ) -> None:
        """Take what is given; raises `ProtocolFault` and changes nothing then. What
        kind of session it is holds as soon as it has `begun`."""
        wanted = given.get("type", self.values["type"])
        if wanted == "transcription":
            self._words_alone(given, event_id, begun=begun)
            return
        fields = fields_of(given, SessionFields, "session", event_id)
        if self.transcribes:
            why = "this session makes words of sound: open another one for answers"
            raise _wrong("session.type", why, event_id)
        told = msgspec.to_builtins(fields)
        values = {**self.values, **{k: v for k, v in told.items() if k in USUAL}}
        values |= {key: USUAL[key] for key in USUAL if values[key] is None}
        values["model"] = told.get("model") or values["model"]
        check_sizes(values, self._limits, "session", event_id)
        tools_for(values, "session", event_id)
        sound, audio = told.get("audio", {}), self.values["audio"]
        values["audio"] = {
            "input": _heard(audio["input"], sound.get("input", {}), event_id),
            "output": _said(audio["output"], sound.get("output", {}), event_id),
        }
        self.values, self.size = values, weight(values)

    def _words_alone(
        self, given: Mapping[str, Any], event_id: str | None, *, begun: bool
    ) -> None:
        fields = fields_of(given, TranscriptionFields, "session", event_id)
        if begun and not self.transcribes:
            why = "this session has begun: open another one, `?intent=transcription`"
            raise _wrong("session.type", why, event_id)
        told = msgspec.to_builtins(fields).get("audio", {}).get("input", {})
        _nothing_of_answers(told.get("turn_detection"), event_id)
        before = self.values["audio"]["input"]
        heard = _heard(before, told, event_id)  # raises before anything is changed
        self._transcribe()
        self.values["audio"] = {"input": _without_answers(heard)}

    def _transcribe(self) -> None:
        """From now on, words are all that comes of sound."""
        self.values = {
            "type": "transcription",
            "object": "realtime.transcription_session",
            "id": self.values["id"],
            "include": None,
            "audio": {"input": _without_answers(self.values["audio"]["input"])},
        }


def check_sizes(
    values: Mapping[str, Any], limits: Limits, where: str, event_id: str | None
) -> None:
    """Instructions and tools of bearable size."""
    if len(values["instructions"].encode()) > limits.instructions_bytes:
        most = f"at most {limits.instructions_bytes} bytes"
        raise _wrong(f"{where}.instructions", most, event_id)
    size = len(msgspec.json.encode(values["tools"]))
    if len(values["tools"]) > limits.tools or size > limits.tools_bytes:
        most = f"at most {limits.tools} tools and {limits.tools_bytes} bytes"
        raise _wrong(f"{where}.tools", most, event_id)


def tools_for(
    values: Mapping[str, Any], where: str, event_id: str | None
) -> tuple[Mapping[str, Any], ...]:
    """The tools that may be called, by `tool_choice`."""
    tools, choice = values["tools"], values["tool_choice"]
    if choice == "none":
        return ()
    if isinstance(choice, dict):
        tools = [tool for tool in tools if tool["name"] == choice["name"]]
    if choice != "auto" and not tools:
        raise _wrong(f"{where}.tool_choice", "there is no such tool", event_id)
    return tuple(tools)


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


def _heard(
    before: Mapping[str, Any], given: Mapping[str, Any], event_id: str | None
) -> dict[str, Any]:
    heard = dict(before)
    if "format" in given:
        where = "session.audio.input.format"
        heard["format"] = sound_format(given["format"], where, event_id)
    if "turn_detection" in given:
        heard["turn_detection"] = _detector(
            given["turn_detection"], before["turn_detection"], event_id
        )
    if "transcription" in given:  # told in any case, by the recogniser that we have
        wanted = given["transcription"]
        heard["transcription"] = None if wanted is None else {"model": "voiceagent"}
    return heard


def _nothing_of_answers(
    detection: Mapping[str, Any] | None, event_id: str | None
) -> None:
    for key in ANSWERING:
        if detection and detection.get(key):
            where = f"session.audio.input.turn_detection.{key}"
            raise _wrong(where, "a transcription session answers nothing", event_id)


def _without_answers(heard: Mapping[str, Any]) -> dict[str, Any]:
    """As a session shows it that makes words of sound and nothing more."""
    told = {**heard, "transcription": {"model": "voiceagent"}}
    if found := heard["turn_detection"]:
        kept = {k: v for k, v in found.items() if k not in ANSWERING}
        told["turn_detection"] = kept
    return told


def _said(
    before: Mapping[str, Any], given: Mapping[str, Any], event_id: str | None
) -> dict[str, Any]:
    said = dict(before)
    if "format" in given:
        where = "session.audio.output.format"
        said["format"] = sound_format(given["format"], where, event_id)
    if "speed" in given:
        said["speed"] = 1.0 if given["speed"] is None else float(given["speed"])
    return said


def sound_format(given: Any, where: str, event_id: str | None) -> dict[str, Any]:
    """A format in full; raises `ProtocolFault` for another rate."""
    kind = given["type"] if given else "audio/pcm"
    if kind != "audio/pcm":
        return {"type": kind}
    if given and given.get("rate") not in (None, RATE):
        raise _wrong(f"{where}.rate", f"PCM is spoken at {RATE} Hz here", event_id)
    return {"type": kind, "rate": RATE}


def _detector(
    given: Mapping[str, Any] | None,
    before: Mapping[str, Any] | None,
    event_id: str | None,
) -> dict[str, Any] | None:
    """What is not given stays, as long as the kind is the same."""
    if given is None:
        return None
    kind = given.get("type") or (before or {}).get("type") or "server_vad"
    usual = DETECTORS[kind]
    for key in given:
        if key not in usual:
            where = f"session.audio.input.turn_detection.{key}"
            raise _wrong(where, f"`{kind}` has no such field", event_id)
    same = before if before and before["type"] == kind else {}
    told = {k: usual[k] if v is None else v for k, v in given.items()}
    return {**usual, **same, **told}


def _wrong(param: str, message: str, event_id: str | None) -> ProtocolFault:
    return ProtocolFault("invalid_value", message, param=param, event_id=event_id)
