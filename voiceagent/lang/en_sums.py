"""English: sums."""

from __future__ import annotations

from voiceagent.lang.quantity_tables import NumberSpan, SlotTable
from voiceagent.lang.sum_tables import SumOrder, SumWords

__all__ = ["SUMS", "SUM_LISTS", "SUM_RULES"]

SUMS = SumWords(
    operators={
        **{"plus": "+", "minus": "-", "times": "*", "multiplied by": "*"},
        **{"divided by": "/", "over": "/", "take away": "-"},
    },
    percent=("percent", "per cent"),
    of="of",
    off="off",
    multiples={"twice": 2, "double": 2, "triple": 3},
    powers={"squared": 2, "cubed": 3},
    powers_of={"the square of": 2, "the cube of": 3},
    power="to the power of",
    roots={
        **{"the square root of": 2, "square root of": 2},
        **{"the cube root of": 3, "cube root of": 3},
    },
    orders=(
        SumOrder("add", "and", "+"),
        SumOrder("add", "to", "+"),
        SumOrder("the sum of", "and", "+"),
        SumOrder("subtract", "from", "-", swapped=True),
        SumOrder("take", "from", "-", swapped=True),
        SumOrder("the difference between", "and", "-"),
        SumOrder("multiply", "by", "*"),
        SumOrder("multiply", "with", "*"),
        SumOrder("the product of", "and", "*"),
        SumOrder("divide", "by", "/"),
    ),
    signs={
        **{"+": "plus", "*": "times", "\u00d7": "times", "x": "times"},
        **{"/": "divided by", "\u00f7": "divided by", "-": "minus"},
        "^": "to the power of",
    },
)
NUMBER = "{heard_whole:whole} [point {heard_digit:digit}]"
SUM_LISTS: dict[str, SlotTable] = {
    "heard_whole": NumberSpan(0, 999),
    "heard_digit": NumberSpan(0, 9),
    "heard_tens": NumberSpan(10, 99),
    "heard_teens": NumberSpan(10, 19),
    "heard_ones": NumberSpan(1, 9),
}
SUM_RULES = {
    "heard_said_number": NUMBER,
    "heard_said_any_year": (
        "(nineteen {heard_tens:tens}|twenty {heard_teens:tens}"
        "|two thousand [[and] {heard_ones:ones}])"
    ),
    "heard_sign": "(plus|minus|times|divided by|multiplied by)",
    "heard_said_sum": (
        "(<heard_said_number> <heard_sign> <heard_said_number>"
        " [<heard_sign> <heard_said_number>]"
        "|<heard_said_number> percent (of|off) <heard_said_number>"
        "|<heard_said_number> (plus|minus) <heard_said_number> percent"
        "|(half|a third|two thirds|a quarter|three quarters|a tenth)"
        " of <heard_said_number>"
        "|<heard_said_number> squared|the square root of <heard_said_number>)"
    ),
}
"""What is listened for; much more is understood (`lang/sums.py`)."""
