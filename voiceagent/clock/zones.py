"""The zone that the device stands in, and what a local time in it comes to.

Looked up anew each time: who travels, or mends `/etc/localtime`, need not start the
agent again. The C library looks only once, so it is not asked. Where the system has no
zones of its own, `zoneinfo` takes them from the package "tzdata".
"""

from __future__ import annotations

import io
import os
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["Zone", "device_zone", "instant", "stands_twice", "zone_named"]

LOCALTIME = Path("/etc/localtime")
MARK = "zoneinfo/"
"""What stands before the name of a zone in the path of its file."""
HEADER = ">4s1s15x6l"
"""Of a file of zones: magic, version, then six counts."""
LIMIT = timedelta(days=2)
"""From the ends of the calendar: no zone is further from UTC."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone, and what is wrong with it."""

    info: tzinfo
    name: str = ""
    """As in `zoneinfo`; empty where it has none."""
    trouble: str = ""
    """Why it is not the one that was asked for; empty: it is."""


def device_zone() -> Zone:
    """The zone by `TZ`, else by `/etc/localtime`, else UTC, as everywhere on Unix."""
    said = os.environ.get("TZ")
    if said is None:
        return _of_the_machine()
    key = said.removeprefix(":")
    if not key:
        return Zone(UTC, "UTC")
    if key.startswith("/"):
        info = _in_file(Path(key))
    else:
        info = zone_named(key) or _by_rule(key)
    if info is None:
        return Zone(UTC, "UTC", f"there is no zone `{key}`, which `TZ` names")
    return Zone(info, info.key or "")


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of that name (`Europe/Berlin`); None where there is none."""
    from zoneinfo import ZoneInfo  # 4 ms, which a start need not wait for

    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # absent, no name, or a folder
        return None


def instant(local: datetime, zone: tzinfo, fold: int = 0) -> datetime:
    """The moment at which clocks in `zone` show `local` (without a zone of its own).

    A time that the clocks leave out is that long after midnight all the same: half past
    two, where two becomes three, is half past three. Of one that comes twice it is the
    first; the second with `fold`.
    """
    near = max(datetime.min + LIMIT, min(local, datetime.max - LIMIT))
    # In a gap the fold would mean the offset of after, which is an hour earlier.
    fold = fold if stands_twice(near, zone) else 0
    return near.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def stands_twice(local: datetime, zone: tzinfo) -> bool:
    """Whether clocks in `zone` show `local` twice, because they are set back."""
    first, second = _offset(local, zone, 0), _offset(local, zone, 1)
    return first > second


def _offset(local: datetime, zone: tzinfo, fold: int) -> timedelta:
    aware = local.replace(tzinfo=zone, fold=fold)
    return aware.utcoffset() or timedelta(0)


def _of_the_machine() -> Zone:
    try:
        target = os.readlink(LOCALTIME)
    except FileNotFoundError:
        return Zone(UTC, "UTC")
    except OSError:  # a file of its own
        target = ""
    name = target.partition(MARK)[2] if MARK in target else ""
    if info := zone_named(name) or _in_file(LOCALTIME):
        return Zone(info, info.key or "")
    return Zone(UTC, "UTC", f"`{LOCALTIME}` cannot be read as a zone")


def _in_file(path: Path) -> ZoneInfo | None:
    from zoneinfo import ZoneInfo

    try:
        with path.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (ValueError, OSError, struct.error):
        return None


@lru_cache(maxsize=8)
def _by_rule(text: str) -> ZoneInfo | None:
    """A zone in the words of POSIX, such as `CET-1CEST,M3.5.0,M10.5.0/3`: a file of
    zones ends in such a line, so one without transitions is made."""
    from zoneinfo import ZoneInfo

    if not any(letter.isdigit() for letter in text) or not text.isascii():
        return None
    name = b"UTC\0"
    head = struct.pack(HEADER, b"TZif", b"2", 0, 0, 0, 0, 1, len(name))
    body = head + struct.pack(">lbb", 0, 0, 0) + name
    try:
        zone = ZoneInfo.from_file(io.BytesIO(body * 2 + f"\n{text}\n".encode()))
        datetime.min.replace(year=2026, tzinfo=zone).utcoffset()
    except (ValueError, struct.error, OverflowError):
        return None
    return zone
