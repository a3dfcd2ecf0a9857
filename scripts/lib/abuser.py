"""Abuses a region until it is killed: `python -m lib.abuser URL`.

300 events a second that are malformed, unknown, out of order, oversized or wrong
base64; readers that do not read; 50 connections a second that say nothing or nonsense.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Sequence

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

CHANCE = random.Random(1)
LONG = [
    json.dumps(
        {
            "type": "conversation.item.create",
            "item": {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "x" * 3000}],
            },
        }
    )
]
BAD = [
    "",
    "{",
    "[]",
    "null",
    json.dumps({"type": "no.such.event"}),
    json.dumps({"type": "input_audio_buffer.append", "audio": "***"}),
    json.dumps({"type": "input_audio_buffer.append", "audio": "A" * 400_000}),
    json.dumps({"type": "input_audio_buffer.commit"}),
    json.dumps({"type": "response.cancel"}),
    json.dumps({"type": "conversation.item.delete", "item_id": "none"}),
    json.dumps({"type": "session.update", "session": {"audio": 7}}),
    json.dumps({"type": "conversation.item.create", "item": {"type": "x"}}),
]
NONSENSE = [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 99]


async def _client(url: str, texts: Sequence[str], a_second: int, *, deaf: bool) -> None:
    while True:
        try:
            async with connect(url, compression=None, max_queue=1) as socket:
                if deaf:
                    socket.transport.pause_reading()
                while True:
                    await socket.send(CHANCE.choice(texts))
                    await asyncio.sleep(1 / a_second)
        except (OSError, WebSocketException):
            await asyncio.sleep(0.05)


async def _knocks(host: str, port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(host, port)
            writer.write(CHANCE.choice(NONSENSE))
            await asyncio.sleep(0.02)
            writer.close()
        except OSError:
            await asyncio.sleep(0.05)


async def _main(url: str) -> None:
    host, port = url.split("/")[2].split(":")
    bad = [_client(url, BAD, 60, deaf=False) for _ in range(5)]
    slow = [_client(url, LONG, 30, deaf=True) for _ in range(2)]
    await asyncio.gather(*bad, *slow, _knocks(host, int(port)))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
