"""Every field of the session and of a response is obeyed or refused, with its path."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.realtime.companding import from_pcm, to_pcm
from voiceagent.realtime.fields import ResponseFields, SessionFields
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import Respond, Send, SessionStep

pytestmark = pytest.mark.unit
LIGHT = {"type": "function", "name": "light", "parameters": {"type": "object"}}
LOCK = {"type": "function", "name": "lock"}
SAY = {
    "type": "conversation.item.create",
    "item": {
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": "hello"}],
    },
}


def events(steps: list[SessionStep]) -> list[Mapping[str, Any]]:
    return [step.event for step in steps if isinstance(step, Send)]


class Session:
    """A session that a test configures and asks."""

    def __init__(self, **fields: Any) -> None:
        self.made = ServerSession(session_id="s")
        self.made.opened()
        self.told = self.update(**fields)

    def update(self, **fields: Any) -> Mapping[str, Any]:
        """What the client is told of it."""
        event = {"type": "session.update", "session": fields}
        (answer,) = events(self.made.receive(json.dumps(event)))
        return answer

    def ask(self, **fields: Any) -> Respond:
        """The response that comes of it."""
        self.made.receive(json.dumps(SAY))
        event = {"type": "response.create", "response": fields}
        steps = self.made.receive(json.dumps(event))
        (found,) = [step for step in steps if isinstance(step, Respond)]
        return found

    def refusal(self, **fields: Any) -> tuple[str, str]:
        """Code and path of the error that comes of such a response."""
        event = {"type": "response.create", "response": fields}
        (error,) = events(self.made.receive(json.dumps(event)))
        return error["error"]["code"], error["error"]["param"]


def audio(way: str, **fields: Any) -> dict[str, Any]:
    return {"audio": {way: fields}}


def detection(**fields: Any) -> dict[str, Any]:
    return audio("input", turn_detection=fields)


REFUSED = [
    ({"modalities": ["text"]}, "session.modalities"),
    ({"voice": "ash"}, "session.voice"),
    ({"turn_detection": None}, "session.turn_detection"),
    ({"input_audio_format": "pcm16"}, "session.input_audio_format"),
    ({"temperature": 0.8}, "session.temperature"),
    ({"nonsense": 1}, "session.nonsense"),
    ({"type": "telepathy"}, "session.type"),
    ({"instructions": 5}, "session.instructions"),
    ({"output_modalities": ["text", "audio"]}, "session.output_modalities"),
    ({"output_modalities": []}, "session.output_modalities"),
    ({"tools": [{"type": "function"}]}, "session.tools[0]"),
    ({"tools": [{**LIGHT, "name": "a b"}]}, "session.tools[0].name"),
    ({"tools": [{"type": "mcp", "name": "x"}]}, "session.tools[0].type"),
    ({"tool_choice": "sometimes"}, "session.tool_choice"),
    ({"tool_choice": "required"}, "session.tool_choice"),
    ({"tools": [LIGHT], "tool_choice": {"name": "lock"}}, "session.tool_choice"),
    ({"max_output_tokens": -3}, "session.max_output_tokens"),
    ({"max_output_tokens": "many"}, "session.max_output_tokens"),
    ({"truncation": "never"}, "session.truncation"),
    ({"include": ["item.input_audio_transcription.logprobs"]}, "session.include"),
    ({"prompt": {"id": "x"}}, "session.prompt"),
    ({"audio": None}, "session.audio"),
    (audio("input", format={"type": "audio/mp3"}), "session.audio.input.format.type"),
    (audio("output", speed=99), "session.audio.output.speed"),
    (audio("output", voice=7), "session.audio.output.voice"),
    (audio("input", language="de"), "session.audio.input.language"),
    (
        audio("input", transcription={"language": "de"}),
        "session.audio.input.transcription.language",
    ),
    (
        detection(type="server_vad", threshold=5),
        "session.audio.input.turn_detection.threshold",
    ),
    (
        detection(silence_duration_ms="abc"),
        "session.audio.input.turn_detection.silence_duration_ms",
    ),
    (detection(type=[]), "session.audio.input.turn_detection.type"),
    (
        detection(type="semantic_vad", threshold=0.5),
        "session.audio.input.turn_detection.threshold",
    ),
    (
        detection(type="semantic_vad", eagerness="very"),
        "session.audio.input.turn_detection.eagerness",
    ),
]


@pytest.mark.parametrize(("fields", "path"), REFUSED, ids=lambda x: str(x)[:60])
def test_what_is_not_obeyed_is_refused_and_changes_nothing(
    fields: dict[str, Any], path: str
) -> None:
    session = Session(type="realtime")
    before = dict(session.made.wire.settings.values)
    answer = session.update(**{"instructions": "new", **fields})
    assert answer["type"] == "error" and answer["error"]["param"] == path
    assert session.made.wire.settings.values == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"type": "telepathy"}, "`transcription`"),
        (audio("output", speed=2), "0.25 to 1.5"),
        (audio("output", voice="me"), "marin"),
        (audio("input", transcription={"language": "de"}), "English"),
        ({"tools": [{"type": "mcp", "server_label": "x"}]}, "MCP"),
        ({"reasoning": {"effort": "low"}}, "no model here"),
        ({"prompt": {"id": "x"}}, "`instructions`"),
    ],
)
def test_what_is_not_served_is_said_in_words(
    fields: dict[str, Any], words: str
) -> None:
    assert words in Session().update(**fields)["error"]["message"]


def test_names_of_the_beta_protocol_are_told_apart() -> None:
    answer = Session().update(modalities=["text"])
    assert "`output_modalities`" in answer["error"]["message"]


IN_FORCE = [
    ({"output_modalities": ["text"]}, "spoken", False),
    ({"instructions": "be short"}, "instructions", "be short"),
    ({"tools": [LIGHT, LOCK]}, "tools", (LIGHT, LOCK)),
    ({"tools": [LIGHT], "tool_choice": "none"}, "tools", ()),
    ({"tools": [LIGHT], "tool_choice": "required"}, "must_call", True),
    ({"tools": [LIGHT, LOCK], "tool_choice": {"name": "lock"}}, "tools", (LOCK,)),
    ({"max_output_tokens": 7}, "max_tokens", 7),
    ({"max_output_tokens": "inf"}, "max_tokens", None),
]


@pytest.mark.parametrize(("fields", "name", "value"), IN_FORCE)
def test_what_is_accepted_is_in_force_for_the_session_or_once(
    fields: dict[str, Any], name: str, value: object
) -> None:
    assert getattr(Session(**fields).ask(), name) == value
    plain = Session(tools=[LIGHT], instructions="long", max_output_tokens=99)
    assert getattr(plain.ask(**fields), name) == value
    assert plain.told["session"]["instructions"] == "long"


def test_empty_is_an_answer_and_null_is_the_usual() -> None:
    session = Session(tools=[LIGHT], instructions="long", max_output_tokens=9)
    once = session.ask(tools=[], instructions="", tool_choice="none")
    assert (once.tools, once.instructions) == ((), "")
    usual = Session(tools=[LIGHT], instructions="long").update(
        tools=None, instructions=None, max_output_tokens=None
    )["session"]
    assert (usual["tools"], usual["instructions"]) == ([], "")
    assert usual["max_output_tokens"] == "inf"


def test_a_partial_update_leaves_the_rest() -> None:
    session = Session(**detection(type="server_vad", create_response=False))
    told = session.update(**detection(threshold=0.7))["session"]
    kept = told["audio"]["input"]["turn_detection"]
    assert kept["create_response"] is False and kept["threshold"] == 0.7
    other = session.update(**detection(type="semantic_vad"))["session"]
    assert "threshold" not in other["audio"]["input"]["turn_detection"]


def test_what_is_told_is_what_is_in_force() -> None:
    told = Session(
        tracing="auto",
        **{
            "audio": {
                "input": {
                    "noise_reduction": {"type": "near_field"},
                    "transcription": {"model": "whisper-1", "language": "en"},
                },
                "output": {"voice": "marin", "speed": 1.0},
            }
        },
    ).told["session"]
    heard, said = told["audio"]["input"], told["audio"]["output"]
    assert told["tracing"] is None and heard["noise_reduction"] is None
    assert heard["transcription"] == {"model": "voiceagent"}
    assert said["voice"] == "default"


@pytest.mark.parametrize("kind", ["audio/pcmu", "audio/pcma"])
@pytest.mark.parametrize("once", [False, True])
def test_telephone_sound_is_sent_where_it_is_asked_for(kind: str, once: bool) -> None:
    wanted = audio("output", format={"type": kind})
    session = Session() if once else Session(**wanted)
    respond = session.ask(**wanted) if once else session.ask()
    t = np.arange(24_000) / 24_000
    tone = (8000 * np.sin(2 * np.pi * 440 * t)).astype("<i2")
    steps = session.made.writer.audio(respond.response_id, tone.tobytes(), "words")
    (delta,) = [e["delta"] for e in events(steps) if e["type"].endswith("audio.delta")]
    sent = base64.b64decode(delta)
    assert len(sent) == 8000
    back = np.frombuffer(to_pcm(sent, kind), "<i2").astype(float)
    assert np.corrcoef(back, tone)[0, 1] > 0.98


@pytest.mark.parametrize("kind", ["audio/pcmu", "audio/pcma"])
def test_every_code_comes_back_as_it_was(kind: str) -> None:
    levels = np.frombuffer(to_pcm(bytes(range(256)), kind), "<i2")[::3]
    quiet = np.repeat(levels, 300).astype("<i2").tobytes()  # a level long enough
    again = np.frombuffer(from_pcm(quiet, kind), np.uint8)[50::100]
    same = np.frombuffer(to_pcm(again.tobytes(), kind), "<i2")[::3]
    assert np.array_equal(np.sort(np.unique(same)), np.unique(levels))


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"modalities": ["text"]}, "response.modalities"),
        ({"voice": "ash"}, "response.voice"),
        ({"conversation": "other"}, "response.conversation"),
        ({"tool_choice": "required"}, "response.tool_choice"),
        ({"audio": {"output": {"speed": 2}}}, "response.audio.output.speed"),
        ({"max_output_tokens": 0}, "response.max_output_tokens"),
    ],
)
def test_a_response_refuses_what_it_does_not_obey(
    fields: dict[str, Any], path: str
) -> None:
    assert Session().refusal(**fields)[1] == path


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("kind", [SessionFields, ResponseFields])
@given(data=st.data())
def test_any_value_of_any_field_is_taken_or_refused_by_name(
    kind: type[msgspec.Struct], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(kind.__struct_fields__))
    value = data.draw(VALUES)
    session = Session()
    if kind is SessionFields:
        event = {"type": "session.update", "session": {name: value}}
    else:
        event = {"type": "response.create", "response": {name: value}}
    for answer in events(session.made.receive(json.dumps(event))):
        if answer["type"] == "error":
            assert name in str(answer["error"]["param"])
