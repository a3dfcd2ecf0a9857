"""The record of a gateway: nothing is changed, left out or made up unseen."""

import asyncio
import json
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from audits import audit_entry, audited, opened_audit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voiceagent.clock import Compute, Pace, run
from voiceagent.errors import StoreError
from voiceagent.gateway import audit
from voiceagent.gateway.audit import AUDIT_FILE, AUDIT_KEY, AuditBook
from voiceagent.gateway.audit_entry import (
    AuditEntry,
    arguments_hash,
    declared_fields,
)
from voiceagent.gateway.audit_report import (
    entries_for_export,
    ocsf,
    read_audit,
)
from voiceagent.gateway.tool import ToolClass
from voiceagent.privacy.chain_check import Tampering
from voiceagent.store import reach

pytestmark = pytest.mark.property


def test_what_is_booked_is_read_again(tmp_path: Path) -> None:
    book = AuditBook(tmp_path)
    for number in range(5):
        book.book(audit_entry(number, turn=str(number)))
    assert book.waiting == 5 and not book.write() and book.waiting == 0
    head = book.head()
    assert head and head.count == 6, "that it was begun is on record, too"
    assert book.close()
    reading = read_audit(tmp_path)
    assert reading.verdict.findings == () and reading.verdict.count == 5
    turns = [entry["turn"] for entry in reading.entries if "turn" in entry]
    assert turns == [str(number) for number in range(5)]
    assert all(entry["at"] for entry in reading.entries)
    assert read_audit(tmp_path, head).verdict.findings == ()


COUNT = 60


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = audited(tmp_path_factory.mktemp("many"), COUNT)
    with opened_audit(folder):
        pass
    (Path(folder) / f"{AUDIT_FILE}-wal").unlink(missing_ok=True)
    return json.dumps(
        {name: (folder / name).read_bytes().hex() for name in (AUDIT_FILE, AUDIT_KEY)}
    ).encode()


def put(folder: Path, many: bytes) -> Path:
    for path in folder.iterdir():
        path.unlink()
    for name, raw in json.loads(many).items():
        (folder / name).write_bytes(bytes.fromhex(raw))
    return folder


def wrong(folder: Path) -> int:
    return read_audit(folder).verdict.wrong


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(1, COUNT + 1), data=st.data())
def test_a_byte_that_was_flipped_is_found_at_its_record(
    tmp_path: Path, many: bytes, number: int, data: st.DataObject
) -> None:
    put(tmp_path, many)
    with opened_audit(tmp_path) as db:
        [[line]] = db.execute("SELECT line FROM lines WHERE id = ?", (number,))
        at = data.draw(st.integers(0, len(line) - 1))
        bit = 1 << data.draw(st.integers(0, 7))
        other = line[:at] + bytes([line[at] ^ bit]) + line[at + 1 :]
        db.execute("UPDATE lines SET line = ? WHERE id = ?", (other, number))
    findings = read_audit(tmp_path).verdict.findings
    # Its number itself may be what was flipped: then its place is told.
    assert findings and any(
        finding.number == number or f"line {number} " in finding.words
        for finding in findings
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(1, COUNT + 1), other=st.integers(1, COUNT + 1))
def test_records_that_were_dropped_or_swapped_are_found(
    tmp_path: Path, many: bytes, number: int, other: int
) -> None:
    put(tmp_path, many)
    with opened_audit(tmp_path) as db:
        db.execute("DELETE FROM lines WHERE id = ?", (number,))
    assert wrong(tmp_path) == number
    put(tmp_path, many)
    with opened_audit(tmp_path) as db:
        lines = dict(db.execute("SELECT id, line FROM lines").fetchall())
        for one, two in ((number, other), (other, number)):
            db.execute("UPDATE lines SET line = ? WHERE id = ?", (lines[one], two))
    first, last = sorted((number, other))
    found = wrong(tmp_path)
    assert found == 0 if number == other else first <= found <= last


def kinds(folder: Path) -> set[Tampering]:
    return {finding.kind for finding in read_audit(folder).verdict.findings}


def test_the_end_the_beginning_and_all_of_it(tmp_path: Path, many: bytes) -> None:
    for where, kind in [
        ("id > 50", Tampering.END),
        ("id < 10", Tampering.BEGINNING),
        ("1", Tampering.EMPTIED),
    ]:
        put(tmp_path, many)
        with opened_audit(tmp_path) as db:
            db.execute(f"DELETE FROM lines WHERE {where}")
        assert kind in kinds(tmp_path)
    put(tmp_path, many)
    with opened_audit(tmp_path) as db:
        db.execute("DELETE FROM head")
    assert Tampering.HEAD_GONE in kinds(tmp_path)


