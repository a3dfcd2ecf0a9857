"""A region that says what it hears, without the limit on new connections.

With `PARROT_TOKENS` set it wants tokens, and has all limits.

Prints its URL, then serves for ever: `python -m lib.parrot_server PORT STORE PAUSE`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from lib.from_tests import SECRET, Parrot
from voiceagent.door.admission import Bucket
from voiceagent.door.open_files import raise_open_files
from voiceagent.region.config import ServeConfig
from voiceagent.region.server import RegionServer
from voiceagent.region.sqlite_memory import SqliteMemory


async def _main(port: int, store: Path, pause: float) -> None:
    raise_open_files()
    if os.environ.get("PARROT_TOKENS"):  # as strangers share it, with all its limits
        server = RegionServer(
            ServeConfig(port=port),
            Parrot(pause=pause),
            SqliteMemory(store),
            resume_secret=SECRET,
            token_secret=SECRET,
        )
    else:
        server = RegionServer(
            ServeConfig(port=port, max_sessions=100_000),
            Parrot(pause=pause),
            SqliteMemory(store),
            resume_secret=SECRET,
        )
        server.entrance.bucket = Bucket(burst=1e9, rate=1e9)
    await server.run(lambda url: print(url, flush=True), asyncio.Event().wait)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])))
