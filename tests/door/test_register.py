"""Tokens that were given out are listed, and taken back for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.clock import wall
from voiceagent.door.register import Revoked, TokenEntry, TokenRegister
from voiceagent.errors import StoreError, UsageError


def entry(name: str, ttl: float = 60.0) -> TokenEntry:
    at = wall().timestamp()
    return TokenEntry(id=name, subject="s", region="r", issued=at, ends=at + ttl)


def test_what_is_taken_back_stays_so(tmp_path: Path) -> None:
    register, revoked = TokenRegister(tmp_path), Revoked()
    register.update(revoked)
    for name in ("one", "two"):
        register.add(entry(name))
    register.add(entry("old", ttl=-3600.0))
    assert [one.id for one in register.tokens()] == ["one", "two"]
    assert register.revoke("one").revoked
    assert register.revoke("one").revoked, "twice is once"
    register.update(revoked)
    assert "one" in revoked and "two" not in revoked and "" not in revoked
    register.path.unlink()
    register.update(revoked)
    assert "one" in revoked, "a file that vanishes lets nobody in again"


def test_an_id_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no token `x`"):
        TokenRegister(tmp_path).revoke("x")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'{"tokens": 7}',
        b'{"tokens": [{}]}',
        b'{"tokens": [{"id": "\xff"}]}',
        b'{"more": ' + b"[" * 100_000,
    ],
    ids=["empty", "half", "list", "number", "lacking", "no text", "deep"],
)
def test_a_broken_file_is_told_and_not_written_over(
    tmp_path: Path, data: bytes
) -> None:
    register = TokenRegister(tmp_path)
    register.path.write_bytes(data)
    with pytest.raises(StoreError, match="cannot be read"):
        register.add(entry("one"))
    assert register.path.read_bytes() == data
