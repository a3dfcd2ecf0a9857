"""The backend that asks an OpenAI-compatible chat-completions server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from voiceagent.clock import now
from voiceagent.errors import ConfigError, EngineMissing, LinkDown
from voiceagent.errors.upstream import UpstreamGarbled, UpstreamSilent
from voiceagent.region.backend import AnswerSource, Call, Output, Request
from voiceagent.region.body import plain_bytes
from voiceagent.region.chat_events import CUTS, ChatEvents
from voiceagent.region.config import UpstreamConfig
from voiceagent.region.documents import Passage
from voiceagent.region.knowledge import Knowledge
from voiceagent.region.model_list import asked_room
from voiceagent.region.prompting import as_tools, length, prompt
from voiceagent.region.refusals import PromptRefused, refusal
from voiceagent.region.room import Room
from voiceagent.region.sse import SseReader
from voiceagent.region.tasks import Tasks
from voiceagent.region.trouble import note

__all__ = ["ChatBackend"]

LOOK = "a look for the room of a prompt"
CONTEXT = 3_000
"""Tokens of a prompt, about."""
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
        room: int | None = None,
        again: bool = True,
    ) -> None:
        """`context`: tokens of a prompt at most; `room`: of prompt and answer, where it
        is known; `again`: a question whose line was cut before anything came is asked
        once more here. Raises `ConfigError`, `EngineMissing`."""
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
        self._passages, self._room = passages, Room(context, room)
        self._looks = False
        """Whether the server is still to be asked for its room."""
        self._tasks, self._again = Tasks(note), again
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
        """Ask for the room of a prompt; nothing waits for that, and where nobody
        answers it is asked behind the first answer."""
        self._looks = not self._room.known
        self._look_for_room()

    async def close(self) -> None:
        """Close the connection."""
        await self._tasks.end()
        await self._client.aclose()

    async def answer(self, request: Request) -> AsyncGenerator[Output, None]:
        """The words as they come; asked once more where nothing had come yet and the
        line was cut, or the prompt was too long for the server."""
        passages = await self._known(request)
        for passage in passages:
            yield AnswerSource(passage.name)
        for attempt in (1, 2):
            begun, body = False, self._body(request, passages)
            try:
                async for output in self._ask(body, request):
                    begun = True
                    yield output
                self._look_for_room()
                return
            except PromptRefused as error:
                letters = length(body["messages"]) + length(body.get("tools", ()))
                self._room.refused(error.size, letters, body["max_tokens"])
                if attempt == 2:
                    raise
            except LinkDown:
                if begun or attempt == 2 or not self._again:
                    raise

    def _look_for_room(self) -> None:
        if self._looks and not self._room.known and LOOK not in self._tasks.running:
            self._tasks.spawn(LOOK, self._look())

    async def _look(self) -> None:
        try:
            told = await asked_room(self._client, self._config.model)
        except (self._httpx.HTTPError, TimeoutError):
            return  # once more behind the next answer
        self._looks = False
        if told is not None and not self._room.known:
            self._room.told(told)

    async def _known(self, request: Request) -> list[Passage]:
        questions = [m.text for m in request.messages if m.role == "user"]
        if self._knowledge is None or not questions:
            return []
        search = self._knowledge.search
        found = await asyncio.to_thread(search, questions[-1], self._passages)
        return [passage for passage in found if passage.score >= FITS]

    def _body(self, request: Request, passages: list[Passage]) -> dict[str, Any]:
        tools = as_tools(request.tools)
        room = self._room.letters(request.max_tokens)
        messages = prompt(request, passages, letters=room)
        letters = length(messages) + length(tools)
        body: dict[str, Any] = {
            "model": self._config.model or "default",
            "messages": messages,
            "max_tokens": self._room.answer(request.max_tokens, letters),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if tools:
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
                        raise UpstreamGarbled("the upstream does not come to an end")
            self._thinks = self._thinks or events.thoughts.stray
            if request.must_call and not (called or events.reason in CUTS):
                raise UpstreamGarbled("the upstream calls no tool, although it has to")
        except httpx.TimeoutException as error:
            raise UpstreamSilent(
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
        raise UpstreamGarbled(
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
        raise UpstreamGarbled("the upstream gives an answer without words")
