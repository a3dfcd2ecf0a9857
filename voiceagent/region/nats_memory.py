"""Conversations in NATS JetStream: for a region with several fronts.

One key of a bucket for each conversation; the revision of the bucket is its version, so
that compare and set is the server's.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voiceagent.errors import EngineMissing, StoreError
from voiceagent.region.memory import MemoryItem, Stored, conflict, decode, encode
from voiceagent.store import BookTrouble

__all__ = ["NatsMemory"]

BUCKET = "voiceagent_conversations"
OPENING = 2.0
"""Seconds that the server has to answer the first time."""


@dataclass(frozen=True, slots=True)
class _Bucket:
    """What is open."""

    kv: Any
    errors: Any
    """The module that names what the server may answer."""


class NatsMemory:
    """Connects when it is first needed, and again after every cut."""

    def __init__(self, url: str, *, keep: float, bucket: str = BUCKET) -> None:
        """`keep`: seconds that a conversation is kept; the server forgets it then."""
        self._url, self._keep, self._name = url, keep, bucket
        self._client: Any = None
        self._bucket: _Bucket | None = None

    async def load(self, conversation: str) -> Stored | None:
        """The conversation; None where there is none."""
        bucket = await self._opened()
        with self._told():
            try:
                entry = await bucket.kv.get(_key(conversation))
            except bucket.errors.KeyNotFoundError:
                return None
        return decode(entry.value, entry.revision)

    async def save(
        self,
        conversation: str,
        items: tuple[MemoryItem, ...],
        answered: Mapping[str, MemoryItem],
        *,
        expected: int,
    ) -> int:
        """Write a new version."""
        body, key = encode(items, answered), _key(conversation)
        bucket = await self._opened()
        with self._told():
            try:
                if expected == 0:
                    return int(await bucket.kv.create(key, body))
                return int(await bucket.kv.update(key, body, last=expected))
            except bucket.errors.KeyWrongLastSequenceError as error:
                raise conflict(conversation, expected) from error

    async def erase(self, conversation: str) -> bool:
        """Overwrite it and all that came before."""
        there = await self.load(conversation)
        if there is None:
            return False
        bucket = await self._opened()
        with self._told():
            await bucket.kv.purge(_key(conversation))
        return True

    def troubles(self) -> Sequence[BookTrouble]:
        """None: whoever asks for a conversation is told."""
        return ()

    async def conversations(self) -> list[str]:
        """The names of all; raises `StoreError` where the bucket holds other things."""
        bucket = await self._opened()
        with self._told():
            try:
                return sorted(map(_conversation, await bucket.kv.keys()))
            except bucket.errors.NoKeysError:
                return []

    async def expire(self, before: datetime) -> int:
        """The server does it by itself."""
        return 0

    async def close(self) -> None:
        """Close the connection."""
        client, self._client, self._bucket = self._client, None, None
        if client is not None:
            with self._told():
                await client.close()

    async def _opened(self) -> _Bucket:
        if self._client is not None and self._client.is_closed:
            self._client = self._bucket = None  # it gave up coming back
        if self._bucket is None:
            nats, api, errors = _package()
            with self._told():
                # Without a limit of ours it tries sixty times before it tells.
                async with asyncio.timeout(OPENING):
                    self._client = self._client or await nats.connect(
                        self._url, connect_timeout=OPENING, allow_reconnect=True
                    )
                config = api.KeyValueConfig(bucket=self._name, ttl=self._keep)
                kv = await self._client.jetstream().create_key_value(config)
            self._bucket = _Bucket(kv, errors)
        return self._bucket

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever keeps the server from answering, as one error."""
        from nats.errors import Error

        try:
            yield
        except (Error, OSError) as error:  # a time-out is an `OSError` too
            raise StoreError(
                f"conversations cannot be kept at `{self._url}`",
                cause=str(error) or type(error).__name__,
                hint="run `nats-server -js`, or set `memory.kind` to `sqlite`",
            ) from error


def _package() -> tuple[Any, Any, Any]:
    """The package, its settings and its errors; raises `EngineMissing`."""
    try:
        import nats
        from nats.js import api, errors
    except ImportError as error:
        raise EngineMissing(
            "nats-py", install="pip install 'voiceagent[region]'", cause=str(error)
        ) from error
    return nats, api, errors


def _key(conversation: str) -> str:
    """Keys have letters and digits only."""
    return base64.b32encode(conversation.encode()).decode().rstrip("=")


def _conversation(key: str) -> str:
    try:
        return base64.b32decode(key + "=" * (-len(key) % 8)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise StoreError(
            f"the bucket holds `{key}`, which is no conversation",
            cause=str(error),
            hint="give conversations a bucket of their own",
        ) from error
