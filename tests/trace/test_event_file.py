"""Files of events: what was written is read again, and nothing else is believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.errors import UsageError
from voiceagent.trace.event_file import read_events
from voiceagent.trace.trace import encode

pytestmark = pytest.mark.unit
GOLDENS = sorted((Path(__file__).parents[1] / "golden").glob("*.jsonl"))


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.stem)
def test_what_was_written_is_read_again(golden: Path) -> None:
    read = read_events(golden)
    assert not read.skipped and encode(read.records) == golden.read_bytes()


def test_what_is_no_event_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    good = GOLDENS[0].read_bytes().splitlines()[0]
    bad = [b"{}", b"[]", b'{"event":"Muted"}', b'{"at":-1,"event":"Muted"}', b"\xff"]
    file.write_bytes(b"\n".join([good, *bad, b"", good[:-9]]))
    read = read_events(file)
    assert len(read.records) == 1 and read.skipped == len(bad) + 1
    file.write_bytes(b"")
    assert read_events(file).records == []
    file.write_bytes(b"x")
    for wrong in (file, tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError):
            read_events(wrong)
