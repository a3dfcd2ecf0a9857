"""Steps come in order, their size adds up, and a conversation is kept once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.realtime.steps import Keep, Send, SessionStep
from voiceagent.realtime.weight import weight
from voiceagent.region.step_queue import StepQueue

pytestmark = [pytest.mark.unit, pytest.mark.property]


def keep(conversation: str, number: int) -> Keep:
    item = {"id": str(number)}
    return Keep(conversation=conversation, items=(item,), answered={})


STEPS = st.lists(
    st.builds(lambda text: Send({"type": text}), st.text(max_size=9))
    | st.builds(keep, st.sampled_from("ab"), st.integers(0, 99))
    | st.none(),
    max_size=40,
)


@settings(max_examples=40)
@given(STEPS)
def test_what_is_sent_keeps_its_order_and_the_newest_is_written_down(
    steps: list[SessionStep | None],
) -> None:
    """None: one is taken."""
    queue, taken = StepQueue(), list[SessionStep]()
    for step in steps:
        if step is not None:
            queue.put([step])
        elif len(queue):
            taken.append(queue.take())
        kept = list(queue._newest)
        assert len(kept) == len(set(kept)) <= 2
    while len(queue):
        taken.append(queue.take())
    assert queue.size == 0
    sent = [step for step in steps if isinstance(step, Send)]
    assert [step for step in taken if isinstance(step, Send)] == sent
    for name in "ab":
        of = [s for s in steps if isinstance(s, Keep) and s.conversation == name]
        got = [s for s in taken if isinstance(s, Keep) and s.conversation == name]
        assert got[-1:] == of[-1:] and all(one in of for one in got)
        # What is told after a change is told after that change is kept.
        places = {id(step): place for place, step in enumerate(taken)}
        for at, step in enumerate(steps):
            if isinstance(step, Send):
                before = sum(1 for s in steps[:at] if s in of)
                kept = [s for s in taken[: places[id(step)]] if s in of]
                assert bool(kept) >= bool(before)


def test_a_thousand_changes_hold_one_conversation() -> None:
    queue = StepQueue()
    queue.put([Send({"type": "first"})])
    for number in range(1000):
        queue.put([keep("a", number), Send({"type": "x"})])
    assert len(queue._newest) == 1 and len(queue) == 1002
    queue.clear()
    assert not len(queue) and queue.size == 0 and not queue._newest


@settings(max_examples=30)
@given(
    st.recursive(
        st.none() | st.text(max_size=9),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=8,
    )
)
def test_a_value_weighs_more_than_its_text(value: object) -> None:
    texts: list[str] = []

    def walk(one: object) -> None:
        if isinstance(one, str):
            texts.append(one)
        elif isinstance(one, dict):
            list(map(walk, one.values()))
        elif isinstance(one, list):
            list(map(walk, one))

    walk(value)
    assert weight(value) > sum(map(len, texts))
