"""What a client asks of the words and the sound of an answer is what it gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from live_session import SOUND, Client, services

from voiceagent.audio.stretch import stretched
from voiceagent.clock import run
from voiceagent.region.backend import AnswerCut, AnswerText, Call, Output, Request
from voiceagent.region.knowledge import Knowledge
from voiceagent.region.knowledge_backend import KnowledgeBackend
from voiceagent.region.services import HeardEdge

pytestmark = pytest.mark.unit


async def paced(pcm: bytes, speed: float) -> bytes:
    """As the region does it."""
    return stretched(pcm, 24_000, speed)


async def second(text: str) -> bytes:
    """A second of sound."""
    return bytes(48_000)


def said(update: dict[str, Any], once: dict[str, Any], **more: Any) -> Client:
    """A client that has asked one question of such a session, and heard the answer."""

    async def main() -> Client:
        client = Client(services(**more), typed=False)
        client.tell({"type": "session.update", "session": update})
        content = [{"type": "input_text", "text": "hello"}]
        item = {"type": "message", "role": "user", "content": content}
        client.tell({"type": "conversation.item.create", "item": item})
        client.tell({"type": "response.create", "response": once})
        await client.over()
        await client.live.end()
        return client

    return run(main(), virtual=True)


def sound(client: Client) -> float:
    """Seconds of sound that it was sent."""
    deltas = [
        e["delta"] for e in client.events if e["type"] == "response.output_audio.delta"
    ]
    return sum(len(delta) * 3 / 4 for delta in deltas) / 48_000


def output(**fields: Any) -> dict[str, Any]:
    return {"audio": {"output": fields}}


@pytest.mark.parametrize("speed", [0.25, 0.8, 1.0, 1.5])
def test_an_answer_is_said_as_fast_as_it_is_wanted(speed: float) -> None:
    parts = {"voice": second, "paced": paced}
    whole = said(output(speed=speed), {}, **parts)
    once = said({}, output(speed=speed), **parts)
    assert sound(whole) == pytest.approx(1 / speed, abs=0.01)
    assert sound(once) == pytest.approx(1 / speed, abs=0.01)
    back = said(output(speed=0.5), output(speed=1.0), **parts)
    assert sound(back) == pytest.approx(1.0, abs=0.01)


def test_where_a_voice_has_one_speed_another_one_fails_with_its_reason() -> None:
    client = said(output(speed=1.2), {}, voice=second)
    (done,) = client.done()
    assert done["status"] == "failed"
    assert "one speed" in done["status_details"]["error"]["message"]


async def two_calls(request: Request) -> AsyncGenerator[Output, None]:
    yield Call("c1", "light", "{}")
    yield Call("c2", "lock", "{}")


@pytest.mark.parametrize(("wanted", "calls"), [(True, 2), (None, 2), (False, 1)])
def test_tools_are_called_at_once_or_one_after_the_other(
    wanted: bool | None, calls: int
) -> None:
    fields = {"parallel_tool_calls": wanted}
    for client in (said(fields, {}, play=two_calls), said({}, fields, play=two_calls)):
        assert len(client.done()[0]["output"]) == calls


async def too_long(request: Request) -> AsyncGenerator[Output, None]:
    yield AnswerText("Some words")
    yield AnswerCut("max_output_tokens")


def test_an_answer_that_is_not_whole_says_so() -> None:
    (done,) = said({"output_modalities": ["text"]}, {}, play=too_long).done()
    assert done["status"] == "incomplete"
    assert done["status_details"]["reason"] == "max_output_tokens"
    assert done["output"][0]["status"] == "incomplete"


def test_the_backend_of_documents_obeys_the_limit_of_words() -> None:
    async def words(most: int) -> list[Output]:
        backend = KnowledgeBackend(Knowledge([]))
        return [
            one async for one in backend.answer(Request(messages=(), max_tokens=most))
        ]

    async def main() -> None:
        whole, cut = await words(99), await words(3)
        assert not any(isinstance(one, AnswerCut) for one in whole)
        assert cut[-1] == AnswerCut("max_output_tokens")
        text = "".join(one.text for one in cut if isinstance(one, AnswerText))
        assert len(text.split()) == 3

    run(main())


class Turns:
    """A detector that finds one turn in each append."""

    def __init__(self) -> None:
        self.at = 0.0

    def push(self, pcm: bytes) -> list[HeardEdge]:
        """It began and is over."""
        start, self.at = self.at, self.at + len(pcm) / 48_000
        return [HeardEdge(True, start), HeardEdge(False, self.at)]

    def cut(self) -> list[HeardEdge]:
        """Nobody speaks."""
        return []


async def slow(request: Request) -> AsyncGenerator[Output, None]:
    await asyncio.sleep(5)
    yield AnswerText("Done.")


def test_a_turn_beside_an_answer_that_nobody_may_interrupt_is_told_and_kept() -> None:
    async def main() -> None:
        turns = Turns()
        client = Client(services(slow, detector=lambda wanted: turns))
        found = {"type": "server_vad", "interrupt_response": False}
        client.tell(
            {
                "type": "session.update",
                "session": {"audio": {"input": {"turn_detection": found}}},
            }
        )
        for _ in range(2):
            client.tell({"type": "input_audio_buffer.append", "audio": SOUND})
            await asyncio.sleep(0.5)
        assert client.errors() == ["conversation_already_has_active_response"]
        await client.over()
        assert client.closed is None and client.codes() == ["completed"]
        users = [i for i in client.session.wire.items.items if i["role"] == "user"]
        assert len(users) == 2
        await client.live.end()

    run(main(), virtual=True)
