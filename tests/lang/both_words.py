"""What each table of words that are names too is for, entry by entry."""

from __future__ import annotations

from tests.lang.tables import Check
from voiceagent.privacy.redaction import Redactor

__all__ = ["BOTH_CHECKS"]


def name(text: str, *names: str) -> bool:
    """Whether the first of these, a contact, is taken for a name there."""
    return "NAME" in Redactor(names).redact(text).text


def word(text: str, *names: str) -> bool:
    """Whether all of it is ordinary words."""
    return Redactor(names).redact(text).text == text


def both(one: str) -> bool:
    return name(f"xx {one}", one) and name(f"did {one} say", one)


def goes_with(pair: tuple[str, frozenset[str]]) -> bool:
    one, beside = pair
    return all(word(f"xx {each} {one} xx", one) for each in beside)


BOTH_CHECKS: dict[str, Check] = {
    "private.names.both.either": both,
    "private.names.both.modals": lambda one: (
        word(f"xx {one} zz", one) and not word("xx rose zz", "rose")
    ),
    "private.names.both.months": lambda one: word(f"since {one} xx", one),
    "private.names.both.before_months": lambda one: word(f"{one} june xx", "june"),
    "private.names.both.parts_of_months": lambda one: (
        word(f"{one} of june xx", "june") and name("xx of june xx", "june")
    ),
    "private.names.both.function": lambda one: (
        len(one) < 2 or word(f"xx {one} said", one) or one == "an"
    ),
    "private.names.both.articles": lambda one: (
        word(f"xx {one} apple", one) and name(f"xx {one} that", one)
    ),
    "private.names.both.people": lambda one: name(f"{one} cook zz", "cook"),
    "private.names.both.determiners": lambda one: word(f"xx {one} rose zz", "rose"),
    "private.names.both.objects": lambda one: word(f"mark {one} zz", "mark"),
    "private.names.both.wishes": lambda one: (
        word(f"{one} to mark it", "mark") and name("xx to mark it", "mark")
    ),
    "private.names.both.begins": lambda one: word(f"xx {one} mark it", "mark"),
    "private.names.both.subjects": lambda one: word(f"xx will {one} zz", "will"),
    "private.names.both.finite": lambda one: name(f"xx will {one} zz", "will"),
    "private.names.both.helpers": lambda one: (
        one == "and" or name(f"{one} will zz", "will")
    ),
    "private.names.both.told": lambda one: name(f"{one} will zz", "will"),
    "private.names.both.persons": lambda one: word(f"xx {one} will", "will"),
    "private.names.both.asking": lambda one: word(f"{one} xx will eggs zz", "will"),
    "private.names.both.spans": lambda one: word(f"{one} june zz july", "june"),
    "private.names.both.goes_with": goes_with,
    "private.names.both.asks": lambda one: name(f"{one} cook know", "cook"),
    "private.names.both.verbs": lambda one: name(f"does cook {one}", "cook"),
    "private.names.both.ties": lambda one: name(f"lunch {one} cook", "cook"),
    "private.names.both.greets": lambda one: name(f"xx {one} mark zz", "mark"),
    "private.names.both.after_names": lambda one: name(f"tell cook {one} zz", "cook"),
}
