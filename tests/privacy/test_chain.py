"""A chain shows what was done to it, each way by its name, and raises no false alarm:
neither after a crash at any byte, nor with several writers, nor on a full disk."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.errors import StoreError
from voiceagent.privacy.chain import ChainHead, SignedChain
from voiceagent.privacy.chain_check import ChainVerdict, Tampering, check_chain
from voiceagent.privacy.chain_log import FileLog, MemoryLog

pytestmark = [pytest.mark.property, pytest.mark.fault]
KEY, OTHER = b"k" * 32, b"o" * 32
SMALL = 700
"""Bytes of a part: three or four lines."""


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No power is lost here: what a process wrote, the next one reads."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def chain(folder: Path, *, largest: int = 1 << 20, key: bytes = KEY) -> SignedChain:
    made = SignedChain(FileLog(folder, "b"), key, name="entry", largest=largest)
    if not (folder / "b.head").exists() and not list(folder.glob("b*.jsonl")):
        made.begin()
    return made


def check(folder: Path, seen: ChainHead | None = None) -> ChainVerdict:
    found = SignedChain(FileLog(folder, "b"), KEY, name="entry")
    head = folder / "b.head"
    return check_chain(
        [line for _, line in found.lines()],
        found.head(),
        head_there=head.exists() and bool(head.read_bytes()),
        name="entry",
        seen=seen,
    )


def fill(folder: Path, count: int, *, largest: int = 1 << 20) -> None:
    made = chain(folder, largest=largest)
    for number in range(count):
        made.append({"what": f"thing {number}", "size": number})


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def kinds(verdict: ChainVerdict) -> set[Tampering]:
    return {finding.kind for finding in verdict.findings}


def edit(change: Callable[[list[bytes], Random], list[bytes]]) -> Callable[..., None]:
    """Rewrites the lines of the newest file."""

    def done(folder: Path, chance: Random) -> None:
        file = folder / "b.jsonl"
        file.write_bytes(b"".join(change(lines_of(file), chance)))

    return done


def flipped(lines: list[bytes], chance: Random) -> list[bytes]:
    """One character of one line, anywhere in it but its end."""
    at = chance.randrange(len(lines))
    line = bytearray(lines[at])
    place = chance.randrange(len(line) - 1)
    line[place] = line[place] ^ 1 if line[place] ^ 1 != 10 else line[place] ^ 2
    return [*lines[:at], bytes(line), *lines[at + 1 :]]


def without(lines: list[bytes], chance: Random) -> list[bytes]:
    begin = chance.randrange(1, len(lines) - 1)
    end = chance.randrange(begin + 1, len(lines))
    return lines[:begin] + lines[end:]


def swapped(lines: list[bytes], chance: Random) -> list[bytes]:
    one, two = sorted(chance.sample(range(len(lines)), 2))
    lines[one], lines[two] = lines[two], lines[one]
    return lines


def repeated(lines: list[bytes], chance: Random) -> list[bytes]:
    at = chance.randrange(len(lines))
    return [*lines[: at + 1], lines[at], *lines[at + 1 :]]


def forged(lines: list[bytes], chance: Random) -> list[bytes]:
    """A line more, signed by somebody else."""
    log = MemoryLog()
    made = SignedChain(log, OTHER, name="entry")
    made.append({"what": "made up"})
    return [*lines, log.parts()[0].splitlines(keepends=True)[-1]]


def garbage(lines: list[bytes], chance: Random) -> list[bytes]:
    at = chance.randrange(len(lines) + 1)
    return [*lines[:at], chance.randbytes(20).replace(b"\n", b"") + b"\n", *lines[at:]]


def head_edited(folder: Path, chance: Random) -> None:
    head = json.loads((folder / "b.head").read_bytes())
    head["count"] -= 1
    (folder / "b.head").write_text(json.dumps(head, separators=(",", ":")))


def head_put_back(folder: Path, chance: Random) -> None:
    head = (folder / "b.head").read_bytes()
    fill(folder, 3)
    (folder / "b.head").write_bytes(head)


def two_sets(folder: Path, chance: Random) -> None:
    """The folder was copied, both went on, and the lines of the copy were put in."""
    copy = folder.parent / f"{folder.name}-copy"
    shutil.copytree(folder, copy)
    fill(folder, 4)
    made = chain(copy)
    for number in range(4):
        made.append({"what": f"elsewhere {number}"})
    (folder / "b.jsonl").write_bytes((copy / "b.jsonl").read_bytes())
    shutil.rmtree(copy)


def cut_in_a_line(folder: Path, chance: Random) -> None:
    """As if it had been torn: but the head knows of it."""
    file = folder / "b.jsonl"
    data = file.read_bytes()
    last = len(lines_of(file)[-1])
    file.write_bytes(data[: len(data) - chance.randrange(2, last)])


Way = tuple[Callable[[Path, Random], None], set[Tampering]]
T = Tampering
WAYS: dict[str, Way] = {
    "a character changed": (edit(flipped), {T.CHANGED, T.FOREIGN}),
    "lines of the middle out": (edit(without), {T.MISSING}),
    "the first ones cut off": (
        edit(lambda r, c: r[c.randrange(1, 5) :]),
        {T.BEGINNING},
    ),
    "the last ones cut off": (edit(lambda r, c: r[: -c.randrange(1, 5)]), {T.END}),
    "the last one cut in two": (cut_in_a_line, {T.END}),
    "emptied": (edit(lambda r, c: []), {T.EMPTIED}),
    "removed": (lambda f, c: (f / "b.jsonl").unlink(), {T.EMPTIED}),
    "two lines changed places": (edit(swapped), {T.MOVED}),
    "a line repeated": (edit(repeated), {T.REPEATED}),
    "a line made up": (edit(forged), {T.CHANGED}),
    "noise put in": (edit(garbage), {T.FOREIGN}),
    "the head changed": (head_edited, {T.HEAD_CHANGED}),
    "the head removed": (lambda f, c: (f / "b.head").unlink(), {T.HEAD_GONE}),
    "the head of before": (head_put_back, {T.HEAD_OLDER}),
    "lines of a copied folder": (two_sets, {T.MIXED}),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(4))
def test_tampering_is_found_and_named(tmp_path: Path, way: str, seed: int) -> None:
    fill(tmp_path, 9)
    assert check(tmp_path) == ChainVerdict(9)
    act, named = WAYS[way]
    act(tmp_path, Random(seed))
    verdict = check(tmp_path)
    assert kinds(verdict) & named, verdict.findings
    assert all(finding.words and finding.number > 0 for finding in verdict.findings)


@pytest.mark.parametrize("way", WAYS)
def test_going_on_writing_covers_nothing_up(tmp_path: Path, way: str) -> None:
    fill(tmp_path, 9)
    WAYS[way][0](tmp_path, Random(1))
    fill(tmp_path, 3)
    assert check(tmp_path).findings, way


def older_emptied(folder: Path) -> None:
    FileLog(folder, "b").older()[1][1].write_bytes(b"")


def older_removed(folder: Path) -> None:
    FileLog(folder, "b").older()[0][1].unlink()


def older_changed(folder: Path) -> None:
    path = FileLog(folder, "b").older()[1][1]
    path.write_bytes(path.read_bytes().replace(b'"size":', b'"size":1', 1))


def older_exchanged(folder: Path) -> None:
    (_, one), (_, two), *_ = FileLog(folder, "b").older()
    data = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(data)


def older_torn(folder: Path) -> None:
    path = FileLog(folder, "b").older()[0][1]
    path.write_bytes(path.read_bytes() + b'{"chain":1,"id"')


@pytest.mark.parametrize(
    ("act", "named"),
    [
        (older_emptied, T.MISSING),
        (older_removed, T.BEGINNING),
        (older_changed, T.CHANGED),
        (older_exchanged, T.MOVED),
        (older_torn, T.FOREIGN),
    ],
)
def test_older_files_are_looked_at_too(
    tmp_path: Path, act: Callable[[Path], None], named: Tampering
) -> None:
    fill(tmp_path, 30, largest=SMALL)
    log = FileLog(tmp_path, "b")
    assert len(log.older()) == 3 and check(tmp_path).findings == ()
    act(tmp_path)
    assert named in kinds(check(tmp_path))


def test_an_older_set_put_back_whole_shows_to_whoever_saw_more(tmp_path: Path) -> None:
    folder, aside = tmp_path / "now", tmp_path / "then"
    folder.mkdir()
    fill(folder, 5)
    shutil.copytree(folder, aside)
    fill(folder, 5)
    seen = chain(folder).head()
    assert seen is not None and check(folder, seen) == ChainVerdict(10)
    shutil.rmtree(folder)
    shutil.copytree(aside, folder)
    assert check(folder) == ChainVerdict(5), "alone it cannot be told"
    assert kinds(check(folder, seen)) == {T.PUT_BACK}
    for number in range(7):
        chain(folder).append({"what": f"other {number}"})
    assert kinds(check(folder, seen)) == {T.PUT_BACK}, "grown longer, but other lines"


class Crash(BaseException):
    """The process ends here."""


class DyingLog(FileLog):
    """Ends at a byte: of a line, of the head, or between two steps."""

    def __init__(self, folder: Path, left: int) -> None:
        super().__init__(folder, "b")
        self.left = left
        """Bytes and steps until the end."""

    def append(self, data: bytes) -> None:
        if self.left < len(data):
            super().append(data[: self.left])
        self._step(len(data))
        super().append(data)
        self._step(1)

    def put_head(self, data: bytes) -> None:
        if self.left < len(data):
            self.path.with_name("b.head.new").write_bytes(data[: self.left])
        self._step(len(data))
        super().put_head(data)
        self._step(1)

    def cut(self, count: int) -> None:
        self._step(1)
        super().cut(count)
        self._step(1)

    def divide(self, last: int, keep: int) -> int:
        self._step(1)
        gone = super().divide(last, keep)
        self._step(1)
        return gone

    def drop(self, last: int) -> None:
        self._step(1)
        super().drop(last)
        self._step(1)

    def _step(self, cost: int) -> None:
        self.left -= cost
        if self.left < 0:
            raise Crash


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2500), min_size=1, max_size=6))
def test_a_crash_at_any_byte_is_no_tampering(crashes: list[int]) -> None:
    with TemporaryDirectory() as name:
        crashed(Path(name), crashes)


def crashed(folder: Path, crashes: list[int]) -> None:
    chain(folder)
    kept: list[str] = []
    for left in [*crashes, 10**6]:
        made = SignedChain(DyingLog(folder, left), KEY, name="entry", largest=SMALL)
        with suppress(Crash):
            for number in range(6):
                line = made.append({"what": f"thing {number}"})
                kept.append(line.signature)
        assert check(folder).findings == (), "right after it"
    assert check(folder).findings == ()
    there = [line.signature for _, line in chain(folder).lines() if line is not None]
    first = kept.index(next(s for s in there if s in kept))
    assert [s for s in there if s in kept] == kept[first:], "all that was said to be"


def test_what_a_crash_left_is_noted(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    whole = (tmp_path / "b.jsonl").read_bytes()
    (tmp_path / "b.jsonl").write_bytes(whole + b'{"chain":1,"id":"entr')
    assert check(tmp_path) == ChainVerdict(2)
    fill(tmp_path, 1)
    notes = [line.note for _, line in chain(tmp_path).lines() if line is not None]
    assert notes == ["", "", "torn", ""] and check(tmp_path) == ChainVerdict(3)


WRITER = """
import sys
from pathlib import Path
from voiceagent.privacy.receipts import Receipt, Receipts
receipts = Receipts(Path(sys.argv[1]))
for turn in range(int(sys.argv[2])):
    print(receipts.add(Receipt(turn=turn, to="region")).id, flush=True)
