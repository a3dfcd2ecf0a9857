from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.packs import SHIPPED, shipped
from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.authoring.neighbour_kinds import HELD_OUT, KINDS
from voiceagent.authoring.neighbour_run import (
    NeighbourVerdict,
    judged,
    neighbours_of,
    verdict_table,
)
from voiceagent.authoring.neighbours import (
    Allowed,
    Neighbour,
    Neighbourhood,
    chosen,
)
from voiceagent.errors import UsageError
from voiceagent.evaluation.typed import Meant, TypedTurn

ON, BOTH = ("turn_on light.a",), ("turn_on light.a", "turn_on light.b")


@cache
def near(name: str) -> Neighbourhood:
    return Neighbourhood(shipped(name), per_intent=20)


def test_there_are_many_kinds_and_some_are_never_shown() -> None:
    assert len(KINDS) >= 25
    assert len(HELD_OUT) >= 5
    assert not KINDS.keys() & HELD_OUT.keys()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_pack_has_neighbours_of_most_kinds(name: str) -> None:
    drawn = list(near(name).draw({**KINDS, **HELD_OUT}, 2))
    assert len({one.kind for one in drawn}) >= 25
    assert len({(one.text, one.before) for one in drawn}) > 50


def test_the_same_seed_gives_the_same_sentences_and_another_one_others() -> None:
    first, again, other = (
        [one.text for one in Neighbourhood(shipped("coffee"), seed=seed).draw(KINDS, 3)]
        for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize("name", SHIPPED)
def test_what_a_template_says_is_no_half_of_a_sentence(name: str) -> None:
    kinds = chosen(KINDS, ["half a sentence", "a word less", "homophone"])
    for one in near(name).draw(kinds, 20):
        assert near(name).parser.parse(one.text) is None, one.text


def test_a_sign_is_put_before_a_number_of_the_sentence() -> None:
    for one in near("home").draw(chosen(KINDS, ["sign"]), 10):
        assert any(sign in one.text for sign in ("minus ", "negative ", "-"))
        assert one.allowed is Allowed.NOTHING


def test_a_kind_that_there_is_not_is_said() -> None:
    with pytest.raises(UsageError, match="negatoin"):
        chosen(KINDS, ["negatoin"])


def turn(*calls: str, **more: Any) -> TypedTurn:
    return TypedTurn("x", calls=calls, did=("house.turn_on",) if calls else (), **more)


DONE, WRONG = NeighbourVerdict.DONE, NeighbourVerdict.WRONG
SEED = Neighbour("x", "x", Allowed.SAME, ("a",))
TWO = Neighbour("x", "x", Allowed.SAME, ("a", "b"))
LESS = Neighbour("x", "x", Allowed.LESS, ("a", "b"), spared="light.b")
LATER = Neighbour("x", "x", Allowed.LATER)
NEVER = Neighbour("x", "x")
KEPT = TypedTurn("x", did=("plan.keep",), changes=())


@pytest.mark.parametrize(
    ("one", "what", "verdict"),
    [
        (NEVER, turn(*ON), WRONG),
        (NEVER, turn(), NeighbourVerdict.REFUSED),
        (NEVER, turn(asked=True, said="Which?"), NeighbourVerdict.ASKED),
        (NEVER, turn(said="It is on", meant=(Meant("x"),)), NeighbourVerdict.ANSWERED),
        (SEED, turn(*ON), DONE),
        (SEED, turn(*BOTH), WRONG),
        (TWO, turn(*BOTH), DONE),
        (TWO, turn(*ON), WRONG),
        (LESS, turn(*ON), DONE),
        (LESS, turn(*BOTH), WRONG),
        (LESS, turn("turn_on light.b"), WRONG),
        (LATER, turn(*ON), WRONG),
    ],
)
def test_what_was_done_is_held_against_what_may_be_done(
    one: Neighbour, what: TypedTurn, verdict: NeighbourVerdict
) -> None:
    known = {"a": frozenset(ON), "b": frozenset({"turn_on light.b"})}
    assert judged(one, what, lambda text, before: known[text]) is verdict


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_does_hardly_anything_wrong_beside_it(name: str) -> None:
    shop = Workshop(Config()).with_values({"pack.folder": name})
    kinds = {**KINDS, **HELD_OUT}
    found = neighbours_of(shop, kinds, count=len(kinds))
    counts = verdict_table(found)
    wrong = sum(of_it[WRONG] for _, of_it in counts)
    assert len(counts) >= 25
    assert wrong <= len(found) // 40
