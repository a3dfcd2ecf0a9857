"""Units that people ask for, in exact fractions of one unit of each dimension.

A test holds every one against `pint`. Importing that takes longer than a turn may take,
so nothing of it is loaded here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

__all__ = ["UNITS", "Unit"]


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit."""

    one: str
    many: str
    dimension: str
    """What it measures, in a word."""
    size: Fraction
    """In metres, grams, litres, ..."""
    start: Fraction = Fraction(0)
    """Where its nought stands, in kelvins."""
    about: bool = False
    """Not always the same: a year."""


def _of(dimension: str, **sizes: str | int) -> dict[str, Unit]:
    """By name: `square_mile` is "square mile", its plural is regular."""
    return {
        name.replace("_", " "): _unit(name.replace("_", " "), dimension, Fraction(size))
        for name, size in sizes.items()
    }


def _unit(name: str, dimension: str, size: Fraction) -> Unit:
    for one, many in IRREGULAR.items():
        if name.endswith(one) or f"{one} per" in name:
            return Unit(name, name.replace(one, many), dimension, size)
    first, per, rest = name.partition(" per ")
    return Unit(name, f"{first}s{per}{rest}", dimension, size)


IRREGULAR = {"foot": "feet", "inch": "inches", "horsepower": "horsepower"} | {
    **{"stone": "stone", "psi": "psi", "century": "centuries"},
}
POUND, GALLON = Fraction("453.59237"), Fraction("3.785411784")
IMPERIAL = Fraction("4.54609")
YEAR = Fraction(31_557_600)
UNITS: dict[str, Unit] = {
    **_of("length", millimetre="0.001", centimetre="0.01", metre=1, kilometre=1000),
    **_of("length", inch="0.0254", foot="0.3048", yard="0.9144", mile="1609.344"),
    **_of("length", nautical_mile=1852, light_year=9_460_730_472_580_800),
    **_of("mass", milligram="0.001", gram=1, kilogram=1000, ton=10**6),
    **_of("mass", ounce="28.349523125", pound="453.59237", stone="6350.29318"),
    **_of("volume", millilitre="0.001", centilitre="0.01", decilitre="0.1", litre=1),
    **_of("volume", cubic_metre=1000, cubic_centimetre="0.001"),
    **{
        f"US {name}": Unit(f"US {name}", f"US {name}s", "volume", GALLON / parts)
        for name, parts in {
            **{"teaspoon": 768, "tablespoon": 256, "fluid ounce": 128, "cup": 16},
            **{"pint": 8, "quart": 4, "gallon": 1},
        }.items()
    },
    **{
        f"UK {name}": Unit(f"UK {name}", f"UK {name}s", "volume", IMPERIAL / parts)
        for name, parts in {"fluid ounce": 160, "pint": 8, "gallon": 1}.items()
    },
    **_of("time", millisecond="0.001", second=1, minute=60, hour=3600, day=86_400),
    **_of("time", week=604_800),
    "month": Unit("month", "months", "time", YEAR / 12, about=True),
    "year": Unit("year", "years", "time", YEAR, about=True),
    **_of("speed", metre_per_second=1, foot_per_second="0.3048"),
    "kilometre per hour": _unit("kilometre per hour", "speed", Fraction(5, 18)),
    "mile per hour": _unit("mile per hour", "speed", Fraction("0.44704")),
    "knot": _unit("knot", "speed", Fraction(1852, 3600)),
    **_of("area", square_centimetre="0.0001", square_metre=1, square_kilometre=10**6),
    **_of("area", square_inch="0.00064516", square_foot="0.09290304"),
    **_of("area", square_yard="0.83612736", square_mile="2589988.110336"),
    **_of("area", acre="4046.8564224", hectare=10_000),
    **_of("data", bit="0.125", byte=1, kilobyte=10**3, megabyte=10**6),
    **_of("data", gigabyte=10**9, terabyte=10**12, megabit=125_000),
    **_of("data", gigabit=125_000_000),
    **_of("energy", joule=1, kilojoule=1000, calorie="4.184", kilocalorie=4184),
    **_of("energy", watt_hour=3600, kilowatt_hour=3_600_000),
    **_of("power", watt=1, kilowatt=1000, horsepower="745.69987158227022"),
    **_of("pressure", pascal=1, hectopascal=100, kilopascal=1000, bar=100_000),
    "psi": Unit(
        "psi",
        "psi",
        "pressure",
        POUND / 1000 * Fraction("9.80665") / Fraction("0.0254") ** 2,
    ),
    "celsius": Unit(
        *("degree Celsius", "degrees Celsius", "temperature"),
        Fraction(1),
        Fraction("273.15"),
    ),
    "fahrenheit": Unit(
        *("degree Fahrenheit", "degrees Fahrenheit", "temperature"),
        Fraction(5, 9),
        Fraction("273.15") - 32 * Fraction(5, 9),
    ),
    "kelvin": Unit("kelvin", "kelvins", "temperature", Fraction(1)),
}
