"""The tables of fields, whole: each has an effect, is shown as what is in force, or is
refused in words. A field that has none of them fails here."""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_origin

import msgspec
import pytest

from tests.realtime.test_server import SOUND, answer, say, sent, told
from voiceagent.frontend.endpoint import EndpointPolicy
from voiceagent.realtime.fields import (
    ResponseFields,
    SessionFields,
    TranscriptionFields,
)
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import Respond
from voiceagent.region.ears import policy_for

pytestmark = pytest.mark.unit
Seen = Callable[[ServerSession], object]
LIGHT = {"type": "function", "name": "light", "description": "a"}
HEARD, SAID, FOUND = "audio.input", "audio.output", "audio.input.turn_detection"
PROTOCOL = {
    "session": f"""type model instructions output_modalities max_output_tokens tools
        tool_choice parallel_tool_calls reasoning prompt include tracing truncation
        {HEARD}.format {HEARD}.noise_reduction {HEARD}.transcription {FOUND}
        {HEARD}.transcription.model {HEARD}.transcription.language
        {HEARD}.transcription.languages {HEARD}.transcription.prompt
        {HEARD}.transcription.keywords {HEARD}.transcription.delay
        {HEARD}.noise_reduction.type {HEARD}.noise_reduction.strength
        {FOUND}.type {FOUND}.threshold {FOUND}.prefix_padding_ms
        {FOUND}.silence_duration_ms {FOUND}.idle_timeout_ms {FOUND}.eagerness
        {FOUND}.create_response {FOUND}.interrupt_response
        {SAID}.format {SAID}.voice {SAID}.speed""".split(),
    "response": f"""conversation input instructions max_output_tokens metadata
        output_modalities parallel_tool_calls prompt reasoning tool_choice tools
        {SAID}.format {SAID}.voice""".split(),
}
"""What the protocol itself knows (the types of its Python client, 3.57)."""


def asked(made: ServerSession) -> Respond:
    told(made, say("hello"))
    steps = told(made, {"type": "response.create"})
    (found,) = [step for step in steps if isinstance(step, Respond)]
    return found


def of(name: str) -> Seen:
    return lambda made: getattr(asked(made), name)


def samples(made: ServerSession) -> object:
    told(made, {"type": "input_audio_buffer.append", "audio": SOUND})
    return sent(made.resume(""))[0]["input_samples_received"]


def sound(made: ServerSession) -> object:
    steps = made.writer.audio(asked(made).response_id, bytes(9600), "words")
    return [len(e["delta"]) for e in sent(steps) if "audio.delta" in e["type"]]


def hears(made: ServerSession) -> object:
    steps = told(made, {"type": "input_audio_buffer.append", "audio": SOUND})
    return [type(step).__name__ for step in steps]


def policy(made: ServerSession) -> object:
    return policy_for(EndpointPolicy(), made.wire.settings.detection or {})


def wanted(made: ServerSession) -> object:
    """What the shell makes its detector by."""
    return dict(made.wire.settings.detection or {})


def start(made: ServerSession) -> object:
    for _ in range(5):
        told(made, {"type": "input_audio_buffer.append", "audio": SOUND})
    return [e["audio_start_ms"] for e in sent(made.speech_started(0.9))]


def quiet(made: ServerSession) -> object:
    respond = asked(made)
    made.heard(0.0)
    made.writer.finished(respond.response_id)
    return [e["type"] for e in sent(made.heard(7.0))][:1]


def turn(made: ServerSession) -> object:
    told(made, {"type": "input_audio_buffer.append", "audio": SOUND})
    steps = [*made.speech_started(0.0), *made.speech_stopped(0.2)]
    return [e["type"] for e in sent(steps)]


def interrupted(made: ServerSession) -> object:
    asked(made)
    return [type(step).__name__ for step in made.speech_started(0.0)]


def kept(made: ServerSession) -> object:
    answer(made, "words")
    return len(made.wire.items.items)


def kind(made: ServerSession) -> object:
    return turn(made)


def many(made: ServerSession) -> object:
    for _ in range(9):
        told(made, say("x" * 70))
    return len(asked(made).messages)


