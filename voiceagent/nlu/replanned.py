"""What is said of the plan that was made just now: cancel that, make it ten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from voiceagent.lang.languages import language
from voiceagent.lang.numerals import numeral
from voiceagent.lang.quantities import whole
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.clarify import repeat_back
from voiceagent.nlu.decision import DecisionStep, Route
from voiceagent.nlu.intent import LATER, UNDO, Intent, SlotValue
from voiceagent.nlu.occasions import ASK, known_occasions
from voiceagent.nlu.phrase_words import leading
from voiceagent.nlu.reading import Reading

__all__ = ["for_later", "planned", "put_off", "replanned", "said_of"]

WORDS = language().later
NEWEST: Mapping[str, SlotValue] = {"place": "newest"}
"""Slots that name the plan that was made last."""
UNITS = tuple(language().quantities.say.units)


def said_of(parts: Sequence[Intent]) -> str:
    """The words that commands were made from: tells a plan from another one."""
    return " / ".join(part.text for part in parts)


def for_later(found: Intent | None, heard: str) -> Reading | None:
    """The question about a command for later that was heard in any words: no ear that
    knows commands listens for times, and it would hear one for now."""
    if found is None or not any(one.name == LATER for one in (found, *found.parts)):
        return None
    reason = "for later, heard in any words"
    asked = repeat_back(found, spoken(heard), reason=reason)
    return Reading(Route("device", reason, DecisionStep.ASK), found, question=asked)


def planned(last: Intent) -> Intent | None:
    """The one plan that a command made; None where it made none, or several."""
    if last.name == LATER:
        return last
    plans = [part for part in last.parts if part.name == LATER]
    return plans[0] if len(plans) == 1 else None


def put_off(one: Intent) -> Intent:
    """The command of a plan that has one; any other as it is."""
    return one.parts[0] if one.name == LATER and len(one.parts) == 1 else one


def replanned(last: Intent, said: str) -> Intent | None:
    """What `said` (in spoken form) wants of the plan that `last` made."""
    plan = planned(last)
    if plan is None:
        return None
    which: dict[str, SlotValue] = {**NEWEST, "said": said_of(plan.parts)}
    if said in WORDS.takes_back:
        # Of several commands all is taken back, what is done already as well.
        whole = last is plan
        return Intent(
            "later.cancel" if whole else UNDO, which if whole else {}, text=said
        )
    words = said.split()
    front = leading(words, WORDS.anew)
    rest = words[front:]
    while rest and rest[-1] in WORDS.behind:
        rest.pop()
    slots = _apart(rest)
    # Without words that say so, no time is another time for it.
    if slots is None and rest and len(rest) < len(words):
        slots = _anew(rest, plan)
    if slots is None:
        return None
    return Intent("later.move", {**which, **slots}, text=said)


def _apart(words: Sequence[str]) -> dict[str, SlotValue] | None:
    """`an hour later`, `ten minutes earlier`."""
    sign = WORDS.moved.get(words[-1]) if words else None
    length = whole("duration", " ".join(words[:-1])) if sign else None
    return None if sign is None or length is None else {**length.slots, "sign": sign}


def _anew(words: Sequence[str], plan: Intent) -> dict[str, SlotValue] | None:
    """Another time, or another while, as the plan had one."""
    for way in _ways(words, plan):
        for found in known_occasions().of(way):
            if (found.start, found.end) != (0, len(way)):
                continue
            if found.kind == "while":
                return {**found.slots, "anew": "yes"}
            slots = {key: v for key, v in found.slots.items() if key != ASK}
            if found.kind == "day" and "hour" in plan.slots:
                kept = ("hour", "minute", "half")
                slots |= {key: plan.slots[key] for key in kept if key in plan.slots}
            if "hour" in slots:
                return {f"to_{key}": value for key, value in slots.items()}
    return None


def _ways(words: Sequence[str], plan: Intent) -> Iterator[Sequence[str]]:
    """The words, with what may stand before them; a number alone counts what was
    counted."""
    yield words
    if numeral(" ".join(words)) is not None and "hour" not in plan.slots:
        units = [unit for unit in UNITS if unit in plan.slots]
        one, many, _ = (
            language().quantities.say.units[units[-1]] if units else ("",) * 3
        )
        yield [WORDS.inside[0], *words, one if words == ["one"] else many]
        return
    yield [WORDS.clock[0], *words]
    yield [WORDS.inside[0], *words]
