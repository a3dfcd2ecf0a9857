"""The server session, sans-I/O: orders of events, errors, limits, and 100,000 frames of
nonsense."""

import base64
import json
import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.realtime.limits import Limits
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import Close, Keep, Recognise, Respond, Send, SessionStep

pytestmark = pytest.mark.fault
Event = Mapping[str, Any]
SOUND = base64.b64encode(bytes(9600)).decode()


def session(**more: Any) -> ServerSession:
    made = ServerSession(session_id="s", **more)
    made.opened()
    told(made, {"type": "session.update", "session": TEXT})
    return made


TEXT: dict[str, Any] = {
    "type": "realtime",
    "output_modalities": ["text"],
    "audio": {"input": {"turn_detection": None}},
}


def told(made: ServerSession, event: Event) -> list[SessionStep]:
    return made.receive(json.dumps(event))


def sent(steps: list[SessionStep]) -> list[Event]:
    return [step.event for step in steps if isinstance(step, Send)]


def kinds(steps: list[SessionStep]) -> list[str]:
    return [str(event["type"]) for event in sent(steps)]


def say(text: str, **more: Any) -> Event:
    content = [{"type": "input_text", "text": text}]
    item = {"type": "message", "role": "user", "content": content, **more}
    return {"type": "conversation.item.create", "item": item}


def answer(made: ServerSession, *words: str) -> list[SessionStep]:
    respond = next(
        s for s in told(made, {"type": "response.create"}) if isinstance(s, Respond)
    )
    steps = [s for w in words for s in made.writer.text(respond.response_id, w)]
    return steps + made.writer.finished(respond.response_id)


def test_a_typed_turn_in_the_order_that_clients_need() -> None:
    made = session()
    assert kinds(told(made, say("hello"))) == [
        "conversation.item.added",
        "conversation.item.done",
    ]
    steps = answer(made, "Good ", "day.")
    assert kinds(steps) == [
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ]
    part = next(e for e in sent(steps) if e["type"] == "response.content_part.added")
    assert part["part"] == {"type": "text", "text": ""}
    place = next(i for i, s in enumerate(steps) if isinstance(s, Keep))
    assert sent(steps[place:])[0]["type"] == "response.done", "kept before it is told"


def test_a_spoken_turn_waits_for_its_words() -> None:
    made = session()
    told(made, {"type": "input_audio_buffer.append", "audio": SOUND})
    steps = told(made, {"type": "input_audio_buffer.commit"})
    assert kinds(steps) == ["input_audio_buffer.committed", "conversation.item.added"]
    heard = next(s for s in steps if isinstance(s, Recognise))
    steps = told(made, {"type": "response.create"})
    assert not any(isinstance(s, Respond) for s in steps)
    steps = made.answering.transcribed(heard.item_id, "what time is it", 0.2)
    assert kinds(steps) == [
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
        "conversation.item.done",
    ]
    respond = next(s for s in steps if isinstance(s, Respond))
    assert respond.messages[-1].text == "what time is it"


def test_a_tool_turn_tells_both_kinds_of_clients() -> None:
    made = session()
    told(made, say("light"))
    respond = told(made, {"type": "response.create"})[-1]
    assert isinstance(respond, Respond)
    steps = made.writer.tool_call(respond.response_id, "c1", "light_on", "{}")
    steps += made.writer.finished(respond.response_id)
    done = [e for e in sent(steps) if e["type"].endswith("arguments.done")]
    assert done[0]["name"] == "light_on"
    item = next(e for e in sent(steps) if e["type"] == "response.output_item.done")
    assert item["item"]["status"] == "completed"
    output = {"type": "function_call_output", "call_id": "c1", "output": "ok"}
    told(made, {"type": "conversation.item.create", "item": output})
    again = told(made, {"type": "response.create"})[-1]
    assert isinstance(again, Respond)
    assert [m.role for m in again.messages] == ["user", "tool_call", "tool"]


