"""What sentences of the public sets about manners, chance and reminders mean here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lib.training.sampling import Span

__all__ = ["REMINDED", "TALK", "Mapped", "Reading", "meaning"]

Reading = tuple[str, list[Span]]
"""An intent and the spans that the mapping knows of."""
Mapped = Callable[[str], Reading | None]
"""The reading of a sentence; None: surely not ours, or dropped (see `DROPPED` of
`public_text`)."""
HOW = re.compile(
    r"\b(hows?|whats up|okay|all right|well|feeling|fine|been|going|doing)\b"
)
HELLO = re.compile(r"\b(hi|hello|hey|hiya|howdy|greetings|good (morning|afternoon))\b")
SIDES = re.compile(r"\b(sided?|sides|d|[a-z]*teen|twenty|four|five|eight|ten|three)\b")
PAIR = re.compile(r"\b(two|pair|both|couple)\b")
COIN = re.compile(r"\b(coin|heads|tails|flip|toss)\b")
REMINDED = re.compile(r"\bremind(ers?|ed|ing)?\b")
"""What may be a reminder of ours, whatever its set calls it."""
WHAT = re.compile(r"\bremind(er)?( me)? (?P<how>to|about|of) (?P<what>[a-z ]{3,40})$")
WHEN = re.compile(
    r"\b(tom+or+ows?|today|tonight|morning|afternoon|evening|night|noon|midnight|next|"
    r"later|daily|week|month|hours?|minutes?|[a-z]+day|at \w+|in (a|an|two|ten) \w+)\b"
)
"""A time is no part of what a reminder is of."""
MEMORY = re.compile(r"\b(not|never|dont|forget|forgot|remembered|every)\b")


def _coin(text: str) -> Reading | None:
    return ("know.coin", []) if COIN.search(text) else None


def _die(text: str) -> Reading | None:
    if SIDES.search(text):
        return None
    pair = PAIR.search(text)
    return "know.die", [(*pair.span(), "dice=2")] if pair else []


def _greeting(text: str) -> Reading | None:
    if HOW.search(text):
        return "manners.how", []
    return ("manners.greet", []) if HELLO.search(text) else None


def _reminders(text: str) -> Reading | None:
    asked = REMINDED.search(text) and not MEMORY.search(text)
    return ("reminder.status", []) if asked else None


def _reminder(text: str) -> Reading | None:
    hit = WHAT.search(text)
    if hit is None or MEMORY.search(text) or WHEN.search(text):
        return None
    spans: list[Span] = [(*hit.span("what"), "what")]
    if hit["how"] != "to":
        spans.append((*hit.span("how"), "form=about"))
    return "reminder.set", spans


def meaning(intent: str) -> Mapped:
    """Whatever the words are."""
    return lambda text: (intent, [])


TALK: Mapping[str, Mapped] = {
    "flip_coin": _coin,
    "roll_dice": _die,
    "greeting": _greeting,
    "goodbye": meaning("manners.bye"),
    "thank_you": meaning("manners.thanks"),
    "what_is_your_name": meaning("manners.who"),
    "are_you_a_bot": meaning("manners.who"),
    "reminder": _reminders,
    "reminder_update": _reminder,
}
"""Intents of the public sets, by what they mean here."""
