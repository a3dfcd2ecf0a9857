"""English: durations, times of day, days and what comes again."""

from __future__ import annotations

from voiceagent.lang.en_durations import DURATION_LISTS, DURATION_RULES
from voiceagent.lang.en_sums import SUM_LISTS, SUM_RULES
from voiceagent.lang.en_times import TIME_LISTS, TIME_RULES
from voiceagent.lang.quantity_tables import QuantityWords, SayWords

__all__ = ["QUANTITIES"]

SECOND, MINUTE, HOUR = (
    ("second", "seconds"),
    ("minute", "minutes"),
    ("hour", "hours"),
)
QUANTITIES = QuantityWords(
    short={
        **dict.fromkeys(("s", "sec", "secs"), SECOND),
        **dict.fromkeys(("m", "min", "mins"), MINUTE),
        **dict.fromkeys(("h", "hr", "hrs"), HOUR),
        "d": ("day", "days"),
        **dict.fromkeys(("\u00b0c", "\u00b0 c", "c"), ("degree celsius",) * 2),
        **dict.fromkeys(("\u00b0f", "\u00b0 f"), ("degrees fahrenheit",) * 2),
    },
    after={"sec": SECOND, "min": MINUTE, "hr": HOUR},
    loose={
        **{"secs": "seconds", "mins": "minutes", "hrs": "hours"},
        **{"a m": "am", "p m": "pm"},
    },
    counts=("a", "an", "half"),
    single=frozenset(("one", "a", "an", "half")),
    noughts=("o", "zero"),
    parts={
        2: ("a half", "halves"),
        3: ("a third", "thirds"),
        4: ("a quarter", "quarters"),
        5: ("a fifth", "fifths"),
        8: ("an eighth", "eighths"),
        10: ("a tenth", "tenths"),
    },
    half="half",
    of="of",
    time_cues=frozenset("at by until till before after around about".split()),
    lists={**DURATION_LISTS, **TIME_LISTS, **SUM_LISTS},
    rules={**DURATION_RULES, **TIME_RULES, **SUM_RULES},
    kinds={
        "duration": "said_duration",
        "length": "said_length",
        "total": "said_total",
        "time": "said_time",
        "day": "said_any_day",
        "new time": "said_to_time",
        "new day": "said_to_day",
        "repeat": "said_repeat",
    },
    say=SayWords(
        units={
            "weeks": ("week", "weeks", 604_800),
            "days": ("day", "days", 86_400),
            "hours": ("hour", "hours", 3600),
            "minutes": ("minute", "minutes", 60),
            "seconds": ("second", "seconds", 1),
        },
        joint="and",
        nothing="no time",
        noon="noon",
        midnight="midnight",
        oh="oh",
        parts_of_day=(
            (0, "in the morning"),
            (12, "in the afternoon"),
            (18, "in the evening"),
        ),
        near={-1: "yesterday", 0: "today", 1: "tomorrow"},
        on="on",
        the="the",
    ),
)
