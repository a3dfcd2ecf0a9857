"""Keys of this machine's own: made once, readable by nobody else, never sent."""

from __future__ import annotations

import secrets
from pathlib import Path

from voiceagent.errors import StoreError
from voiceagent.store.files import keep_private, private_folder, put_new

__all__ = ["KEY_BYTES", "own_key"]

KEY_BYTES = 32


def own_key(file: Path, *, whose: str, setting: str) -> bytes:
    """The key in `file`, made where there is none; raises `StoreError`.

    `whose`: "this device"; `setting`: the key of the configuration that says where.
    """
    what = f"the key of {whose}, `{file}`, could not be read or made"
    try:
        private_folder(file.parent)
        if not file.exists():
            # Whole or not at all; another process may have been faster.
            put_new(file, secrets.token_bytes(KEY_BYTES))
        with file.open("rb") as opened:
            key = opened.read(KEY_BYTES + 1)
    except OSError as error:
        hint = f"set `{setting}` to a place that you may write and that has room"
        raise StoreError(what, cause=str(error), hint=hint) from error
    if len(key) != KEY_BYTES:
        raise _of_wrong_length(file, what, len(key))
    keep_private(file)
    return key


def _of_wrong_length(file: Path, what: str, length: int) -> StoreError:
    # A short key signs nothing: whoever guesses it can make up what it signs. A longer
    # one is none of ours: another program's, or two that were written over each other.
    more = "more than " if length > KEY_BYTES else ""
    cause = f"it has {more}{min(length, KEY_BYTES)} bytes of {KEY_BYTES}"
    hint = (
        f"move it away (`mv {file} {file}.old`) and start again: a new key is made, "
        "and what the old one signed is not believed any more"
    )
    return StoreError(what, cause=cause, hint=hint)
