#!/usr/bin/env python3
"""OpenAI's agents SDK against our region: `python agents_client.py PLACE CASE ...`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import cases
from agents import function_tool
from agents.realtime import RealtimeAgent, RealtimeRunner
from agents.realtime.model_inputs import RealtimeModelSendRawMessage
from cases import BESIDE, OTHER, OTHER_WORD, QUESTION, WORD, Place, both


@function_tool
def get_weather(place: str) -> str:
    """The weather of a place."""
    assert place == "Paris"
    return "rain"


class Talk:
    """A session, what the region tells it, and the sound that the SDK gave on."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.sound = 0

    async def until(self, *kinds: str) -> dict[str, Any]:
        """The next of the region's events of these kinds; errors end it."""
        async for event in self.session:
            if event.type == "audio":
                self.sound += len(event.audio.data)
            if event.type == "error":
                raise AssertionError(event.error)
            raw = getattr(event, "data", None)
            if getattr(raw, "type", "") != "raw_server_event":
                continue
            if raw.data["type"] in kinds:
                return dict(raw.data)
        raise AssertionError(f"closed before {kinds}")

    async def say(self, sound: Any, commit: bool = False) -> None:
        for piece in sound:
            await self.session.send_audio(piece)
            await asyncio.sleep(0.01)
        if commit:
            await self.session.send_audio(b"\0\0", commit=True)

    async def send(self, kind: str, **fields: Any) -> None:
        """What the SDK has no call for."""
        message = {"type": kind, "other_data": fields}
        await self.session.model.send_event(RealtimeModelSendRawMessage(message))

    async def heard(self, word: str) -> None:
        """The next answer is whole, has the word in it and sounds."""
        done = await self.until("response.done")
        response = done["response"]
        assert response["status"] == "completed", response
        assert word in str(response["output"]), response["output"]
        # The sound of an answer may still be on its way through the session.
        assert self.sound > 10_000, f"{self.sound} bytes of sound"
        self.sound = 0


@asynccontextmanager
async def talk(
    place: Place, url: str = "", tools: Any = (), **settings: Any
) -> AsyncIterator[Talk]:
    agent = RealtimeAgent(
        name="kiosk", instructions="Answer shortly.", tools=list(tools)
    )
    options = {"model_settings": settings, "tracing_disabled": True}
    runner = RealtimeRunner(agent, config=options)
    config = {"api_key": place.key, "url": url or place.url}
    session = await runner.run(model_config=config)
    async with session:
        one = Talk(session)
        await one.until("session.updated")
        yield one


async def typed(place: Place) -> None:
    async with talk(place) as one:
        await one.session.send_message(QUESTION)
        await one.heard(WORD)


async def _spoken(place: Place, before: float = 0.5, **detection: Any) -> None:
    audio = {"input": {"turn_detection": detection}}
    async with talk(place, audio=audio) as one:
        await one.say(place.spoken(before))
        await one.heard(WORD)


async def server_vad(place: Place) -> None:
    await _spoken(place, type="server_vad")


async def semantic_vad(place: Place) -> None:
    await _spoken(place, type="semantic_vad", eagerness="high")


async def quiet(place: Place) -> None:
    await _spoken(place, cases.QUIET, type="server_vad")


async def manual(place: Place) -> None:
    audio = {"input": {"turn_detection": None}}
    async with talk(place, audio=audio) as one:
        await one.say(place.spoken(), commit=True)
        await one.until("input_audio_buffer.committed")
        await one.send("response.create")
        await one.heard(WORD)


async def tool(place: Place) -> None:
    async with talk(place, place.tools, tools=[get_weather]) as one:
        await one.session.send_message("what is the weather in Paris")
        await one.until("response.done")
        await one.heard("rain")


async def cancel(place: Place) -> None:
    async with talk(place) as one:
        await one.session.interrupt()
        await one.session.send_message(QUESTION)
        await one.until("response.created")
        await one.session.interrupt()
        done = await one.until("response.done")
        assert done["response"]["status"] in ("cancelled", "completed"), done
        one.sound = 0
        await one.session.send_message(OTHER)
        await one.heard(OTHER_WORD)


async def truncate(place: Place) -> None:
    async with talk(place) as one:
        await one.session.send_message(QUESTION)
        done = await one.until("response.done")
        item = done["response"]["output"][0]
        await one.send(
            "conversation.item.truncate",
            item_id=item["id"],
            content_index=0,
            audio_end_ms=700,
        )
        await one.until("conversation.item.truncated")
        await one.send("conversation.item.retrieve", item_id=item["id"])
        kept = await one.until("conversation.item.retrieved")
        whole = item["content"][0]["transcript"]
        said = kept["item"]["content"][0]["transcript"]
        assert said != whole and whole.startswith(said.strip()), said


async def out_of_band(place: Place) -> None:
    async with talk(place) as one:
        await one.session.send_message(QUESTION)
        await one.send("response.create", response=BESIDE)
        done = [(await one.until("response.done"))["response"] for _ in range(2)]
        both(done)


async def g711(place: Place) -> None:
    sizes = []
    for form in ("pcm16", "g711_ulaw"):
        async with talk(place, output_audio_format=form) as one:
            await one.session.send_message(QUESTION)
            await one.until("response.done")
            sizes.append(one.sound)
    assert 5.8 < sizes[0] / sizes[1] < 6.2, sizes


cases.run(globals())
