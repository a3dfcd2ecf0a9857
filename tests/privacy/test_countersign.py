"""What a region has seen of the receipts, it does not forget: an older set put back
whole, key and all, shows."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from voiceagent.cli.privacy import report
from voiceagent.errors import CheckFailed, StoreError
from voiceagent.privacy.chain_check import Tampering
from voiceagent.privacy.countersign import (
    COUNTERSIGNED,
    Countersignature,
    Witnessed,
    kept_countersignature,
)
from voiceagent.privacy.receipts import Receipt, Receipts
from voiceagent.realtime.events import decode_client
from voiceagent.realtime.limits import Limits
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import Countersign, Send
from voiceagent.region.notary import Notary

pytestmark = pytest.mark.fault


def left(folder: Path, count: int) -> None:
    receipts = Receipts(folder)
    for turn in range(count):
        session = secrets.token_hex(4)
        receipts.add(Receipt(turn=turn, to="region", session=session))


def asked(claim: Mapping[str, Any]) -> Countersign:
    """As the wire brings it."""
    raw = json.dumps({"type": "voiceagent.receipts.head", **claim})
    event = decode_client(raw, Limits())
    told = msgspec.to_builtins(event)
    told.setdefault("from_count", 0)
    told.setdefault("from_last", "0" * 64)
    return Countersign(
        **{k: v for k, v in told.items() if k not in ("type", "event_id")}
    )


def shown(folder: Path, notary: Notary, subject: str = "edge") -> str:
    """One conversation: what is wrong, in words."""
    keeper, wrong = Witnessed(folder), ""
    for _ in range(2):
        claim = keeper.claim()
        assert claim is not None
        signed = notary.sign(subject, asked(claim))
        wrong = keeper.took(signed)
        if wrong or signed is None or signed["count"] == claim["count"]:
            break
    return wrong


def kinds(folder: Path) -> set[Tampering]:
    seen = kept_countersignature(folder)
    verdict = Receipts(folder, reading=True).verify(seen.head() if seen else None)
    return {finding.kind for finding in verdict.findings}


def test_receipts_that_grow_are_signed(tmp_path: Path) -> None:
    folder, notary = tmp_path / "edge", Notary(tmp_path / "region", "eu")
    for count in (2, 5, 6):
        left(folder, count - (0 if count == 2 else (2, 5)[count == 6]))
        assert shown(folder, notary) == ""
        seen = kept_countersignature(folder)
        assert seen is not None and seen.holds() is True and seen.count == count
        assert kinds(folder) == set()
    assert shown(folder, Notary(tmp_path / "region", "eu")) == "", "after a restart"


def test_an_older_set_put_back_whole_is_found(tmp_path: Path) -> None:
    folder, aside = tmp_path / "edge", tmp_path / "aside"
    notary = Notary(tmp_path / "region", "eu")
    left(folder, 4)
    assert shown(folder, notary) == ""
    shutil.copytree(folder, aside)
    left(folder, 4)
    assert shown(folder, notary) == ""
    shutil.rmtree(folder)
    shutil.copytree(aside, folder)
    assert kinds(folder) == set(), "alone, and with what was kept, it cannot be seen"
    assert "8 receipts were countersigned, and there are 4" in shown(folder, notary)
    assert kinds(folder) == {Tampering.PUT_BACK}, "and from now on without the region"
    left(folder, 9)  # longer than it was, but others
    assert "is not the one that was countersigned" in shown(folder, notary)
    assert kinds(folder) == {Tampering.PUT_BACK}
    (folder / COUNTERSIGNED).unlink()
    assert "is not the one that was countersigned" in shown(folder, notary)


def test_a_countersignature_that_is_lost_comes_back(tmp_path: Path) -> None:
    folder, notary = tmp_path / "edge", Notary(tmp_path / "region", "eu")
    left(folder, 3)
    assert shown(folder, notary) == ""
    (folder / COUNTERSIGNED).unlink()
    left(folder, 2)
    assert shown(folder, notary) == ""
    seen = kept_countersignature(folder)
    assert seen is not None and seen.count == 5


def test_what_a_region_says_is_looked_at(tmp_path: Path) -> None:
    folder, notary = tmp_path / "edge", Notary(tmp_path / "region", "eu")
    left(folder, 3)
    keeper = Witnessed(folder)
    claim = keeper.claim()
    assert claim is not None
    good = dict(notary.sign("edge", asked(claim)) or {})
    for change in (
        {"count": 2},
        {"last": "1" * 64},
        {"at": "yesterday"},
        {"chain": "2" * 32},
        {"signature": "0" * 128},
        {"key": "0" * 64},
        {"count": "3"},
        {"count": -1},
        {"count": True},
        {"last": "x"},
        {"signature": None},
    ):
        assert keeper.took({**good, **change}), change
        assert kept_countersignature(folder) is None, change
    for nothing in ({}, [], None, "signed", 5):
        assert keeper.took(nothing)
    assert keeper.took(good) == ""
    other = Notary(tmp_path / "other", "eu").sign("edge", asked(claim))
    assert "another key" in keeper.took(other)


def test_subjects_do_not_see_each_other(tmp_path: Path) -> None:
    notary = Notary(None, "eu")
    left(tmp_path / "one", 3)
    claim = Witnessed(tmp_path / "one").claim()
    assert claim is not None
    assert notary.sign("anna", asked(claim))
    low = {**claim, "count": 1, "last": "1" * 64}
    mine, theirs = notary.sign("anna", asked(low)), notary.sign("bert", asked(low))
    assert mine is not None and mine["count"] == 3, "it goes back for nobody"
    assert theirs is not None and theirs["count"] == 1


def test_chains_of_a_subject_have_a_limit() -> None:
    notary = Notary(None, "eu")
    for number in range(80):
        claim = {"chain": f"{number:032x}", "count": 1, "last": "1" * 64}
        signed = notary.sign("edge", asked(claim))
        assert (signed is not None) == (number < 64)


def test_a_book_that_cannot_be_written_signs_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "region"
    folder.mkdir()
    (folder / "heads.sqlite").mkdir()
    claim = {"chain": "1" * 32, "count": 1, "last": "1" * 64}
    with pytest.raises(StoreError):
        Notary(folder, "eu").sign("edge", asked(claim))


def test_only_who_is_offered_it_is_asked() -> None:
    claim = {"chain": "1" * 32, "count": 1, "last": "1" * 64}
    raw = json.dumps({"type": "voiceagent.receipts.head", **claim})
    for opted_in in (True, False):
        for offered in (True, False):
            made = ServerSession(
                session_id="s", opted_in=opted_in, countersigns=offered
            )
            made.opened()
            steps = made.receive(raw)
            assert len(steps) == (opted_in and offered)
    wrong = json.dumps({"type": "voiceagent.receipts.head", **claim, "count": -1})
    (step,) = made.receive(wrong)
    assert isinstance(step, Send) and step.event["type"] == "error"


def test_the_report_names_who_has_seen_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOICEAGENT_STORE__FOLDER", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    left(tmp_path, 3)
    assert shown(tmp_path, Notary(None, "eu-west")) == ""
    report(verify=True, json=False, last=20)
    assert "up to 3 countersigned by eu-west at" in capsys.readouterr().out
    kept = kept_countersignature(tmp_path)
    assert kept is not None
    forged = msgspec.structs.replace(kept, count=2)
    (tmp_path / COUNTERSIGNED).write_bytes(msgspec.json.encode(forged))
    with pytest.raises(CheckFailed, match="countersignature"):
        report(verify=True, json=False, last=20)
    (tmp_path / COUNTERSIGNED).write_text("{")
    with pytest.raises(StoreError, match=COUNTERSIGNED):
        report(verify=True, json=False, last=20)
    assert isinstance(kept, Countersignature)
