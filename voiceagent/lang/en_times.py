"""English: times of day, days and what comes again, in rules.

`hour` is 1 to 12 as it was said, with the `half` of the day where that was said; by the
clock of the day it is 13 to 24, and `oh` in front means the morning. `minute` may be
negative: "ten to". Noon and midnight are no number of an hour that could be mistaken.
"""

from __future__ import annotations

from voiceagent.lang.en_numbers import CALENDAR, NUMBERS, ONES, TENS
from voiceagent.lang.quantity_tables import NumberSpan, SlotTable

__all__ = ["TIME_LISTS", "TIME_RULES"]

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKDAYS = dict(zip(CALENDAR.weekdays, CODES, strict=True))
RANKS = {
    **{word: n for n, word in enumerate(NUMBERS.ordinals[:20], 1)},
    **{f"twenty {word}": n for n, word in enumerate(NUMBERS.ordinals[:9], 21)},
    **{"thirtieth": 30, "thirty first": 31},
}
TWENTIES = {
    f"twenty {TENS[n // 10 - 2]}{f' {ONES[n % 10]}' if n % 10 else ''}": 2000 + n
    for n in range(20, 60)
}
THOUSANDS = {
    f"two thousand {joint}{said.removeprefix('twenty ')}": year
    for said, year in TWENTIES.items()
    for joint in ("", "and ")
}
EVERY = "FREQ=DAILY"
TIME_LISTS: dict[str, SlotTable] = {
    "said_hour": NumberSpan(1, 12),
    "said_late_hour": NumberSpan(13, 23),
    "said_early_hour": NumberSpan(1, 9),
    "said_no_hour": {"zero": 0},
    "said_last_hour": {"twenty four": 24},
    "said_minute": NumberSpan(10, 59),
    "said_single": {f"oh {ONES[n]}": n for n in range(1, 10)},
    "said_past": {"half": 30, "quarter": 15, "a quarter": 15},
    "said_minutes_past": NumberSpan(1, 29),
    "said_to": {"quarter": -15, "a quarter": -15},
    "said_minutes_to": NumberSpan(1, 29, times=-1),
    "said_half_hour": {"half": 30},
    "said_noon": {
        **{"noon": "noon", "midday": "noon", "midnight": "midnight"},
        **{"twelve noon": "noon", "twelve midnight": "midnight"},
    },
    "said_oh": {"oh": "am", "zero": "am"},
    "said_day_half": {
        **{"am": "am", "pm": "pm", "in the morning": "am", "at night": "night"},
        **{"in the afternoon": "pm", "in the evening": "pm"},
    },
    "said_part": {
        **{"morning": "am", "afternoon": "pm", "evening": "pm", "night": "night"},
    },
    "said_near_day": {
        **{"today": 0, "tomorrow": 1, "the day after tomorrow": 2},
        "day after tomorrow": 2,
    },
    "said_tomorrow": {"tomorrow": 1},
    "said_tonight": {
        **{"tonight": "night", "this morning": "am", "this afternoon": "pm"},
        **{"this evening": "pm"},
    },
    "said_one_day": {"a": 1, "one": 1},
    "said_some_days": NumberSpan(2, 366),
    "said_one_week": {"a": 7, "one": 7},
    "said_some_weeks": NumberSpan(2, 52, times=7),
    "said_week_on": {"a week on": 1},
    "said_week_behind": {"week": 1},
    "said_week_from": {"a week from tomorrow": 8, "a week from today": 7},
    "said_next": {"next": "next"},
    "said_weekday": WEEKDAYS,
    "said_rank": RANKS,
    "said_date": NumberSpan(1, 31),
    "said_month": {name: n for n, name in enumerate(CALENDAR.months, 1)},
    "said_year": TWENTIES | THOUSANDS,
    "said_every_day": {
        **dict.fromkeys(("every day", "daily", "each day"), EVERY),
        **dict.fromkeys(("every other day", "every second day"), f"{EVERY};INTERVAL=2"),
        **dict.fromkeys(
            ("every weekday", "on weekdays", "weekdays", "each weekday"),
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        ),
        **dict.fromkeys(
            ("every weekend", "on weekends", "at weekends", "weekends"),
            "FREQ=WEEKLY;BYDAY=SA,SU",
        ),
    },
    "said_every_but": {
        f"every day {word} {day}": "FREQ=WEEKLY;BYDAY="
        + ",".join(c for c in CODES if c != code)
        for word in ("except", "but")
        for day, code in WEEKDAYS.items()
    },
    "said_every": dict.fromkeys(("every", "each"), EVERY),
    "said_every_other": dict.fromkeys(
        ("every other", "every second"), "FREQ=WEEKLY;INTERVAL=2"
    ),
    "said_weekly": dict.fromkeys(("every", "each"), "FREQ=WEEKLY"),
    "said_on_days": {f"{day}s": code for day, code in WEEKDAYS.items()},
    "said_interval": NumberSpan(2, 30),
    "said_monthly": {"of every month": "FREQ=MONTHLY", "of the month": "FREQ=MONTHLY"},
}


