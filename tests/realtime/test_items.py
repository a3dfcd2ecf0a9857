"""Items that clients give: taken whole or refused by name, whatever stands in them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.realtime.test_server import answer, kinds, say, sent, session, told
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.steps import Cancel, Recognise, Respond

pytestmark = pytest.mark.fault
CREATE = "conversation.item.create"
TEXT = {"type": "input_text", "text": "hello"}
MESSAGE: dict[str, Any] = {"type": "message", "role": "user", "content": [TEXT]}
SPOKEN: dict[str, Any] = {"type": "output_audio", "transcript": "It is late."}
ANSWER: dict[str, Any] = {"type": "message", "role": "assistant", "content": [SPOKEN]}
CALL = {"type": "function_call", "call_id": "c", "name": "n", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c", "output": ""}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["type", "text", "a"]), inner)
    ),
    max_leaves=4,
)


@given(
    st.sampled_from([MESSAGE, ANSWER, CALL, OUTPUT]),
    st.sampled_from(["id", "type", "role", "status", "content", "call_id", "part"]),
    ANYTHING,
)
def test_any_value_of_any_field_is_taken_or_refused(
    item: dict[str, Any], field: str, value: object
) -> None:
    wrong = {**item, field: value}
    if field == "part":
        wrong = {**item, "content": [value]}
    (first, *_) = kinds(told(session(), {"type": CREATE, "item": wrong}))
    assert first in ("error", "conversation.item.added")


@pytest.mark.parametrize(
    ("wrong", "param", "words"),
    [
        ({"role": []}, "item.role", "xpected"),
        ({"type": {}}, "item.type", "xpected"),
        ({"status": "lost"}, "item.status", "Invalid"),
        ({"colour": "red"}, "item.colour", "no field"),
        ({"content": []}, "item.content", "length"),
        ({"content": [SPOKEN]}, "item.content[0].type", "input_text"),
        (
            {"content": [TEXT, {"type": "input_image", "image_url": "data:"}]},
            "item.content[1].type",
            "pictures",
        ),
        (
            {"content": [{"type": "text", "text": "x"}]},
            "item.content[0].type",
            "beta",
        ),
        ({"type": "mcp_approval_response"}, "item.type", "MCP"),
    ],
)
def test_what_is_wrong_with_an_item_is_said(
    wrong: dict[str, Any], param: str, words: str
) -> None:
    (told_,) = sent(told(session(), {"type": CREATE, "item": {**MESSAGE, **wrong}}))
    assert told_["error"]["param"] == param
    assert words in told_["error"]["message"]


def test_what_was_shown_can_be_given_back() -> None:
    made = session()
    for item in (MESSAGE, ANSWER, CALL, OUTPUT):
        first = sent(told(made, {"type": CREATE, "item": item}))[-1]["item"]
        again = sent(told(session(), {"type": CREATE, "item": first}))[-1]["item"]
        assert again == first


def test_an_old_question_is_not_answered_in_place_of_a_refused_one() -> None:
    made = session()
    told(made, say("who was that"))
    answer(made, "Nobody.")
    picture = {"type": "input_image", "image_url": "data:image/png;base64,"}
    told(made, {"type": CREATE, "item": {**MESSAGE, "content": [picture]}})
    (refused,) = sent(told(made, {"type": "response.create"}))
    assert refused["error"]["code"] == "item_refused"
    assert "pictures" in refused["error"]["message"]
    assert "response.created" in kinds(told(made, {"type": "response.create"}))


def test_a_conversation_holds_so_much_text_and_no_more() -> None:
    made = session(limits=Limits(conversation_bytes=1_000))
    for number in range(40):
        told(made, say("a" * 100, id=f"i{number}"))
    kept = [item["id"] for item in made.wire.items.items]
    assert kept[-1] == "i39" and 5 <= len(kept) <= 10
    told(made, say("a" * 5_000, id="long"))
    assert [item["id"] for item in made.wire.items.items] == ["long"]
    answer(made, "b" * 2_000)
    for number in range(20):
        told(made, say("c", id=f"c{number}"))
    assert "b" * 2_000 not in str(made.wire.items.items), "answers count, too"


BESIDE: dict[str, Any] = {
    "type": "response.create",
    "response": {"conversation": "none", "input": [MESSAGE], "metadata": {"a": "b"}},
}


def test_responses_beside_the_conversation_leave_it_as_it_is() -> None:
    made = session()
    told(made, say("hello"))
    main = told(made, {"type": "response.create"})[-1]
    aside = told(made, BESIDE)[-1]
    assert isinstance(main, Respond) and isinstance(aside, Respond)
    made.writer.text(aside.response_id, "Beside.")
    made.writer.text(main.response_id, "Here.")
    done = sent(made.writer.finished(aside.response_id))[-1]["response"]
    assert done["metadata"] == {"a": "b"}
    done = sent(made.writer.finished(main.response_id))[-1]["response"]
    assert done["output"][0]["content"][0]["text"] == "Here."
    said = [item["content"][0]["text"] for item in made.wire.items.items]
    assert said == ["hello", "Here."]


def test_each_is_cancelled_by_its_id_and_speech_ends_that_of_the_conversation() -> None:
    made = session()
    told(made, say("hello"))
    main, aside, other = (
        told(made, event)[-1].response_id  # type: ignore[union-attr]
        for event in ({"type": "response.create"}, BESIDE, BESIDE)
    )
    cancel = {"type": "response.cancel", "response_id": aside}
    assert Cancel(aside) in told(made, cancel)
    (refused,) = sent(told(made, cancel))
    assert refused["error"]["message"].startswith("Cancellation failed")
    assert made.speech_started(0.0)[0] == Cancel(main)
    assert made.writer.making == [other]


def test_there_is_an_end_to_responses_at_once() -> None:
    made = session()
    refusals = [
        event["error"]["code"]
        for _ in range(made.wire.limits.responses_beside + 1)
        for event in sent(told(made, BESIDE))
        if event["type"] == "error"
    ]
    assert refusals == ["too_many_responses"]


def test_those_that_answer_unheard_sound_wait_and_others_do_not() -> None:
    made = session()
    sound = {"type": "input_audio", "audio": "AAAA" * 3200}
    heard = told(made, {"type": CREATE, "item": {**MESSAGE, "content": [sound]}})[-1]
    assert isinstance(heard, Recognise)
    assert isinstance(told(made, BESIDE)[-1], Respond)
    reference = {"type": "item_reference", "id": heard.item_id}
    waits = {**BESIDE, "response": {**BESIDE["response"], "input": [reference]}}
    for event in (waits, {"type": "response.create"}):
        assert not any(isinstance(step, Respond) for step in told(made, event))
    steps = made.answering.transcribed(heard.item_id, "what time is it", 0.2)
    asked = [step for step in steps if isinstance(step, Respond)]
    assert [one.messages[-1].text for one in asked] == ["what time is it"] * 2


def test_a_full_conversation_forgets_the_oldest_and_never_the_new_one() -> None:
    made = session(limits=Limits(items=3))
    for number in range(3):
        told(made, say("x", id=f"u{number}"))
    first = {**say("x", id="first"), "previous_item_id": "root"}
    assert kinds(told(made, first))[0] == "conversation.item.added"
    assert [item["id"] for item in made.wire.items.items] == ["first", "u1", "u2"]


def test_words_for_an_item_that_went_are_told_all_the_same() -> None:
    made = session(limits=Limits(items=1))
    sound = {"type": "input_audio", "audio": "AAAA" * 3200}
    heard = told(made, {"type": CREATE, "item": {**MESSAGE, "content": [sound]}})[-1]
    assert isinstance(heard, Recognise)
    told(made, say("hello"))
    steps = kinds(made.answering.transcribed(heard.item_id, "words", 0.2))
    assert steps[-1].endswith("transcription.completed")
    assert made.answering.transcription_failed(heard.item_id, "x", "y") == []


def test_what_is_written_beside_sound_stays() -> None:
    made = session()
    sound = {"type": "input_audio", "audio": "AAAA" * 3200}
    heard = told(made, {"type": CREATE, "item": {**MESSAGE, "content": [TEXT, sound]}})
    assert isinstance(heard[-1], Recognise)
    steps = sent(made.answering.transcribed(heard[-1].item_id, "how are you", 0.2))
    assert steps[0]["content_index"] == 1
    assert steps[-1]["item"]["content"][0] == TEXT
    respond = told(made, {"type": "response.create"})[-1]
    assert isinstance(respond, Respond)
    assert respond.messages[-1].text == "hello how are you"


def test_a_turn_that_was_spoken_after_a_refused_item_is_answered() -> None:
    made = session()
    told(made, {"type": CREATE, "item": {**MESSAGE, "content": []}})
    told(made, {"type": "input_audio_buffer.append", "audio": "AAAA" * 3200})
    told(made, {"type": "input_audio_buffer.commit"})
    assert "response.created" in kinds(told(made, {"type": "response.create"}))


def test_one_answer_does_not_wait_for_what_another_one_lacks() -> None:
    made = session()
    sound = {"type": "input_audio", "audio": "AAAA" * 3200}
    spoken = {"type": CREATE, "item": {**MESSAGE, "content": [sound]}}
    one, other = told(made, spoken)[-1], told(made, spoken)[-1]
    assert isinstance(one, Recognise) and isinstance(other, Recognise)
    for heard in (one, other):
        reference = {"type": "item_reference", "id": heard.item_id}
        told(made, {**BESIDE, "response": {**BESIDE["response"], "input": [reference]}})
    steps = made.answering.transcribed(one.item_id, "first", 0.2)
    (respond,) = [step for step in steps if isinstance(step, Respond)]
    assert respond.messages[-1].text == "first"
    failed = sent(made.answering.transcription_failed(other.item_id, "late", "no"))
    assert failed[-1]["response"]["status"] == "failed"


def test_an_answer_that_is_removed_while_it_is_written_leaves_its_id_to_others() -> (
    None
):
    made = session()
    told(made, say("hello"))
    respond = told(made, {"type": "response.create"})[-1]
    assert isinstance(respond, Respond)
    steps = made.writer.text(respond.response_id, "Good day.")
    item = next(e["item_id"] for e in sent(steps) if "item_id" in e)
    told(made, {"type": "conversation.item.delete", "item_id": item})
    told(made, say("mine", id=item))
    done = kinds(made.writer.finished(respond.response_id))
    assert "conversation.item.done" not in done and done[-1] == "response.done"
