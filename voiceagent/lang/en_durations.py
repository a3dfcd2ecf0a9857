"""English: how long something takes, in rules.

A unit agrees with its number: "one minute", "two minutes". What cannot be said cannot
be misheard.
"""

from __future__ import annotations

from voiceagent.lang.quantity_tables import NumberSpan, SlotTable

__all__ = ["DURATION_LISTS", "DURATION_RULES"]

TENTHS = {
    **{"zero": 0, "one": 6, "two": 12, "three": 18, "four": 24, "five": 30, "six": 36},
    **{"seven": 42, "eight": 48, "nine": 54, "two five": 15, "seven five": 45},
}
"""Behind the point, in sixtieths."""
DURATION_LISTS: dict[str, SlotTable] = {
    "said_one": {"one": 1},
    "said_a": {"a": 1},
    "said_an": {"an": 1},
    "said_zero": {"zero": 0},
    "said_couple": {"couple of": 2},
    "said_bare_hour": {"hour": 1},
    "said_few_seconds": NumberSpan(2, 120),
    "said_few_minutes": NumberSpan(2, 240),
    "said_few_hours": NumberSpan(2, 99),
    "said_few_days": NumberSpan(2, 366),
    "said_week": {"a": 1, "one": 1},
    "said_few_weeks": NumberSpan(2, 52),
    "said_fortnight": {"a fortnight": 2},
    "said_half": {"half": 30},
    "said_tail": {"half": 30, "quarter": 15},
    "said_three": {"three quarters": 45, "three quarter": 45},
    "said_quarter": {"quarter": 15},
    "said_quarters": {"three quarters": 45},
    "said_half_day": {"half": 12},
    "said_tenth": TENTHS,
    "said_rest": NumberSpan(10, 59),
}


def _rules(prefix: str, name: str) -> dict[str, str]:
    """Rules whose slots begin with `prefix`, and whose own names do with `name`."""
    d, h, m, s = (f"{prefix}{unit}" for unit in ("days", "hours", "minutes", "seconds"))
    w, n = f"{prefix}weeks", f"said_{name}"
    many_minutes = f"{{said_few_minutes:{m}}}"
    many_hours = f"{{said_few_hours:{h}}}"
    seconds = (
        f"(({{said_one:{s}}}|{{said_a:{s}}}) second|{{said_few_seconds:{s}}} seconds)"
    )
    minutes = f"(({{said_one:{m}}}|{{said_a:{m}}}) minute|{many_minutes} minutes)"
    hours = f"(({{said_one:{h}}}|{{said_an:{h}}}) hour|{many_hours} hours)"
    days = f"(({{said_one:{d}}}|{{said_a:{d}}}) day|{{said_few_days:{d}}} days)"
    weeks = (
        f"({{said_week:{w}}} week|{{said_few_weeks:{w}}} weeks|{{said_fortnight:{w}}})"
    )
    return {
        f"{n}_seconds": f"({seconds}|[a] {{said_couple:{s}}} seconds)",
        f"{n}_minutes": minutes,
        f"{n}_hours": hours,
        f"{n}_rest": f"[[and] <{n}_minutes>] [[and] <{n}_seconds>]",
        f"{n}_in_minutes": (
            f"(<{n}_minutes> [[and] <{n}_seconds>]"
            f"|({{said_one:{m}}} minute|{many_minutes} minutes) {{said_rest:{s}}}"
            f"|[a] {{said_couple:{m}}} minutes"
            f"|({{said_one:{m}}}|{{said_a:{m}}}|{many_minutes}) (minute|minutes)"
            f" and (a {{said_tail:{s}}}|{{said_three:{s}}})"
            f"|({{said_one:{m}}}|{many_minutes})"
            f" and (a {{said_tail:{s}}}|{{said_three:{s}}}) minutes"
            f"|({{said_zero:{m}}}|{{said_one:{m}}}|{many_minutes})"
            f" point {{said_tenth:{s}}} minutes"
            f"|{{said_half:{s}}} a minute|a {{said_half:{s}}} minute"
            f"|[a] {{said_quarter:{s}}} of a minute"
            f"|{{said_quarters:{s}}} of a minute)"
        ),
        f"{n}_in_hours": (
            f"(<{n}_hours> <{n}_rest>"
            f"|(({{said_one:{h}}}|{{said_an:{h}}}) hour|{many_hours} hours)"
            f" {{said_rest:{m}}}"
            f"|[a] {{said_couple:{h}}} hours"
            f"|(<{n}_hours>|{{said_bare_hour:{h}}})"
            f" and (a {{said_tail:{m}}}|{{said_three:{m}}})"
            f"|({{said_one:{h}}}|{many_hours})"
            f" and (a {{said_tail:{m}}}|{{said_three:{m}}}) hours"
            f"|({{said_zero:{h}}}|{{said_one:{h}}}|{many_hours})"
            f" point {{said_tenth:{m}}} hours"
            f"|[a] {{said_half:{m}}} hour|{{said_half:{m}}} an hour"
            f"|[a] {{said_quarter:{m}}} (of an hour|hour)"
            f"|{{said_quarters:{m}}} of an hour)"
        ),
        f"{n}_in_days": (
            f"({days} [[and] <{n}_hours>] <{n}_rest>"
            f"|{weeks} [[and] {days}]"
            f"|{days} and a {{said_half_day:{h}}}"
            f"|({{said_one:{d}}}|{{said_few_days:{d}}})"
            f" and a {{said_half_day:{h}}} days"
            f"|[a] {{said_couple:{d}}} days"
            f"|{{said_half_day:{h}}} a day)"
        ),
        n: f"(<{n}_seconds>|<{n}_in_minutes>|<{n}_in_hours>|<{n}_in_days>)",
    }


def _length(prefix: str, name: str) -> dict[str, str]:
    """Before a noun: "a ten minute timer"."""
    h, m, s = (f"{prefix}{unit}" for unit in ("hours", "minutes", "seconds"))
    second = f"({{said_one:{s}}}|{{said_few_seconds:{s}}}) second"
    minute = f"({{said_one:{m}}}|{{said_few_minutes:{m}}}) minute"
    hour = f"({{said_one:{h}}}|{{said_few_hours:{h}}}) hour"
    return {
        f"said_{name}": (
            f"({second}|{minute} [[and] {second}]|{hour} [[and] {minute}]"
            f"|({{said_one:{h}}}|{{said_few_hours:{h}}}) and a {{said_tail:{m}}} hour"
            f"|({{said_one:{m}}}|{{said_few_minutes:{m}}})"
            f" and a {{said_tail:{s}}} minute"
            f"|{{said_half:{m}}} hour|{{said_half:{s}}} minute"
            f"|{{said_quarter:{m}}} hour)"
        )
    }


DURATION_RULES = {
    **_rules("", "duration"),
    **_length("", "length"),
    **_length("total_", "total"),
}
