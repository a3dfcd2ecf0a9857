"""The same values give the same thing, whoever asks first."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.app.shelf import Shelf

pytestmark = pytest.mark.unit

VALUES = st.dictionaries(st.text(max_size=3), st.integers(), max_size=3)


@given(VALUES, VALUES)
def test_things_are_shared_exactly_where_the_values_are_the_same(
    one: dict[str, int], other: dict[str, int]
) -> None:
    shelf = Shelf()
    first, second = shelf.get("a", one, object), shelf.get("a", other, object)
    assert (first is second) == (list(one.items()) == list(other.items()))
    assert shelf.get("b", one, object) is not first


def test_what_fails_is_tried_again() -> None:
    shelf, tries = Shelf(), iter([ValueError("no"), None])

    def make() -> str:
        error = next(tries)
        if error is not None:
            raise error
        return "made"

    with pytest.raises(ValueError, match="no"):
        shelf.get("a", 1, make)
    assert shelf.get("a", 1, make) == "made" == shelf.get("a", 1, make)


def test_a_thing_may_need_another() -> None:
    shelf = Shelf()
    made = shelf.get("outer", 1, lambda: [shelf.get("inner", 1, lambda: "x")])
    assert made == ["x"]


def test_two_threads_get_the_same_thing() -> None:
    shelf, both, made, got = Shelf(), Barrier(2), [], []

    def make() -> object:
        made.append(1)
        return object()

    def ask() -> None:
        both.wait(10)
        got.append(shelf.get("a", 1, make))

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1 and got[0] is got[1]
