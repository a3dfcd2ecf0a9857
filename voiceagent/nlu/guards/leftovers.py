"""What no slot took, and must not be lost: numbers, times, and things nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voiceagent.lang.spoken import ONES, TENS
from voiceagent.nlu.slm.forms import Takes

__all__ = ["NUMBER_WORDS", "is_pronoun", "leftover"]

TextPlace = tuple[int, int]
NUMBER_WORDS = frozenset(
    [*ONES, *(word for word in TENS if word != "_")]
    + "hundred thousand million half quarter couple dozen twice double triple".split()
)
UNITS = frozenset(
    "second seconds minute minutes hour hours percent degree degrees am pm oclock day "
    "days week weeks month months year years times euros dollars euro dollar kilo "
    "kilos fahrenheit celsius".split()
)
TIMES = frozenset(
    "tomorrow tonight yesterday tomorrows tonights yesterdays monday tuesday "
    "wednesday thursday friday saturday sunday mondays "
    "tuesdays wednesdays thursdays fridays saturdays sundays weekend "
    "weekends weekday weekdays daily weekly hourly later morning mornings evening "
    "evenings afternoon nights noon midnight sunset sunrise dusk dawn".split()
)
NIGHTLY = frozenset("at every all this by each in the".split())
BEFORE_A_NUMBER = frozenset(
    "the this that which no every any another last next".split()
)
DETERMINERS = frozenset(
    "the my our your his her their this that these those every each both".split()
)
BOUNDARIES = frozenset(
    "in on at of to for from with by off up down out and or but so is are was were be "
    "will can could should would has have had i you we it he she they me us please now "
    "then when if until while because as like than too very not as about after before "
    "over under into go goes come comes takes take needs need gets get a an all any "
    "some another im ive id ill dont do does did doesnt want let wake okay tell say "
    "see if through yes no much many must how what which who let lets make made".split()
)
EVERYDAY = frozenset(
    "thing things bit little lot while time times day night room house place home "
    "here there way favour one ones other rest same whole entire moment minute second "
    "hour air sun daylight back front right left top bottom first last next current "
    "please again more less thanks thank now just really so too very still right away "
    "already soon quick quickly kindly completely fully totally all today anyone "
    "somebody someone anybody everyone something anything "
    "nothing everything dark light bright cold hot warm closed shut open opened locked "
    "unlocked turned switched started running going ready done finished set yet "
    "currently properly really silenced muted glow shine mood colour color setting "
    "request word answer key maybe um uh hey".split()
)
SYNONYMS = {
    **dict.fromkeys(("voice", "sound", "audio", "loudness", "speaker"), "volume"),
    **dict.fromkeys(("film", "cinema"), "movie"),
    **dict.fromkeys(("tune", "music"), "song"),
    **dict.fromkeys(("lighting", "lamp", "bulb"), "lights"),
    **dict.fromkeys(("countdown", "clock"), "timer"),
    **dict.fromkeys(("thermometer", "temp"), "temperature"),
    **{"outlook": "forecast", "routine": "script", "reading": "value"},
}
"""Words that are known where their likeness is."""


def leftover(
    text: str,
    taken: Sequence[TextPlace],
    known: Takes,
    *,
    meant: Sequence[TextPlace] = (),
) -> str:
    """Why words that nothing took forbid to act; empty where they do not.

    `meant`: words that the model marked as meaning a value without naming it.
    """
    words = list(_words(text, taken))
    if any(_loose_number(words, at, known) for at in range(len(words))):
        return "a number that no slot took"
    if _foreign_unit(words, known):
        return "a unit that the intent does not know"
    explained = list(_words(text, [*taken, *meant]))
    if any(_loose_time(explained, at) for at in range(len(explained))):
        return "a time that no slot took"
    if _unknown_thing(explained, known):
        return "a thing that the pack does not know"
    return ""


TextWord = tuple[str, bool]
"""A word, and whether a slot took it."""


def _words(text: str, taken: Sequence[TextPlace]) -> Iterator[TextWord]:
    at = 0
    for word in text.split():
        yield word, any(start <= at < end for start, end in taken)
        at += len(word) + 1


def _loose_number(words: Sequence[TextWord], at: int, known: Takes) -> bool:
    word, held = words[at]
    if held or word not in NUMBER_WORDS:
        return False
    if is_pronoun([said for said, _ in words], at):
        return False
    return not any(word in literals for literals in known.literals)


def _loose_time(words: Sequence[TextWord], at: int) -> bool:
    word, held = words[at]
    night = word == "night" and at > 0 and words[at - 1][0] in NIGHTLY
    return not held and (night or word in TIMES)


def is_pronoun(words: Sequence[str], at: int) -> bool:
    """Whether a `one` counts nothing: `the one in the kitchen`, `one more time`."""
    if words[at] != "one":
        return False
    before, after = words[at - 1 : at], " ".join(words[at + 1 : at + 3])
    return bool(BEFORE_A_NUMBER & {*before}) or after.startswith(
        ("more time", "song", "track", "moment")
    )


def _foreign_unit(words: Sequence[TextWord], known: Takes) -> bool:
    """A number of a slot with a unit behind it that the templates never have."""
    pairs = zip(words, words[1:], strict=False)
    return any(
        held and number in NUMBER_WORDS and unit in UNITS - known.words
        for (number, held), (unit, _) in pairs
    )


def _unknown_thing(words: Sequence[TextWord], known: Takes) -> bool:
    """`the` something, or a room's something, that no template and no list names."""
    if known.asks and not known.values:
        return False
    for at, (word, held) in enumerate(words):
        if not held and word in DETERMINERS:
            phrase = list(_phrase(words[at + 1 :]))
            if not all(_familiar(each, known) for each in phrase):
                return True
        if held and at + 1 < len(words) and not words[at + 1][1]:
            after = words[at + 1]
            if after[0] not in BOUNDARIES and not _familiar(after, known):
                return True
    return False


def _phrase(words: Sequence[TextWord]) -> Iterator[TextWord]:
    for word, held in words[:4]:
        if word in BOUNDARIES and not held:
            return
        yield word, held


def _familiar(word: TextWord, known: Takes) -> bool:
    said, held = word
    plain = said.removesuffix("s")
    forms = (said, plain, f"{said}s", SYNONYMS.get(plain, said))
    return held or any(form in known.words or form in EVERYDAY for form in forms)
