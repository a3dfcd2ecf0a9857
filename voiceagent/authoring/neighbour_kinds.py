"""The kinds of sentences beside a pack; which of them may be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from voiceagent.authoring.neighbour_makers import (
    before_value,
    behind,
    corrected,
    either,
    exception,
    in_front,
    in_two,
    no_unit,
    other_unit,
    persons_value,
    pronoun,
    pronoun_after,
    second,
    timed,
    two_values,
    unknown,
    unknown_place,
    with_number,
)
from voiceagent.authoring.neighbour_slips import (
    dropped_word,
    foreign,
    half,
    homophone,
    mixed,
    other_domain,
    second_half,
)
from voiceagent.authoring.neighbours import Allowed, NeighbourKind

__all__ = ["HELD_OUT", "KINDS"]

SAME = Allowed.SAME
MADE: Mapping[str, NeighbourKind] = {
    "unknown place": unknown_place,
    "unknown place instead": unknown("unknown place instead", "places"),
    "unknown thing": unknown("unknown thing", "things"),
    "unknown person": persons_value,
    "unknown adjective": before_value("unknown adjective", "adjectives"),
    "exception": exception("exception", "exceptions"),
    "negation": in_front("negation", "negations"),
    "not wanted": in_front("not wanted", "unwanted"),
    "asked about the past": in_front("asked about the past", "past_questions"),
    "asked whether": in_front("asked whether", "questions"),
    "reported": in_front("reported", "reports"),
    "told of an order": in_front("told of an order", "told_reports"),
    "quoted": in_front("quoted", "quotations"),
    "wished or past": in_front("wished or past", "unreal"),
    "second command": second,
    "second, unknown": in_two,
    "two values": two_values,
    "condition in front": timed("condition in front", "conditions_before", front=True),
    "condition behind": timed("condition behind", "conditions_after"),
    "delay": timed("delay", "delays"),
    "repeated": timed("repeated", "repeats"),
    "sign": with_number("sign", "minus #", "negative #", "-#"),
    "absurd number": with_number("absurd number"),
    "vague number": with_number("vague number", "# or so hundred", "not #"),
    "other unit": other_unit,
    "no unit": no_unit,
    "pronoun alone": pronoun,
    "pronoun after": pronoun_after,
    "homophone": homophone,
    "half a sentence": half,
    "end of a sentence": second_half,
    "a word less": dropped_word,
    "foreign words": foreign("foreign words", "foreign", SAME),
    "foreign no": foreign("foreign no", "foreign_no", Allowed.NOTHING),
    "another domain": other_domain,
    "a name in another domain": mixed,
    "taken back": behind("taken back", "corrections"),
    "corrected value": corrected,
    "rare exception": exception("rare exception", "rare_exceptions"),
    "rather than": in_front("rather than", "instead"),
    "told to another": in_front("told to another", "addressed"),
    "a part of": before_value("a part of", "quantifiers"),
    "one or the other": either,
    "for a while": timed("for a while", "limits"),
}
HIDDEN = ("rare exception", "rather than", "told to another", "a part of",
          "one or the other", "for a while")  # fmt: skip


def _only(names: Iterable[str]) -> Mapping[str, NeighbourKind]:
    return {name: MADE[name] for name in names}


KINDS = _only(name for name in MADE if name not in HIDDEN)
"""Kinds whose sentences may be looked at."""
HELD_OUT = _only(HIDDEN)
"""Kinds that are counted and not shown, so that no rule is written for them."""
