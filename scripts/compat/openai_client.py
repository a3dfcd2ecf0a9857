#!/usr/bin/env python3
"""OpenAI's Python client against our region: `python openai_client.py PLACE CASE ...`.

The same script runs through litellm's proxy: `more` names the models there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import cases
from cases import BESIDE, OTHER, OTHER_WORD, QUESTION, TOOL, WORD, Place, both, text64
from openai import AsyncOpenAI

PCMU = {"type": "audio/pcmu"}


class Talk:
    """A session, and what has come so far."""

    def __init__(self, session: Any) -> None:
        self.session = session

    async def configure(self, **fields: Any) -> None:
        await self.session.session.update(session={"type": "realtime", **fields})
        await self.until("session.updated")

    async def until(self, *kinds: str, **fields: Any) -> Any:
        """The next event of one of these kinds; errors end it unless asked for."""
        async for event in self.session:
            told = event.to_dict()
            if event.type in kinds and fields.items() <= told.items():
                return event
            if event.type == "error" and "error" not in kinds:
                raise AssertionError(event.error)
        raise AssertionError(f"closed before {kinds}")

    async def ask(self, text: str) -> None:
        part = {"type": "input_text", "text": text}
        item = {"type": "message", "role": "user", "content": [part]}
        await self.session.conversation.item.create(item=item)
        await self.session.response.create()

    async def say(self, sound: Any) -> None:
        for piece in sound:
            await self.session.input_audio_buffer.append(audio=text64(piece))
            await asyncio.sleep(0.01)

    async def answer(self) -> tuple[str, int, Any]:
        """Words, bytes of sound and the response of the next answer."""
        words, sound = "", 0
        async for event in self.session:
            if event.type == "response.output_text.delta":
                words += event.delta
            elif event.type == "response.output_audio_transcript.delta":
                words += event.delta
            elif event.type == "response.output_audio.delta":
                sound += len(event.delta) * 3 // 4
            elif event.type == "response.done":
                return words, sound, event.response
            elif event.type == "error":
                raise AssertionError(event.error)
        raise AssertionError("closed before the answer")

    async def heard(self, word: str) -> tuple[int, Any]:
        words, sound, response = await self.answer()
        assert response.status == "completed", response
        assert word in words, words
        assert sound > 10_000, f"{sound} bytes of sound"
        return sound, response


@asynccontextmanager
async def talk(place: Place, url: str = "") -> AsyncIterator[Talk]:
    base = (url or place.url).removesuffix("/realtime")
    client = AsyncOpenAI(
        api_key=place.key,
        base_url=base.replace("ws", "http", 1),
        websocket_base_url=base,
    )
    more = place.more or {}
    model = more.get("tools" if url else "model", "voiceagent")
    async with client.realtime.connect(model=model) as session:
        one = Talk(session)
        await one.until("session.created")
        yield one


async def typed(place: Place) -> None:
    async with talk(place) as one:
        await one.ask(QUESTION)
        await one.heard(WORD)
        await one.configure(output_modalities=["text"])
        await one.ask(OTHER)
        words, sound, _ = await one.answer()
        assert OTHER_WORD in words and sound == 0


async def _spoken(place: Place, before: float = 0.5, **detection: Any) -> None:
    async with talk(place) as one:
        await one.configure(audio={"input": {"turn_detection": detection}})
        await one.say(place.spoken(before))
        await one.until("input_audio_buffer.speech_started")
        await one.until("input_audio_buffer.committed")
        await one.heard(WORD)


async def server_vad(place: Place) -> None:
    await _spoken(place, type="server_vad", silence_duration_ms=600)


async def semantic_vad(place: Place) -> None:
    await _spoken(place, type="semantic_vad", eagerness="high")


async def quiet(place: Place) -> None:
    await _spoken(place, cases.QUIET, type="server_vad")


async def manual(place: Place) -> None:
    async with talk(place) as one:
        transcription = {"model": "gpt-4o-mini-transcribe"}
        turn = {"turn_detection": None, "transcription": transcription}
        await one.configure(audio={"input": turn})
        await one.say(place.spoken())
        await one.session.input_audio_buffer.commit()
        kind = "conversation.item.input_audio_transcription.completed"
        heard = await one.until(kind)
        assert "painted" in heard.transcript.lower(), heard.transcript
        await one.session.response.create()
        await one.heard(WORD)


async def tool(place: Place) -> None:
    async with talk(place, place.tools) as one:
        await one.configure(tools=[{"type": "function", **TOOL}])
        await one.ask("what is the weather in Paris")
        *_, response = await one.answer()
        (call,) = [i for i in response.output if i.type == "function_call"]
        assert call.name == TOOL["name"] and "Paris" in call.arguments
        result = {
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": '{"weather": "rain"}',
        }
        await one.session.conversation.item.create(item=result)
        await one.session.response.create()
        await one.heard("rain")


async def cancel(place: Place) -> None:
    async with talk(place) as one:
        await one.session.response.cancel()
        refused = (await one.until("error")).error
        assert refused.message.startswith("Cancellation failed"), refused
        await one.ask(QUESTION)
        await one.until("response.created")
        await one.session.response.cancel()
        _, _, response = await one.answer()
        assert response.status == "cancelled", response.status
        await one.ask(OTHER)
        await one.heard(OTHER_WORD)


async def truncate(place: Place) -> None:
    async with talk(place) as one:
        await one.ask(QUESTION)
        _, response = await one.heard(WORD)
        item = response.output[0]
        await one.session.conversation.item.truncate(
            item_id=item.id, content_index=0, audio_end_ms=700
        )
        await one.until("conversation.item.truncated")
        await one.session.conversation.item.retrieve(item_id=item.id)
        kept = (await one.until("conversation.item.retrieved")).item.content[0]
        whole = item.content[0].transcript
        assert kept.transcript != whole and whole.startswith(kept.transcript.strip())


async def out_of_band(place: Place) -> None:
    async with talk(place) as one:
        await one.ask(QUESTION)
        await one.session.response.create(response=BESIDE)
        done = [await one.until("response.done") for _ in range(2)]
        both([event.response.to_dict() for event in done])


async def g711(place: Place) -> None:
    sizes = []
    async with talk(place) as one:
        for fields in ({}, {"output": {"format": PCMU}}):
            if fields:
                await one.configure(audio=fields)
            await one.ask(QUESTION)
            sizes.append((await one.heard(WORD))[0])
    assert 5.8 < sizes[0] / sizes[1] < 6.2, sizes


CASES = {name: globals()[name] for name in cases.NAMES}

if __name__ == "__main__":
    cases.run(CASES)
