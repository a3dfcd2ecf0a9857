"""Where the device stands: looked up anew, by every way in which Unix says it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.cli import doctor
from voiceagent.clock import (
    clock_errors,
    instant,
    local,
    stands_twice,
    zone,
    zone_named,
    zones,
)

pytestmark = pytest.mark.unit

BERLIN = ZoneInfo("Europe/Berlin")
SUMMER, WINTER = datetime(2026, 7, 1, 12), datetime(2026, 1, 1, 12)


def hours_in(said: str, monkeypatch: pytest.MonkeyPatch) -> tuple[float, float]:
    monkeypatch.setenv("TZ", said)
    here = zone().info
    return tuple(  # type: ignore[return-value]
        (at.replace(tzinfo=UTC) - instant(at, here)) / timedelta(hours=1)
        for at in (WINTER, SUMMER)
    )


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("Europe/Berlin", (1, 2)),
        (":Europe/Berlin", (1, 2)),
        ("CET-1CEST,M3.5.0,M10.5.0/3", (1, 2)),
        ("<+0330>-3:30", (3.5, 3.5)),
        ("EST5", (-5, -5)),
        ("UTC+3", (-3, -3)),
        ("Asia/Kathmandu", (5.75, 5.75)),
        ("UTC", (0, 0)),
        ("", (0, 0)),
    ],
)
def test_tz_is_obeyed_at_once(
    said: str, hours: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hours_in(said, monkeypatch) == hours
    assert zone().trouble == ""
    assert local().utcoffset() is not None


@pytest.mark.parametrize(
    "said",
    [
        *("Mars/Base", "Europe", "../etc/passwd", "/etc/passwd", "/nowhere", "12", "."),
        *(
            "CET-99",
            "Europe/Berlin ",
            "x" * 5000,
            "Caf\u00e9/Noir",
            "A,M3",
            "EST5EDT,M",
        ),
    ],
)
def test_what_is_no_zone_is_utc_and_said_to_be(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hours_in(said, monkeypatch) == (0, 0)
    assert "TZ" in zone().trouble


def test_doctor_and_ask_tell_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    (fine,) = doctor._clocks()
    assert fine.ok and fine.detail.endswith("Asia/Tokyo")
    monkeypatch.setenv("TZ", "Mars/Base")
    (error,) = clock_errors()
    assert "Mars/Base" in error.cause and "Europe/Berlin" in error.hint
    (wrong,) = doctor._clocks()
    assert not wrong.ok and not wrong.needed and wrong.fix == error.hint


def _copied(link: Path) -> None:
    found = next(p for p in map(Path, TZPATH) if (p / "Europe/Berlin").exists())
    link.write_bytes((found / "Europe/Berlin").read_bytes())


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda link: link.symlink_to("../usr/share/zoneinfo/Europe/Berlin"), True),
        (lambda link: link.symlink_to("/var/db/timezone/zoneinfo/Europe/Berlin"), True),
        (_copied, False),
    ],
)
def test_the_machine_says_where_it_stands(
    make: Callable[[Path], None],
    name: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = tmp_path / "localtime"
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(zones, "LOCALTIME", link)
    assert zone().info is UTC and not zone().trouble
    if not name and not any((Path(p) / "Europe/Berlin").exists() for p in TZPATH):
        pytest.skip("this system has no zones of its own")
    make(link)
    here = zone()
    assert instant(SUMMER, here.info).hour == 10
    assert here.name == ("Europe/Berlin" if name else "") and not here.trouble
    link.unlink()
    link.write_bytes(b"no zone")
    assert zone().info is UTC and "localtime" in zone().trouble


def test_a_time_that_is_left_out_is_that_long_after_midnight() -> None:
    left_out = datetime(2026, 3, 29, 2, 30)
    for fold in (0, 1):
        shown = instant(left_out, BERLIN, fold).astimezone(BERLIN)
        assert (shown.hour, shown.minute) == (3, 30)
    assert not stands_twice(left_out, BERLIN)


def test_of_a_time_that_comes_twice_either_can_be_had() -> None:
    twice = datetime(2026, 10, 25, 2, 30)
    assert stands_twice(twice, BERLIN)
    first, second = (instant(twice, BERLIN, fold) for fold in (0, 1))
    assert second - first == timedelta(hours=1)


@pytest.mark.property
@given(
    st.datetimes(),
    st.integers(0, 1),
    st.sampled_from(["Europe/Berlin", "Pacific/Apia", "America/Caracas", "UTC"]),
)
def test_every_local_time_is_a_moment(at: datetime, fold: int, name: str) -> None:
    place = zone_named(name)
    assert place is not None
    found = instant(at, place, fold)
    assert found.tzinfo is UTC
    if timedelta(days=3) < at - datetime.min and timedelta(days=3) < datetime.max - at:
        shown = found.astimezone(place).replace(tzinfo=None, fold=0)
        # The same, but for what the clocks leave out: at most a day, in Samoa.
        assert timedelta(0) <= shown - at <= timedelta(days=1)
