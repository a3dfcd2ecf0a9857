"""The backend that asks an OpenAI-compatible chat-completions server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from voiceagent.errors import ConfigError, EngineMissing, LinkDown, RemoteFailed
from voiceagent.errors.foreign import cleaned
from voiceagent.region.backend import (
    AnswerSource,
    AnswerText,
    Call,
    Output,
    Request,
    Usage,
)
from voiceagent.region.config import UpstreamConfig
from voiceagent.region.documents import Passage
from voiceagent.region.knowledge import Knowledge
from voiceagent.region.prompting import as_tools, prompt
from voiceagent.region.sse import SseReader
from voiceagent.routing.usage import MOST_INPUT, MOST_OUTPUT, whole

__all__ = ["ChatBackend"]

CONTEXT = 3_000
"""Tokens of a prompt, about."""
FITS = 0.3
"""Share of a question that a passage covers at least to go along."""


class ChatBackend:
    """Streams answers; the connection is kept, and closed at once on cancel."""

    name = "chat"
    calls_tools = True

    def __init__(
        self,
        config: UpstreamConfig,
        *,
        key: str = "",
        knowledge: Knowledge | None = None,
        passages: int = 4,
        context: int = CONTEXT,
    ) -> None:
        """Raises `ConfigError`, `EngineMissing`."""
        if not config.url:
            raise ConfigError(
                "`upstream.url` is not set",
                cause="the backend `chat` needs a server to ask",
                hint="such as `http://127.0.0.1:8000/v1`",
            )
        try:
            import httpx
        except ImportError as error:
            raise EngineMissing(
                "httpx", install="pip install 'voiceagent[region]'", cause=str(error)
            ) from error
        self._httpx: Any = httpx
        self._config, self._knowledge = config, knowledge
        self._passages, self._context = passages, context
        limit = config.limit_ms / 1000
        self._client = httpx.AsyncClient(
            base_url=config.url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(limit, connect=min(limit, 5.0)),
            trust_env=False,
        )

    async def start(self) -> None:
        """The connection is made with the first question."""

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def answer(self, request: Request) -> AsyncGenerator[Output, None]:
        """The words as they come; asked once more where nothing had come yet."""
        passages = await self._known(request)
        for passage in passages:
            yield AnswerSource(passage.name)
        body = self._body(request, passages)
        for attempt in (1, 2):
            begun = False
            try:
                async for output in self._ask(body):
                    begun = True
                    yield output
                return
            except LinkDown:
                if begun or attempt == 2:
                    raise

    async def _known(self, request: Request) -> list[Passage]:
        questions = [m.text for m in request.messages if m.role == "user"]
        if self._knowledge is None or not questions:
            return []
        search = self._knowledge.search
        found = await asyncio.to_thread(search, questions[-1], self._passages)
        return [passage for passage in found if passage.score >= FITS]

    def _body(self, request: Request, passages: list[Passage]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._config.model or "default",
            "messages": prompt(request, passages, tokens=self._context),
            "max_tokens": request.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if tools := as_tools(request.tools):
            body["tools"] = tools
            if request.must_call:  # where one is chosen, the others are not offered
                body["tool_choice"] = "required"
        return body

    async def _ask(self, body: dict[str, Any]) -> AsyncGenerator[Output, None]:
        httpx = self._httpx
        try:
            async with self._client.stream(
                "POST", "chat/completions", json=body
            ) as response:
                await _check(response)
                async for output in _outputs(response.aiter_bytes()):
                    yield output
        except httpx.TimeoutException as error:
            raise RemoteFailed(
                "the upstream stalled",
                cause=type(error).__name__,
                hint="raise `upstream.limit_ms`, or look at its load",
            ) from None
        except httpx.HTTPError as error:
            raise LinkDown(
                "the upstream cannot be reached",
                cause=type(error).__name__,
                hint=f"is `{self._config.url}` right, and does it run?",
            ) from None


async def _check(response: Any) -> None:
    if response.status_code == 200:
        return
    hints = {
        401: "set the key in `upstream.key_env`",
        403: "the key may not use this model",
        404: "look at `upstream.url` and `upstream.model`",
        429: f"wait {_pause(response.headers.get('Retry-After', ''))}",
    }
    raise RemoteFailed(
        f"the upstream answered with status {response.status_code}",
        cause=response.reason_phrase,
        hint=hints.get(response.status_code, "look at its log"),
    )


async def _outputs(stream: AsyncIterator[bytes]) -> AsyncIterator[Output]:
    reader, calls, done = SseReader(), dict[int, list[str]](), False
    async for data in stream:
        for text in reader.push(data):
            if text == "[DONE]":
                done = True
                continue
            chunk = _chunk(text)
            for output in _of_chunk(chunk, calls):
                yield output
            done = done or _finished(chunk)
    if not done:
        raise LinkDown("the upstream broke off", cause="its stream ended too early")
    for call_id, name, arguments in calls.values():
        yield Call(call_id, name, arguments or "{}")


def _pause(told: str) -> str:
    """A hint holds no words of others."""
    return f"{told} seconds" if told.isdecimal() and len(told) < 6 else "a little"


def _chunk(text: str) -> dict[str, Any]:
    try:
        chunk = cleaned(json.loads(text))
    except (ValueError, RecursionError):
        chunk = None
    if not isinstance(chunk, dict):
        raise RemoteFailed("the upstream sent something that is no event")
    if "error" in chunk:
        raise RemoteFailed("the upstream failed while it answered")
    return chunk


def _of_chunk(chunk: dict[str, Any], calls: dict[int, list[str]]) -> list[Output]:
    outputs: list[Output] = []
    for choice in chunk.get("choices") or ():
        delta = choice.get("delta") or {}
        if isinstance(delta.get("content"), str) and delta["content"]:
            outputs.append(AnswerText(delta["content"]))
        for part in delta.get("tool_calls") or ():
            call = calls.setdefault(int(part.get("index") or 0), ["", "", ""])
            function = part.get("function") or {}
            call[0] = part.get("id") or call[0]
            call[1] += function.get("name") or ""
            call[2] += function.get("arguments") or ""
    used = chunk.get("usage")
    if isinstance(used, dict):
        given = whole(used.get("prompt_tokens"), MOST_INPUT)
        made = whole(used.get("completion_tokens"), MOST_OUTPUT)
        outputs.append(Usage(given, made))
    return outputs


def _finished(chunk: dict[str, Any]) -> bool:
    return any(c.get("finish_reason") for c in chunk.get("choices") or ())
