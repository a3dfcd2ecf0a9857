"""Alarms that come again: a rule of RFC 5545 over local times, kept as its text.

The clocks of a zone do not matter here: "every day at seven" is a rule about what they
show. `dateutil` is loaded only where there is such a rule, and the alarm is to move on.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from voiceagent.errors import UsageError

__all__ = ["Recurrence", "is_sound", "recurrence"]

ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
KINDS = {
    "DAILY": ALWAYS,
    "WEEKLY": ALWAYS | {"BYDAY"},
    "MONTHLY": ALWAYS | {"BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": ALWAYS | {"BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
}
"""What each kind of rule may hold: with other parts it may fit no date at all, and
whoever reads it looks for one to the end of the calendar."""
LONGEST = 500
"""Letters of a rule."""
FAR = timedelta(days=20 * 366)
"""How far ahead the next time is looked for."""
LAST = datetime.max - FAR
DAYS = "MO|TU|WE|TH|FR|SA|SU"
FORMS = {
    "BYDAY": re.compile(rf"([+-]?[1-5])?({DAYS})"),
    "WKST": re.compile(DAYS),
    "BYSETPOS": re.compile(r"[+-]?[1-9]\d?"),
    "BYMONTH": re.compile(r"\d\d?"),
    "BYMONTHDAY": re.compile(r"[+-]?\d\d?"),
}
LEAP = 2028
HINT = "write it as in RFC 5545, such as `FREQ=WEEKLY;BYDAY=MO,TU`"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When an alarm rings again."""

    rule: str
    """Such as `FREQ=WEEKLY;BYDAY=MO,TU`, with `COUNT` or `UNTIL` where it ends."""
    start: datetime
    """Local time from which on it holds."""
    skipped: tuple[datetime, ...] = ()
    """Times at which it does not ring."""
    last: datetime | None = None
    """The time for which it rang."""

    def after(self, local: datetime, *, inclusive: bool = False) -> datetime | None:
        """The first time after `local`; None where it has ended."""
        for time in self._times(max(local, self.start)):
            if time > local or (inclusive and time == local):
                return time
        return None

    def before(self, local: datetime) -> datetime | None:
        """The last time until `local`, that included."""
        found = None
        for time in self._times(local):
            if time > local:
                break
            found = time
        return found

    def without(self, local: datetime) -> Recurrence:
        """The same, but not at `local`; what is long past need not be kept."""
        kept = {time for time in self.skipped if not self.last or time > self.last}
        return replace(self, skipped=tuple(sorted(kept | {local})))

    def _times(self, near: datetime) -> Iterator[datetime]:
        """All from the start, to well after `near`."""
        from dateutil.rrule import rrulestr

        parts = dict(part.split("=", 1) for part in self.rule.split(";"))
        count, until = parts.pop("COUNT", None), parts.pop("UNTIL", None)
        far = min(near, LAST) + FAR
        end = min(far, _until(until)) if until else far
        text = ";".join(f"{key}={value}" for key, value in parts.items())
        rule = rrulestr(text, dtstart=self.start, cache=False)
        times = rule.replace(until=end)  # type: ignore[union-attr]
        for time in islice(times, None if count is None else int(count)):
            if time not in self.skipped:
                yield time


def recurrence(rule: str, start: datetime) -> Recurrence:
    """A rule that is sound and rings at least once; raises `UsageError`."""
    text = rule.upper().strip().removeprefix("RRULE:")
    try:
        _check(text)
        first = Recurrence(text, start).after(start, inclusive=True)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        said = f"`{rule[:40]}` is no rule"
        raise UsageError(said, cause=str(error), hint=HINT) from error
    if first is None:
        raise UsageError(f"`{rule[:40]}` never rings", hint="take a later end")
    return Recurrence(text, start)


def is_sound(rule: str) -> bool:
    """Whether a rule that was kept can still be read."""
    try:
        _check(rule)
    except ValueError:
        return False
    return True


def _check(text: str) -> None:
    if len(text) > LONGEST or not text.isascii() or len(text.split()) != 1:
        raise ValueError(f"it is one line of {LONGEST} letters at most")
    parts = [part.partition("=") for part in text.split(";")]
    names = [name for name, _, _ in parts]
    if len(set(names)) != len(names) or not all(value for _, _, value in parts):
        raise ValueError("each part has one name and one value")
    values = {name: value for name, _, value in parts}
    kind = values.get("FREQ")
    if kind not in KINDS:
        raise ValueError(f"`FREQ` is one of {', '.join(KINDS)}")
    if strange := sorted(set(names) - KINDS[kind]):
        raise ValueError(f"`{strange[0]}` has no place in a rule that is {kind}")
    if {"COUNT", "UNTIL"} <= set(names):
        raise ValueError("it ends by `COUNT` or by `UNTIL`, not by both")
    for name in ("INTERVAL", "COUNT"):
        if not 1 <= int(values.get(name, "1")) <= 1000:
            raise ValueError(f"`{name}` is 1 to 1000")
    for name, form in FORMS.items():
        for value in values.get(name, "").split(",") if name in values else ():
            if not form.fullmatch(value):
                raise ValueError(f"`{name}={value}` cannot be read")
    _until(values.get("UNTIL", "20260101"))
    if not _fits_a_date(values):
        raise ValueError("no month has such a day")


def _fits_a_date(values: dict[str, str]) -> bool:
    months = [int(month) for month in values.get("BYMONTH", "1").split(",")]
    if not all(1 <= month <= 12 for month in months):
        return False
    days = [abs(int(day)) for day in values.get("BYMONTHDAY", "1").split(",")]
    longest = [monthrange(LEAP, month)[1] for month in months]
    return any(1 <= day <= most for day in days for most in longest)


def _until(text: str) -> datetime:
    """A day counts to its end."""
    if "T" in text:
        return datetime.strptime(text, "%Y%m%dT%H%M%S")
    day = datetime.strptime(text, "%Y%m%d")
    return day.replace(hour=23, minute=59, second=59)
