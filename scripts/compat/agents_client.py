#!/usr/bin/env python3
"""OpenAI's agents SDK against our region: `python agents_client.py URL WAV24K`.

A typed turn, and one that is spoken and ended by the region's turn detector.
"""

import asyncio
import sys
import wave

from agents.realtime import RealtimeAgent, RealtimeRunner

agent = RealtimeAgent(name="kiosk", instructions="Answer shortly.")


async def main(url: str, sound: str) -> None:
    runner = RealtimeRunner(agent)
    config = {"api_key": "none", "url": url}
    session = await runner.run(model_config=config)
    async with session:
        await session.send_message("who painted the tidewatcher")
        assert "Marlow" in await heard(session), "typed"
        with wave.open(sound) as file:
            pcm = file.readframes(file.getnframes())
        pcm = bytes(24_000) + pcm + bytes(96_000)
        for start in range(0, len(pcm), 4800):
            await session.send_audio(pcm[start : start + 4800])
            await asyncio.sleep(0.02)
        assert "Marlow" in await heard(session), "spoken"
    print("openai-agents ok")


async def heard(session) -> str:
    """The answer's transcript, and that there was sound."""
    sound = 0
    async with asyncio.timeout(20):
        async for event in session:
            if event.type == "audio":
                sound += len(event.audio.data)
            elif event.type == "error":
                raise AssertionError(event.error)
            elif event.type == "history_added" or event.type == "history_updated":
                items = event.history if hasattr(event, "history") else [event.item]
                said = " ".join(str(i) for i in items if "assistant" in str(i))
                if "Marlow" in said and sound > 10_000:
                    return said
    return ""


asyncio.run(main(sys.argv[1], sys.argv[2]))
