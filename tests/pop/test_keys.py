"""Keys: what has two answers never has one key."""

from __future__ import annotations

import random
import string
from collections import Counter
from pathlib import Path

import pytest
from contrary_pairs import contrary_pairs
from packs import parser, reader, shipped

from voiceagent.errors import PackError
from voiceagent.nlu.intent import Intent
from voiceagent.pop.declared import declared
from voiceagent.pop.keys import (
    AnswerKey,
    AnswerVersions,
    Cacheable,
    exact_key,
    meaning_key,
    normal,
)
from voiceagent.templates.template_file import build_intents
from voiceagent.templates.yaml_file import TemplateSource

pytestmark = pytest.mark.unit
HOUR = Cacheable(max_age=3600.0)
NONE = AnswerVersions()


def exact(words: str, **given: str) -> AnswerKey | None:
    whole = {"tenant": "museum", "user": "anna", "locale": "en", **given}
    return exact_key(
        words, versions=AnswerVersions(pack=whole.pop("pack", "1")), **whole
    )


def test_no_contrary_pair_has_one_key() -> None:
    read, every = parser("home"), dict.fromkeys(shipped("home").intents.intents, HOUR)
    pairs = list(contrary_pairs())
    kinds = Counter(pair.kind for pair in pairs)
    assert len(pairs) >= 500 and len(kinds) >= 10
    understood = 0
    meant: dict[str, Intent | None] = {}
    for pair in pairs:
        one = exact(pair.one)
        other = exact(
            pair.other,
            locale=pair.other_locale,
            user=pair.other_user,
            tenant=pair.other_tenant,
            pack=pair.other_pack,
        )
        assert one and other and one.digest != other.digest, pair
        for words in (pair.one, pair.other):
            if words not in meant:
                meant[words] = read.parse(words)
        if pair.kind == "user":
            continue  # what a pack declares is the same for all users of a tenant
        first = meaning(meant[pair.one], every)
        second = meaning(
            meant[pair.other],
            every,
            locale=pair.other_locale,
            tenant=pair.other_tenant,
            pack=pair.other_pack,
        )
        if first and second:
            understood += 1
            assert first.digest != second.digest, pair
    assert understood >= 150, "some are understood, and told apart"


def meaning(
    intent: Intent | None,
    every: dict[str, Cacheable],
    *,
    locale: str = "en",
    tenant: str = "museum",
    pack: str = "1",
) -> AnswerKey | None:
    if intent is None:
        return None
    return meaning_key(
        intent,
        every,
        tenant=tenant,
        locale=locale,
        versions=AnswerVersions(pack=pack),
    )


SAME = (
    *(("where is the cafe", "where do i find the cafe"),),
    *(("where is the cafe", "I'm looking for the cafe"),),
    *(("where are the toilets", "how do i get to the toilets"),),
    *(("what's the price of a child ticket", "how much is a child ticket"),),
    *(("what are the ticket prices", "how much is admission"),),
    *(("can i take photos", "is photography allowed"),),
    *(("where is the tidewatcher", "which room is the tidewatcher in"),),
    *(("tell me about the tidewatcher", "what is special about the tidewatcher"),),
    *(("where is the cloakroom", "is there a cloakroom"),),
    *(("is there a lift", "where might the lift be hiding"),),
)


def test_different_words_for_the_same_are_one_answer() -> None:
    read, said = reader("museum"), declared(shipped("museum").intents)
    assert {"museum.find", "museum.about"} <= set(said)
    assert not {"museum.hours", "museum.open_now"} & set(said), "today is another day"
    hits = 0
    for one, other in SAME:
        first, second = (meaning(read.parse(w), dict(said)) for w in (one, other))
        hits += bool(first and second and first.digest == second.digest)
    assert hits >= 0.4 * len(SAME), hits


def test_nothing_collides_by_letters_blanks_or_length() -> None:
    draw, seen = random.Random(5), dict[bytes, tuple[str, ...]]()
    letters = "ab \t\n\u00a0\u200b\u0301é²1" + string.punctuation
    for _ in range(4_000):
        said = "".join(draw.choices(letters, k=draw.randrange(1, 9)))
        whose = {
            name: "".join(draw.choices('a",|\x00 ', k=draw.randrange(1, 4)))
            for name in ("tenant", "user", "locale", "pack")
        }
        key = exact(said, **whose)
        if key is None:
            assert not normal(said)
            continue
        told = (normal(said), whose["tenant"], whose["user"], whose["locale"])
        assert seen.setdefault(key.digest, (*told, whose["pack"])) == (
            *told,
            whose["pack"],
        )


def test_what_cannot_be_told_apart_has_no_key() -> None:
    assert exact("") is exact(" \n") is exact("x" * 2001) is exact("\ud800") is None
    assert exact("x", user="") is exact("x", tenant="") is None
    assert exact("x", tenant="t" * 501) is None
    assert exact("  a \t b ") == exact("a b") and exact("é") == exact("e\u0301")


@pytest.mark.parametrize(
    "intent",
    [
        Intent("other"),
        Intent("a", confidence=0.89),
        Intent("a", confidence=float("nan")),
        Intent("a", confidence=1.5),
        Intent("a", without=(Intent("a"),)),
        Intent("a", parts=(Intent("a"),)),
        Intent("several", parts=(Intent("a"),)),
        Intent("later", {"when": "tomorrow"}),
        Intent("dialog.undo"),
        Intent("a", {str(n): n for n in range(33)}),
        Intent("a", {"x": "\ud800"}),
    ],
)
def test_what_is_not_one_plain_sure_command_has_no_meaning_key(intent: Intent) -> None:
    every = dict.fromkeys(("a", "several", "later", "dialog.undo"), HOUR)
    assert meaning(intent, every) is None


def test_values_of_other_types_are_other_values() -> None:
    every = {"a": HOUR}
    values = (1, 1.0, True, "1", "true", 0, -0.0, "")
    keys = [meaning(Intent("a", {"x": value}), every) for value in values]
    assert len({key.digest for key in keys if key}) == len(values)
    one = meaning(Intent("a", {"x": 1, "y": 2}), every)
    assert one == meaning(Intent("a", {"y": 2, "x": 1}, text="other words"), every)


def block(metadata: object) -> dict[str, object]:
    return {"sentences": ["hello there"], "metadata": metadata}


def packed(*metadata: object) -> dict[str, Cacheable]:
    data = {
        "language": "en",
        "intents": {"a.b": {"data": [block(one) for one in metadata]}},
    }
    source = TemplateSource(Path("intents.yaml"), data, {})
    return dict(declared(build_intents([source], {}, name="x")))


def test_an_intent_is_cacheable_where_all_of_its_blocks_say_so() -> None:
    short, long = {"max_age_s": 60, "stale_s": 9}, {"max_age_s": 600, "threshold": 0.99}
    both = packed({"cacheable": short}, {"cacheable": long})
    assert both == {"a.b": Cacheable(max_age=60, threshold=0.99, stale=0.0)}
    assert packed({"cacheable": short}, {}) == {}
    for wrong in (True, {}, {"max_age_s": 0}, {"max_age_s": 1, "age": 2}, "1h"):
        with pytest.raises(PackError):
            packed({"cacheable": wrong})