def test_speech_over_an_answer_cancels_it() -> None:
    made = ServerSession(session_id="s")
    made.opened()
    told(made, say("hello"))
    respond = told(made, {"type": "response.create"})[-1]
    assert isinstance(respond, Respond) and respond.spoken
    made.writer.audio(respond.response_id, bytes(48_000), "Good day to you.")
    steps = made.speech_started(1.0)
    done = next(e for e in sent(steps) if e["type"] == "response.done")
    assert done["response"]["status_details"]["reason"] == "turn_detected"
    item = done["response"]["output"][0]["id"]
    cut = {"type": "conversation.item.truncate", "item_id": item, "content_index": 0}
    steps = told(made, {**cut, "audio_end_ms": 500})
    assert kinds(steps) == ["conversation.item.truncated"]
    (shown,) = sent(told(made, {"type": "conversation.item.retrieve", "item_id": item}))
    assert shown["item"]["content"][0]["transcript"] == "Good day"
    (error,) = sent(told(made, {**cut, "audio_end_ms": 5000}))
    assert error["error"]["param"] == "audio_end_ms"


@pytest.mark.parametrize(
    ("event", "code", "param"),
    [
        ({"type": "nonsense"}, "unknown_event", "type"),
        ({"type": 5}, "invalid_event", "type"),
        ({"type": "response.cancel"}, "response_cancel_not_active", None),
        (
            {"type": "conversation.item.delete", "item_id": "x"},
            "item_not_found",
            "item_id",
        ),
        (
            {"type": "input_audio_buffer.append", "audio": "***"},
            "invalid_audio",
            "audio",
        ),
        (
            {"type": "input_audio_buffer.append", "audio": "AAA"},
            "invalid_audio",
            "audio",
        ),
        ({"type": "input_audio_buffer.append"}, "invalid_value", "audio"),
        (
            {"type": "input_audio_buffer.commit"},
            "input_audio_buffer_commit_empty",
            None,
        ),
        (
            {
                "type": "session.update",
                "session": {
                    "audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}
                },
            },
            "invalid_value",
            "session.audio.input.format.rate",
        ),
        (
            {"type": "session.update", "session": {"output_modalities": ["a", "b"]}},
            "invalid_value",
            "session.output_modalities",
        ),
        (
            {"type": "response.create", "response": {"metadata": {"a": "x" * 600}}},
            "invalid_value",
            "response.metadata",
        ),
    ],
)
def test_every_fault_has_its_code_its_field_and_the_client_s_id(
    event: dict[str, Any], code: str, param: str | None
) -> None:
    made = session()
    (error,) = sent(told(made, {**event, "event_id": "mine"}))
    assert error["type"] == "error"
    assert (error["error"]["code"], error["error"]["param"]) == (code, param)
    assert error["error"]["event_id"] == "mine"
    assert kinds(told(made, say("on"))) == [
        "conversation.item.added",
        "conversation.item.done",
    ]


def test_only_one_response_at_a_time() -> None:
    made = session()
    told(made, say("hello"))
    told(made, {"type": "response.create"})
    (error,) = sent(told(made, {"type": "response.create", "event_id": "second"}))
    assert error["error"]["code"] == "conversation_already_has_active_response"


def test_the_echo_keeps_agents_from_cancelling_at_every_sound() -> None:
    made = ServerSession(session_id="s")
    detection = {"type": "semantic_vad"}
    update = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
    (updated,) = sent(told(made, {"type": "session.update", "session": update}))
    shown = updated["session"]["audio"]["input"]["turn_detection"]
    assert shown["interrupt_response"] is True and shown["create_response"] is True
    quiet = {"type": "realtime", "tracing": "auto", "model": "gpt-realtime-2.1"}
    (updated,) = sent(told(made, {"type": "session.update", "session": quiet}))
    assert updated["session"]["model"] == "gpt-realtime-2.1"


def test_what_came_twice_is_taken_once_and_what_is_missing_is_told() -> None:
    made = ServerSession(session_id="s", opted_in=True)
    made.opened()
    first = {**say("hello", id="u1"), "event_id": "edge_1"}
    told(made, first)
    assert told(made, first) == [] and made.counts["duplicates"] == 1
    (error,) = sent(told(made, {**say("x"), "event_id": "edge_3"}))
    assert error["error"]["code"] == "events_missing"
    assert error["error"]["param"] == "2"


