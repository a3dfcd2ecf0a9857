"""What a sentence may come to, and whether it did.

A case has one or more of these; any of them is right:

    "nothing"                     nothing is done, whatever is said
    "refuse"                      the same, and nothing is asked back
    "ask", {"asks": REGEX}        nothing is done, and it is asked back
    {"says": REGEX}               nothing is done, and the answer is like that
    "foreign"                     nothing is done, and nothing is given as an answer
    "later"                       nothing is done now; something is kept for later
    {"does": [CHANGE, ...]}       all of these, and nothing else
    {"means": [{"intent": ..., "slots": {...}}, ...]}     these intents, no others

A CHANGE is `light.kitchen_light=on brightness_pct>20` for how a thing is afterwards
(`light.*=off` for all of a kind, the first that names a thing counts, `?` in front:
it may be so or as before), or `+timer pasta 600`, `-alarm 2026-03-11T07:00` for what
is new or gone (`*` for any one word, `+/REGEX/` for a line).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from voiceagent.evaluation.typed import Meant, TypedTurn
from voiceagent.evaluation.world import WorldChange
from voiceagent.lang.spoken import spoken

__all__ = ["Expected", "Verdict", "judge", "read_expected"]

SLACK = 20
"""Seconds by which what rings after a while may be off: talk took its time."""
RINGS = ("timer.", "alarm.")
"""Intents that only ring later, and do nothing."""
DECLINED = re.compile(r"^(sorry|i (don't|do not|can't|cannot))\b|\bplease\b", re.I)
"""How an answer begins that says why nothing is done, or what is to be said."""
COMPARED = re.compile(r"([\w.]+?)([<>])(-?[\d.]+)")
THING = re.compile(r"[\w.*]+[=<>]")


class Verdict(StrEnum):
    """What became of a case."""

    RIGHT = "right"
    ASKED = "asked"
    """It asked back where it should have done or said it."""
    REFUSED = "refused"
    HALF = "half done"
    FALSE = "false answer"
    """Nothing was done, and something was said as if it were the answer."""
    WRONG = "wrong"

    @property
    def harmful(self) -> bool:
        """Whether it is worse than a refusal."""
        return self in (Verdict.HALF, Verdict.FALSE, Verdict.WRONG)


@dataclass(frozen=True, slots=True)
class Expected:
    """One way for a sentence to be understood."""

    nothing: bool = True
    """Nothing may be done."""
    asked: bool | None = None
    """Whether it asks back; None: either."""
    says: str = ""
    foreign: bool = False
    later: bool = False
    does: tuple[str, ...] = ()
    means: tuple[Meant, ...] = field(default=())

    def fits(self, turn: TypedTurn) -> bool:
        """Whether a turn is like that."""
        if self.asked is not None and turn.asked != self.asked:
            return False
        if self.says and turn.excused:
            return False
        if not re.search(self.says, turn.said, re.IGNORECASE):
            return False
        if self.later:
            kept = [c for c in turn.changes if not THING.match(c.what)]
            rings = any(
                one.intent.startswith(("timer.", "alarm.")) for one in turn.meant
            )
            return bool(kept) and len(kept) == len(turn.changes) and not rings
        if self.does:
            return not turn.asked and _done(self.does, turn)
        if self.means:
            return not turn.asked and _same(self.means, turn.meant)
        return not turn.acted and not (self.foreign and turn.meant)


def read_expected(given: Sequence[str | Mapping[str, Any]]) -> tuple[Expected, ...]:
    """The ways that a case has; raises `ValueError` for what is none."""
    return tuple(map(_read, given))


def judge(turn: TypedTurn, ways: Iterable[Expected]) -> Verdict:
    """What became of it."""
    ways = tuple(ways)
    if any(way.fits(turn) for way in ways):
        return Verdict.RIGHT
    if turn.acted:
        parts = any(_begun(way.does, turn) for way in ways if len(way.does) > 1)
        return Verdict.HALF if parts and turn.changes else Verdict.WRONG
    if turn.asked:
        return Verdict.ASKED
    declined = not turn.meant or DECLINED.search(turn.said)
    return Verdict.REFUSED if declined else Verdict.FALSE


def _read(way: str | Mapping[str, Any]) -> Expected:
    match way:
        case "nothing":
            return Expected()
        case "refuse":
            return Expected(asked=False)
        case "ask":
            return Expected(asked=True)
        case "foreign":
            return Expected(foreign=True)
        case "later":
            return Expected(nothing=False, later=True)
        case {"asks": str(words)}:
            return Expected(asked=True, says=words)
        case {"says": str(words)}:
            return Expected(says=words)
        case {"does": [*lines]}:
            return Expected(nothing=False, does=tuple(map(str, lines)))
        case {"means": [*all_of]}:
            meant = (Meant(one["intent"], one.get("slots", {})) for one in all_of)
            return Expected(nothing=False, means=tuple(meant))
    raise ValueError(f"no way for a sentence to be understood: {way!r}")


def _done(wanted: Sequence[str], turn: TypedTurn) -> bool:
    things = [line for line in wanted if line[0] not in "+-"]
    rows = [line for line in wanted if line[0] in "+-"]
    return _things_right(things, turn) and _rows_right(rows, turn.changes)


def _things_right(wanted: Sequence[str], turn: TypedTurn) -> bool:
    """Every thing that is named is as it should be, and no other one has changed."""
    changed = {_name(c.what) for c in turn.changes if THING.match(c.what)}
    met = set()
    for line in turn.world:
        name = _name(line)
        if not THING.match(line):
            continue
        said = next((one for one in wanted if _names(one, name)), None)
        if said is None and name in changed:
            return False
        if said is None or (said[0] == "?" and name not in changed):
            continue
        if not _like(said.removeprefix("?"), line):
            return False
        met.add(said)
    return all(one[0] == "?" or one in met for one in wanted)


def _rows_right(wanted: Sequence[str], changed: Iterable[WorldChange]) -> bool:
    """What is new and gone is just what is wanted."""
    left = [str(change) for change in changed if not THING.match(change.what)]
    for want in wanted:
        found = next((line for line in left if _row_like(want, line)), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def _begun(wanted: Sequence[str], turn: TypedTurn) -> bool:
    """Whether some of it was done and nothing else: it stopped in the middle."""
    new = [c for c in turn.changes if c.sign == "+" or not THING.match(c.what)]
    return bool(new) and all(_wanted(change, wanted) for change in new)


def _wanted(change: WorldChange, wanted: Sequence[str]) -> bool:
    if not THING.match(change.what):
        return any(_row_like(one, str(change)) for one in wanted)
    return any(
        _names(one, _name(change.what)) and _like(one.removeprefix("?"), change.what)
        for one in wanted
        if one[0] not in "+-"
    )


def _name(line: str) -> str:
    return re.split("[=<>]", line, maxsplit=1)[0]


def _names(want: str, name: str) -> bool:
    return fnmatchcase(name, _name(want.removeprefix("?")))


def _like(want: str, line: str) -> bool:
    """`light.x=on brightness_pct>20` of a line that may say more."""
    head, *rest = want.split(" ")
    first, *more = line.split(" ")
    told = [first, *_pairs(more)]
    return _one_like(head, first) and all(
        any(_one_like(word, one) for one in told) for word in rest
    )


def _pairs(words: Sequence[str]) -> Iterable[str]:
    """Words of a line put together again where a value has spaces."""
    pair = ""
    for word in words:
        if "=" in word and pair:
            yield pair
            pair = ""
        pair = f"{pair} {word}".strip()
    if pair:
        yield pair


def _one_like(want: str, told: str) -> bool:
    compared = COMPARED.fullmatch(want)
    if not compared:
        return fnmatchcase(told, want)
    name, sign, limit = compared.groups()
    key, _, value = told.partition("=")
    if key != name:
        return False
    try:
        number = float(value)
    except ValueError:
        return False
    return number < float(limit) if sign == "<" else number > float(limit)


def _row_like(want: str, line: str) -> bool:
    if want[0] != line[0]:
        return False
    if want[1] == "/":
        return bool(re.fullmatch(want[2:-1], line[1:], re.IGNORECASE))
    words, told = want[1:].lower().split(" "), line[1:].lower().split(" ")
    if words[-1] == "*" and len(told) >= len(words):
        told = [*told[: len(words) - 1], " ".join(told[len(words) - 1 :])]
    return len(words) == len(told) and all(map(_word_like, words, told))


def _word_like(want: str, told: str) -> bool:
    if want[:1] == told[:1] == "+" and want[1:].isdigit() and told[1:].isdigit():
        return abs(int(want) - int(told)) <= SLACK
    return fnmatchcase(told, want.replace("[", "[[]"))


def _same(wanted: Sequence[Meant], meant: Sequence[Meant]) -> bool:
    left = [_plain(one) for one in meant]
    for one in map(_plain, wanted):
        if one not in left:
            return False
        left.remove(one)
    return not left


def _plain(meant: Meant) -> tuple[str, frozenset[tuple[str, str]]]:
    slots = ((name, spoken(_shown(value))) for name, value in meant.slots.items())
    return meant.intent, frozenset(slots)


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