def test_a_file_that_was_put_aside_is_missed_by_the_next_writer(tmp_path: Path) -> None:
    audited(tmp_path, 3)
    for name in (AUDIT_FILE, f"{AUDIT_FILE}-wal", f"{AUDIT_FILE}-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    audited(tmp_path, 2)
    assert Tampering.HEAD_GONE in kinds(tmp_path)


def test_an_older_file_that_was_put_back_is_seen_by_whoever_signed_the_head(
    tmp_path: Path,
) -> None:
    audited(tmp_path, 3)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    book = AuditBook(tmp_path)
    book.book(audit_entry())
    book.write()
    seen = book.head()
    book.close()
    for path in tmp_path.iterdir():
        path.unlink()
    for name, raw in before.items():
        (tmp_path / name).write_bytes(raw)
    assert kinds(tmp_path) == set()
    found = {one.kind for one in read_audit(tmp_path, seen).verdict.findings}
    assert found == {Tampering.PUT_BACK}


def test_without_its_key_nothing_is_believed(tmp_path: Path, many: bytes) -> None:
    put(tmp_path, many)
    (tmp_path / AUDIT_KEY).unlink()
    assert kinds(tmp_path) == {Tampering.KEY_GONE}
    (tmp_path / AUDIT_KEY).write_bytes(b"k" * 32)
    assert kinds(tmp_path) == {Tampering.KEY_OTHER}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_byte_of_the_file_may_be_another(
    tmp_path: Path, many: bytes, data: st.DataObject
) -> None:
    raw = bytearray.fromhex(json.loads(many)[AUDIT_FILE])
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    put(tmp_path, many)
    (tmp_path / AUDIT_FILE).write_bytes(raw)
    try:
        reading = read_audit(tmp_path)
    except StoreError:
        return
    # It is found, or it was not of any record.
    assert reading.verdict.findings or reading.verdict.count == COUNT


def test_two_processes_write_one_chain(tmp_path: Path) -> None:
    one, other = AuditBook(tmp_path), AuditBook(tmp_path)
    for turn in range(6):
        book = one if turn % 2 else other
        book.book(audit_entry(turn))
        book.write()
    assert one.close() and other.close()
    assert read_audit(tmp_path).verdict.findings == ()
    assert read_audit(tmp_path).verdict.count == 6


def test_parts_are_divided_and_the_oldest_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "LARGEST", 4000)
    book = AuditBook(tmp_path)
    for number in range(120):
        book.book(audit_entry(number))
        book.write()
    book.close()
    reading = read_audit(tmp_path)
    assert reading.verdict.findings == () and 20 < reading.verdict.count < 80
    again = AuditBook(tmp_path)
    again.book(audit_entry())
    assert again.close() and read_audit(tmp_path).verdict.findings == ()


