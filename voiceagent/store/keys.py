"""Keys of this machine's own: made once, readable by nobody else, never sent."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from voiceagent.errors import StoreError

__all__ = ["KEY_BYTES", "own_key"]

KEY_BYTES = 32


def own_key(file: Path, *, whose: str, setting: str) -> bytes:
    """The key in `file`, made where there is none; raises `StoreError`.

    `whose`: "this device"; `setting`: the key of the configuration that says where.
    """
    what = f"the key of {whose}, `{file}`, could not be read or made"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            with suppress(FileExistsError):  # another process was faster
                _make(file)
        key = file.read_bytes()
    except OSError as error:
        hint = f"set `{setting}` to a place that you may write"
        raise StoreError(what, cause=str(error), hint=hint) from error
    if len(key) < KEY_BYTES:
        # A short key signs nothing: whoever guesses it can make up what it signs.
        cause = f"it has {len(key)} bytes of {KEY_BYTES}"
        hint = "move the file away; a new key is made, and what the old one signed"
        raise StoreError(what, cause=cause, hint=f"{hint} is not believed any more")
    return key


def _make(file: Path) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(secrets.token_bytes(KEY_BYTES))
