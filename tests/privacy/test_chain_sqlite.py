"""A chain in SQLite: as one in files, and many lines at once or none."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.errors import StoreError
from voiceagent.privacy.chain import SignedChain
from voiceagent.privacy.chain_check import check_chain
from voiceagent.privacy.chain_log import MemoryLog
from voiceagent.privacy.chain_sqlite import SqliteLog, kept_lines

pytestmark = pytest.mark.property

GROUPS = st.lists(st.lists(st.integers(0, 99), max_size=5), max_size=8)


def chain(log: Any, largest: int = 10**6) -> SignedChain:
    made = SignedChain(log, b"k" * 32, name="line", largest=largest, kept=2)
    made.begin()
    return made


@settings(max_examples=40)
@given(GROUPS)
def test_groups_are_the_same_lines_as_one_by_one(groups: list[list[int]]) -> None:
    together, alone = SqliteLog(None), MemoryLog()
    one, other = chain(together), chain(alone)
    for group in groups:
        one.append_all({"n": number} for number in group)
        for number in group:
            other.append({"n": number})
    assert list(one.rows()) == list(other.rows())
    assert one.head() == other.head()
    together.close()


@settings(max_examples=25)
@given(GROUPS, st.integers(200, 900))
def test_parts_are_divided_and_dropped_as_they_are_in_files(
    groups: list[list[int]], largest: int
) -> None:
    log = SqliteLog(None)
    mine = chain(log, largest)
    for group in groups:
        mine.append_all({"n": number} for number in group)
        mine.append({"n": -1})
    rows = [line for _, line in mine.lines()]
    verdict = check_chain(rows, mine.head(), head_there=True, name="line")
    assert verdict.findings == ()
    assert sum(len(row) for row in mine.rows()) < 4 * (largest + 1500)
    log.close()


def test_a_group_that_fails_leaves_nothing(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "chain.sqlite")
    mine = chain(log)
    mine.append_all([{"n": 1}])
    before = list(mine.rows()), mine.head(), log.size()
    with pytest.raises(TypeError):
        mine.append_all([{"n": 2}, {"n": object()}])
    assert (list(mine.rows()), mine.head(), log.size()) == before
    log.close()


def test_two_that_write_by_turns_make_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    logs = SqliteLog(path), SqliteLog(path)
    one, other = chain(logs[0]), SignedChain(logs[1], b"k" * 32, name="line")
    for number in range(5):
        one.append_all([{"n": number}, {"n": number}])
        other.append({"n": number})
    head = one.head()
    assert head is not None and head.count == 15
    for log in logs:
        log.close()
    kept = kept_lines(path)
    assert len(kept.lines) == 15 and not kept.damaged


def test_pieces_are_cut_off_the_end(tmp_path: Path) -> None:
    log = SqliteLog(None)
    for line in (b"one", b"two", b"three"):
        log.append(line + b"\n")
    log.cut(len(b"three\n") + 2)
    assert b"".join(log.parts()) == b"one\ntw\n"
    assert log.tail() == b"tw\n"
    log.cut(100)
    assert log.parts() == [] and log.tail() == b""
    log.close()


def test_a_place_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        SqliteLog(tmp_path)
    with pytest.raises(StoreError):
        kept_lines(tmp_path / "nothing")
    (tmp_path / "text").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError):
        kept_lines(tmp_path / "text")
