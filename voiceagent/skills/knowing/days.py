"""The feasts of the year."""

from __future__ import annotations

from datetime import date

__all__ = ["feast"]

FIXED = {
    "christmas": (12, 25),
    "christmas eve": (12, 24),
    "boxing day": (12, 26),
    "new year": (1, 1),
    "new year's eve": (12, 31),
    "valentine's day": (2, 14),
    "halloween": (10, 31),
}


def feast(name: str, today: date) -> date:
    """The next day of that name, today among them."""
    years = (today.year, today.year + 1)
    if name == "easter":
        from dateutil.easter import easter  # not for every typed turn

        return next(day for day in map(easter, years) if day >= today)
    every = (date(year, *FIXED[name]) for year in years)
    return next(day for day in every if day >= today)
