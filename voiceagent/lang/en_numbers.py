"""English: numbers, days and times."""

from __future__ import annotations

from voiceagent.lang.language import CalendarWords, NumberWords, ReadOutWords

__all__ = ["CALENDAR", "NUMBERS"]

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()

READ_OUT = ReadOutWords(
    digits={
        **{"oh": "0", "o": "0", "nought": "0", "nil": "0", "niner": "9"},
        **{"naught": "0", "for": "4", "to": "2", "too": "2"},
    },
    not_digits=frozenset("for to too o oh a ate won".split()),
    multiples={"double": 2, "triple": 3, "treble": 3, "quadruple": 4},
)
NUMBERS = NumberWords(
    ones=tuple(ONES),
    tens=tuple(TENS),
    scales={"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9},
    minus="minus",
    signs=frozenset(("minus", "negative")),
    below=frozenset(("below", "under")),
    zeros=frozenset(("zero", "nought", "freezing")),
    plus="plus",
    degrees=frozenset(("degree", "degrees")),
    articles=frozenset(("a", "an")),
    parts={
        **{"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4},
        **{"quarters": 4, "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6},
        **{"eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10},
    },
    alone=frozenset(("half",)),
    heaps={"dozen": 12, "couple": 2, "score": 20},
    point="point",
    joint="and",
    quantities=frozenset(
        "hundred thousand million half quarter couple dozen twice double triple".split()
    ),
    fractions={
        "half": (30, 50, 0.5),
        "quarter": (15, 45, 0.25, 25, 75, 0.75),
    },
    same_fractions={"three quarters": "quarter"},
    twins=frozenset((*ONES[13:], *TENS[1:])),
    ordinals=tuple(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh "
        "twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth "
        "nineteenth twentieth thirtieth".split()
    ),
    tenths=tuple(
        "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth "
        "ninetieth".split()
    ),
    read_out=READ_OUT,
)
CALENDAR = CalendarWords(
    weekdays=tuple(WEEKDAYS),
    months=tuple(
        "january february march april may june july august september october "
        "november december".split()
    ),
    near=("today", "tomorrow"),
    times=frozenset(
        (
            *WEEKDAYS,
            *(
                "mondays tuesdays wednesdays thursdays fridays saturdays sundays "
                "tomorrow tonight yesterday tomorrows tonights yesterdays weekend "
                "weekends weekday weekdays daily weekly hourly later morning mornings "
                "evening evenings afternoon nights noon midnight sunset sunrise dusk "
                "dawn"
            ).split(),
        )
    ),
    night="night",
    nightly=frozenset("at every all this by each in the".split()),
)
