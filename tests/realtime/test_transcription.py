"""Sessions whose sound becomes words, and nothing more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.realtime.test_server import SOUND, kinds, say, sent, told
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import Recognise, Respond

pytestmark = pytest.mark.unit
APPEND = {"type": "input_audio_buffer.append", "audio": SOUND}


def update(made: ServerSession, **fields: Any) -> dict[str, Any]:
    (answer,) = sent(told(made, {"type": "session.update", "session": fields}))
    return dict(answer)


def session(*, asked: bool = False) -> ServerSession:
    """`asked`: by `?intent=transcription`, not by an update."""
    made = ServerSession(session_id="s", transcribes=asked)
    made.opened()
    if not asked:
        assert update(made, type="transcription")["type"] == "session.updated"
    return made


@pytest.mark.parametrize("asked", [True, False])
def test_a_turn_becomes_words_and_is_not_answered(asked: bool) -> None:
    made = session(asked=asked)
    assert made.wire.settings.values["type"] == "transcription"
    told(made, APPEND)
    made.speech_started(0.0)
    steps = made.speech_stopped(0.2)
    assert not any(isinstance(step, Respond) for step in steps)
    (heard,) = [step for step in steps if isinstance(step, Recognise)]
    words = made.answering.transcribed(heard.item_id, "good day", 0.2)
    assert kinds(words) == [
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
        "conversation.item.done",
    ]
    told(made, {"type": "conversation.item.retrieve", "item_id": heard.item_id})
    told(made, APPEND)
    assert "input_audio_buffer.committed" in kinds(
        told(made, {"type": "input_audio_buffer.commit"})
    )


@pytest.mark.parametrize(
    "event",
    [
        say("hello"),
        {"type": "response.create"},
        {"type": "response.cancel"},
        {"type": "output_audio_buffer.clear"},
        {"type": "conversation.item.truncate", "item_id": "x"},
    ],
)
def test_what_it_has_not_is_refused(event: dict[str, Any]) -> None:
    (answer,) = sent(told(session(), event))
    assert answer["error"]["code"] == "not_in_transcription_session"
    assert event["type"] in answer["error"]["message"]


def test_its_settings_are_those_of_the_ear() -> None:
    shown = session().wire.settings.values
    assert set(shown) == {"type", "object", "id", "include", "audio"}
    assert set(shown["audio"]) == {"input"}
    found = {
        "type": "server_vad",
        "silence_duration_ms": 900,
        "create_response": False,
    }
    shown = update(
        session(),
        type="transcription",
        audio={
            "input": {
                "format": {"type": "audio/pcmu"},
                "transcription": {"model": "whisper-1", "language": "en"},
                "turn_detection": found,
            }
        },
    )["session"]["audio"]["input"]
    assert shown["turn_detection"]["silence_duration_ms"] == 900
    assert "create_response" not in shown["turn_detection"]
    assert shown["format"] == {"type": "audio/pcmu"}
    assert shown["transcription"] == {"model": "voiceagent"}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"instructions": "x"}, "session.instructions"),
        ({"audio": {"output": {}}}, "session.audio.output"),
        (
            {"audio": {"input": {"turn_detection": {"create_response": True}}}},
            "session.audio.input.turn_detection.create_response",
        ),
        ({"type": "realtime"}, "session.type"),
        ({"include": ["item.input_audio_transcription.logprobs"]}, "session.include"),
    ],
)
def test_the_others_are_refused_with_their_path(
    fields: dict[str, Any], param: str
) -> None:
    made = session()
    before = dict(made.wire.settings.values)
    assert update(made, **fields)["error"]["param"] == param
    assert made.wire.settings.values == before


def test_a_session_that_has_begun_stays_what_it_is() -> None:
    made = ServerSession(session_id="s")
    made.opened()
    told(made, say("hello"))
    assert update(made, type="transcription")["error"]["param"] == "session.type"
    assert "response.created" in kinds(told(made, {"type": "response.create"}))


def test_the_beta_event_is_named_anew() -> None:
    (answer,) = sent(told(session(), {"type": "transcription_session.update"}))
    assert "`session.update`" in answer["error"]["message"]
