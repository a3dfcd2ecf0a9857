"""What a recogniser listens for where it was asked how long, or at what time.

The usual answers, not all that are understood: a short list is heard best.
"""

from __future__ import annotations

from functools import cache

from voiceagent.lang.spoken import number_words

__all__ = ["said_lengths", "said_times", "said_whens"]

STEPS = (*range(1, 21), *range(25, 61, 5), 90)
"""Minutes and seconds that people say."""
MINUTES = (15, 30, 45, 5, 10, 20, 40, 50)
HALVES = ("am", "pm", "in the morning", "in the evening")


@cache
def said_lengths() -> tuple[str, ...]:
    """Durations: `ten minutes`, `half an hour`."""
    units = (("minute", STEPS), ("hour", range(1, 13)), ("second", STEPS[4:]))
    return (
        *("half an hour", "an hour", "a minute", "an hour and a half"),
        *(
            f"{number_words(many)} {unit}{'s' * (many > 1)}"
            for unit, steps in units
            for many in steps
        ),
        *(f"{number_words(many)} and a half minutes" for many in range(1, 11)),
        *(f"{number_words(many)} and a half hours" for many in range(1, 5)),
    )


@cache
def said_times() -> tuple[str, ...]:
    """Times of day: `seven`, `half past seven`, `seven thirty am`."""
    hours = [number_words(hour) for hour in range(1, 13)]
    full = [time for hour in hours for time in (hour, f"{hour} o'clock")]
    parts = [
        f"{part} {hour}"
        for hour in hours
        for part in ("half past", "quarter past", "quarter to")
    ]
    halves = [f"{hour} {half}" for hour in hours for half in HALVES]
    exact = [
        f"{hour} {'oh ' * (minute < 10)}{number_words(minute)}"
        for minute in MINUTES
        for hour in hours
    ]
    return ("noon", "midnight", *full, *parts, *halves, *exact)


@cache
def said_whens() -> tuple[str, ...]:
    """Both: `at half past seven`, `ten minutes`."""
    return (*(f"at {time}" for time in said_times()[:200]), *said_lengths()[:180])
