"""Habits of chat-completions servers, and what an answer of each has to be."""

from __future__ import annotations

import json

from upstreams import (
    CALLED,
    STOP,
    Habit,
    after,
    answered,
    choice,
    closed,
    gone,
    half_line,
    in_pieces,
    packed,
    part,
    said,
    silent,
    stalled,
    streamed,
)

__all__ = ["GOOD", "HABITS"]

SAID = "Bruno is the lion."
GOOD = streamed(said("Bruno is ", "the lion."))
TWO = (("light", '{"on": 1}'), ("door", '{"on": 0}'))
ONE = (("light", '{"on": 1}'),)
LLAMA_SHORT = json.dumps(
    {
        "error": {
            "code": 400,
            "message": "the request exceeds the available context size",
            "type": "exceed_context_size_error",
            "n_prompt_tokens": 1371,
            "n_ctx": 256,
        }
    }
)
VLLM_SHORT = json.dumps(
    {
        "object": "error",
        "message": "This model's maximum context length is 256 tokens. However, you "
        "requested 1371 tokens",
        "type": "BadRequestError",
        "code": 400,
    }
)
BOMB = (b": " + b"x" * 1_000 + b"\n") * 8_000
HABITS: dict[str, Habit] = {
    "plain": Habit(GOOD, SAID),
    "lines end in CRLF": Habit(
        streamed(said(SAID).replace("\n", "\r\n"), end=STOP.replace("\n", "\r\n")), SAID
    ),
    "comments and other fields": Habit(
        streamed(": ping\n\n", f"event: chunk\nid: 7\nretry: 10\n{said(SAID)}"), SAID
    ),
    "one byte at a time": Habit(in_pieces(1), SAID),
    "cut within letters": Habit(in_pieces(7), SAID),
    "all in one piece": Habit(streamed(said("Bruno is ", "the lion.") + STOP), SAID),
    "no [DONE]": Habit(streamed(said(SAID), end=choice("stop")), SAID),
    "no end but that of the body": Habit(streamed(said(SAID), end=""), SAID),
    "no last empty line": Habit(streamed(said(SAID).rstrip("\n"), end=""), SAID),
    "no end at all": Habit(closed(said(SAID)), SAID, error="broke off"),
    "closed behind its end": Habit(closed(said(SAID), STOP), SAID),
    "more behind the end": Habit(
        streamed(said(SAID), end=STOP + 'data: {"choices": []}\n\n'), SAID
    ),
    "another content type": Habit(closed(said(SAID), STOP), SAID),
    "a plain body": Habit(
        answered(
            "200 OK",
            json.dumps({"choices": [{"message": {"content": SAID}}]}),
        ),
        SAID,
    ),
    "packed": Habit(packed((said(SAID) + STOP).encode()), SAID),
    "packed wrong": Habit(packed(b"x" * 99, valid=False), error="wrong"),
    "a bomb": Habit(packed(BOMB), error="without end"),
    "content in parts": Habit(
        streamed(choice(content=[{"type": "text", "text": SAID}])), SAID
    ),
    "null and unknown fields": Habit(
        streamed(
            choice(content=None, role="assistant", extra={"a": [1]}),
            'data: {"choices": null, "usage": null}\n\n',
            choice(content=SAID, tool_calls=None),
        ),
        SAID,
    ),
    "thoughts apart": Habit(
        streamed(choice(reasoning_content="The lion?"), said(SAID)), SAID
    ),
    "thoughts in tags": Habit(
        streamed(
            said("<thi", "nk>The lion", "? <b>", "</thi", "nk>Bruno is the lion.")
        ),
        SAID,
    ),
    "thoughts in thoughts": Habit(
        streamed(said("<think>a<think>b</think>c</think>", SAID)), SAID
    ),
    "thoughts without end": Habit(
        streamed(said("<think>The lion is"), end=choice("length")),
        cut="max_output_tokens",
    ),
    "nothing but thoughts": Habit(
        streamed(said("<think>The lion</think>")), error="without words"
    ),
    "cut by its length": Habit(
        streamed(said("Bruno is"), end=choice("length")),
        "Bruno is",
        cut="max_output_tokens",
    ),
    "cut by a filter": Habit(
        streamed(said("Bruno"), end=choice("content_filter")),
        "Bruno",
        cut="content_filter",
    ),
    "a call in pieces": Habit(
        streamed(
            part(0, id="a", name="light", arguments=""),
            part(0, arguments='{"on"'),
            part(0, arguments=": 1}"),
            end=CALLED,
        ),
        calls=ONE,
    ),
    "calls without an index": Habit(
        streamed(
            part(id="a", name="light", arguments='{"on": 1}'),
            part(id="b", name="door", arguments='{"on": 0}'),
            end=CALLED,
        ),
        calls=TWO,
    ),
    "calls in pieces without an index": Habit(
        streamed(
            part(id="a", name="light", arguments='{"on"'),
            part(arguments=": 1}"),
            part(id="b", name="door", arguments='{"on"'),
            part(arguments=": 0}"),
            end=CALLED,
        ),
        calls=TWO,
    ),
    "all calls have one index": Habit(
        streamed(
            part(0, id="a", name="light", arguments='{"on": 1}'),
            part(0, id="b", name="door", arguments='{"on": 0}'),
            end=CALLED,
        ),
        calls=TWO,
    ),
    "calls without an id": Habit(
        streamed(
            part(0, name="light", arguments='{"on": 1}'),
            part(1, name="door", arguments='{"on": 0}'),
            end=CALLED,
        ),
        calls=TWO,
    ),
    "pieces of two calls mixed": Habit(
        streamed(
            part(0, id="a", name="light", arguments='{"on"'),
            part(1, id="b", name="door", arguments='{"on"'),
            part(0, arguments=": 1}"),
            part(1, arguments=": 0}"),
            end=CALLED,
        ),
        calls=TWO,
    ),
    "a call told twice": Habit(
        streamed(
            part(0, id="a", name="light", arguments='{"on": 1}'),
            part(0, id="a", name="light", arguments='{"on": 1}'),
            end=CALLED,
        ),
        calls=ONE,
    ),
    "arguments as an object": Habit(
        streamed(part(0, id="a", name="light", arguments={"on": 1}), end=CALLED),
        calls=ONE,
    ),
    "no arguments": Habit(
        streamed(part(0, id="a", name="light"), end=CALLED), calls=(("light", "{}"),)
    ),
    "arguments that are none": Habit(
        streamed(part(0, id="a", name="light", arguments='{"on"'), end=CALLED),
        error="arguments that are none",
    ),
    "a call that is cut": Habit(
        streamed(
            part(0, id="a", name="light", arguments='{"on"'), end=choice("length")
        ),
        cut="max_output_tokens",
    ),
    "a tool nobody offered": Habit(
        streamed(part(0, id="a", name="oven", arguments="{}"), end=CALLED),
        error="nobody offered",
    ),
    "no call where one is wanted": Habit(
        GOOD, SAID, error="although it has to", must_call=True
    ),
    "words and a call": Habit(
        streamed(
            said("One moment."),
            part(0, id="a", name="light", arguments='{"on": 1}'),
            end=CALLED,
        ),
        "One moment.",
        calls=ONE,
    ),
    "an error in the stream": Habit(
        streamed('data: {"error": {"type": "overloaded", "message": "?"}}\n\n'),
        error=r"failed while it answered \(overloaded\)",
    ),
    "no JSON": Habit(streamed("data: nonsense\n\n"), error="no event"),
    "nested without end": Habit(
        streamed("data: " + "[" * 100_000 + "\n\n"), error="no event"
    ),
    "a page": Habit(
        answered("200 OK", "<html>Log in</html>", kind="text/html"), error="a page"
    ),
    "an empty body": Habit(answered("200 OK", kind="text/event-stream"), error="words"),
    "four million letters": Habit(
        streamed(*[said("a" * 400_000)] * 10), "a" * 4096, cut="max_output_tokens"
    ),
    "a line without end": Habit(half_line, error="does not end"),
    "wrong key": Habit(
        answered("401 Unauthorized", '{"error": {"code": "invalid_api_key"}}'),
        error=r"status 401 \(invalid_api_key\)",
    ),
    "no such model": Habit(
        answered("404 Not Found", '{"error": {"code": "model_not_found"}}'),
        error=r"status 404 \(model_not_found\)",
    ),
    "too many": Habit(
        answered("429 Too Many Requests", "{}", "Retry-After: 30"), error="status 429"
    ),
    "broken inside": Habit(answered("500 Oops", "<html>"), error="status 500"),
    "somewhere else": Habit(
        answered("307 Temporary Redirect", "", "Location: http://127.0.0.1:1/"),
        error="status 307",
    ),
    "a short context, as llama.cpp tells it": Habit(
        after(answered("400 Bad Request", LLAMA_SHORT), GOOD), SAID, asked=2
    ),
    "a short context, as vLLM tells it": Habit(
        after(answered("400 Bad Request", VLLM_SHORT), GOOD), SAID, asked=2
    ),
    "a context too short for all": Habit(
        answered("400 Bad Request", LLAMA_SHORT),
        error=r"status 400 \(exceed_context_size_error\)",
        asked=2,
    ),
    "gone before the first word": Habit(after(gone, GOOD), SAID, asked=2),
    "gone each time": Habit(gone, error="cannot be reached", asked=2),
    "stalled": Habit(stalled, "Bruno", error="stalled"),
    "silent": Habit(silent, error="stalled"),
}
