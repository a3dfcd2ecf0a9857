"""A real server of chats, llama.cpp's own with a tiny model of random weights: prompts
are cut to the slot that it has, whether it is asked for that or refuses."""

import json
from contextlib import aclosing
from pathlib import Path

import pytest
from gguf_file import tiny_llama
from regions import until

from voiceagent.clock import run
from voiceagent.message import Message
from voiceagent.region.backend import AnswerText, Output, Request, Usage
from voiceagent.region.chat import ChatBackend
from voiceagent.region.config import LlamaConfig
from voiceagent.region.llama import LlamaBackend

pytestmark = pytest.mark.fault
TEMPLATE = (
    "{% for message in messages %}{{ message.role }}: {{ message.content }}\n"
    "{% endfor %}assistant:"
)
LONG = tuple(
    Message(role, f"light {i} " * 12)
    for i in range(30)
    for role in ("user", "assistant")
)
ASKED = Request(
    messages=(*LONG, Message("user", "what is on")), instructions="Be short."
)
SLOT = 512


async def answered(backend: ChatBackend) -> list[Output]:
    request = Request(
        messages=ASKED.messages, instructions=ASKED.instructions, max_tokens=6
    )
    async with aclosing(backend.answer(request)) as outputs:
        return [output async for output in outputs]


def of_same(own: LlamaBackend) -> ChatBackend:
    """Another client of that server, which knows nothing of it."""
    chat = own._chat
    assert chat is not None
    key = chat._client.headers["Authorization"].removeprefix("Bearer ")
    return ChatBackend(chat._config, key=key)


def test_a_conversation_is_cut_to_the_slot_of_a_real_server(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    model = tiny_llama(tmp_path / "tiny.gguf", template=TEMPLATE)
    own = LlamaBackend(LlamaConfig(model=str(model), slots=1, context=SLOT, threads=1))

    async def main() -> None:
        await own.start()
        learns, asks = of_same(own), of_same(own)
        try:
            for backend in (own._chat, learns):
                assert backend is not None
                assert_within(await answered(backend))
                # One token a letter is what this model has: learnt with the refusal.
                assert backend._room.letters(6) < SLOT
            await asks.start()
            await until(lambda: asks._room.known)
            assert asks._room.answer(10_000, 0) == SLOT
            assert_within(await answered(asks))
        finally:
            await asks.close()
            await learns.close()
            await own.close()

    run(main())


def assert_within(outputs: list[Output]) -> None:
    used = [output for output in outputs if isinstance(output, Usage)]
    assert used and used[-1].input_tokens is not None
    assert 60 < used[-1].input_tokens <= SLOT - 6
    assert any(isinstance(output, AnswerText) for output in outputs), json.dumps(
        [str(output) for output in outputs]
    )
