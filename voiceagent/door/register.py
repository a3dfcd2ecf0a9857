"""Tokens that were given out, and those that hold no longer: one small file.

Whoever gives out or takes back writes it whole; servers read it again when it changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from voiceagent.clock import wall
from voiceagent.door.keyring import keep_owner
from voiceagent.errors import StoreError, UsageError
from voiceagent.store.files import folder_locked, private_folder, put

__all__ = ["FILE", "Revoked", "TokenEntry", "TokenRegister"]

FILE = "tokens.json"
MOST = 100_000
"""Tokens that are remembered; the first to end go first."""
LATE = 60.0
"""Seconds after its end for which a token is remembered: clocks differ."""


class TokenEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was given out; never the token itself."""

    id: str
    subject: str
    region: str
    issued: float
    ends: float
    """Seconds since the epoch, as `issued`."""
    revoked: bool = False


class _Book(msgspec.Struct, kw_only=True):
    tokens: list[TokenEntry] = []


@dataclass(slots=True)
class Revoked:
    """What a server knows of tokens that hold no longer; it forgets none while it
    runs, whatever becomes of the file."""

    ids: frozenset[str] = frozenset()

    def __contains__(self, token_id: object) -> bool:
        return bool(token_id) and token_id in self.ids


class TokenRegister:
    """The file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def tokens(self) -> list[TokenEntry]:
        """All that have not ended; raises `StoreError`."""
        least = wall().timestamp() - LATE
        return [one for one in self._read().tokens if one.ends > least]

    def add(self, entry: TokenEntry) -> None:
        """It was given out; raises `StoreError`."""
        with self._changed() as tokens:
            tokens[:] = [one for one in tokens if one.id != entry.id] + [entry]

    def revoke(self, token_id: str) -> TokenEntry:
        """It holds no longer; raises `UsageError` where there is none, `StoreError`."""
        with self._changed() as tokens:
            for at, one in enumerate(tokens):
                if one.id == token_id:
                    tokens[at] = msgspec.structs.replace(one, revoked=True)
                    return tokens[at]
        raise UsageError(
            f"there is no token `{token_id[:80]}` that still holds",
            hint="`voiceagent token list` has their ids; one that was given out "
            "elsewhere is taken back by the token itself",
        )

    def update(self, revoked: Revoked) -> None:
        """Read what holds no longer; raises `StoreError`."""
        found = {one.id for one in self._read().tokens if one.revoked}
        revoked.ids = revoked.ids | found

    def _read(self) -> _Book:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=_Book)
        except FileNotFoundError:
            return _Book()
        except (OSError, msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise StoreError(
                f"the tokens in `{self.path}` cannot be read",
                cause=str(error),
                hint=f"mv {self.path} {self.path}.old; those that were revoked hold "
                "again then: change the secret",
            ) from error

    @contextmanager
    def _changed(self) -> Iterator[list[TokenEntry]]:
        try:
            private_folder(self.path.parent)
            with folder_locked(self.path.parent):
                book = _Book(tokens=self.tokens())
                yield book.tokens
                kept = sorted(book.tokens, key=lambda one: one.ends)[-MOST:]
                put(self.path, msgspec.json.encode(_Book(tokens=kept)))
                keep_owner(self.path, self.path.parent.stat())
        except OSError as error:
            raise StoreError(
                f"the tokens in `{self.path}` cannot be written",
                cause=error.strerror or str(error),
                hint="set `memory.folder` to a place that you may write",
            ) from error
