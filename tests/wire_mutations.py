"""Events of clients with anything in them: valid ones, and what becomes of them."""

from __future__ import annotations

import base64
import copy
import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["Mutations"]

SOUND = base64.b64encode(bytes(range(200)) * 48).decode()
WORDS = {"type": "input_text", "text": "hello"}
MESSAGE = {"type": "message", "role": "user", "content": [WORDS]}
TOOL = {
    "type": "function",
    "name": "light",
    "description": "switches it",
    "parameters": {"type": "object", "properties": {"on": {"type": "boolean"}}},
}
SESSION = {
    "type": "realtime",
    "model": "m",
    "output_modalities": ["audio"],
    "instructions": "be short",
    "tools": [TOOL],
    "tool_choice": "auto",
    "max_output_tokens": 200,
    "parallel_tool_calls": True,
    "tracing": {"workflow_name": "w", "group_id": "g", "metadata": {"a": "b"}},
    "truncation": {
        "type": "retention_ratio",
        "retention_ratio": 0.8,
        "token_limits": {"post_instructions": 900},
    },
    "prompt": None,
    "include": None,
    "audio": {
        "input": {
            "format": {"type": "audio/pcm", "rate": 24_000},
            "transcription": {"model": "whisper-1", "language": "en"},
            "noise_reduction": {"type": "near_field"},
            "turn_detection": {
                "type": "server_vad",
                "threshold": 0.5,
                "prefix_padding_ms": 300,
                "silence_duration_ms": 500,
                "idle_timeout_ms": 6000,
                "create_response": True,
                "interrupt_response": True,
            },
        },
        "output": {"format": {"type": "audio/pcmu"}, "voice": "alloy", "speed": 1.2},
    },
}
RESPONSE = {
    "conversation": "auto",
    "metadata": {"a": "b"},
    "output_modalities": ["text"],
    "instructions": "be long",
    "tools": [TOOL],
    "tool_choice": {"type": "function", "name": "light"},
    "max_output_tokens": "inf",
    "audio": {"output": {"format": {"type": "audio/pcma"}, "voice": "ash"}},
}
TRANSCRIBE = {"type": "session.update", "session": {"type": "transcription"}}
VALID: list[dict[str, Any]] = [
    {"type": "session.update", "session": SESSION},
    {"type": "session.update", "session": {"type": "realtime", "audio": {}}},
    {"type": "session.update", "session": {"output_modalities": ["text"]}},
    TRANSCRIBE,
    {
        "type": "session.update",
        "session": {"audio": {"input": {"turn_detection": None}}},
    },
    {
        "type": "session.update",
        "session": {
            "audio": {
                "input": {
                    "turn_detection": {"type": "semantic_vad", "eagerness": "low"}
                }
            }
        },
    },
    {"type": "input_audio_buffer.append", "audio": SOUND},
    {"type": "input_audio_buffer.append", "audio": SOUND},
    {"type": "input_audio_buffer.commit"},
    {"type": "input_audio_buffer.clear"},
    {"type": "output_audio_buffer.clear"},
    {"type": "conversation.item.create", "previous_item_id": None, "item": MESSAGE},
    {"type": "conversation.item.create", "item": {**MESSAGE, "id": "ID"}},
    {
        "type": "conversation.item.create",
        "previous_item_id": "root",
        "item": {
            **MESSAGE,
            "content": [WORDS, {"type": "input_audio", "audio": SOUND}],
        },
    },
    {
        "type": "conversation.item.create",
        "item": {
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_audio", "transcript": "It is late."}],
        },
    },
    {
        "type": "conversation.item.create",
        "item": {
            "type": "function_call",
            "call_id": "c",
            "name": "light",
            "arguments": "{}",
        },
    },
    {
        "type": "conversation.item.create",
        "previous_item_id": "ID",
        "item": {"type": "function_call_output", "call_id": "c", "output": "done"},
    },
    {"type": "conversation.item.retrieve", "item_id": "ID"},
    {"type": "conversation.item.delete", "item_id": "ID"},
    {
        "type": "conversation.item.truncate",
        "item_id": "ID",
        "content_index": 0,
        "audio_end_ms": 30,
    },
    {"type": "response.create"},
    {"type": "response.create", "response": RESPONSE},
    {
        "type": "response.create",
        "response": {
            "conversation": "none",
            "input": [MESSAGE, {"type": "item_reference", "id": "ID"}],
        },
    },
    {"type": "response.create", "response": {"input": []}},
    {"type": "response.cancel"},
    {"type": "response.cancel", "response_id": "RESPONSE"},
    {
        "type": "voiceagent.session.resume",
        "session_id": "s",
        "token": "t",
        "last_event_id": "event_3",
    },
    {
        "type": "voiceagent.receipts.head",
        "chain": "0" * 32,
        "count": 3,
        "last": "0" * 64,
        "from_count": 0,
    },
]
ODD: list[Any] = [
    *(None, True, False, 0, -1, 5, 1.5, -0.0, 1e308, 10**30, -(10**19), "", " ", "x"),
    *([], {}, [[]], [{}], {"type": []}, {"type": {}}, {"": None}, [None], ["auto"]),
    *(
        "none",
        "inf",
        "root",
        "auto",
        "null",
        "true",
        "\ud800",
        "\x00",
        "\u202e",
        "é" * 99,
    ),
    *({"type": "message"}, {"id": "x"}, {"type": "input_image", "image_url": "x"}),
    *({"type": "item_reference"}, {"type": "mcp"}, {"type": "custom", "name": "x"}),
    *("x" * 200, "x" * 40_000, "9" * 5000, "A" * 4000, "AAA", "====", "AAAA\nAAAA"),
    *(list(range(2000)), {str(n): n for n in range(500)}, [WORDS] * 50),
]
RAW = ["NaN", "Infinity", "-Infinity", "1e999", "'x'", "undefined", "01", ""]
"""What is no JSON, where a value stands."""
DEEP = 1000