class FullDisk:
    """A disk that is full, or not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        real = sqlite3.connect
        outer = self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                if outer.full and sql.startswith("INSERT INTO lines"):
                    error = sqlite3.OperationalError("database or disk is full")
                    error.sqlite_errorcode = sqlite3.SQLITE_FULL
                    raise error
                return super().execute(sql, *values)

        monkeypatch.setattr(
            sqlite3, "connect", lambda *a, **k: real(*a, factory=Connection, **k)
        )


def test_a_full_disk_stops_what_others_ask_for_and_the_gap_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    told: list[StoreError] = []
    book = AuditBook(tmp_path, tell=told.append, most=10)
    book.book(audit_entry(0))
    book.write()
    assert book.unbooked(ToolClass.EFFECT, leaves=True) == ""
    disk.full = True
    for number in range(1, 15):
        book.book(audit_entry(number))
        book.write()
    assert book.waiting == 10 and book.lost == 4
    assert len(told) == 1 and "full" in str(told[0])
    effect, read = ToolClass.EFFECT, ToolClass.READ
    assert "full" in book.unbooked(effect, leaves=False)
    assert "full" in book.unbooked(ToolClass.IDEMPOTENT, leaves=False)
    assert book.unbooked(read, leaves=True) and book.unbooked(effect, leaves=True)
    assert book.unbooked(read, leaves=False) == ""
    assert book.unbooked(effect, leaves=False, caller="agent") == ""
    assert book.unbooked(effect, leaves=True, caller="agent")
    disk.full = False
    book.write()
    assert book.unbooked(effect, leaves=True) == "" and book.lost == 0
    assert book.close()
    reading = read_audit(tmp_path)
    assert reading.verdict.findings == () and reading.verdict.count == 11
    [gap] = [entry for entry in reading.entries if entry.get("note") == "gap"]
    assert gap["lost"] == 4


def test_a_place_that_cannot_be_written_is_known_before_the_first_call(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    book = AuditBook(tmp_path / "file" / "folder")
    assert not book.write() and book.trouble is not None
    assert book.unbooked(ToolClass.EFFECT, leaves=False)
    (tmp_path / "file").unlink()
    book.write()
    assert book.trouble is None and book.unbooked(ToolClass.EFFECT, leaves=True) == ""
    assert book.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o500)
    book = AuditBook(folder)
    book.write()
    assert book.unbooked(ToolClass.EFFECT, leaves=False)


def test_what_waits_too_long_stops_effects_too() -> None:
    book = AuditBook(None, most=10)
    for number in range(5):
        assert book.unbooked(ToolClass.EFFECT, leaves=True) == ""
        book.book(audit_entry(number))
    assert "behind" in book.unbooked(ToolClass.EFFECT, leaves=True)
    book.write()
    assert book.unbooked(ToolClass.EFFECT, leaves=True) == ""
    book.close()


def test_a_file_that_is_taken_away_meanwhile_is_begun_again(tmp_path: Path) -> None:
    book = AuditBook(tmp_path)
    book.book(audit_entry(1))
    book.write()
    for name in (AUDIT_FILE, f"{AUDIT_FILE}-wal", f"{AUDIT_FILE}-shm"):
        (tmp_path / name).unlink()
    book.book(audit_entry(2))
    assert book.close()
    reading = read_audit(tmp_path)
    assert reading.entries[-1]["arguments"].endswith("2")
    assert Tampering.HEAD_GONE in kinds(tmp_path)


def test_it_keeps_what_is_booked_while_it_runs(tmp_path: Path) -> None:
    async def main() -> None:
        book = AuditBook(tmp_path)
        async with Compute(Pace.VIRTUAL) as compute, asyncio.TaskGroup() as group:
            task = group.create_task(book.run(compute))
            for number in range(20):
                book.book(audit_entry(number))
                await asyncio.sleep(0.02)
            await asyncio.sleep(1.0)
            assert book.waiting == 0
            task.cancel()
        assert book.close()

    run(main(), virtual=True)
    assert read_audit(tmp_path).verdict.count == 20


def test_two_threads_that_write_keep_each_record_once(tmp_path: Path) -> None:
    book = AuditBook(tmp_path)
    for number in range(200):
        book.book(audit_entry(number))
    with ThreadPoolExecutor(4) as threads:
        for written in [threads.submit(book.write) for _ in range(8)]:
            written.result()
    assert book.close() and read_audit(tmp_path).verdict.count == 200


WORDS = st.text(max_size=20)


@given(st.dictionaries(WORDS, WORDS | st.floats() | st.integers(), max_size=5))
def test_arguments_are_a_hash_with_a_key_and_declared_names(
    arguments: dict[str, Any],
) -> None:
    schema = {"properties": {"door": {}}}
    told = declared_fields({**arguments, "door": 1}, schema)
    assert set(told) <= {"door", "?"} and "door" in told
    one = arguments_hash(b"k" * 32, arguments)
    mixed = dict(reversed(arguments.items()))
    assert one == arguments_hash(b"k" * 32, mixed) and len(one) == 32
    assert one != arguments_hash(b"o" * 32, arguments)
    assert one != arguments_hash(b"k" * 32, {**arguments, "more": 1})


def test_arguments_that_json_does_not_have_have_a_hash() -> None:
    for value in ({1, 2}, 10**400, object(), b"\xff", float("nan")):
        assert arguments_hash(b"", {"a": value})


@given(WORDS, st.lists(WORDS, max_size=4))
def test_a_record_is_lines_of_bounded_length(text: str, lines: list[str]) -> None:
    entry = audit_entry(
        principal=text * 50, tool=f"a\n{text}\x1b[31m", lines=tuple(lines)
    )
    told = entry.told()
    assert all(
        len(value) <= 200 and "\n" not in value and "\x1b" not in value
        for value in (told["principal"], told["tool"], *told.get("lines", []))
    )


def test_a_record_for_others_to_read(tmp_path: Path) -> None:
    book = AuditBook(tmp_path)
    book.book(audit_entry(1, remaining_in_ms=500.0, trace="t", session="s"))
    book.book(audit_entry(2, decision="denied", outcome="refused", step="policy"))
    book.close()
    made, denied = entries_for_export(read_audit(tmp_path))
    assert made["class_uid"] == 6003 and made["type_uid"] == 600301
    assert made["action_id"] == 1 and denied["action_id"] == 2
    assert denied["status_id"] == 2 and denied["unmapped"]["step"] == "policy"
    assert made["time"] > 1.6e12 and made["metadata"]["uid"] == "record-2"
    required = {"activity_id", "actor", "api", "category_uid", "class_uid", "metadata"}
    required |= {"severity_id", "src_endpoint", "time", "type_uid"}
    assert required <= set(made) and required <= set(denied)
    json.dumps([made, denied], allow_nan=False)
    assert ocsf({})["class_uid"] == 6003 and ocsf({"at": "soon"})["time"] == 0


def test_a_clock_that_jumps_changes_no_order(tmp_path: Path) -> None:
    book = AuditBook(tmp_path)
    for at in ("2030-01-01T00:00:00+00:00", "1970-01-01T00:00:00+00:00", ""):
        book.book(audit_entry(at=at))
    book.close()
    assert read_audit(tmp_path).verdict.findings == ()


def test_a_record_needs_little_to_be_one() -> None:
    told = AuditEntry(principal="a", tool="b", decision="denied", outcome="refused")
    assert set(told.told()) == {"principal", "tool", "decision", "outcome"}
    assert reach.is_full(sqlite3.OperationalError()) is False
