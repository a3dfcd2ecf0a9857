from __future__ import annotations

from typing import Any

import pytest

from voiceagent.evaluation.expected import Verdict, judge, read_expected
from voiceagent.evaluation.typed import Meant, TypedTurn
from voiceagent.evaluation.world import WorldChange

OFF = frozenset({"light.a=off", "light.b=off", "fan.c=off", "volume=70"})


def turn(*changed: str, **more: Any) -> TypedTurn:
    changes = tuple(WorldChange(line[0], line[1:]) for line in changed)
    gone = {c.what for c in changes if c.sign == "-"}
    world = (OFF - gone) | {c.what for c in changes if c.sign == "+"}
    return TypedTurn("x", changes=changes, world=frozenset(world), **more)


def verdict(way: Any, what: TypedTurn) -> Verdict:
    return judge(what, read_expected([way]))


ON = turn("-light.a=off", "+light.a=on brightness_pct=40", said="It is on")
BOTH = turn("-light.a=off", "-light.b=off", "+light.a=on", "+light.b=on")
FIVE = turn(meant=(Meant("x", {"n": 5}),))
TWICE = turn(meant=(Meant("x"), Meant("x")))
SORRY = turn(said="Sorry, I can't help with that.")
ADDED = turn("+item todo.x oat milk", "+timer pasta 600", said="Done")


@pytest.mark.parametrize(
    ("way", "what"),
    [
        ({"does": ["light.a=on"]}, ON),
        ({"does": ["light.a=on brightness_pct>30"]}, ON),
        ({"does": ["light.a=on", "?light.b=on"]}, ON),
        ({"does": ["light.*=on"]}, BOTH),
        ({"does": ["+item todo.x oat milk", "+timer pasta 600"]}, ADDED),
        ({"does": ["+item todo.x *", "+/timer .*/"]}, ADDED),
        ({"does": ["fan.c=off"]}, turn()),
        ("nothing", turn(said="Hm")),
        ("nothing", turn(asked=True)),
        ("ask", turn(asked=True, said="Which?")),
        ({"asks": "which"}, turn(asked=True, said="Which?")),
        ({"says": "two"}, turn(said="There are two", meant=(Meant("x"),))),
        ({"means": [{"intent": "x", "slots": {"n": 5}}]}, FIVE),
        ("later", turn("+timer 600")),
    ],
)  # fmt: skip
def test_what_is_as_wanted_is_right(way: Any, what: TypedTurn) -> None:
    assert verdict(way, what) is Verdict.RIGHT


@pytest.mark.parametrize(
    ("way", "what", "found"),
    [
        ({"does": ["light.a=on"]}, BOTH, Verdict.WRONG),
        ({"does": ["light.a=off"]}, ON, Verdict.WRONG),
        ({"does": ["light.a=on brightness_pct<30"]}, ON, Verdict.WRONG),
        ({"does": ["light.a=on", "light.b=on"]}, ON, Verdict.HALF),
        ({"does": ["+timer pasta 600"]}, ADDED, Verdict.WRONG),
        ({"does": ["+timer pasta 660"]}, turn("+timer pasta 600"), Verdict.WRONG),
        ({"does": ["light.a=on"]}, turn(asked=True), Verdict.ASKED),
        ({"does": ["light.a=on"]}, turn(), Verdict.REFUSED),
        ({"does": ["light.a=on"]}, turn(meant=(Meant("x"),)), Verdict.FALSE),
        ("nothing", ON, Verdict.WRONG),
        ("nothing", turn(did=("house.turn_off",)), Verdict.WRONG),
        ("refuse", turn(asked=True), Verdict.ASKED),
        ("later", turn("-fan.c=off", "+fan.c=on", "+timer 600"), Verdict.WRONG),
        ({"says": "help"}, SORRY, Verdict.REFUSED),
        ({"means": [{"intent": "x"}]}, FIVE, Verdict.FALSE),
        ({"means": [{"intent": "x"}]}, TWICE, Verdict.FALSE),
    ],
)  # fmt: skip
def test_what_is_otherwise_is_told_apart(
    way: Any, what: TypedTurn, found: Verdict
) -> None:
    assert verdict(way, what) is found


def test_what_is_no_expectation_is_said() -> None:
    with pytest.raises(ValueError, match="perhaps"):
        read_expected(["perhaps"])
