"""The edge's session, sans-I/O: whatever a server sends, a question ends as it did."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regions import envelope, question

from voiceagent.errors import RemoteFailed
from voiceagent.realtime.client import ClientSession
from voiceagent.realtime.client_outbox import KEPT_BYTES, ClientOutbox
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import Respond, Send
from voiceagent.realtime.turn import RemoteTurn
from voiceagent.routing.remote import Answered, AnswerWords

pytestmark = [pytest.mark.unit, pytest.mark.property]


def asked(session: ClientSession, text: str = "hello") -> RemoteTurn:
    """An open question, sent to nobody."""
    turn = RemoteTurn(question(text), envelope(), b"")
    for _ in session.ask(turn):
        pass
    return turn


def answer(status: str, details: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What a server sends for a response that says a word and ends so."""
    response = {"id": "r", "status": status, "status_details": details, "output": []}
    return [
        {"type": "response.created", "response": {"id": "r"}},
        {"type": "response.output_text.delta", "response_id": "r", "delta": "Good "},
        {"type": "response.done", "response": response},
    ]


FAILED = {"type": "failed", "error": {"code": "deadline_passed", "message": "late"}}


@pytest.mark.parametrize(
    ("status", "details", "what"),
    [
        ("failed", FAILED, "deadline_passed"),
        ("failed", None, "the region failed"),
        ("cancelled", {"reason": "client_cancelled"}, "cancelled"),
        ("incomplete", {"reason": "max_output_tokens"}, "broke the answer off"),
        ("incomplete", None, "broke the answer off"),
    ],
)
def test_an_answer_that_is_not_complete_is_no_answer(
    status: str, details: dict[str, Any] | None, what: str
) -> None:
    session = ClientSession()
    turn = asked(session)
    for event in answer(status, details):
        session.receive(json.dumps(event))
    assert turn.over and not turn.done and isinstance(turn.error, RemoteFailed)
    assert what in turn.error.what
    assert turn.pieces == [AnswerWords("Good ")]
    assert session.open_turn is None


def test_a_complete_answer_is() -> None:
    session = ClientSession()
    turn = asked(session)
    for event in answer("completed"):
        session.receive(json.dumps(event))
    assert turn.done and isinstance(turn.pieces[-1], Answered)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "status", "error", "type"]), inner)
    ),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=200)
def test_events_that_lack_something_or_hold_something_odd_fail_the_turn_alone(
    data: st.DataObject,
) -> None:
    session = ClientSession()
    turn = asked(session)
    for event in [*answer("completed"), {"type": "error", "error": {"code": "x"}}]:
        keys = [key for key in event if key != "type"]
        for key in data.draw(st.sets(st.sampled_from(keys))):
            event[key] = data.draw(anything)
        session.receive(json.dumps(event))
    assert turn.over
    again = asked(session, "and now?")
    for event in answer("completed"):
        session.receive(json.dumps(event))
    assert again.done


@given(
    st.lists(st.sampled_from(["event", "arrived", "anew"]), max_size=40),
    st.integers(0, 45),
)
def test_what_a_server_lacks_is_what_was_sent_and_has_not_arrived(
    steps: list[str], last: int
) -> None:
    outbox, kept, number = ClientOutbox(), dict[int, dict[str, Any]](), 0
    outbox.ours = True
    for step in steps:
        match step:
            case "event":
                number += 1
                kept[number] = outbox.numbered({"type": "x"})
                assert kept[number]["event_id"] == f"edge_{number}"
            case "arrived":
                outbox.arrived()
                kept.clear()
            case "anew":
                outbox.begin_anew(number)
                assert outbox.numbered({"type": "x"}) == {"type": "x"}
                outbox.ours = True
                kept.clear()
    assert outbox.lacking(last) == [kept[n] for n in sorted(kept) if n > last]


def test_what_is_kept_has_a_limit() -> None:
    outbox = ClientOutbox()
    outbox.ours = True
    for _ in range(100):
        outbox.numbered({"type": "x", "audio": "a" * (KEPT_BYTES // 50)})
    assert 50 <= outbox.dropped < 60 and len(outbox.lacking(0)) == 100 - outbox.dropped


def test_instructions_are_told_where_there_are_any() -> None:
    told = ClientSession().set_up("be short")["session"]
    assert told["instructions"] == "be short"
    assert "instructions" not in ClientSession().set_up("")["session"]
    server = ServerSession(session_id="s")
    server.opened()
    server.receive(json.dumps(ClientSession().set_up("be short")))
    session = ClientSession()
    for event in session.ask(RemoteTurn(question("hello"), envelope(), b"")):
        steps = server.receive(json.dumps(event))
    (respond,) = (step for step in steps if isinstance(step, Respond))
    assert respond.instructions == "be short"
    assert not any(isinstance(s, Send) and s.event["type"] == "error" for s in steps)


SAID = "Good day."
DONE = {"id": "r", "status": "completed", "status_details": None, "output": []}
MESSAGE = {"type": "message", "content": [{"type": "output_text", "text": "Good day."}]}
AUDIO = {"type": "message", "content": [{"type": "audio", "transcript": "Good day."}]}


@pytest.mark.parametrize(
    "events",
    [
        [
            {
                "type": "response.output_text.done",
                "response_id": "r",
                "text": "Good day.",
            }
        ],
        [
            {
                "type": "response.output_audio_transcript.done",
                "response_id": "r",
                "transcript": "Good day.",
            },
            {"type": "response.done", "response": {**DONE, "output": [AUDIO]}},
        ],
        [{"type": "response.done", "response": {**DONE, "output": [MESSAGE]}}],
        [{"type": "response.text.delta", "response_id": "r", "delta": SAID}],
        [
            {
                "type": "response.output_text.delta",
                "response_id": "r",
                "delta": "Good ",
            },
            {"type": "response.output_text.delta", "response_id": "r", "delta": "day."},
            {
                "type": "response.output_text.done",
                "response_id": "r",
                "text": "Good day.",
            },
            {"type": "response.done", "response": {**DONE, "output": [MESSAGE]}},
        ],
    ],
)
def test_words_are_found_wherever_a_server_tells_them_and_said_once(
    events: list[dict[str, Any]],
) -> None:
    session = ClientSession()
    turn = asked(session)
    created = {"type": "response.created", "response": {"id": "r"}}
    for event in [created, *events, {"type": "response.done", "response": DONE}]:
        session.receive(json.dumps(event))
    assert turn.done and turn.text == "Good day."


def test_words_after_a_tool_are_found_where_only_the_end_tells_them() -> None:
    session = ClientSession()
    turn = asked(session)
    call = {"type": "function_call", "call_id": "c", "name": "n", "arguments": "{}"}
    first = {**DONE, "output": [MESSAGE, call]}
    second = {**DONE, "id": "s", "output": [AUDIO]}
    for response in (first, second):
        begun = {"type": "response.created", "response": {"id": response["id"]}}
        session.receive(json.dumps(begun))
        session.receive(json.dumps({"type": "response.done", "response": response}))
    assert turn.done and turn.text == SAID + SAID
