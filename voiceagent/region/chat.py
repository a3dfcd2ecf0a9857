"""The backend that asks an OpenAI-compatible chat-completions server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from voiceagent.clock import now
from voiceagent.errors import ConfigError, EngineMissing, LinkDown, RemoteFailed
from voiceagent.region.backend import AnswerSource, Call, Output, Request
from voiceagent.region.body import plain_bytes
from voiceagent.region.chat_events import CUTS, ChatEvents
from voiceagent.region.config import UpstreamConfig
from voiceagent.region.documents import Passage
from voiceagent.region.knowledge import Knowledge
from voiceagent.region.prompting import as_tools, prompt
from voiceagent.region.refusals import PromptTooLong, refusal
from voiceagent.region.sse import SseReader

__all__ = ["ChatBackend"]

CONTEXT = 3_000
"""Tokens of a prompt, about."""
LEAST = 96
"""Tokens of a prompt that are given in any case."""
LONGEST_ANSWER = 300.0
"""Seconds after which an answer that still goes on is broken off."""
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
        self._room: int | None = None
        """Tokens that prompt and answer have together, where that was told."""
        self._thinks = False
        """Whether its answers begin with a thought whose opening tag is not told."""
        limit = config.limit_ms / 1000
        self._client = httpx.AsyncClient(
            base_url=config.url.rstrip("/") + "/",
            headers={
                **({"Authorization": f"Bearer {key}"} if key else {}),
                "Accept-Encoding": "identity",
            },
            timeout=httpx.Timeout(limit, connect=min(limit, 5.0)),
            trust_env=False,
        )

    async def start(self) -> None:
        """The connection is made with the first question."""

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def answer(self, request: Request) -> AsyncGenerator[Output, None]:
        """The words as they come; asked once more where nothing had come yet and the
        line was cut, or the prompt was too long for the server."""
        passages = await self._known(request)
        for passage in passages:
            yield AnswerSource(passage.name)
        for attempt in (1, 2):
            begun = False
            try:
                async for output in self._ask(self._body(request, passages), request):
                    begun = True
                    yield output
                return
            except PromptTooLong as error:
                self._learn(error.room, request.max_tokens)
                if attempt == 2:
                    raise
            except LinkDown:
                if begun or attempt == 2:
                    raise

    def _learn(self, room: int | None, answer: int) -> None:
        """The server takes shorter prompts than was thought."""
        told = room - min(answer, room // 2) if room else self._context // 2
        self._room = room or self._room
        # Letters are counted, not tokens: some room is left for where that errs.
        self._context = max(LEAST, min(self._context // 2, round(told * 0.75)))

    async def _known(self, request: Request) -> list[Passage]:
        questions = [m.text for m in request.messages if m.role == "user"]
        if self._knowledge is None or not questions:
            return []
        search = self._knowledge.search
        found = await asyncio.to_thread(search, questions[-1], self._passages)
        return [passage for passage in found if passage.score >= FITS]

    def _answer_room(self, request: Request) -> int:
        """Tokens of the answer, as far as they fit beside a prompt."""
        most = request.max_tokens
        return most if self._room is None else max(1, min(most, self._room // 2))

    def _body(self, request: Request, passages: list[Passage]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._config.model or "default",
            "messages": prompt(request, passages, tokens=self._context),
            "max_tokens": self._answer_room(request),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if tools := as_tools(request.tools):
            body["tools"] = tools
            if request.must_call:  # where one is chosen, the others are not offered
                name = {"name": tools[0]["function"]["name"]}
                one = {"type": "function", "function": name}
                body["tool_choice"] = one if len(tools) == 1 else "required"
        return body

    async def _ask(
        self, body: dict[str, Any], request: Request
    ) -> AsyncGenerator[Output, None]:
        httpx, until = self._httpx, now() + LONGEST_ANSWER
        names = {str(tool.get("name")) for tool in request.tools}
        events = ChatEvents(names, max_tokens=request.max_tokens, thinks=self._thinks)
        called = False
        try:
            async with self._client.stream(
                "POST", "chat/completions", json=body
            ) as response:
                if response.status_code != 200:
                    raise await refusal(response)
                async for output in _outputs(response, events):
                    called = called or isinstance(output, Call)
                    yield output
                    if now() > until:
                        raise RemoteFailed("the upstream does not come to an end")
            self._thinks = self._thinks or events.thoughts.stray
            if request.must_call and not (called or events.reason in CUTS):
                raise RemoteFailed("the upstream calls no tool, although it has to")
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


async def _outputs(response: Any, events: ChatEvents) -> AsyncIterator[Output]:
    headers = response.headers
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind.startswith("text/html"):
        raise RemoteFailed(
            "the upstream answers with a page, not with words",
            hint="look at `upstream.url`: it ends in `/v1` with most servers",
        )
    if kind == "application/json":
        body = b"".join([data async for data in plain_bytes(response)])
        for output in events.push(body.decode("utf-8", "replace")):
            yield output
        events.reason = events.reason or "stop"
    else:
        reader = SseReader()
        async for data in plain_bytes(response):
            for text in reader.push(data):
                for output in events.push(text):
                    yield output
            if events.full:
                break  # whatever else comes is beyond what was asked for
        for text in reader.end():
            for output in events.push(text):
                yield output
    # A body whose end can be told has come to it; any other may have been cut.
    ends = "chunked" in headers.get("Transfer-Encoding", "").lower()
    if not events.reason and not ends and "Content-Length" not in headers:
        raise LinkDown("the upstream broke off", cause="its stream ended too early")
    for output in events.end():
        yield output
    if events.empty:
        raise RemoteFailed("the upstream gives an answer without words")