def _rules(prefix: str, name: str) -> dict[str, str]:
    """Rules whose slots begin with `prefix`, and whose own names do with `name`."""
    p, n = prefix, f"said_{name}"
    half = f"[{{said_day_half:{p}half}}|{{said_tonight:{p}part}}]"
    part = f"[{{said_part:{p}part}}]"
    hour, noon = f"{{said_hour:{p}hour}}", f"{{said_noon:{p}hour}}"
    week = f"{{said_weekday:{p}weekday}}"
    rank, month = f"{{said_rank:{p}date}}", f"{{said_month:{p}month}}"
    number, year = f"{{said_date:{p}date}}", f"[{{said_year:{p}year}}]"
    return {
        f"{n}minutes": f"({{said_minute:{p}minute}}|{{said_single:{p}minute}})",
        f"{n}of_day": (
            f"({{said_late_hour:{p}hour}}"
            f" (<{n}minutes> [hours]|hundred [hours]|o'clock)"
            f"|{{said_no_hour:{p}hour}} (<{n}minutes>|hundred [hours]|o'clock)"
            f"|{{said_last_hour:{p}hour}} hundred [hours]"
            f"|{{said_oh:{p}half}} {{said_early_hour:{p}hour}}"
            f" (<{n}minutes>|hundred [hours]))"
        ),
        f"{n}beside": (
            f"({{said_past:{p}minute}} (past|after)"
            f"|{{said_minutes_past:{p}minute}} [minutes] (past|after)"
            f"|{{said_to:{p}minute}} (to|till|before)"
            f"|{{said_minutes_to:{p}minute}} [minutes] (to|till|before))"
        ),
        f"{n}time": (
            f"({hour} [<{n}minutes>|o'clock] {half}|<{n}of_day>|{noon}"
            f"|<{n}beside> ({hour} {half}|{noon})"
            f"|{{said_half_hour:{p}minute}} {hour} {half})"
        ),
        f"{n}calendar": (
            f"([the] {rank} of {month} {year}|{rank} {month} {year}"
            f"|{month} [the] {rank} {year}"
            f"|{number} {month} {year}|{month} {number} {year}|the {rank})"
        ),
        f"{n}day": (
            f"({{said_near_day:{p}day}}|{{said_tomorrow:{p}day}} {{said_part:{p}part}}"
            f"|{{said_tonight:{p}part}}"
            f"|[on|this] {week} {part}|{{said_next:{p}week}} {week} {part}"
            f"|{{said_week_on:{p}later}} {week}|{week} {{said_week_behind:{p}later}}"
            f"|{{said_week_from:{p}day}}"
            f"|[on] <{n}calendar>|[on] {week} [the] <{n}calendar>)"
        ),
    }


TIME_RULES = {
    # In a command this would be a duration as well.
    "said_any_day": (
        "(<said_day>|in ({said_one_day:day} day|{said_some_days:day} days"
        "|{said_one_week:day} week|{said_some_weeks:day} weeks))"
    ),
    **_rules("", ""),
    **_rules("to_", "to_"),
    "said_repeat": (
        "({said_every_day:rule}|{said_every_but:rule}"
        "|{said_every:rule} {said_part:part}"
        "|({said_weekly:rule}|{said_every_other:rule})"
        " {said_weekday:every} [[and] {said_weekday:every_two}"
        " [[and] {said_weekday:every_three}]]"
        "|[on] {said_on_days:every} [[and] {said_on_days:every_two}"
        " [[and] {said_on_days:every_three}]]"
        "|{said_every:rule} {said_interval:interval} days"
        "|[on] the {said_rank:date} {said_monthly:rule})"
    ),
}
