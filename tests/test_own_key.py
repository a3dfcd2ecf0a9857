"""Keys of this machine: made once, for nobody else, and never a short one."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.door.tokens import secret_of_state
from voiceagent.errors import StoreError
from voiceagent.privacy.receipts import Receipts
from voiceagent.store.keys import KEY_BYTES, own_key

pytestmark = pytest.mark.fault


def key(file: Path) -> bytes:
    return own_key(file, whose="this device", setting="store.folder")


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "device.key"
    first = key(file)
    assert len(first) == KEY_BYTES and key(file) == first
    assert file.stat().st_mode & 0o777 == 0o600
    assert key(tmp_path / "other.key") != first


@pytest.mark.parametrize(
    "held", [b"", b"short", bytes(KEY_BYTES - 1), bytes(KEY_BYTES + 1)]
)
def test_a_damaged_key_signs_nothing(tmp_path: Path, held: bytes) -> None:
    for name in ("device.key", "region.key"):
        (tmp_path / name).write_bytes(held)
    with pytest.raises(
        StoreError, match=rf"(?<!\d){min(len(held), KEY_BYTES)} bytes of {KEY_BYTES}"
    ):
        Receipts(tmp_path)
    with pytest.raises(StoreError, match="the key of this server"):
        secret_of_state(tmp_path)
    assert (tmp_path / "device.key").read_bytes() == held, "it is left as it was"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match=r"device\.key(?s:.*)store\.folder"):
        Receipts(tmp_path / "file")
    with pytest.raises(StoreError, match=r"region\.key(?s:.*)memory\.folder"):
        secret_of_state(tmp_path / "file")


def test_who_is_slower_takes_the_key_of_who_was_faster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, theirs = tmp_path / "device.key", bytes(range(KEY_BYTES))
    seen = Path.exists

    def exists(path: Path) -> bool:
        there = seen(path)
        if path == file and not there:
            file.write_bytes(theirs)
        return there

    monkeypatch.setattr(Path, "exists", exists)
    assert key(file) == theirs
