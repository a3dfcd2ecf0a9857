from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.evaluation.typed import TypedBench


@cache
def bench() -> TypedBench:
    return TypedBench(Workshop(Config()), model="none")


def shown(*sentences: str, before: tuple[str, ...] = ()) -> list[list[str]]:
    turns = bench().talk(sentences, before=before)
    return [list(map(str, turn.changes)) for turn in turns]


def test_what_a_sentence_changes_is_told_and_nothing_else() -> None:
    assert shown("turn on the tv", "turn on the tv", "what time is it") == [
        ["-media_player.tv=off", "+media_player.tv=on"],
        [],
        [],
    ]


def test_each_conversation_begins_in_a_new_world() -> None:
    added = ["+item todo.shopping_list milk"]
    assert shown("add milk to my shopping list") == [added]
    assert shown("add milk to my shopping list") == [added]


def test_what_was_said_before_is_no_part_of_what_is_told() -> None:
    (turn,) = shown("cancel the timer", before=("set a timer for ten minutes",))
    assert turn == ["-timer 600"]


def test_a_question_is_told_from_an_answer_and_from_a_refusal() -> None:
    asked, no, answered = bench().talk(
        ["unlock the front door", "who was that", "is the front door locked"]
    )
    assert (asked.asked, asked.acted, asked.meant) == (True, False, ())
    assert no.excused and not no.meant
    assert answered.meant[0].intent == "lock.state" and not answered.excused


def test_the_date_is_as_wanted() -> None:
    turn = bench().one(
        "set an alarm for 7 am", start=datetime(2027, 5, 31, 22, 0, tzinfo=UTC)
    )
    assert [str(change) for change in turn.changes] == ["+alarm 2027-06-01T07:00"]


def test_time_passes_after_the_last_sentence() -> None:
    turns = bench().talk(["turn on the tv"], later=3600.0)
    assert [turn.text for turn in turns] == ["turn on the tv", ""]
    assert turns[1].changes == ()


def test_several_commands_in_one_are_told_one_by_one() -> None:
    bench = TypedBench(Workshop(Config()).with_values({"pack.folder": "coffee"}))
    turn = bench.one("make me a latte and get me a mocha")
    assert [str(meant) for meant in turn.meant] == [
        "orderDrink coffeeDrink=latte",
        "orderDrink coffeeDrink=mocha",
    ]
    assert not turn.changes and len(turn.did) == 2
