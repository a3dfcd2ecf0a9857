"""Chat servers as they are: every habit gives the answer that is meant, or an error
that says what is wrong, and never a part of it as the whole."""

import asyncio
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from upstream_habits import GOOD, HABITS
from upstreams import TOOLS, Habit, said, streamed, upstream_of

from voiceagent.clock import run
from voiceagent.errors import RemoteFailed
from voiceagent.message import Message
from voiceagent.region.backend import AnswerCut, AnswerText, Call, Output, Request
from voiceagent.region.chat import ChatBackend
from voiceagent.region.chat_events import ChatEvents
from voiceagent.region.config import UpstreamConfig
from voiceagent.region.thoughts import ThoughtFilter

pytestmark = pytest.mark.fault
QUESTION = Request(
    messages=(Message("user", "who is the lion"),), tools=TOOLS, max_tokens=256
)


def chat(url: str) -> ChatBackend:
    return ChatBackend(UpstreamConfig(url=url, model="m", limit_ms=300))


async def all_of(backend: ChatBackend, request: Request, found: list[Output]) -> None:
    async with aclosing(backend.answer(request)) as stream:
        async for output in stream:
            found += [output]


@pytest.mark.parametrize("name", HABITS)
def test_an_answer_is_what_is_meant_or_an_error(name: str) -> None:
    habit, found = HABITS[name], list[Output]()
    request = Request(
        messages=QUESTION.messages,
        tools=TOOLS,
        max_tokens=256,
        must_call=habit.must_call,
    )

    async def main() -> int:
        async with upstream_of(habit) as server:
            backend = chat(server.url)
            try:
                if habit.error:
                    with pytest.raises(RemoteFailed, match=habit.error):
                        await all_of(backend, request, found)
                else:
                    await all_of(backend, request, found)
            finally:
                await backend.close()
            return len(server.asked)

    assert run(main()) == habit.asked
    assert "".join(o.text for o in found if isinstance(o, AnswerText)) == habit.words
    calls = [(o.name, o.arguments) for o in found if isinstance(o, Call)]
    assert tuple(calls) == habit.calls
    ids = [o.call_id for o in found if isinstance(o, Call) and o.call_id]
    assert len(set(ids)) == len(ids)
    assert [o.reason for o in found if isinstance(o, AnswerCut)] == (
        [habit.cut] if habit.cut else []
    )


@pytest.mark.parametrize(
    ("tools", "must_call", "wanted"),
    [
        (TOOLS, False, None),
        (TOOLS, True, "required"),
        (TOOLS[1:], True, {"type": "function", "function": {"name": "door"}}),
        ((), False, None),
    ],
)
def test_the_choice_of_a_tool_goes_along(
    tools: tuple[dict[str, object], ...], must_call: bool, wanted: object
) -> None:
    habit = HABITS["arguments as an object"] if must_call else Habit(GOOD)
    request = Request(
        messages=QUESTION.messages, tools=tools, must_call=must_call, max_tokens=9
    )

    async def main() -> None:
        async with upstream_of(habit) as server:
            backend = chat(server.url)
            try:
                await all_of(backend, request, [])
            except RemoteFailed:
                pass  # it calls the light, whatever was chosen
            await backend.close()
            assert server.asked[0].get("tool_choice") == wanted
            assert server.asked[0]["max_tokens"] == 9
            assert ("tools" in server.asked[0]) == bool(tools)

    run(main())


def test_a_prompt_is_cut_to_the_room_that_was_told() -> None:
    habit = HABITS["a short context, as llama.cpp tells it"]
    long = tuple(Message("user", f"question {i} " * 30) for i in range(30))

    async def main() -> None:
        async with upstream_of(habit) as server:
            backend = chat(server.url)
            request = Request(messages=long, max_tokens=1024)
            await all_of(backend, request, [])
            await all_of(backend, request, [])
            await backend.close()
            first, second, third = (len(str(one["messages"])) for one in server.asked)
            assert first > 4 * second == 4 * third
            # 1371 tokens were the first one's: what that is in letters is known now.
            second_tokens = second * 1371 / first
            assert second_tokens + server.asked[1]["max_tokens"] <= 256
            assert server.asked[1]["max_tokens"] >= 64
            assert server.asked[1]["messages"][-1]["content"] == long[-1].text

    run(main())


def test_thoughts_whose_beginning_is_not_told_are_learnt() -> None:
    habit = Habit(streamed(said("The lion? ", "It is Bruno.</think>", "Bruno.")))

    async def main() -> None:
        async with upstream_of(habit) as server:
            backend = chat(server.url)
            await all_of(backend, QUESTION, [])
            found = list[Output]()
            await all_of(backend, QUESTION, found)
            await backend.close()
            assert found == [AnswerText("Bruno.")]

    run(main())


def test_nobody_who_listens_frees_the_server() -> None:
    async def main() -> None:
        async with upstream_of(HABITS["stalled"]) as server:
            backend = chat(server.url)
            async with aclosing(backend.answer(QUESTION)) as stream:
                assert await anext(stream) == AnswerText("Bruno")
            await backend.close()
            async with asyncio.timeout(5):
                await server.hung_up.wait()

    run(main())


THOUGHTS = st.lists(
    st.sampled_from(
        ["a", "<", ">", "<think>", "</think>", "<thinking>", "x < y", "</b>"]
    )
)


@given(THOUGHTS, st.integers(1, 9))
def test_thoughts_are_the_same_in_pieces_of_any_size(
    parts: list[str], size: int
) -> None:
    text, whole, pieces = "".join(parts), ThoughtFilter(), ThoughtFilter()
    wanted = whole.push(text) + whole.end()
    found = "".join(
        pieces.push(text[start : start + size]) for start in range(0, len(text), size)
    )
    if not whole.stray:
        assert found + pieces.end() == wanted
    assert "think>" not in wanted


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "delta", "content", "tool_calls", "function", "name"]
                + ["index", "id", "arguments", "finish_reason", "usage", "message"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(ANY, max_size=4))
def test_events_of_any_shape_are_taken_or_refused(chunks: list[object]) -> None:
    import json

    events = ChatEvents({"light"}, max_tokens=8)
    try:
        for one in chunks:
            list(events.push(json.dumps({"choices": [{"delta": one}], "usage": one})))
            list(events.push(json.dumps(one)))
        list(events.end())
    except RemoteFailed:
        pass


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("wrong key", "upstream-key", "401"),
        ("no such model", "upstream-model", "404"),
        ("too many", "upstream-busy", "come again in 30 seconds"),
        ("somewhere else", "upstream-elsewhere", "307"),
        ("broken inside", "upstream-failed", "500"),
        ("silent", "upstream-silent", "stalled"),
        ("a page", "upstream-garbled", "page"),
        ("a context too short for all", "prompt-too-long", "400"),
        ("gone each time", "link-down", "reached"),
    ],
)
def test_each_reason_has_a_code_of_its_own(name: str, code: str, words: str) -> None:
    """None of which an edge takes for a refusal of its own token."""

    async def main() -> None:
        async with upstream_of(HABITS[name]) as server:
            backend = chat(server.url)
            try:
                with pytest.raises(RemoteFailed) as caught:
                    await all_of(backend, QUESTION, [])
            finally:
                await backend.close()
            assert caught.value.code == code
            assert words in caught.value.what

    run(main())
