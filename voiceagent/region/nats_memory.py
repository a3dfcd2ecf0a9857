"""Conversations in NATS JetStream: for a region with several fronts.

One key of a bucket for each conversation; the revision of the bucket is its version, so
that compare and set is the server's.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from voiceagent.errors import ConflictError, EngineMissing, StoreError
from voiceagent.region.memory import MemoryItem, Stored, decode, encode

__all__ = ["NatsMemory"]

BUCKET = "voiceagent_conversations"
OPENING = 2.0
"""Seconds that the server has to answer the first time."""


class NatsMemory:
    """Connects when it is first needed, and again after every cut."""

    def __init__(self, url: str, *, keep: float, bucket: str = BUCKET) -> None:
        """`keep`: seconds that a conversation is kept; the server forgets it then."""
        self._url, self._keep, self._bucket = url, keep, bucket
        self._client: Any = None
        self._kv: Any = None

    async def load(self, conversation: str) -> Stored | None:
        """The conversation; None where there is none."""
        errors, kv = await self._opened()
        try:
            entry = await kv.get(_key(conversation))
        except errors.KeyNotFoundError:
            return None
        except Exception as error:
            raise self._error(error) from error
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
        body = encode(items, answered)
        errors, kv = await self._opened()
        key = _key(conversation)
        try:
            if expected == 0:
                return int(await kv.create(key, body))
            return int(await kv.update(key, body, last=expected))
        except errors.KeyWrongLastSequenceError as error:
            raise ConflictError(
                f"conversation `{conversation}` was changed by somebody else",
                cause=f"version {expected} was expected",
                hint="read it again",
            ) from error
        except Exception as error:
            raise self._error(error) from error

    async def erase(self, conversation: str) -> bool:
        """Overwrite it and all that came before."""
        there = await self.load(conversation)
        if there is None:
            return False
        _, kv = await self._opened()
        try:
            await kv.purge(_key(conversation))
        except Exception as error:
            raise self._error(error) from error
        return True

    async def conversations(self) -> list[str]:
        """The names of all."""
        errors, kv = await self._opened()
        try:
            return sorted(_name(key) for key in await kv.keys())
        except errors.NoKeysError:
            return []
        except Exception as error:
            raise self._error(error) from error

    async def expire(self, before: datetime) -> int:
        """The server does it by itself."""
        return 0

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.close()
            self._client = self._kv = None

    async def _opened(self) -> tuple[Any, Any]:
        try:
            import nats
            from nats.js import api, errors
        except ImportError as error:
            raise EngineMissing(
                "nats-py", install="pip install 'voiceagent[region]'", cause=str(error)
            ) from error
        if self._kv is None:
            try:
                # Without a limit of ours it tries sixty times before it tells.
                async with asyncio.timeout(OPENING):
                    self._client = await nats.connect(
                        self._url, connect_timeout=OPENING, allow_reconnect=True
                    )
                config = api.KeyValueConfig(bucket=self._bucket, ttl=self._keep)
                self._kv = await self._client.jetstream().create_key_value(config)
            except Exception as error:
                raise self._error(error) from error
        return errors, self._kv

    def _error(self, error: Exception) -> StoreError:
        if isinstance(error, StoreError):
            return error
        return StoreError(
            f"conversations cannot be kept at `{self._url}`",
            cause=str(error) or type(error).__name__,
            hint="run `nats-server -js`, or set `memory.kind` to `sqlite`",
        )


def _key(conversation: str) -> str:
    """Keys have letters and digits only."""
    return base64.b32encode(conversation.encode()).decode().rstrip("=")


def _name(key: str) -> str:
    return base64.b32decode(key + "=" * (-len(key) % 8)).decode()
