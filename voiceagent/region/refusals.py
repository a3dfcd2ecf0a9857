"""What an upstream says instead of an answer: by its status, and by what the body tells
of the room that a prompt has."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from voiceagent.errors import RemoteFailed
from voiceagent.errors.upstream import (
    PromptTooLong,
    UpstreamBusy,
    UpstreamElsewhere,
    UpstreamFailed,
    UpstreamKeyRefused,
    UpstreamModelUnknown,
)
from voiceagent.region.chat_events import error_name
from voiceagent.region.room import ToldSize, told_size

__all__ = ["PromptRefused", "refusal"]

MOST_BODY = 16_384
"""Bytes of an error that are looked at."""
WAIT = 1.0
"""Seconds that are waited for them."""
TOO_LONG = re.compile(
    r"context.{0,40}(?:size|length|window|limit)|exceed_context|n_ctx|max_model_len"
    r"|too (?:long|many tokens)|number of tokens|max_new_tokens"
    r"|reduce the length of the (?:messages|prompt|input)",
    re.IGNORECASE | re.DOTALL,
)
KINDS: Mapping[int, type[RemoteFailed]] = {
    401: UpstreamKeyRefused,
    402: UpstreamKeyRefused,
    403: UpstreamKeyRefused,
    407: UpstreamKeyRefused,
    404: UpstreamModelUnknown,
    429: UpstreamBusy,
    503: UpstreamBusy,
    529: UpstreamBusy,
}
HINTS = {
    401: "set the key in `upstream.key_env`",
    403: "the key may not use this model",
    404: "look at `upstream.url` and `upstream.model`",
}


class PromptRefused(PromptTooLong):
    """The prompt does not fit; `size` is what was told of that."""

    size = ToldSize()


async def refusal(response: Any) -> RemoteFailed:
    """The error that an answer of another status than 200 is."""
    status = response.status_code
    text = await _body(response)
    what = f"the upstream answered with status {status}{error_name(_json(text))}"
    if status in (400, 413, 422, 500) and TOO_LONG.search(text):
        error = PromptRefused(
            what, cause="the prompt is too long", hint="raise its context"
        )
        error.size = told_size(text)
        return error
    made: type[RemoteFailed] = KINDS.get(status, UpstreamFailed)
    if 300 <= status < 400:
        made = UpstreamElsewhere
    if made is UpstreamBusy and "Retry-After" in response.headers:
        what += f", and says: come again in {_pause(response.headers['Retry-After'])}"
    return made(what, cause=response.reason_phrase, hint=_hint(response))


def _hint(response: Any) -> str:
    status, headers = response.status_code, response.headers
    if status in (429, 503) and "Retry-After" in headers:
        return f"wait {_pause(headers['Retry-After'])}"
    if 300 <= status < 400:
        return "set `upstream.url` to where it is: redirects are not followed"
    return HINTS.get(status, "look at its log")


def _pause(told: str) -> str:
    """A hint holds no words of others."""
    return f"{told} seconds" if told.isdecimal() and len(told) < 6 else "a little"


async def _body(response: Any) -> str:
    """Its beginning, as far as it comes at once."""
    data = b""
    try:
        async with asyncio.timeout(WAIT):
            stream: AsyncIterator[bytes] = response.aiter_raw()
            async with aclosing(stream):  # type: ignore[type-var]
                async for piece in stream:
                    data += piece[:MOST_BODY]
                    if len(data) >= MOST_BODY:
                        break
    except TimeoutError:
        pass  # what has come is enough
    return data[:MOST_BODY].decode("utf-8", "replace")


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
