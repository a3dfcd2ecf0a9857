"""A subject that takes all it can: `GREEDY_TOKEN=... python -m lib.greedy URL WAY`."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

HEADERS = {"Authorization": f"Bearer {os.environ.get('GREEDY_TOKEN', '')}"}
ITEM = {
    "type": "conversation.item.create",
    "item": {
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": "x" * 30_000}],
    },
}
SETTINGS = {
    "type": "session.update",
    "session": {"type": "realtime", "instructions": "x" * 60_000},
}
SOUND = {
    "type": "input_audio_buffer.append",
    "audio": base64.b64encode(bytes(48_000 * 10)).decode(),
}
COMMIT = {"type": "input_audio_buffer.commit"}
ANSWER = {
    "type": "response.create",
    "response": {"output_modalities": ["text"], "conversation": "none"},
}
SENT: dict[str, list[Any]] = {
    "items": [ITEM],
    "settings": [SETTINGS],
    "sound": [SOUND, COMMIT],
    "answers": [ITEM, ANSWER],
}


async def _floods(url: str, events: list[Any]) -> None:
    texts = [json.dumps(event) for event in events]
    while True:
        try:
            async with connect(url, additional_headers=HEADERS) as socket:
                reading = asyncio.create_task(_reads(socket))
                try:
                    while True:
                        for text in texts:
                            await socket.send(text)
                finally:
                    reading.cancel()
        except (OSError, WebSocketException):
            await asyncio.sleep(0.05)


async def _reads(socket: ClientConnection) -> None:
    try:
        async for _ in socket:
            pass
    except WebSocketException:
        return


async def _holds(url: str, *, cut: bool) -> None:
    held = []
    while True:
        try:
            socket = await connect(f"{url}?voiceagent=1", additional_headers=HEADERS)
            if cut:
                await socket.recv()
                socket.transport.abort()
            else:
                held.append(socket)
        except (OSError, WebSocketException):
            await asyncio.sleep(0.02)


async def _knocks(url: str) -> None:
    host, port = url.split("/")[2].split(":")
    held: list[Any] = []
    while True:
        try:
            held.append(await asyncio.open_connection(host, int(port)))
            await asyncio.sleep(0.01)
        except OSError:
            await asyncio.sleep(0.05)
        if len(held) > 200:
            held.pop(0)[1].close()


async def _main(url: str, way: str) -> None:
    match way:
        case "sessions" | "cut":
            await asyncio.gather(*(_holds(url, cut=way == "cut") for _ in range(2)))
        case "handshakes":
            await asyncio.gather(_knocks(url), _holds(url, cut=True))
        case _:
            await asyncio.gather(*(_floods(url, SENT[way]) for _ in range(3)))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:3]))
