"""Polarity is never lost: not done what was forbidden, not off what was to be on."""

from __future__ import annotations

import re

from voiceagent.nlu.guards.verdict import PASS, GuardVerdict, ask, refuse
from voiceagent.nlu.intent import Intent
from voiceagent.nlu.slm.forms import Takes

__all__ = ["contradicted", "negated"]

NEGATION = re.compile(
    r"\b(dont|do not|never|not|no|cant|cannot|can not|wont|will not|shouldnt|mustnt|"
    r"didnt|did not|doesnt|isnt|arent|wasnt|werent|wouldnt|couldnt|havent|hasnt|nor|"
    r"neither|aint|nobody|nothing|none|without)\b"
)
FORBIDS = re.compile(
    r"\b(no need|need not|not to|neednt|forbid|refuse to|under no|by no means|not yet|"
    r"no longer|do nothing|leave .* alone|anything but|the opposite)\b"
)
EXCEPTS = re.compile(
    r"\b(except|apart from|other than|but not|instead|rather than|besides|excluding)\b"
)
ENDS = re.compile(
    r"\b(stop|quit|avoid|refrain from|keep from|hold off|no more) \w+ing\b"
)
HARMLESS = re.compile(
    r"\b(?:why dont (?:you|we)|why not|dont let me|dont forget to|if not|"
    r"(?:cant|cannot|can not|couldnt|could not) (?:\w+ )?"
    r"(?:see|hear|sleep|read|breathe|find|catch|understand|concentrate|feel)|"
    r"(?:is|its|are|am|im|were|was|thats|isnt|not) (?:not )?(?:really |very |quite )?"
    r"(?:bright|light|warm|hot|cool|cold|loud|quiet|dark) enough|"
    r"not (?:very|really|so|quite|that) (?:bright|warm|cool|loud|light|cold|quiet)|"
    r"did(?:nt| not) (?:quite |really )?(?:catch|hear|get|understand)|"
    r"(?:cant|cannot) stand (?:this|that)|not this (?:one|song|tune|track) again|"
    r"dont like (?:this|that) (?:one|song|tune|track)|there(?:s| is) no \w+ left|"
    r"dont (?:know|understand|hear|worry|bother|mind)|doesnt matter|not important|"
    r"dont (?:say|make) (?:a|another|any) (?:sound|word)|"
    r"(?:no|nothing) (?:thanks|really|thank you)|no never mind|"
    r"(?:didnt|did not) mean (?:you|that|it)|"
    r"(?:wasnt|was not) (?:talking|meant))\b"
)
"""Words that deny something, and do not forbid it."""
WISHES = re.compile(
    r"\b(?:dont|do not|wont|will not|no longer) (?:need|want|like|have)\b"
)
ENDING = frozenset("cancel stop delete remove off next skip forget".split())
"""Intents with such words end something that somebody does not want any more."""
POLITE = frozenset(
    "please thanks thank you now again then for me us right away will would".split()
)
SWITCHES = frozenset(
    "turn switch put flip power get bring leave keep have turned switched be is are "
    "come go stay light lights lamp lamps it them everything all".split()
)
OPPOSITES = tuple(
    (frozenset(one.split()), frozenset(other.split()))
    for one, other in (
        ("on", "off"),
        ("up", "down"),
        ("open raise", "close closed shut lower"),
        ("lock", "unlock unlocked"),
        ("mute", "unmute"),
        ("start set create begin", "stop cancel delete"),
        ("pause", "resume unpause continue"),
        ("add put", "remove delete"),
        ("next", "previous"),
        ("increase extend", "decrease shorten"),
        ("enable activate", "disable deactivate"),
    )
)
PHRASES = re.compile(
    r"\b(?:(?:lie|sit|settle|calm|wind|count|counting|write|note|jot|lying) down|"
    r"(?:wake|woken|get|stand|light|lock|sit|hurry|set|coming|"
    r"(?:waking|wake) \w+) up)\b"
)
"""Where `up` and `down` are no directions."""
TOO_MUCH = re.compile(
    r"\b(?:too|so|rather|pretty|very|less|awfully|really) "
    r"(?:dim|dark|bright|loud|quiet|cold|hot|warm|low|high)\b"
)
"""Complaints: the other direction is wanted."""
MANNER = re.compile(r"\b(?:more|less) (?=quietly|softly|gently|slowly)")
UPWARDS = frozenset(
    "up louder brighter warmer hotter higher more increase raise longer extend boost "
    "brighten later extra".split()
)
DOWNWARDS = frozenset(
    "down quieter softer darker dimmer colder cooler lower less decrease reduce "
    "shorter shorten dim fewer earlier".split()
)


def negated(text: str, known: Takes) -> GuardVerdict:
    """Whether the words say not to do it; templates that deny are left alone."""
    rest = HARMLESS.sub(" ", text)
    if EXCEPTS.search(rest):
        return refuse("an exception that no slot takes")
    ending = any(ENDING & literals for literals in known.literals)
    if WISHES.search(rest) and ending:
        return ask("something is not wanted any more")
    stops = any("stop" in literals for literals in known.literals)
    for pattern in (FORBIDS,) if stops else (FORBIDS, ENDS):
        hit = pattern.search(rest)
        if hit and not _templates_say(hit[0], known):
            return refuse("it is forbidden")
    found = [hit[0] for hit in NEGATION.finditer(rest)]
    found = [words for words in found if not _templates_say(words, known)]
    if not found:
        return PASS
    if known.asks or set(found) <= {"no", "nobody", "nothing", "none"}:
        return ask("something is denied")
    return refuse("it is denied")


def _templates_say(words: str, known: Takes) -> bool:
    said = set(words.split())
    return any(said <= literals for literals in known.literals)


def contradicted(text: str, intent: Intent, known: Takes) -> GuardVerdict:
    """Whether words stand in the sentence that mean the opposite of the intent."""
    for meaningless in (MANNER, PHRASES, TOO_MUCH):
        text = meaningless.sub(" ", text)
    words = text.split()
    own = frozenset[str]().union(*known.literals)
    said = {word for at, word in enumerate(words) if _counts(words, at)}
    for pair in OPPOSITES:
        for mine, other in (pair, pair[::-1]):
            if own & mine and not own & other and said & other:
                if said & mine:
                    return ask("both a thing and its opposite are said")
                return refuse("the words mean the opposite")
    return _wrong_way(said, intent, known)


def _counts(words: list[str], at: int) -> bool:
    """Of `on` and `off`, only those that switch: not "on the desk", "off to bed"."""
    word = words[at]
    if word not in ("on", "off"):
        return True
    if at and words[at - 1] in ("turn", "switch", "put", "flip", "power", "shut"):
        return True
    rest = [later for later in words[at + 1 :] if later not in POLITE]
    return not rest or (rest[0] == "in" and at > 0 and words[at - 1] in SWITCHES)


def _wrong_way(said: set[str], intent: Intent, known: Takes) -> GuardVerdict:
    """Steps up or down, against words of direction."""
    for slot, values in known.fixed.items():
        steps = [value for value in values if isinstance(value, int | float)]
        value = intent.slots.get(slot)
        if not isinstance(value, int | float) or not steps or min(steps) >= 0:
            continue
        for_it, against = (UPWARDS, DOWNWARDS) if value > 0 else (DOWNWARDS, UPWARDS)
        if said & against:
            both = ask("words of both directions")
            return both if said & for_it else refuse("the other direction is said")
    return PASS
