#!/usr/bin/env python3
"""OpenAI's Python client against our region: `python openai_client.py URL [KEY]`."""

import asyncio
import base64
import sys

from openai import AsyncOpenAI


async def main(url: str, key: str) -> None:
    base = url.removesuffix("/realtime")
    client = AsyncOpenAI(
        api_key=key,
        base_url=base.replace("ws", "http", 1),
        websocket_base_url=base,
    )
    async with client.realtime.connect(model="voiceagent") as session:
        await session.session.update(
            session={"type": "realtime", "output_modalities": ["text"]}
        )
        await typed(session, "who painted the tidewatcher", "Edith Marlow")
        await session.input_audio_buffer.append(
            audio=base64.b64encode(bytes(9600)).decode()
        )
        await session.input_audio_buffer.clear()
        await session.response.cancel()
        async for event in session:
            if event.type == "error":
                assert event.error.code == "response_cancel_not_active"
                break
        await typed(session, "where is the main water stopcock", "cellar")
    print("openai ok")


async def typed(session, text: str, wanted: str) -> None:
    await session.conversation.item.create(
        item={
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": text}],
        }
    )
    await session.response.create()
    words = ""
    async for event in session:
        if event.type == "response.output_text.delta":
            words += event.delta
        elif event.type == "response.done":
            assert event.response.status == "completed", event.response
            break
        elif event.type == "error":
            raise AssertionError(event.error)
    assert wanted in words, words


asyncio.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "none"))
