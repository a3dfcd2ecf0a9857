"""Receipts: read without writing, opened late, and a key that is never made alone."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from faults import fault, small_disk

from voiceagent.errors import StoreError
from voiceagent.privacy.chain_check import ChainVerdict, Tampering
from voiceagent.privacy.receipts import LateReceipts, Receipt, Receipts

pytestmark = pytest.mark.fault


def kinds(folder: Path) -> set[Tampering]:
    verdict = Receipts(folder, reading=True).verify()
    return {finding.kind for finding in verdict.findings}


def test_looking_makes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    receipts = Receipts(folder, reading=True)
    assert list(receipts.all()) == [] and receipts.verify() == ChainVerdict(0)
    assert not folder.exists()
    folder.mkdir()
    assert receipts.verify() == ChainVerdict(0)
    made = Receipts(folder).add(Receipt(turn=1, to="region"))
    (read,) = Receipts(folder, reading=True).all()
    assert read == made and made.id == "receipt-1"


def test_a_key_that_is_gone_is_told(tmp_path: Path) -> None:
    Receipts(tmp_path).add(Receipt(turn=1))
    (tmp_path / "device.key").unlink()
    assert kinds(tmp_path) == {Tampering.KEY_GONE}
    Receipts(tmp_path).add(Receipt(turn=2))
    assert Tampering.HEAD_GONE in kinds(tmp_path), "another key covers nothing up"


def test_another_key_is_told(tmp_path: Path) -> None:
    for turn in range(3):
        Receipts(tmp_path).add(Receipt(turn=turn))
    (tmp_path / "device.key").write_bytes(b"o" * 32)
    assert kinds(tmp_path) == {Tampering.KEY_OTHER}
    Receipts(tmp_path).add(Receipt(turn=4))
    assert {Tampering.CHANGED, Tampering.HEAD_GONE} <= kinds(tmp_path)


def test_all_but_the_key_removed_is_told(tmp_path: Path) -> None:
    Receipts(tmp_path)
    assert kinds(tmp_path) == set(), "nothing has left yet"
    for file in tmp_path.glob("receipts*"):
        file.unlink()
    assert kinds(tmp_path) == {Tampering.HEAD_GONE}


def test_a_crash_while_the_key_is_made_is_no_tampering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *_: os.open("/nowhere/x", os.O_RDONLY))
        with pytest.raises(StoreError, match=r"device\.key"):
            Receipts(tmp_path)
    assert not (tmp_path / "device.key").exists() and kinds(tmp_path) == set()
    Receipts(tmp_path).add(Receipt(turn=1))
    assert Receipts(tmp_path, reading=True).verify() == ChainVerdict(1)


def test_names_of_strangers_have_a_limit(tmp_path: Path) -> None:
    made = Receipts(tmp_path).add(Receipt(why="x" * 100_000))
    assert len(made.why) == 500 and len(list(Receipts(tmp_path).all())) == 1


def test_a_place_that_cannot_be_used_is_tried_again(tmp_path: Path) -> None:
    place = tmp_path / "state"
    place.write_text("no folder")
    late = LateReceipts(place)
    for _ in range(2):
        with pytest.raises(StoreError):
            late.add(Receipt(turn=1))
    place.unlink()
    assert late.add(Receipt(turn=1)).id == "receipt-1"


def test_a_chain_that_was_never_begun_is_no_finding(tmp_path: Path) -> None:
    """Killed, or full, after the key was made and before there was a head."""
    (tmp_path / "device.key.new").write_bytes(bytes(32))
    assert Receipts(tmp_path, reading=True).verify().findings == ()
    Receipts(tmp_path).add(Receipt(turn=1))
    verdict = Receipts(tmp_path, reading=True).verify()
    assert verdict.count == 1 and verdict.findings == ()


def test_what_a_full_disk_broke_off_is_not_written_after_all(tmp_path: Path) -> None:
    """A line that breaks off at the end of a page, and then room for its rest."""
    with small_disk(tmp_path / "disk") as disk:
        receipts, kept = Receipts(disk), 0
        for length in range(40):
            receipt = Receipt(turn=1, why="x" * (7 * length))
            with suppress(StoreError):
                receipts.add(receipt)
                kept += 1
            with fault("full", disk / "receipts.jsonl"):
                with suppress(StoreError):
                    receipts.add(receipt)
                    kept += 1
        verdict = Receipts(disk, reading=True).verify()
        assert verdict.findings == () and verdict.count == kept >= 40
