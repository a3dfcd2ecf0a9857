#!/usr/bin/env python3
"""LiveKit's plugin against our region: `python livekit_client.py PLACE CASE ...`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import cases
from cases import BESIDE, OTHER, OTHER_WORD, QUESTION, WORD, Lacks, Place
from livekit import rtc
from livekit.agents import llm
from livekit.plugins.openai.realtime import RealtimeModel
from openai.types.realtime.realtime_audio_input_turn_detection import (
    SemanticVad,
    ServerVad,
)


@llm.function_tool
async def get_weather(place: str) -> str:
    """The weather of a place."""
    return "rain"


class Talk:
    """A session, what the region tells it, and the sound that the plugin gave on."""

    def __init__(self, session: Any) -> None:
        self.session, self.sound = session, 0
        self.told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.readers: set[asyncio.Task[None]] = set()
        session.on("openai_server_event_received", self.told.put_nowait)
        session.on("generation_created", self._listen)
        session.on("error", self._broken)

    def _listen(self, generation: llm.GenerationCreatedEvent) -> None:
        self.readers.add(asyncio.ensure_future(self._play(generation)))

    def _broken(self, error: Any) -> None:
        self.told.put_nowait({"type": "error", "plugin": str(error.error)})

    async def _play(self, generation: llm.GenerationCreatedEvent) -> None:
        async for message in generation.message_stream:
            async for frame in message.audio_stream:
                self.sound += len(frame.data.tobytes())

    async def until(self, *kinds: str) -> dict[str, Any]:
        """The next of the region's events of these kinds; errors end it."""
        while True:
            event = await self.told.get()
            if event["type"] in kinds:
                return event
            if event["type"] == "error":
                raise AssertionError(event)

    async def ask(self, text: str) -> None:
        context = self.session.chat_ctx.copy()
        context.add_message(role="user", content=text)
        await self.session.update_chat_ctx(context)
        await self.session.generate_reply()

    async def say(self, sound: Any) -> None:
        for piece in sound:
            samples = len(piece) // 2
            self.session.push_audio(rtc.AudioFrame(piece, 24_000, 1, samples))
            await asyncio.sleep(0.01)

    async def heard(self, word: str) -> dict[str, Any]:
        """The next answer is whole, has the word in it and sounds."""
        response = (await self.until("response.done"))["response"]
        assert response["status"] == "completed", response
        assert word in json.dumps(response["output"]), response["output"]
        await asyncio.sleep(0.05)  # its sound is on its way through the plugin
        assert self.sound > 10_000, f"{self.sound} bytes of sound"
        self.sound = 0
        return dict(response)


@asynccontextmanager
async def talk(place: Place, url: str = "", **options: Any) -> AsyncIterator[Talk]:
    base = (url or place.url).replace("ws", "http", 1).removesuffix("/realtime")
    async with aiohttp.ClientSession() as http:
        model = RealtimeModel(
            base_url=base, api_key=place.key, http_session=http, **options
        )
        session = model.session()
        one = Talk(session)
        await one.until("session.created")
        yield one
        await session.aclose()
        await model.aclose()
        await asyncio.gather(*one.readers)


async def typed(place: Place) -> None:
    async with talk(place) as one:
        await one.ask(QUESTION)
        await one.heard(WORD)


async def _spoken(place: Place, detection: Any, before: float = 0.5) -> None:
    async with talk(place, turn_detection=detection) as one:
        await one.say(place.spoken(before))
        await one.heard(WORD)


async def server_vad(place: Place) -> None:
    await _spoken(place, ServerVad(type="server_vad", silence_duration_ms=600))


async def semantic_vad(place: Place) -> None:
    await _spoken(place, SemanticVad(type="semantic_vad", eagerness="high"))


async def quiet(place: Place) -> None:
    await _spoken(place, ServerVad(type="server_vad"), cases.QUIET)


async def manual(place: Place) -> None:
    async with talk(place, turn_detection=None) as one:
        await one.say(place.spoken())
        one.session.commit_audio()
        await one.until("input_audio_buffer.committed")
        await one.session.generate_reply()
        await one.heard(WORD)


async def tool(place: Place) -> None:
    async with talk(place, place.tools) as one:
        await one.session.update_tools([get_weather])
        await one.ask("what is the weather in Paris")
        done = await one.until("response.done")
        (call,) = done["response"]["output"]
        assert "Paris" in call["arguments"]
        context = one.session.chat_ctx.copy()
        context.insert(
            llm.FunctionCallOutput(
                call_id=call["call_id"],
                name=call["name"],
                output="rain",
                is_error=False,
            )
        )
        await one.session.update_chat_ctx(context)
        await one.session.generate_reply()
        await one.heard("rain")


async def cancel(place: Place) -> None:
    async with talk(place) as one:
        one.session.send_event({"type": "response.cancel"})
        context = one.session.chat_ctx.copy()
        context.add_message(role="user", content=QUESTION)
        await one.session.update_chat_ctx(context)
        while (await one.until("error", "conversation.item.done"))["type"] == "error":
            pass  # what it is for: the plugin itself lets this one pass
        await one.session.generate_reply()
        one.session.interrupt()
        done = await one.until("response.done")
        assert done["response"]["status"] in ("cancelled", "completed"), done
        one.sound = 0
        await one.ask(OTHER)
        await one.heard(OTHER_WORD)


async def truncate(place: Place) -> None:
    async with talk(place) as one:
        await one.ask(QUESTION)
        (item,) = (await one.heard(WORD))["output"]
        one.session.truncate(
            message_id=item["id"], modalities=["audio"], audio_end_ms=700
        )
        await one.until("conversation.item.truncated")
        retrieve = {"type": "conversation.item.retrieve", "item_id": item["id"]}
        one.session.send_event(retrieve)
        kept = await one.until("conversation.item.retrieved")
        said = kept["item"]["content"][0]["transcript"]
        whole = item["content"][0]["transcript"]
        assert said != whole and whole.startswith(said.strip()), said


async def out_of_band(place: Place) -> None:
    async with talk(place) as one:
        await one.ask(QUESTION)
        await one.heard(WORD)
        # The plugin follows one response at a time, so this one is by itself.
        one.session.send_event({"type": "response.create", "response": BESIDE})
        done = (await one.until("response.done"))["response"]
        assert done["metadata"]["topic"] == "beside", done
        assert OTHER_WORD in str(done["output"]), done
        # What was told beside it is not in the conversation.
        await one.ask("and who")
        items = [i["id"] for i in done["output"]]
        assert all(item.id not in items for item in one.session.chat_ctx.items)


async def g711(place: Place) -> None:
    raise Lacks("the plugin plays PCM16 alone")


cases.run(globals())
