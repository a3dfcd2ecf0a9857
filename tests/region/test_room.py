"""The room of a chat server: read from real servers' words, and never overrun twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.region.room import Room, ToldSize, room_of_model, told_size

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "room", "prompt", "total"),
    [
        (  # llama.cpp
            '{"error":{"code":400,"message":"request (7223 tokens) exceeds the '
            'available context size (512 tokens), try increasing it","type":'
            '"exceed_context_size_error","n_prompt_tokens":7223,"n_ctx":512}}',
            512,
            7223,
            None,
        ),
        (  # vLLM, and OpenAI with its words
            "This model's maximum context length is 256 tokens. However, you requested "
            "1371 tokens (1115 in the messages, 256 in the completion).",
            256,
            1115,
            1371,
        ),
        (
            "This model's maximum context length is 4097 tokens. However, your "
            "messages resulted in 5000 tokens.",
            4097,
            5000,
            None,
        ),
        ("Requested tokens (1371) exceed context window of 512", 512, None, 1371),
        (
            "The input (1371 tokens) is longer than the model's context length "
            "(512 tokens).",
            512,
            1371,
            None,
        ),
        (
            "`inputs` tokens + `max_new_tokens` must be <= 2048. Given: 1900 `inputs` "
            "tokens and 256 `max_new_tokens`",
            2048,
            1900,
            1900,
        ),
        ("prompt is too long: 213462 tokens > 200000 maximum", 200000, 213462, None),
        (
            "The input token count (1048577) exceeds the maximum number of tokens "
            "allowed (1048575)",
            1048575,
            1048577,
            None,
        ),
        ("the prompt is too long", None, None, None),
        ("", None, None, None),
        ("context size " + "9" * 40, None, None, None),
    ],
)
def test_figures_in_the_words_of_real_servers(
    text: str, room: int | None, prompt: int | None, total: int | None
) -> None:
    assert told_size(text) == ToldSize(room, prompt, total)


@pytest.mark.parametrize(
    ("row", "room"),
    [
        ({"id": "m", "meta": {"n_ctx": 512, "n_ctx_train": 1024}}, 512),  # llama.cpp
        ({"id": "m", "max_model_len": 4096}, 4096),  # vLLM, SGLang
        ({"id": "m", "context_length": 8192}, 8192),
        ({"id": "other", "max_model_len": 4096}, 4096),  # the only one
        ({"id": "m"}, None),
        ({"id": "m", "max_model_len": "4096"}, None),
        ({"id": "m", "max_model_len": -1}, None),
        ({"id": "m", "max_model_len": True}, None),
        ({"id": "m", "meta": [1]}, None),
    ],
)
def test_what_a_list_of_models_tells(row: dict[str, object], room: int | None) -> None:
    assert room_of_model({"data": [row]}, "m") == room
    if row["id"] == "m":
        other = {"id": "b", "max_model_len": 77_777}
        assert room_of_model({"data": [other, row]}, "m") == room
        assert room_of_model({"data": [other, other]}, "m") is None


@pytest.mark.parametrize("told", [None, [], "x", {}, {"data": None}, {"data": [5]}])
def test_a_list_that_is_none_tells_nothing(told: object) -> None:
    assert room_of_model(told, "m") is None


FIGURE = st.none() | st.integers(1, 300_000)


@given(st.integers(64, 200_000), st.integers(1, 16_384), st.integers(0, 50_000))
def test_prompt_and_answer_are_within_the_room(
    tokens: int, wanted: int, some: int
) -> None:
    room = Room(3_000, tokens)
    letters = min(some, room.letters(wanted))
    answer = room.answer(wanted, letters)
    assert 1 <= answer <= wanted
    assert letters / 3.5 + answer <= max(tokens, 64 + tokens // 4) + 1


@given(
    st.none() | st.integers(64, 4_000),
    st.integers(1, 2_000),
    st.lists(st.tuples(FIGURE, FIGURE, FIGURE), min_size=1, max_size=4),
)
def test_every_refusal_makes_the_next_prompt_shorter(
    known: int | None,
    answer: int,
    refusals: list[tuple[int | None, int | None, int | None]],
) -> None:
    room = Room(3_000, known)
    for told in refusals:
        before = room.letters(answer)
        room.refused(ToldSize(*told), before, answer)
        after = room.letters(answer)
        assert after < before or before <= 64
        assert after >= 0


def test_a_server_with_short_tokens_is_understood_at_once() -> None:
    """One letter each: what fits is known after one refusal."""
    room = Room(3_000)
    sent = room.letters(100)
    room.refused(ToldSize(512, sent), sent, 100)
    assert 200 < room.letters(100) <= 412