RATIO = {"type": "retention_ratio", "retention_ratio": 0.5}
SESSION: dict[str, tuple[object, Seen]] = {
    "type": ("transcription", kind),
    "output_modalities": (["text"], of("spoken")),
    "instructions": ("be short", of("instructions")),
    "tools": ([LIGHT], of("tools")),
    "tool_choice": ("none", of("tools")),
    "max_output_tokens": (7, of("max_tokens")),
    "parallel_tool_calls": (False, of("one_call")),
    "truncation": (RATIO, many),
    f"{HEARD}.format": ({"type": "audio/pcmu"}, samples),
    FOUND: (None, hears),
    f"{FOUND}.type": ("semantic_vad", policy),
    f"{FOUND}.threshold": (0.9, wanted),
    f"{FOUND}.prefix_padding_ms": (50, start),
    f"{FOUND}.silence_duration_ms": (900, policy),
    f"{FOUND}.idle_timeout_ms": (5000, quiet),
    f"{FOUND}.eagerness": ("low", policy),
    f"{FOUND}.create_response": (False, turn),
    f"{FOUND}.interrupt_response": (False, interrupted),
    f"{SAID}.format": ({"type": "audio/pcma"}, sound),
    f"{SAID}.speed": (1.5, of("speed")),
}
"""A value, and what it changes."""
RESPONSE: dict[str, object] = {
    "output_modalities": ["text"],
    "instructions": "be short",
    "tools": [LIGHT],
    "tool_choice": "none",
    "max_output_tokens": 7,
    "parallel_tool_calls": False,
    "conversation": "none",
    "input": [],
    "metadata": {"a": "b"},
    f"{SAID}.format": {"type": "audio/pcmu"},
    f"{SAID}.speed": 0.5,
}
"""A value that makes another response or another request of it."""
SHOWN: dict[str, tuple[object, object]] = {
    "id": ("mine", "s"),
    "object": ("realtime.other", "realtime.session"),
    "model": ("other", "other"),
    "tracing": ("auto", None),
    f"{HEARD}.noise_reduction": ({"type": "near_field"}, None),
    f"{HEARD}.transcription": ({"model": "whisper-1"}, {"model": "voiceagent"}),
    f"{SAID}.voice": ("marin", "default"),
}
"""What is taken, and what is in force, which is shown."""
PARTS = {
    f"{HEARD}.noise_reduction": "noise_reduction",
    f"{HEARD}.transcription": "transcription",
    f"{HEARD}.format": "format",
    f"{SAID}.format": "format",
    "tracing": "tracing",
    "tools": "tools",
    "tool_choice": "tool_choice",
    "truncation": "truncation",
}
"""Whose own fields go with them."""
REFUSED: dict[str, object] = {
    "prompt": {"id": "x"},
    "reasoning": {"effort": "low"},
    "include": ["item.input_audio_transcription.logprobs"],
    f"{HEARD}.transcription.prompt": "names",
    f"{HEARD}.transcription.keywords": ["name"],
    f"{HEARD}.transcription.delay": "low",
    f"{HEARD}.transcription.language": "de",
    f"{HEARD}.transcription.languages": ["de"],
    f"{SAID}.voice": {"id": "mine"},
}
"""In words of ours, with the path."""


def nested(path: str, value: object) -> dict[str, Any]:
    """A value at its place."""
    *outer, last = path.split(".")
    found: dict[str, Any] = {last: value}
    for key in reversed(outer):
        found = {key: found}
    return found


def fresh(**fields: Any) -> ServerSession:
    made = ServerSession(session_id="s", limits=Limits(context_tokens=100))
    made.opened()
    if fields:
        (reply,) = sent(told(made, {"type": "session.update", "session": fields}))
        assert reply["type"] == "session.updated", reply
    return made


def prepared(path: str) -> dict[str, Any]:
    """What has to be there for that field to matter."""
    if path == "tool_choice":
        return {"tools": [LIGHT]}
    if path.endswith("eagerness"):
        return nested(f"{FOUND}.type", "semantic_vad")
    return {}


@pytest.mark.parametrize("path", SESSION)
def test_a_field_of_the_session_changes_something(path: str) -> None:
    value, seen = SESSION[path]
    without, made = fresh(**prepared(path)), fresh(**prepared(path))
    event = {"type": "session.update", "session": nested(path, value)}
    (reply,) = sent(told(made, event))
    assert reply["type"] == "session.updated", reply
    assert seen(made) != seen(without)


@pytest.mark.parametrize("path", RESPONSE)
def test_a_field_of_a_response_changes_it(path: str) -> None:
    def outcome(fields: dict[str, Any]) -> str:
        made = fresh(**prepared(path))
        told(made, say("hello"))
        steps = told(made, {"type": "response.create", "response": fields})
        (respond,) = [step for step in steps if isinstance(step, Respond)]
        steps += made.writer.audio(respond.response_id, bytes(9600), "words")
        return json.dumps([repr(respond), sent(steps)], default=str)

    assert outcome(nested(path, RESPONSE[path])) != outcome({})


@pytest.mark.parametrize("path", SHOWN)
def test_what_is_taken_is_shown_as_what_is_in_force(path: str) -> None:
    value, shown = SHOWN[path]
    found: Any = fresh(**nested(path, value)).wire.settings.values
    for key in path.split("."):
        found = found[key]
    assert found == shown


@pytest.mark.parametrize("where", ["session", "response"])
@pytest.mark.parametrize("path", REFUSED)
def test_what_is_not_served_is_refused_in_words(path: str, where: str) -> None:
    if where == "response" and path not in PROTOCOL["response"]:
        return
    event = "session.update" if where == "session" else "response.create"
    made = fresh()
    (reply,) = sent(told(made, {"type": event, where: nested(path, REFUSED[path])}))
    assert reply["error"]["param"].startswith(f"{where}.{path}")
    assert "xpected" not in reply["error"]["message"], "that is no sentence of ours"


def structs(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """Those in a type."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    elif get_origin(kind) is not None:
        for one in get_args(kind):
            yield from structs(one)


def paths(kind: type[msgspec.Struct], before: str = "") -> Iterator[str]:
    """Every place that a value can be given at."""
    for name, told_ in typing.get_type_hints(kind, include_extras=True).items():
        inner = list(structs(told_))
        if name not in ("audio", "input", "output") or not inner:
            yield before + name
        for one in inner:
            yield from paths(one, f"{before}{name}.")


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        (SessionFields, "session"),
        (TranscriptionFields, "session"),
        (ResponseFields, "response"),
    ],
)
def test_no_field_is_without_an_effect_or_a_refusal(
    kind: type[msgspec.Struct], where: str
) -> None:
    known = {*SHOWN, *REFUSED, *(SESSION if where == "session" else RESPONSE)}
    every = {*paths(kind), *PROTOCOL[where]}
    inside = tuple(f"{path}." for path in PARTS)
    assert {p for p in every - known if not p.startswith(inside)} == set()
    if kind is not TranscriptionFields:
        assert set(PROTOCOL[where]) <= {*paths(kind)}, "names that are not known yet"
