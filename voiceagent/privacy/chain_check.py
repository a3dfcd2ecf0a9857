"""Whether a chain is as it was written, and what exactly is not.

A pure function of the lines and the head. What a crash can leave (a piece of a line at
the end, one line more than the head says) is no finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from msgspec import Struct

from voiceagent.privacy.chain import NO_HEAD, ChainHead, ChainLine

__all__ = ["ChainFinding", "ChainVerdict", "Tampering", "check_chain"]


class Tampering(Enum):
    """What can have been done to a chain."""

    CHANGED = "changed"
    """A line is not what was signed."""
    FOREIGN = "foreign"
    """A line is none that this device wrote."""
    MISSING = "missing"
    """Lines in the middle are gone."""
    BEGINNING = "beginning cut off"
    END = "end cut off"
    EMPTIED = "emptied"
    """There was something, and there is nothing."""
    MOVED = "moved"
    """A line does not stand where it was written."""
    REPEATED = "repeated"
    MIXED = "mixed"
    """Lines of two chains by one key: of another set, or of a copied folder."""
    HEAD_GONE = "head gone"
    HEAD_CHANGED = "head changed"
    HEAD_OLDER = "head older"
    """It knows of fewer lines than there are."""
    KEY_OTHER = "key other"
    """Another one lies there than the one that signed."""
    KEY_GONE = "key gone"
    """What was signed cannot be checked."""
    PUT_BACK = "put back"
    """Somebody elsewhere has seen more than there is, or other lines."""


class ChainFinding(Struct, frozen=True):
    """One thing that is not as it was written."""

    kind: Tampering
    number: int
    """Of the first line that it is about."""
    words: str


class ChainVerdict(Struct, frozen=True):
    """Whether a chain can be believed."""

    count: int
    """Entries that are as they were written."""
    findings: tuple[ChainFinding, ...] = ()

    @property
    def wrong(self) -> int:
        """Number of the first line that is not what was written; 0: all are."""
        return min((f.number for f in self.findings), default=0)


Rows = Sequence[ChainLine | None]


def check_chain(
    lines: Iterable[ChainLine | None],
    head: ChainHead | None,
    *,
    head_there: bool,
    name: str,
    seen: ChainHead | None = None,
) -> ChainVerdict:
    """`head`: None where there is none that is signed; `head_there`: whether there is
    one at all; `seen`: a head that somebody elsewhere has seen."""
    rows = list(lines)
    good = [line for line in rows if line is not None and line.signed]
    if rows and not good and head_there and head is None:
        what = f"none of {len(rows)} {name}s, nor the head, is signed by this key"
        return ChainVerdict(0, (ChainFinding(Tampering.KEY_OTHER, 1, what),))
    findings = [
        *_unsigned(rows, name),
        *_order(good, name),
        *_ends(rows, good, head, name),
        *_head(good, head, head_there, name),
        *_notes(good, name),
    ]
    if seen is not None:
        findings += _against(seen, good, head, name)
    return ChainVerdict(sum(not line.note for line in good), tuple(findings))


def _unsigned(rows: Rows, name: str) -> Iterator[ChainFinding]:
    for place, line in enumerate(rows, 1):
        if line is None:
            what = f"line {place} is nothing that this device wrote"
            yield ChainFinding(Tampering.FOREIGN, place, what)
        elif not line.signed:
            what = f"{name} {line.number} was changed, or this device has not signed it"
            yield ChainFinding(Tampering.CHANGED, max(1, line.number), what)


def _order(good: Sequence[ChainLine], name: str) -> Iterator[ChainFinding]:
    """Each line follows the one before. Gaps are told by what is missing."""
    seen: dict[int, str] = {}
    for before, line in zip((None, *good), good, strict=False):
        number = line.number
        known = seen.setdefault(number, line.signature)
        if known != line.signature:
            what = f"{name} {number} is there twice, written by two programs apart"
            yield ChainFinding(Tampering.MIXED, number, what)
        elif before is None:
            continue
        elif number == before.number:
            what = f"{name} {number} is repeated"
            yield ChainFinding(Tampering.REPEATED, number, what)
        elif number < before.number:
            what = f"{name} {number} stands behind {before.number}"
            yield ChainFinding(Tampering.MOVED, number, what)
        elif number == before.number + 1 and line.before != before.signature:
            what = f"{name} {number} does not follow {before.number}: of another set"
            yield ChainFinding(Tampering.MIXED, number, what)


def _ends(
    rows: Rows, good: Sequence[ChainLine], head: ChainHead | None, name: str
) -> Iterator[ChainFinding]:
    """What is missing, by where."""
    there = {line.number for line in rows if line is not None}
    first = head.first if head else min((n.number for n in good), default=1)
    count = head.count if head else max(there, default=0)
    if count >= first and not there.intersection(range(first, count + 1)):
        what = f"all {name}s up to {count} are gone"
        yield ChainFinding(Tampering.EMPTIED, first, what)
        return
    for begin, end in _gaps(first, count, there):
        told = f"{name} {begin} is" if begin == end else f"{name}s {begin} to {end} are"
        if begin == first:
            yield ChainFinding(Tampering.BEGINNING, begin, f"{told} cut off")
        elif end == count:
            yield ChainFinding(Tampering.END, begin, f"{told} cut off the end")
        else:
            yield ChainFinding(Tampering.MISSING, begin, f"{told} missing")


def _gaps(first: int, count: int, there: set[int]) -> Iterator[tuple[int, int]]:
    known = sorted(n for n in there if first <= n <= count)
    for before, after in zip((first - 1, *known), (*known, count + 1), strict=True):
        if after > before + 1:
            yield before + 1, after - 1


def _head(
    good: Sequence[ChainLine], head: ChainHead | None, there: bool, name: str
) -> Iterator[ChainFinding]:
    last = max((line.number for line in good), default=0)
    if head is None:
        kind = Tampering.HEAD_CHANGED if there else Tampering.HEAD_GONE
        word = "not what this device signed" if there else "gone"
        what = f"the head, which says how many {name}s there are, is {word}"
        yield ChainFinding(kind, max(1, last), what)
        return
    if last > head.count + 1:
        what = f"the head knows of {head.count} {name}s, and there are {last}"
        yield ChainFinding(Tampering.HEAD_OLDER, head.count + 1, what)
    for line in good:
        if line.number == head.count and line.signature != head.last:
            what = f"{name} {line.number} is not the one that the head ends with"
            yield ChainFinding(Tampering.MIXED, line.number, what)


def _notes(good: Sequence[ChainLine], name: str) -> Iterator[ChainFinding]:
    for line in good:
        if line.note == NO_HEAD:
            what = f"before {name} {line.number} the head was gone, changed or older"
            yield ChainFinding(Tampering.HEAD_GONE, line.number, what)


def _against(
    seen: ChainHead, good: Sequence[ChainLine], head: ChainHead | None, name: str
) -> Iterator[ChainFinding]:
    last = max((line.number for line in good), default=0)
    count = max(last, head.count if head else 0)
    if count < seen.count:
        what = f"{seen.count} {name}s were countersigned, and there are {count}"
        yield ChainFinding(Tampering.PUT_BACK, count + 1, what)
    for line in good:
        if line.number == seen.count and line.signature != seen.last:
            what = f"{name} {line.number} is not the one that was countersigned"
            yield ChainFinding(Tampering.PUT_BACK, line.number, what)
