"""What an answer is found again by. Two kinds of key, no third.

exact     the words as they were said, of one user of one tenant
meaning   the intent and its slots, of everybody of a tenant, for intents that a pack
          declares to have the same answer for all

Nearest neighbours are no key: "turn it on" and "turn it off" are neighbours. Nothing is
folded together that could be two questions: letters keep their case, digits and
superscripts stay what they are, invisible letters count.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum

import msgspec

from voiceagent.nlu.intent import LATER, SEVERAL, UNDO, Intent

__all__ = [
    "AnswerKey",
    "AnswerVersions",
    "Cacheable",
    "KeyKind",
    "exact_key",
    "meaning_key",
    "normal",
]

LONGEST = 2000
"""Letters of words that are looked up; nothing is ever cut to fit."""
MOST_SLOTS = 32
LONGEST_PART = 500
"""Letters of a name, a locale or a version."""


class KeyKind(StrEnum):
    """How an answer was found."""

    EXACT = "exact"
    MEANING = "meaning"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerVersions:
    """What an answer was made by: where one of it changes, it is another answer."""

    model: str = ""
    policy: str = ""
    pack: str = ""
    documents: str = ""
    tools: str = ""
    """Of the state that tools would tell."""


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Where an answer lies, and whose it is."""

    kind: KeyKind
    tenant: str
    scope: str
    """The user whose answer it is; empty: of everybody of the tenant."""
    digest: bytes
    """Of all that it depends on, the above included."""
    intent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cacheable:
    """What a pack says of an intent whose answer is the same for everybody."""

    max_age: float
    """Seconds."""
    threshold: float = 0.9
    """Probability from which on it is understood well enough."""
    stale: float = 0.0
    """Seconds beyond `max_age` that it may be said where nobody can be asked, and then
    it is said to be old."""


def normal(words: str) -> str:
    """The same words where only blanks differ, or how an accent is written down."""
    return " ".join(unicodedata.normalize("NFC", words).split())


def exact_key(
    words: str, *, tenant: str, user: str, locale: str, versions: AnswerVersions
) -> AnswerKey | None:
    """Of the words of one user; None where they are not looked up at all."""
    said = normal(words)
    if not said or len(said) > LONGEST or not user:
        return None
    return _key(KeyKind.EXACT, tenant, user, locale, versions, [said], "")


def meaning_key(
    intent: Intent,
    cacheable: Mapping[str, Cacheable],
    *,
    tenant: str,
    locale: str,
    versions: AnswerVersions,
) -> AnswerKey | None:
    """Of what was understood; None where it is not declared, not sure enough, or more
    than one plain command."""
    declared = cacheable.get(intent.name)
    if declared is None or not declared.threshold <= intent.confidence <= 1.0:
        return None
    several = intent.name in (SEVERAL, LATER, UNDO)
    if several or intent.without or intent.parts or len(intent.slots) > MOST_SLOTS:
        return None
    slots: list[object] = []
    for name in sorted(intent.slots):
        value = intent.slots[name]
        # 1, 1.0, true and "1" are four values.
        slots += [name, type(value).__name__, value]
    parts = [intent.name, *slots]
    return _key(KeyKind.MEANING, tenant, "", locale, versions, parts, intent.name)


def _key(
    kind: KeyKind,
    tenant: str,
    scope: str,
    locale: str,
    versions: AnswerVersions,
    parts: Sequence[object],
    intent: str,
) -> AnswerKey | None:
    """None where a part is no text that can be told apart."""
    if not tenant:
        return None
    for part in (tenant, scope, locale, *astuple(versions)):
        if len(part) > LONGEST_PART:
            return None
    whole = [kind.value, tenant, scope, locale.lower(), *astuple(versions), *parts]
    try:
        # An array of JSON strings: no separator that a part could hold.
        data = msgspec.json.encode(whole)
    except (UnicodeEncodeError, OverflowError):  # half a letter, a number beyond all
        return None
    return AnswerKey(kind, tenant, scope, hashlib.sha256(data).digest(), intent)