def test_too_much_is_refused() -> None:
    made = session(limits=Limits(audio_seconds=0.3, message_bytes=50_000))
    append = {"type": "input_audio_buffer.append", "audio": SOUND}
    told(made, append)
    (error,) = sent(told(made, append))
    assert error["error"]["code"] == "input_audio_buffer_full"
    (error,) = sent(made.receive("x" * 60_000))
    assert error["error"]["code"] == "message_too_large"
    (error,) = sent(made.receive(b"binary"))
    assert error["error"]["code"] == "invalid_event"


def test_nothing_but_errors_ends_in_a_close() -> None:
    made = session(limits=Limits(faults=5))
    steps: list[SessionStep] = []
    for _ in range(5):
        steps = told(made, {"type": "nonsense"})
    assert isinstance(steps[-1], Close) and steps[-1].code == 1008


SCRIPT: list[Event] = [
    {"type": "session.update", "session": TEXT},
    say("hello", id="u1"),
    {"type": "response.create", "response": {"metadata": {"a": "b"}}},
    {"type": "response.cancel"},
    {"type": "input_audio_buffer.append", "audio": SOUND},
    {"type": "input_audio_buffer.commit"},
    {"type": "input_audio_buffer.clear"},
    {"type": "conversation.item.retrieve", "item_id": "u1"},
    {"type": "conversation.item.delete", "item_id": "u1"},
    {"type": "conversation.item.truncate", "item_id": "u1", "audio_end_ms": 3},
    {"type": "voiceagent.session.resume", "session_id": "s", "token": "t"},
]


def mutated(chance: random.Random) -> str | bytes:
    text = json.dumps(chance.choice(SCRIPT))
    match chance.randrange(6):
        case 0:
            return text
        case 1:
            place = chance.randrange(len(text))
            return text[:place] + chr(chance.randrange(1, 0x2FF)) + text[place + 1 :]
        case 2:
            return text[: chance.randrange(len(text))]
        case 3:
            event = json.loads(text)
            event[chance.choice(list(event))] = chance.choice(
                [None, 5, -1, "", "x" * 99, [], {}, {"type": "message"}, 1e400, True]
            )
            return json.dumps(event)
        case 4:
            start, end = sorted(chance.randrange(len(text)) for _ in range(2))
            return text[:start] + text[end:] + text[start:end]
        case _:
            return text.encode() if chance.random() < 0.5 else "[" * 5000


def check(steps: list[SessionStep], open_: set[str], last: list[int]) -> None:
    for event in sent(steps):
        if "event_id" in event:
            number = int(event["event_id"].removeprefix("event_"))
            assert number == last[0] + 1
            last[0] = number
        if event["type"] == "response.created":
            open_.add(event["response"]["id"])
        elif event["type"] == "response.done":
            open_.remove(event["response"]["id"])
        elif "response_id" in event:
            assert event["response_id"] in open_


def test_a_hundred_thousand_mutated_frames() -> None:
    chance = random.Random(20261126)
    limits = Limits(faults=1 << 30)
    for _ in range(100):
        made = ServerSession(session_id="s", limits=limits)
        open_: set[str] = set()
        last = [0]
        check(made.opened(), open_, last)
        for _ in range(1000):
            steps = made.receive(mutated(chance))
            check(steps, open_, last)
            for step in steps:
                if isinstance(step, Respond) and chance.random() < 0.7:
                    check(
                        made.writer.text(step.response_id, "some words "), open_, last
                    )
                    if chance.random() < 0.8:
                        check(made.writer.finished(step.response_id), open_, last)
                elif isinstance(step, Recognise):
                    check(
                        made.answering.transcribed(step.item_id, "words", 0.1),
                        open_,
                        last,
                    )


ROUND = st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 8, 9]), max_size=30)


@given(ROUND, st.integers(0, 60))
def test_a_cut_client_gets_just_what_it_missed(numbers: list[int], cut: int) -> None:
    made = ServerSession(session_id="s", opted_in=True)
    events = sent(made.opened())
    for number in numbers:
        steps = told(made, SCRIPT[number])
        for step in list(steps):
            if isinstance(step, Respond):
                steps += made.writer.text(step.response_id, "a b c")
                steps += made.writer.finished(step.response_id)
            elif isinstance(step, Recognise):
                steps += made.answering.transcribed(step.item_id, "words", 0.1)
        events += sent(steps)
    seen = events[: max(1, min(cut, len(events)))]
    resumed, *missed = sent(made.resume(seen[-1]["event_id"]))
    assert resumed["complete"] and resumed["type"] == "voiceagent.session.resumed"
    ids = [e["event_id"] for e in [*seen, *missed]]
    assert ids == [f"event_{i}" for i in range(1, len(events) + 1)]


