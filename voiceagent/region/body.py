"""The bytes of an answer, unpacked within bounds: what is small on the line may be
without end when it is unpacked."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import Any

from voiceagent.errors.upstream import UpstreamGarbled

__all__ = ["plain_bytes"]

PIECE = 65_536
MOST = 4 << 20
"""Bytes of an answer, unpacked: many times what the longest one takes."""
ANY_HEADER = 32 + zlib.MAX_WBITS
"""gzip and zlib, whichever it is."""


async def plain_bytes(response: Any) -> AsyncIterator[bytes]:
    """Pieces of the body of an httpx response; raises `UpstreamGarbled`."""
    packed = response.headers.get("Content-Encoding", "").strip().lower()
    if packed not in ("", "identity", "gzip", "deflate"):
        raise UpstreamGarbled("the upstream packs its answer in a way nobody asked for")
    unpack = zlib.decompressobj(ANY_HEADER) if packed in ("gzip", "deflate") else None
    size = 0
    async for data in response.aiter_raw():
        while data:
            piece = data
            if unpack is not None:
                piece, data = _unpacked(unpack, data)
            else:
                data = b""
            size += len(piece)
            if size > MOST:
                raise UpstreamGarbled("the upstream sends an answer without end")
            yield piece
            # What is unpacked comes at once: others go on in between.
            await asyncio.sleep(0)


def _unpacked(unpack: Any, data: bytes) -> tuple[bytes, bytes]:
    """The next piece, and what of the data is left."""
    try:
        piece = unpack.decompress(data, PIECE)
    except zlib.error as error:
        raise UpstreamGarbled("the upstream packs its answer wrong") from error
    return piece, b"" if unpack.eof else unpack.unconsumed_tail
