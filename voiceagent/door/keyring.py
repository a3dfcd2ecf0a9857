"""The secrets that sign tokens: the first signs, all of them are believed.

Two at once let a secret be changed while tokens of the old one are still in use.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from voiceagent.errors import ConfigError
from voiceagent.store.files import private_folder, put

__all__ = ["LEAST_SECRET", "Keyring", "read_secrets", "rotate"]

LEAST_SECRET = 32
"""Bytes of a secret."""
MOST = 4
"""Secrets that are believed at once."""


class Keyring:
    """What is in use now."""

    def __init__(self, *found: bytes) -> None:
        self.believed: tuple[bytes, ...] = found
        """The first signs."""
        self.ever: tuple[bytes, ...] = found
        """Those of before too: a session that began under one of them is gone on
        with."""

    def change(self, found: Sequence[bytes]) -> None:
        """From now on these."""
        before = [one for one in self.ever if one not in found]
        self.believed, self.ever = tuple(found), (*found, *before)[: 2 * MOST]


def read_secrets(path: Path) -> list[bytes]:
    """One a line, `#` begins a remark; raises `ConfigError`."""
    what = f"the secrets in `{path}` cannot be used"
    hint = f"`voiceagent token rotate` makes it, or openssl rand -hex 32 > {path}"
    try:
        lines = path.read_bytes()[:65_536].splitlines()
    except OSError as error:
        cause = error.strerror or str(error)
        raise ConfigError(what, cause=cause, hint=hint) from error
    found = [line.strip() for line in lines]
    found = [line for line in found if line and not line.startswith(b"#")]
    if not 1 <= len(found) <= MOST:
        cause = f"{len(found)} of them, 1 to {MOST} can be"
        raise ConfigError(what, cause=cause, hint=hint)
    if short := [line for line in found if len(line) < LEAST_SECRET]:
        cause = f"one has {len(short[0])} bytes, at least {LEAST_SECRET} are needed"
        raise ConfigError(what, cause=cause, hint=hint)
    return found


def rotate(path: Path, *, drop: bool = False) -> int:
    """A new secret that signs from now on, beside the one that did; `drop`: none but
    the one that signs. Gives how many there are; raises `ConfigError`."""
    found = read_secrets(path) if drop or path.exists() else []
    made = found[:1] if drop else [secrets.token_hex(32).encode(), *found[:1]]
    try:
        private_folder(path.parent)
        owner = path.stat() if path.exists() else path.parent.stat()
        put(path, b"".join(one + b"\n" for one in made))
        keep_owner(path, owner)
    except OSError as error:
        cause = error.strerror or str(error)
        raise ConfigError(f"`{path}` cannot be written", cause=cause) from error
    return len(made)


def keep_owner(path: Path, owner: os.stat_result) -> None:
    """A file that root has written is still for the one who runs the server."""
    if os.name == "posix" and os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)
