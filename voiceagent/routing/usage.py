"""What a remote says that it used, and what of it is believed.

Whoever is paid also counts: too little said would lift a cap, nonsense would break the
books. So a figure is a whole number within bounds, and no less than a share of what the
words that went and came take; else the estimate stands.
"""

from __future__ import annotations

import msgspec

from voiceagent.routing.prices import ANSWER_TOKENS, Use

__all__ = ["MOST_INPUT", "MOST_OUTPUT", "Told", "believed", "whole"]

MOST_INPUT, MOST_OUTPUT = 128_000, 16_384
"""Tokens that one answer can have taken: more than a conversation of ours comes to."""
LETTERS = 10
"""A token is no longer, on the average of a text."""
LEAST_OUTPUT = ANSWER_TOKENS // 10
"""Tokens of the shortest answer."""

Told = tuple[object, object]
"""Tokens in and out as a stranger counted them, whatever that is; None: not told."""


def whole(told: object, most: int) -> int | None:
    """A figure that can be one; None for all others."""
    if type(told) is not int or not 0 <= told <= most:
        return None
    return told


def believed(estimate: Use, told: Told, *, said: int, heard: int) -> Use:
    """What is booked: `said` letters went, `heard` letters came. What was not told, or
    cannot be, is as estimated."""
    given, made = whole(told[0], MOST_INPUT), whole(told[1], MOST_OUTPUT)
    if given is None:
        given = estimate.input_tokens
    else:
        given = max(given, said // LETTERS)
    if made is None:
        made = estimate.output_tokens
    else:
        made = max(made, LEAST_OUTPUT, heard // LETTERS)
    return msgspec.structs.replace(estimate, input_tokens=given, output_tokens=made)
