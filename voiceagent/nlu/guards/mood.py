"""An order is an order: not a question, not a story, not a plan for another day."""

from __future__ import annotations

import re
from collections.abc import Collection

from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, ask, refuse
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm.forms import Takes

__all__ = ["asked", "several", "told"]

OPENING = re.compile(
    r"^(?:(?:hey|hi|hello|okay|ok|please|so|now|well|um|uh|oh|and|just|computer|"
    r"alright|excuse me|listen|sorry|actually) )+"
)
QUESTION = re.compile(
    r"^(?:what|whats|which|who|whos|whose|when|whens|where|wheres|why|how|hows|is|are|"
    r"was|were (?:you|we|they|there|the|those|any|all)|am|did|does|has|had|isnt|"
    r"arent|didnt|doesnt|should|shall|may|might|"
    r"do (?:i|we|you|they|people|the \w+ \w+)|have (?:i|we|you|they)|"
    r"will (?:it|there|the|he|she|they|i|we)|"
    r"(?:can|could|would) (?:people|anybody|anyone|somebody|he|she|they|one)|"
    r"would it|would that|can it|ever)\b"
)
REQUEST = re.compile(
    r"^(?:(?:how|what) about|why dont (?:you|we)|why not|shall we|do me a favou?r|"
    r"would it be (?:nice|good|great)|(?:can|could) (?:it|the \w+|we) (?:be|have|get)|"
    r"may (?:i|we) have)\b"
)
WONDERED = re.compile(
    r"^(?:is it possible|is there (?:a|any) (?:way|chance)|are you able|why (?:is it|"
    r"are (?:we|the))|(?:can|could|may) (?:i|we) (?!have|get|see)|shall (?:i|we))\b"
)
ASIDE = re.compile(
    r"\b(?:do you (?:know|remember|think|recall)|(?:tell me|check|wonder|ask) "
    r"(?:if|whether|how|why|who|when|what|where)|see (?:if|whether)|or not|"
    r"how do i|how to|how (?:can|could) i|what (?:happens|would happen)|what if)\b"
)
PAST = re.compile(
    r"\b(?:i|we|he|she|they|you|who|somebody|someone|nobody|everybody|everyone)(?:ve)? "
    r"(?:(?:have|had|has|already|just|never|always|usually|once|finally|only) )*"
    r"(?!need\b|feed\b)(?:\w+ed|told|said|left|forgot|made|went|thought|saw|"
    r"was|were|did|had|put .* (?:yesterday|already))\b"
)
REPORTED = re.compile(
    r"\b(?:told|said|says|asked|asks|tells|heard|saying|telling|wrote|dreamt|dreamed|"
    r"joked|read that|the word|the phrase|the song)\b"
)
LONG_GONE = re.compile(
    r"\b(?:ago|yesterday|last (?:night|week|year|month|time|summer|winter)|earlier|"
    r"used to|back then|in the past|already|this morning|once upon)\b"
)
CONDITION = re.compile(
    r"\b(?:if|unless|whether|suppose|supposing|imagine|in case|provided|as long as|"
    r"would have|could have|should have|might|wish|pretend|hypothetically|whenever|"
    r"every time|each time|always|otherwise|or else)\b"
)
POLITE_IF = re.compile(
    r"\bif (?:you (?:can|could|would|please|like|dont mind|do not mind|will|may)|"
    r"possible|i may|thats okay|its okay|necessary)\b"
)
LATER = re.compile(
    r"\b(?:when|until|till|before|after|as soon as|once|while|by the time) "
    r"(?:i|im|ill|we|were|he|hes|she|shes|they|it|its|the|my|our|everyone|everybody|"
    r"somebody|someone|dinner|lunch|breakfast|work|school|you|youre|\w+ing)\b"
)
REGULARLY = re.compile(
    r"\b(?:every (?:day|morning|evening|night|hour|week|weekday|other|\w+day)|each "
    r"(?:day|morning|evening|night)|daily|weekly|from now on|"
    r"next (?:week|month|time))\b"
)
OTHERS = re.compile(r"^(?:he|she|hes|shes|they say|people)\b")
FORGOT = re.compile(r"\b(?:i|we) forgot to\b")
DEEDS = re.compile(r"\b(?:changed my mind|im done|were done)\b")
LOOKING = frozenset("check run go take let".split())
"""Orders that questions begin with: "check if", "run that by me again"."""
JOINTS = frozenset("and then but or also".split())


def asked(text: str, known: Takes, orders: frozenset[str]) -> GuardVerdict:
    """Whether a question would be taken for an order, or an order for a question.

    `orders`: the first words of what the pack is told to do.
    """
    words = OPENING.sub("", text)
    if known.asks:
        first = words.partition(" ")[0]
        if first in orders - LOOKING and first not in known.openings:
            return ask("an order, guessed to be a question")
        return PASS
    if ASIDE.search(words):
        return refuse("a question, not an order")
    if REQUEST.search(words):
        return PASS
    if WONDERED.search(words):
        return ask("perhaps a question, perhaps a wish")
    first = words.partition(" ")[0]
    if QUESTION.search(words) and first not in known.openings:
        return refuse("a question, not an order")
    return PASS


def told(text: str, intent: Intent, known: Takes) -> GuardVerdict:
    """Whether it is told, supposed or planned rather than ordered."""
    if known.asks:
        return PASS
    words = POLITE_IF.sub(" ", DEEDS.sub(" ", text))
    if OTHERS.search(words):
        return refuse("about somebody else")
    if FORGOT.search(words):
        return ask("something was forgotten")
    for pattern in (REPORTED, PAST, LONG_GONE, CONDITION, REGULARLY):
        hit = pattern.search(words)
        if hit and not _templates_say(hit[0], known):
            return refuse("a story or a condition, not an order")
    timed = any(isinstance(value, int | float) for value in intent.slots.values())
    if LATER.search(words) and not timed:
        return refuse("for another time")
    return PASS


def _templates_say(words: str, known: Takes) -> bool:
    said = set(words.split())
    return any(said <= literals for literals in known.literals)


def several(text: str, orders: Collection[str]) -> GuardVerdict:
    """Whether one order follows another; only one would be done."""
    words = OPENING.sub("", text).replace("go ahead and ", "").split()
    for at, word in enumerate(words[:-1]):
        if word in JOINTS and words[at + 1] in orders:
            if any(before in orders for before in words[:at]):
                return refuse("more than one order")
    return PASS
