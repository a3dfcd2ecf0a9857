"""Sessions share recognisers, and never each other's utterances."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.engines.fake import ScriptedStt
from voiceagent.errors import EngineFailed
from voiceagent.stt.pool import PooledStt, SttPool
from voiceagent.stt.protocol import Stt, begin

SECOND = bytes(32_000)


class Counting(ScriptedStt):
    """Hears as many words as it was given seconds."""

    made = 0

    def __init__(self) -> None:
        super().__init__(["a b c d e f g h"] * 50, word_seconds=1.0)
        type(self).made += 1


def test_sessions_one_after_the_other_use_the_same_one() -> None:
    Counting.made = 0
    pool = SttPool("counting", Counting, Counting)
    for _ in range(5):
        session = PooledStt(pool)
        begin(session)
        session.feed(SECOND)
        session.finish()
        begin(session)  # an utterance that nobody finishes
        session.release()
    assert Counting.made == 1


def test_whoever_releases_twice_gives_back_once() -> None:
    Counting.made = 0
    pool = SttPool("counting", Counting, Counting)
    first, second = PooledStt(pool), PooledStt(pool)
    first.start()
    first.release()
    first.release()
    second.start()
    first.start()
    assert Counting.made == 2


@given(st.lists(st.sampled_from("ABab12"), max_size=60))
def test_two_sessions_in_any_order_hear_what_each_hears_alone(steps: list[str]) -> None:
    pool = SttPool("counting", Counting, Counting)
    together: dict[str, Stt] = {"a": PooledStt(pool), "b": PooledStt(pool)}
    alone: dict[str, Stt] = {"a": Counting(), "b": Counting()}
    for who in together:
        together[who].start()
        alone[who].start()
    for step in steps:
        who = {"1": "a", "2": "b"}.get(step, step.lower())
        pair = together[who], alone[who]
        if step in "12":
            heard = [stt.finish().text for stt in pair]
            for stt in pair:
                stt.start()
        elif step.isupper():
            heard = [stt.feed(SECOND) for stt in pair]
        else:
            for stt in pair:
                stt.start()
            heard = [stt.feed(b"") for stt in pair]
        assert heard[0] == heard[1]


def test_a_first_one_that_could_not_be_made_is_tried_again() -> None:
    tries = iter([EngineFailed("not yet"), Counting(), EngineFailed("never")])

    def first() -> Stt:
        one = next(tries)
        if isinstance(one, EngineFailed):
            raise one
        return one

    session = PooledStt(SttPool("counting", first, Counting))
    with pytest.raises(EngineFailed):
        session.start()
    session.start()
    assert session.feed(SECOND) == "a"


class Closing(Counting):
    """Can be ended."""

    closed = False

    def close(self) -> None:
        """It is."""
        self.closed = True


@given(st.lists(st.sampled_from("sfrm"), max_size=30))
def test_a_session_that_moves_ends_what_it_began_where_it_began_it(
    steps: list[str],
) -> None:
    """`m`: it moves on; whatever is left behind is closed, and only when it is free."""
    pools: list[list[Closing]] = []

    def pool() -> SttPool:
        every: list[Closing] = []
        pools.append(every)

        def make() -> Closing:
            every.append(Closing())
            return every[-1]

        return SttPool(f"pool {len(pools)}", make, make)

    session = PooledStt(pool())
    for step in steps:
        if step == "s":
            begin(session)
        elif step == "f":
            began = session._held or "a new one"
            session.feed(SECOND)
            heard = session._held
            assert began in (heard, "a new one") and not getattr(heard, "closed", True)
            session.finish()
        elif step == "r":
            session.release()
        else:
            session.move(PooledStt(pool()))
    session.release()
    *old, _ = pools
    assert all(stt.closed for every in old for stt in every)
    assert not any(stt.closed for stt in pools[-1])
