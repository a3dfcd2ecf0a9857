"""Whether an ordinary word that somebody is called by is a name where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from voiceagent.lang.languages import language
from voiceagent.privacy.redaction.tokens import Token

__all__ = ["is_name_here"]

BOTH = language().private.names.both
WORDS = language().private.names
LONG_CUES = frozenset(cue for cue in WORDS.cues if len(cue) > 1)
ORDINALS = frozenset(language().numbers.ordinals)
VOWELS = frozenset("aeiouh")
MONTHS = frozenset(language().calendar.months)
NEAR = 3
"""Words before a noun among which its article is looked for."""


def is_name_here(words: Sequence[Token], at: int, *, tells_case: bool) -> bool:
    """`tells_case`: capital letters mean something in this text."""
    bare = words[at].bare
    beside = {_before(words, at), _after(words, at)}
    if beside & BOTH.goes_with.get(bare, frozenset()):
        return False
    if _before(words, at) in BOTH.people or _cued(words, at):
        return True
    if bare in BOTH.months and _is_month(words, at):
        return False
    if tells_case and words[at].capital and at and bare not in BOTH.function:
        return True
    if words[at].text != bare and _owns(words, at):
        return True
    if _initialled(words, at):
        return True
    if bare in BOTH.articles:
        return _is_no_article(words, at) or _acts(words, at)
    if _greeted(words, at):
        return True
    if bare in WORDS.common and bare not in BOTH.either:
        return bare not in BOTH.function and _acts(words, at)
    if bare in BOTH.modals:
        return not _is_modal(words, at)
    return not (_is_noun(words, at) or _is_verb(words, at))


def _before(words: Sequence[Token], at: int) -> str:
    return words[at - 1].text if at else ""


def _after(words: Sequence[Token], at: int) -> str:
    return words[at + 1].text if at + 1 < len(words) else ""


def _cued(words: Sequence[Token], at: int) -> bool:
    """`my name is will`; not the verbs, which go before much else."""
    texts = tuple(word.text for word in words[max(0, at - 3) : at])
    return words[at].bare not in BOTH.function and any(
        texts[-size:] in LONG_CUES for size in (2, 3)
    )


def _greeted(words: Sequence[Token], at: int) -> bool:
    """`tell mark`, `hi rose`, but not `call the`, `text me`."""
    word = words[at].bare
    if _before(words, at) not in BOTH.greets or word in BOTH.function:
        return False
    return word in BOTH.either or _after(words, at) in ("", *BOTH.after_names)


def _initialled(words: Sequence[Token], at: int) -> bool:
    """`will b`, `n v an`."""
    beside = (_before(words, at), _after(words, at))
    return any(len(one) == 1 and one.isalpha() and one not in "ais" for one in beside)


def _is_no_article(words: Sequence[Token], at: int) -> bool:
    """What no noun follows: `is an at home`, `tell an that`, `an said`."""
    after = _after(words, at)
    if not after or after in BOTH.after_names or after in BOTH.finite:
        return True
    if after in BOTH.function:
        return True
    vowel = after[0] in VOWELS or len(after) == 1 or after.isdecimal()
    return not vowel


def _acts(words: Sequence[Token], at: int) -> bool:
    """`does cook know`, `cook said`, `lunch with cook`."""
    before, after = _before(words, at), _after(words, at)
    if before in BOTH.asks:
        return after in BOTH.verbs or after.endswith(("ing", "ed"))
    if before in BOTH.ties:
        return not after or after in BOTH.after_names
    return not before and _finite(after) and after not in BOTH.asks


def _owns(words: Sequence[Token], at: int) -> bool:
    """`will's house`, but not `what's`, `my bill's due`."""
    return words[at].bare not in BOTH.function and not _has_article(words, at)


def _has_article(words: Sequence[Token], at: int) -> bool:
    for back in range(1, min(NEAR, at) + 1):
        word = words[at - back].text
        if word in BOTH.determiners:
            return True
        if word in BOTH.function or word in BOTH.greets or word in BOTH.people:
            return False
    return False


def _is_noun(words: Sequence[Token], at: int) -> bool:
    return _has_article(words, at)


def _is_verb(words: Sequence[Token], at: int) -> bool:
    before, after = _before(words, at), _after(words, at)
    if before in BOTH.begins and after not in BOTH.finite and before != "and":
        return True
    wished = before == "to" and at > 1 and words[at - 2].text in BOTH.wishes
    return (at == 0 or before in BOTH.begins or wished) and after in BOTH.objects


def _is_modal(words: Sequence[Token], at: int) -> bool:
    before, after = _before(words, at), _after(words, at)
    if before in BOTH.persons and after not in BOTH.finite:
        return True
    if not after or (before in BOTH.helpers | BOTH.told and before != "and"):
        return False
    if after in BOTH.subjects or after.endswith("'s"):
        return True
    if at == 0 or before == "and":
        return after not in BOTH.after_names | BOTH.finite
    if _asked(words, at):
        return after not in BOTH.after_names | BOTH.finite
    if _finite(after):
        return False
    return after not in BOTH.after_names or before in BOTH.subjects


def _asked(words: Sequence[Token], at: int) -> bool:
    """`how long will eggs keep`: a question that has no other verb for it yet."""
    asked = words[0].text in BOTH.asking
    return asked and not any(w.text in BOTH.helpers for w in words[1:at])


def _finite(word: str) -> bool:
    """A form of a verb that stands behind a name, not behind `will`."""
    if word in BOTH.finite:
        return True
    third = word.endswith("s") and not word.endswith(("ss", "us", "is", "s's"))
    past = word.endswith("ed") and not word.endswith("eed")
    return len(word) > 3 and (third or past) and word not in BOTH.subjects


def _is_month(words: Sequence[Token], at: int) -> bool:
    before, after = _before(words, at), _after(words, at)
    if before in ORDINALS or before[:1].isdecimal():
        return True
    if before in BOTH.before_months and not _finite(after):
        return True
    others = (word.text for word in words if word is not words[at])
    if BOTH.spans & {before, after} and MONTHS.intersection(others):
        return True
    if before == "of" and at > 1:
        part = words[at - 2]
        if part.text in ORDINALS | BOTH.parts_of_months or part.digits:
            return True
    if after in ORDINALS or after[:1].isdecimal():
        return True
    if at + 1 < len(words) and words[at + 1].is_number:
        return True
    return after == "the" and at + 2 < len(words) and words[at + 2].text in ORDINALS