"""


def writer(folder: Path, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_programs_on_one_folder_make_one_chain(tmp_path: Path) -> None:
    from voiceagent.privacy.receipts import Receipts

    folder = tmp_path / "state"
    running = [writer(folder, 12) for _ in range(3)]
    told = [line for one in running for line in one.communicate()[0].split()]
    assert [one.returncode for one in running] == [0, 0, 0]
    assert sorted(told) == sorted(f"receipt-{n}" for n in range(1, 37))
    assert Receipts(folder, reading=True).verify() == ChainVerdict(36)
    assert not list(folder.glob("*.new"))


def test_a_writer_that_is_killed_loses_nothing_it_told(tmp_path: Path) -> None:
    from voiceagent.privacy.receipts import Receipts

    told = 0
    for number in range(4):
        running = writer(tmp_path, 10_000)
        assert running.stdout is not None
        for _ in range(3 + 2 * number):
            running.stdout.readline()
            told += 1
        running.send_signal(signal.SIGKILL)
        told += len(running.communicate()[0].split())
        verdict = Receipts(tmp_path, reading=True).verify()
        assert verdict.findings == () and told <= verdict.count <= told + number + 1


def test_a_writer_that_hangs_keeps_only_others_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voiceagent.privacy.chain_log.TRIES", 2)
    fill(tmp_path, 1)
    with FileLog(tmp_path, "b").locked():
        with pytest.raises(StoreError, match="another voiceagent"):
            fill(tmp_path, 1)
    fill(tmp_path, 1)
    assert check(tmp_path) == ChainVerdict(2)


@pytest.mark.parametrize("name", ["b.jsonl", "b.head", "b.lock"])
def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path, name: str) -> None:
    fill(tmp_path, 1)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    with pytest.raises(StoreError, match="b.jsonl"):
        chain(tmp_path).append({"what": "thing"})


def test_a_full_disk_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, 2)
    real, calls = os.fsync, [0]

    def full(handle: int) -> None:
        calls[0] += 1
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        fill(tmp_path, 1)
    monkeypatch.setattr(os, "fsync", real)
    assert calls[0] == 1 and check(tmp_path) == ChainVerdict(2)
    fill(tmp_path, 1)
    assert check(tmp_path) == ChainVerdict(3)


def test_a_head_that_cannot_be_written_takes_its_line_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, 2)

    def full(log: FileLog, data: bytes) -> None:
        raise StoreError("no")

    with monkeypatch.context() as patch:
        patch.setattr(FileLog, "put_head", full)
        with pytest.raises(StoreError):
            fill(tmp_path, 1)
    assert check(tmp_path) == ChainVerdict(2)
    assert len(lines_of(tmp_path / "b.jsonl")) == 2