def test_a_finished_response_is_given_again_instead_of_anew() -> None:
    made = session()
    told(made, say("hello", id="u1"))
    create = {
        "type": "response.create",
        "response": {"metadata": {"voiceagent.idempotency_key": "k"}},
    }
    respond = told(made, create)[-1]
    assert isinstance(respond, Respond)
    made.writer.text(respond.response_id, "Good day.")
    made.writer.finished(respond.response_id)
    steps = told(made, say("hello", id="u1")) + told(made, create)
    assert not any(isinstance(s, Respond) for s in steps)
    done = sent(steps)[-1]
    assert done["response"]["id"] == respond.response_id
    deltas = [e["delta"] for e in sent(steps) if e["type"].endswith("text.delta")]
    assert deltas == ["Good day."]
    assert len(made.wire.items.items) == 2


def spoken_item(*parts: object, **more: object) -> Event:
    content = [{"type": "input_audio", "audio": part} for part in parts]
    item = {"type": "message", "role": "user", "content": content, **more}
    return {"type": "conversation.item.create", "item": item}


def test_sound_inside_an_item_is_made_out_before_it_is_answered() -> None:
    made = session()
    steps = told(made, spoken_item(SOUND, SOUND, id="u1"))
    assert kinds(steps) == ["conversation.item.added"]
    (recognise,) = [step for step in steps if isinstance(step, Recognise)]
    assert recognise.item_id == "u1" and len(recognise.pcm) == 19_200
    assert not any(
        isinstance(s, Respond) for s in told(made, {"type": "response.create"})
    )
    steps = made.answering.transcribed("u1", "hello there", 0.4)
    (respond,) = [step for step in steps if isinstance(step, Respond)]
    assert respond.messages[-1].text == "hello there"
    assert "audio" not in json.dumps(
        made.wire.items.items[0]["content"][0].get("audio")
    )


@pytest.mark.parametrize("sound", ["***", "AAAA", "AAAAAA==", ""])
def test_sound_inside_an_item_that_cannot_be_heard_is_refused(sound: str) -> None:
    made = session()
    (error,) = sent(told(made, spoken_item(sound, id="u1")))
    assert error["error"]["code"] == "invalid_audio" and not made.wire.items.has("u1")


def test_any_spoken_answer_can_be_cut_and_no_written_one() -> None:
    made = ServerSession(session_id="s")
    made.opened()
    items = []
    for words in ("Good day to you.", "Farewell to all."):
        told(made, say("hello"))
        respond = told(made, {"type": "response.create"})[-1]
        assert isinstance(respond, Respond)
        steps = made.writer.audio(respond.response_id, bytes(96_000), words)
        items.append(next(e["item_id"] for e in sent(steps) if "item_id" in e))
        made.writer.finished(respond.response_id)
    cut = {"type": "conversation.item.truncate", "content_index": 0}
    for item in items:
        steps = told(made, {**cut, "item_id": item, "audio_end_ms": 1000})
        assert kinds(steps) == ["conversation.item.truncated"]
    text = {"response": {"output_modalities": ["text"]}}
    respond = told(made, {"type": "response.create", **text})[-1]
    assert isinstance(respond, Respond)
    steps = made.writer.text(respond.response_id, "written words")
    written = next(e["item_id"] for e in sent(steps) if "item_id" in e)
    made.writer.finished(respond.response_id)
    for end in (0, 5):
        (error,) = sent(told(made, {**cut, "item_id": written, "audio_end_ms": end}))
        assert error["error"]["param"] == "item_id"
    assert "written words" in json.dumps(made.wire.items.find(written))


def _parts(made: ServerSession) -> list[Any]:
    return [part for item in made.wire.items.items for part in item["content"]]