Path = tuple[str | int, ...]


class Mutations:
    """Frames of a client, or of whom `valid` is of, one after the other."""

    def __init__(self, seed: int, valid: Sequence[dict[str, Any]] = VALID) -> None:
        self.valid = valid
        self.chance = random.Random(seed)
        self.ids: list[str] = ["ID"]
        """Of items that may be there."""
        self.responses: list[str] = ["RESPONSE"]
        """That may be being made."""
        self._number = 0

    def frame(self) -> str | bytes:
        """The next one: as it should be, or not."""
        event = json.loads(json.dumps(self.chance.choice(self.valid)))
        if event == TRANSCRIBE and self.chance.random() < 0.9:
            return self.frame()  # little can be done afterwards
        for path, value in list(_walk(event)):
            if value == "ID":
                _put(event, path, self.chance.choice(self.ids))
            elif value == "RESPONSE":
                _put(event, path, self.chance.choice(self.responses))
        if self.chance.random() < 0.3:
            event["event_id"] = self._event_id()
        if self.chance.random() < 0.5:
            return json.dumps(event)
        for _ in range(self.chance.choice((1, 1, 1, 2, 3))):
            self._change(event)
        return self._written(event)

    def _event_id(self) -> Any:
        self._number += 1
        usual = f"edge_{self._number}"
        return self.chance.choice([usual, usual, "edge_9" * 9, "edge_x", "mine", 5])

    def _odd(self) -> Any:
        return copy.deepcopy(self.chance.choice(ODD))

    def _change(self, event: dict[str, Any]) -> None:
        places = list(_walk(event))
        if not places:
            return
        path, value = self.chance.choice(places)
        match self.chance.randrange(8):
            case 0:
                _drop(event, path)
            case 1 | 2:
                _put(event, path, self._odd())
            case 3:
                _put(event, path, "DEEP")
            case 4:
                _put(
                    event, path, [value] if self.chance.random() < 0.5 else {"a": value}
                )
            case 5:
                _put(event, path, copy.deepcopy(self.chance.choice(places)[1]))
            case 6:
                inner = value if isinstance(value, dict) else event
                name = self.chance.choice([*_names(self.valid), "x", ""])
                inner[name] = self._odd()
            case _:
                _put(event, path, self.chance.choice([value, "RAW"]))

    def _written(self, event: dict[str, Any]) -> str | bytes:
        keys = list(event)
        self.chance.shuffle(keys)
        try:
            text = json.dumps({key: event[key] for key in keys})
        except (ValueError, RecursionError):
            return "[" * DEEP + "]" * DEEP
        text = text.replace('"RAW"', self.chance.choice(RAW))
        text = text.replace('"DEEP"', _deep(self.chance))
        match self.chance.randrange(12):
            case 0:
                return text.encode("utf-8", "surrogatepass")
            case 1:
                return text[: self.chance.randrange(len(text) + 1)]
            case 2:
                place = self.chance.randrange(len(text))
                odd = chr(self.chance.choice([0, 34, 92, 123, 125, 91, 0x2FF, 0xFFFF]))
                return text[:place] + odd + text[place + 1 :]
            case 3:  # every field twice, the second time otherwise
                again = json.dumps(self.chance.choice(self.valid))
                return text[:-1] + "," + again[1:]
            case 4:
                start, end = sorted(self.chance.randrange(len(text)) for _ in range(2))
                return text[:start] + text[end:] + text[start:end]
            case _:
                return text


def _names(valid: Sequence[dict[str, Any]]) -> list[str]:
    return [str(path[-1]) for event in valid for path, _ in _walk(event)]


def _deep(chance: random.Random) -> str:
    """So deep that a parser that calls itself would fall."""
    depth = chance.choice((3, 50, DEEP))
    start, end = chance.choice((("[", "]"), ('{"content":', "}"), ('{"type":[', "]}")))
    return start * depth + "1" + end * depth


def _walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place in it, not too deep."""
    if path:
        yield path, value
    if len(path) > 8:
        return
    inner = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        inner = enumerate(value[:20])
    for key, one in inner:
        yield from _walk(one, (*path, key))


def _holder(event: Any, path: Path) -> Any:
    for key in path[:-1]:
        event = event[key]
    return event


def _put(event: Any, path: Path, value: Any) -> None:
    _holder(event, path)[path[-1]] = value


def _drop(event: Any, path: Path) -> None:
    del _holder(event, path)[path[-1]]
